"""All that Tekton's admission asks of one document of each kind."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from flowdsl.check.findings import Report
from flowdsl.check.gates import Gates
from flowdsl.check.names import check_metadata
from flowdsl.kinds import table
from flowdsl.kinds.base import Model
from flowdsl.kinds.kind import resolve

if TYPE_CHECKING:
    from flowdsl.kinds.meta import ObjectMeta

Admission = Callable[[Any, Gates, Report], None]
"""All rules of one kind: its model, the cluster as the document's annotations have it, where findings go."""


def check_into(document: Model, gates: Gates, report: Report) -> None:
    """What admission rejects in a document that decoded: errors, and warnings where Tekton's check has a hole.

    Raises TypeError for a model that is no document.
    """
    check = _admission(type(document))
    metadata: ObjectMeta | None = getattr(document, "metadata", None)
    check(document, gates.of(metadata.annotations if metadata else None), report)


@cache
def _admission(model: type[Model]) -> Admission:
    """What the table names for a model; the rules of a kind load when one is met. Raises TypeError for none."""
    kind = table.of_model(f"{model.__module__}:{model.__name__}")
    if kind is None:
        raise TypeError(f"{model.__name__} is the model of no kind")
    return cast("Admission", resolve(kind.admission)) if kind.admission else _check_named


def _check_named(document: Model, _: Gates, report: Report) -> None:
    """What is asked of an object of a kind that has no rules of its own."""
    check_metadata(getattr(document, "metadata", None), report)
