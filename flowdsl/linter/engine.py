"""Lint: every document checked by itself, then all of them as a set, then what the user asked not to hear left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from flowdsl.check import DEFAULT_GATES, Finding, Gates
from flowdsl.check.decoding import FIELD_IN_ANOTHER_CASE, UNKNOWN_FIELD
from flowdsl.check.pitfalls.meta import FIELD_OF_THE_CLUSTER
from flowdsl.linter.ignores import Ignores
from flowdsl.linter.origins import Origins
from flowdsl.linter.select import Selection
from flowdsl.yamlread.documents import Document, documents
from flowdsl.yamlread.nodes import locate
from flowdsl.yamlread.sources import Source

_AT_KEY = frozenset({UNKNOWN_FIELD.code, FIELD_IN_ANOTHER_CASE.code, FIELD_OF_THE_CLUSTER.code})


@attrs.frozen
class Options:
    """What to check against and what to tell; `strict`: what Kubernetes would refuse is an error."""

    gates: Gates = DEFAULT_GATES
    selection: Selection = attrs.field(factory=Selection)
    strict: bool = False


def lint_sources(sources: Iterable[Source], options: Options) -> list[Document]:
    """The Kubernetes documents of all sources with their findings, in the order read."""
    found: list[Document] = []
    ignores: dict[str, Ignores] = {}
    for source in sources:
        ignores[source.name] = Ignores.of(source.text)
        found += (each for each in documents(source) if not each.foreign)
    origins = Origins(found)
    for document, finding in check_documents(found, options):
        _place(document, origins.traced(document, finding))
    for document in found:
        select(document, options.selection, ignores)
    return found


def check_documents(found: Sequence[Document], options: Options) -> Iterator[tuple[Document, Finding]]:
    """What the rules find: in each document, then between them; in the order of the documents."""
    from flowdsl.check.examine import Given, examine_set

    # A run within a TriggerTemplate is admitted when an event comes, with the event's values in it.
    given = [Given(each.data, each.file, each.root, admission=not each.template) for each in found]
    for document, examined in zip(found, examine_set(given, options.gates, strict=options.strict), strict=True):
        for finding in examined.findings:
            yield document, finding


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
