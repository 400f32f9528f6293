"""Closed models of Tekton's API: every kind that its admission webhook knows (cmd/webhook/main.go of v1.15.0).

v1beta1 Tasks, Pipelines and runs have none of their own: they are read as v1 (`flowdsl.yamlread.versions`). The models
load on first use, so that importing this package costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowdsl.kinds.base import Model

_MODELS = {
    ("Task", "tekton.dev/v1"): ("tasks", "Task"),
    ("TaskRun", "tekton.dev/v1"): ("runs", "TaskRun"),
    ("Pipeline", "tekton.dev/v1"): ("pipelines", "Pipeline"),
    ("PipelineRun", "tekton.dev/v1"): ("runs", "PipelineRun"),
    ("StepAction", "tekton.dev/v1beta1"): ("tasks", "StepAction"),
    ("StepAction", "tekton.dev/v1alpha1"): ("tasks", "StepAction"),
    ("CustomRun", "tekton.dev/v1beta1"): ("others", "CustomRun"),
    ("VerificationPolicy", "tekton.dev/v1alpha1"): ("others", "VerificationPolicy"),
    ("ResolutionRequest", "resolution.tekton.dev/v1beta1"): ("others", "ResolutionRequest"),
    ("ResolutionRequest", "resolution.tekton.dev/v1alpha1"): ("others", "AlphaResolutionRequest"),
}
"""Kind and apiVersion: the module that has its model, and the model's name."""
KINDS = tuple(dict.fromkeys(kind for kind, _ in _MODELS))
V1_KINDS = tuple(kind for kind, version in _MODELS if version == "tekton.dev/v1")
_GROUPS = ("tekton.dev/", "resolution.tekton.dev/")


def is_served(kind: str, api_version: str) -> bool:
    """Whether Tekton has a kind in a version: one with a model, or one of those that are read as v1."""
    return (kind, api_version) in _MODELS or (
        (kind, "tekton.dev/v1") in _MODELS and api_version == "tekton.dev/v1beta1"
    )


class UnknownKind(ValueError):  # noqa: N818 - it names what was found
    """The document is none of the kinds that have a model."""


def is_tekton(version: object) -> bool:
    """Whether an apiVersion is of a group that Tekton's admission webhook is asked about."""
    return isinstance(version, str) and version.startswith(_GROUPS)


def kind_hint(kind: str) -> str:
    """What to write in place of a kind, or of its version, that Tekton does not have."""
    import difflib

    versions = [version for name, version in _MODELS if name == kind]
    if versions:
        return f"Tekton has {kind} as {' and '.join(versions)}"
    close = difflib.get_close_matches(kind, KINDS, 1)
    return f"did you mean {close[0]!r}?" if close else f"kinds of tekton.dev/v1: {', '.join(V1_KINDS)}"


@cache
def model_for(kind: str, api_version: str) -> type[Model]:
    """The model of a kind. Raises UnknownKind for a kind or version without one."""
    if (kind, api_version) not in _MODELS:
        raise UnknownKind(f"{api_version} {kind}")
    home, name = _MODELS[kind, api_version]
    found: type[Model] = getattr(import_module(f"flowdsl.kinds.{home}"), name)
    return found


def parse(document: Mapping[str, Any]) -> Model:
    """The model of a document. Raises UnknownKind, or a ValidationError for what Tekton would not decode."""
    model = model_for(str(document.get("kind")), str(document.get("apiVersion")))
    from flowdsl.kinds.decode import validate

    return validate(model, document)


def dump(model: Model) -> dict[str, Any]:
    """The document of a model: the fields that were set, in the order of the API's documents."""
    from flowdsl.kinds.schema import serializer

    written: dict[str, Any] = serializer(type(model)).to_python(model, by_alias=True, exclude_unset=True)
    return written
