"""The one door to the checks of a document, for compile, lint, import and whoever else has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from flowdsl.check.admission import check_into
from flowdsl.check.conversion import NO_COUNTERPART_IN_V1, UnconvertibleError, to_v1
from flowdsl.check.decoding import decode
from flowdsl.check.findings import Finding, Report
from flowdsl.check.gates import DEFAULT_GATES, Gates
from flowdsl.diagnostics.frozen import frozen
from flowdsl.kinds import UNKNOWN_KIND, UnknownKind, is_checked, kind_hint, table
from flowdsl.kinds.base import Model

if TYPE_CHECKING:
    from flowdsl.check.pitfalls.written import Written


@frozen
class Examined:
    """A document with what was found in it.

    `data` is the document as v1, `model` what it decodes to (None where nothing can be decoded of it, or it is of a
    kind that has no model). `known` is false where Tekton has no such kind.
    """

    data: Mapping[str, object]
    model: Model | None
    report: Report
    known: bool = True

    @property
    def findings(self) -> list[Finding]:
        """All that was found."""
        return self.report.findings

    @property
    def accepted(self) -> bool:
        """Whether admission would take it."""
        return self.report.accepted


def examine(
    document: Mapping[str, object],
    gates: Gates = DEFAULT_GATES,
    *,
    admission: bool = True,
    pitfalls: bool = True,
    strict: bool = False,
    written: Written | None = None,
) -> Examined:
    """Check one document, as it was read, by all rules that look at one alone. Raises nothing for what is in it.

    `gates` are the cluster's feature flags. Without `admission` only its decoding is judged: for what is not to be
    created as it stands. Without `pitfalls` no warning is looked for but those of the decoder. `strict`: what
    Kubernetes would refuse is an error. `written` is what stands in the file, where there is one.
    """
    report = Report(strict=strict)
    if not is_checked(document.get("kind"), document.get("apiVersion")):
        _check_object(document, report, pitfalls=pitfalls)
        return Examined(document, None, report)
    try:
        data = to_v1(document, report)
        model = decode(data, report)
    except UnconvertibleError as error:
        report.add(NO_COUNTERPART_IN_V1, error.path, error.message, error.hint)
        return Examined(document, None, report)
    except UnknownKind as error:
        hint = kind_hint(str(document.get("kind")))
        report.add(UNKNOWN_KIND, ("kind",), f"Tekton has no {error}", hint)
        return Examined(document, None, report, known=False)
    if model is not None and admission:
        check_into(model, gates, report)
    if table.named(data.get("kind")) in table.BOUND:
        _check_object(data, report, pitfalls=pitfalls)
    elif model is not None:
        if pitfalls:
            _check_pitfalls(model, data, written, report)
        elif strict:
            from flowdsl.check.podnames import check_pod_names

            check_pod_names(model, report)
    return Examined(data, model, report)


@frozen
class Given:
    """A document of a set: as it was read, its file, what stands there; `admission` as for `examine`."""

    data: Mapping[str, object]
    file: str = ""
    written: Written | None = None
    admission: bool = True


def examine_set(documents: Sequence[Given], gates: Gates = DEFAULT_GATES, *, strict: bool = False) -> list[Examined]:
    """Check documents that belong together: each by itself, then what refers from one to another."""
    from flowdsl.check.pitfalls.across import Entry, check_set

    found = [
        examine(each.data, gates, admission=each.admission, strict=strict, written=each.written) for each in documents
    ]
    check_set(
        [
            Entry(examined.model, examined.report, given.data, given.file)
            for given, examined in zip(documents, found, strict=True)
            if is_checked(given.data.get("kind"), given.data.get("apiVersion"))
        ]
    )
    return found


def _check_pitfalls(model: Model, data: Mapping[str, object], written: Written | None, report: Report) -> None:
    from flowdsl.check.pitfalls.single import check_pitfalls
    from flowdsl.check.pitfalls.written import check_written

    check_pitfalls(model, data, report)
    if written is not None:
        check_written(model, data, written, report)


def _check_object(document: Mapping[str, object], report: Report, *, pitfalls: bool) -> None:
    """What is none of Tekton's, and is bound to its tasks all the same."""
    from flowdsl.check.podnames import check_object

    check_object(document, report)
    if pitfalls:
        from flowdsl.check.pitfalls.secrets import check_config

        check_config(document, report)
