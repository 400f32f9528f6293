"""All that Tekton's admission asks of one document of each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import attrs

from flowdsl.check.findings import Finding, Report
from flowdsl.check.gates import DEFAULT_GATES, Gates
from flowdsl.diagnostics import Severity
from flowdsl.kinds import table
from flowdsl.kinds.base import Model
from flowdsl.kinds.kind import resolve

if TYPE_CHECKING:
    from flowdsl.kinds.meta import ObjectMeta

Admission = Callable[[Any, Gates, Report], None]
"""All rules of one kind: its model, the cluster as the document's annotations have it, where findings go."""


def check_document(document: Model, gates: Gates = DEFAULT_GATES) -> list[Finding]:
    """What admission rejects in a document that decoded: errors, and warnings where Tekton's check has a hole.

    Raises TypeError for a model that is no document.
    """
    report = Report()
    check_into(document, gates, report)
    return report.findings


def check_into(document: Model, gates: Gates, report: Report) -> None:
    """As `check_document`, into a report."""
    check = _admission(type(document))
    metadata: ObjectMeta | None = getattr(document, "metadata", None)
    check(document, gates.of(metadata.annotations if metadata else None), report)


@cache
def _admission(model: type[Model]) -> Admission:
    """What the table names for a model; the rules of a kind load when one is met. Raises TypeError for none."""
    kind = table.of_model(f"{model.__module__}:{model.__name__}")
    if kind is None or not kind.admission:
        raise TypeError(f"{model.__name__} is no document of Tekton")
    return cast("Admission", resolve(kind.admission))


@attrs.frozen
class Checked:
    """A raw document with what was found: `model` is None where it could not be decoded."""

    model: Model | None
    findings: list[Finding]

    @property
    def accepted(self) -> bool:
        """What admission would say."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)


def check_raw(document: Mapping[str, Any], gates: Gates = DEFAULT_GATES) -> Checked:
    """Decode a document as Tekton's webhook does and check it. Raises UnknownKind for what Tekton has no kind for."""
    from flowdsl.check.decoding import decode

    report = Report()
    model = decode(document, report)
    if model is not None:
        check_into(model, gates, report)
    return Checked(model, report.findings)
