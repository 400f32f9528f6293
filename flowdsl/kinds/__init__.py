"""Closed models of Tekton's API: every kind that its admission webhook knows (cmd/webhook/main.go of v1.15.0).

v1beta1 Tasks, Pipelines and runs have none of their own: they are read as v1 (`flowdsl.check.conversion`). The models
load on first use, so that importing this package costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from flowdsl.diagnostics.near import did_you_mean
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds import table
from flowdsl.kinds.kind import resolve

if TYPE_CHECKING:
    from flowdsl.kinds.base import Model

KINDS = tuple(kind.name for kind in table.MODELLED)
"""The names of the kinds that have a model."""
_CLOSED = tuple(f"{group}/" for group in table.CLOSED)


def is_served(kind: str, api_version: str) -> bool:
    """Whether Tekton has a kind in a version: one with a model, or one of those that are read as v1."""
    found = table.find(kind, api_version)
    return found is not None and api_version in map(found.versioned, (*found.models, *found.former))


UNKNOWN_KIND = Rule("FLOW406", "unknown-kind", "no kind that Tekton has")


class UnknownKind(ValueError):  # noqa: N818 - it names what was found
    """The document is none of the kinds that have a model."""


def is_tekton(version: object) -> bool:
    """Whether an apiVersion is of a group that Tekton's admission webhook is asked about."""
    return isinstance(version, str) and version.startswith(_CLOSED)  # asked twice for every document


def is_checked(kind: object, version: object) -> bool:
    """Whether a document is to be decoded and checked: Tekton's, or one of another group's kinds that have a model."""
    return is_tekton(version) or bool(table.model_path(str(kind), str(version)))


def kind_hint(kind: str) -> str:
    """What to write in place of a kind, or of its version, that Tekton does not have."""
    found = table.named(kind)
    if found is not None and found.models and found.group in table.CLOSED:
        return f"Tekton has {kind} as {' and '.join(map(found.versioned, found.models))}"
    if found is not None:
        return found.gone or f"write apiVersion: {found.api_version}"
    usual = [each.name for each in table.MODELLED if each.api_version == table.TASK.api_version]
    return did_you_mean(kind, KINDS, f"kinds of {table.TASK.api_version}: {', '.join(usual)}")


@cache
def model_for(kind: str, api_version: str) -> type[Model]:
    """The model of a kind. Raises UnknownKind for a kind or version without one."""
    path = table.model_path(kind, api_version)
    if not path:
        raise UnknownKind(f"{api_version} {kind}")
    found: type[Model] = resolve(path)  # type: ignore[assignment]  # a test holds the table to it
    return found


def parse(document: Mapping[str, object]) -> Model:
    """The model of a document. Raises UnknownKind, or a ValidationError for what Tekton would not decode."""
    model = model_for(str(document.get("kind")), str(document.get("apiVersion")))
    from flowdsl.kinds.decode import validate

    return validate(model, document)


def dump(model: Model) -> dict[str, object]:
    """The document of a model: the fields that were set, in the order of the API's documents."""
    from flowdsl.kinds.schema import serializer

    written: dict[str, object] = serializer(type(model)).to_python(model, by_alias=True, exclude_unset=True)
    return written
