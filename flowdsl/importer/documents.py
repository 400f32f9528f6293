"""The documents of sources, ready to import: v1, decoded as Tekton decodes them, with their comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast

import attrs

from flowdsl.check import DEFAULT_GATES, Gates
from flowdsl.check.examine import examine
from flowdsl.check.pitfalls.values import values_at
from flowdsl.diagnostics import Finding, Location, Path, Severity
from flowdsl.importer.comments import Comments, comments_of
from flowdsl.importer.findings import Kept
from flowdsl.importer.rules import KEPT_DOCUMENT, KEPT_FIELD, KEPT_START, NOT_KUBERNETES, UNWRITABLE_DOCUMENT
from flowdsl.kinds import UNKNOWN_KIND, table
from flowdsl.kinds.values import decoded
from flowdsl.yamlread.documents import Document, documents
from flowdsl.yamlread.nodes import Node, locate
from flowdsl.yamlread.sources import Source


@attrs.frozen
class Loaded:
    """One document: its data as v1, where it was read, its comments."""

    document: Document
    data: dict[str, object]
    comments: Comments

    def place(self, path: Path) -> Location:
        """Where a part of it stands in its file."""
        node = locate(self.document.root, path, key=True) if self.document.root is not None else None
        return Location(self.document.file, node.line if node else 1, node.column if node else 0)


def load_documents(sources: Iterable[Source], gates: Gates = DEFAULT_GATES) -> tuple[list[Loaded], list[Finding]]:
    """The documents of all sources and what is wrong with them; errors among it are what Tekton would refuse."""
    found: list[Loaded] = []
    told: list[Finding] = []
    for source in sources:
        read = [each for each in documents(source) if not each.template]
        comments = iter(_comments([each.root for each in read if each.root is not None], source.text))
        for document in read:
            said = next(comments) if document.root is not None else Comments()
            if document.foreign:
                told.append(_left_out(document))
                continue
            told += [_told(document, finding, finding.line, finding.column) for finding in document.findings]
            if document.root is None or not document.accepted:
                continue
            data, findings = _decoded(document, gates)
            told += list(_placed(document, findings))
            # A document that is refused may have been read in part: none of it is imported.
            if data is not None and all(each.severity is not Severity.ERROR for each in findings):
                found.append(Loaded(document, data, said))
    return found, told


def _left_out(document: Document) -> Finding:
    """FLOW407: what a folder holds beside Kubernetes documents."""
    found = document.findings[0]
    message = f"left out: it is no Kubernetes document ({found.message})"
    hint = "name the file to have it treated as one; leave it out in silence with --exclude"
    return NOT_KUBERNETES.finding(message, Location(found.file, found.line or 1, found.column), hint=hint)


def _comments(roots: list[Node], text: str) -> list[Comments]:
    return comments_of(roots, text) if "#" in text else [Comments() for _ in roots]


def _decoded(document: Document, gates: Gates) -> tuple[dict[str, object] | None, list[Finding]]:
    if not document.checked:
        return document.data, []
    examined = examine(document.data, gates, pitfalls=False)
    findings = examined.findings
    if not examined.known and document.data["apiVersion"] != table.TASK.api_version:
        # A PipelineResource, a Condition: of a Tekton of old.
        return document.data, [each for each in findings if each.code != UNKNOWN_KIND.code]
    model = examined.model
    if model is None:
        return None, findings
    # Null stands for an absent field, so that Go writes none.
    data = model.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)
    for found in values_at(data):
        # A list of numbers is one text to Tekton, and so it is in Python.
        part = cast("dict[int | str, object]", data)
        for key in found.path[:-1]:
            part = cast("dict[int | str, object]", part[key])
        part[found.path[-1]] = decoded(found.value)
    return data, findings


def _placed(document: Document, findings: list[Finding]) -> Iterator[Finding]:
    for finding in findings:
        node = locate(document.root, finding.path) if document.root is not None else None
        yield _told(document, finding, node.line if node else 1, node.column if node else 0)


def _told(document: Document, finding: Finding, line: int, column: int) -> Finding:
    return finding.at(Location(document.file, line or 1, column))


def kept_diagnostic(loaded: Loaded, kept: Kept, *, stubs: bool = False) -> Finding:
    """FLOW501, FLOW502 for a document, FLOW476 for a start: what stands as Tekton writes it, or has no stub."""
    place = loaded.place(kept.path)
    if stubs:
        hint = "write the reference by hand: `@task_ref(named(...))`"
        return KEPT_DOCUMENT.finding(f"Task {loaded.document.name!r} has no stub: {kept.reason}", place, hint=hint)
    if kept.start:
        message = f"what starts {loaded.document.name!r} stays in its annotations: {kept.reason}"
        hint = "the run is compiled unchanged, for Pipelines-as-Code; say its start in on=[...] of its pipeline"
        return KEPT_START.finding(message, place, hint=hint, path=kept.path)
    if not kept.path:
        what = f"{loaded.document.kind or 'the document'} {loaded.document.name!r}"
        hint = f"it is compiled unchanged{_beside_it(loaded.data)}"
        return KEPT_DOCUMENT.finding(f"{what} is kept as raw(...): {kept.reason}", place, hint=hint)
    hint = "it is compiled unchanged; rewrite it by hand where the DSL has a better word"
    return KEPT_FIELD.finding(
        f"kept in extra={{...}} as Tekton writes it: {kept.reason}", place, hint=hint, path=kept.path
    )


def _beside_it(data: Mapping[str, object]) -> str:
    """What can be done with a kind of document that stays as it is; nothing for most."""
    if table.in_group(data.get("apiVersion"), table.TRIGGERS, table.ARGO):
        return '; docs/import.md, "Triggers of others", says how to write it as on=[...]'
    if table.TASK.is_of(data):
        return "; a pipeline can call it by its name"
    if table.INGRESS.is_of(data) or table.HTTP_ROUTE.is_of(data):
        return '; for a listener of on=[...] it is a setting: docs/import.md, "Settings of a project"'
    return ""


def lost_diagnostic(loaded: Loaded) -> Finding:
    """FLOW109: a document that no module of ours compiles to, not even as it stands."""
    what = f"{loaded.document.kind or 'the document'} {loaded.document.name!r}"
    hint = "leave its file out: it is nested deeper than Python reads, or larger than flowdsl compiles"
    return UNWRITABLE_DOCUMENT.finding(f"{what} can't be written as Python", loaded.place(()), hint=hint)
