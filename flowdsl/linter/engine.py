"""Lint: every document checked by itself, then all of them as a set, then what the user asked not to hear left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from flowdsl.check import DEFAULT_GATES, Finding, Gates
from flowdsl.check.findings import Report
from flowdsl.kinds.base import Model
from flowdsl.linter.ignores import Ignores
from flowdsl.linter.select import Selection
from flowdsl.linter.written import check_written
from flowdsl.yamlread.documents import Document, documents
from flowdsl.yamlread.nodes import locate
from flowdsl.yamlread.sources import Source

_AT_KEY = frozenset({"FLOW201", "FLOW303", "FLOW317"})


@attrs.frozen
class Options:
    """What to check against and what to tell."""

    gates: Gates = DEFAULT_GATES
    selection: Selection = attrs.field(factory=Selection)


@attrs.frozen
class Entered:
    """A document with the report that its findings go to."""

    document: Document
    report: Report


def lint_sources(sources: Iterable[Source], options: Options) -> list[Document]:
    """The Kubernetes documents of all sources with their findings, in the order read."""
    found: list[Document] = []
    ignores: dict[str, Ignores] = {}
    for source in sources:
        ignores[source.name] = Ignores.of(source.text)
        found += (each for each in documents(source) if not each.foreign)
    for document, finding in check_documents(found, options):
        _place(document, finding)
    for document in found:
        select(document, options.selection, ignores)
    return found


def check_documents(found: Iterable[Document], options: Options) -> Iterator[tuple[Document, Finding]]:
    """What the rules find: in each document, then between them; in the order of the documents."""
    from flowdsl.check.pitfalls.across import Entry, check_set
    from flowdsl.check.pitfalls.secrets import check_config
    from flowdsl.check.podnames import OBJECTS, check_object

    entered = []
    entries = []
    for document in found:
        report = Report()
        entered.append(Entered(document, report))
        model = check_one(document, options.gates, report) if document.checked else None
        if document.kind in OBJECTS:
            check_object(document.data, report.warning)
            check_config(document.data, report)
        if document.checked and document.kind:
            entries.append(Entry(model, report, document.data, document.file))
    check_set(entries)
    for each in entered:
        for finding in each.report.findings:
            yield each.document, finding


def check_one(document: Document, gates: Gates, report: Report) -> Model | None:
    """One document through conversion, decoding, admission and pitfalls; its model, or None where there is none."""
    from flowdsl.check.admission import check_into
    from flowdsl.check.decoding import decode
    from flowdsl.check.pitfalls.single import check_pitfalls
    from flowdsl.kinds import UnknownKind, kind_hint
    from flowdsl.yamlread.versions import UnconvertibleError, to_v1

    try:
        data = to_v1(document, report)
    except UnconvertibleError as error:
        report.error("FLOW206", error.path, error.message, error.hint)
        return None
    try:
        model = decode(data, report)
    except UnknownKind as error:
        report.error("FLOW406", ("kind",), f"Tekton has no {error}", kind_hint(document.kind))
        return None
    if model is None:
        return None
    before = Report() if document.template else report
    # A run within a TriggerTemplate is admitted when an event comes, with the event's values in it.
    check_into(model, gates, before)
    check_pitfalls(model, data, report)
    if document.root is not None:
        check_written(model, data, document.root, report)
    return model


def _place(document: Document, finding: Finding) -> None:
    if document.root is None:
        document.add(finding)
        return
    node = locate(document.root, finding.path, key=finding.code in _AT_KEY)
    document.add(finding, node.line, node.column)


def select(document: Document, selection: Selection, ignores: Mapping[str, Ignores]) -> None:
    """Part the findings of a document into those that are told and those that the user does not want to hear."""
    for finding in document.findings:
        code, file = finding.code, finding.file
        comments = ignores.get(file)
        wanted = selection.has(code, file) and not (comments is not None and comments.covers(code, finding.line))
        (document.shown if wanted else document.hidden).append(finding)


def iterate(found: Iterable[Document]) -> Iterator[tuple[Document, Finding]]:
    """Every finding that is to be told, with its document."""
    for document in found:
        for finding in document.shown:
            yield document, finding
