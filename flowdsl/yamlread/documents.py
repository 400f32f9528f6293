"""From a source to its Tekton documents: streams, lists, templates of triggers, and what is none of Tekton's."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

import attrs

from flowdsl.check import Finding
from flowdsl.tekton import KINDS
from flowdsl.yamlread.nodes import Node, Path
from flowdsl.yamlread.reader import ReadDocument, UnreadableError, read
from flowdsl.yamlread.sources import Source

_GROUP = "tekton.dev/"


@attrs.frozen
class Place:
    """A finding with its line and column in a file; 0 where there is no text to point into."""

    finding: Finding
    file: str
    line: int = 0
    column: int = 0


@attrs.define
class Document:
    """One document: what was read, and what was found in it.

    `checked` is false for what is none of Tekton's: it is named in the report and not judged. `template` marks a run
    within a TriggerTemplate, whose values come at the event. `places` are all findings, `shown` and `hidden` those that
    the user wants to hear of, and the others: what is hidden counts for admission all the same.
    """

    file: str
    index: int
    kind: str
    name: str
    data: dict[str, Any]
    root: Node | None = None
    checked: bool = False
    template: bool = False
    places: list[Place] = attrs.field(factory=list)
    shown: list[Place] = attrs.field(factory=list)
    hidden: list[Place] = attrs.field(factory=list)

    @property
    def accepted(self) -> bool:
        """What Tekton's admission would say."""
        return all(place.finding.severity != "error" for place in self.places)

    def add(self, finding: Finding, line: int = 0, column: int = 0, file: str = "") -> None:
        """Note a finding at a place."""
        self.places.append(Place(finding, file or self.file, line, column))


def documents(source: Source) -> Iterator[Document]:
    """The documents of a source. What can't be read becomes a document of its own that holds the finding."""
    if source.problem is not None:
        code, message, hint = source.problem
        yield _broken(source, 0, Finding(code, "error", (), message, hint))
        return
    index = 0
    try:
        for found in read(source.text):
            for each in _expand(source, index, found):
                index = each.index + 1
                yield each
    except UnreadableError as error:
        yield _broken(source, index, _explain(error, source.text), error.line, error.column)
        return
    if index == 0:
        message = "there is no document in it"
        yield _broken(source, 0, Finding("FLOW405", "warning", (), message, "remove the file, or write one"), 1, 1)


def _broken(source: Source, index: int, finding: Finding, line: int = 0, column: int = 0) -> Document:
    document = Document(source.name, index, "", "", {})
    document.add(finding, line, column)
    return document


def _explain(error: UnreadableError, text: str) -> Finding:
    if error.code == "FLOW401" and "{{" in text:
        hint = "render it first: helm template CHART | flowdsl lint -"
        return Finding("FLOW404", "error", (), "this is a template, not yet YAML", hint)
    return Finding(error.code, "error", (), error.message, error.hint)


def _expand(source: Source, index: int, found: ReadDocument) -> Iterator[Document]:
    """The document itself, or the items of a List, or a TriggerTemplate with the runs in it."""
    root = found.root
    if not isinstance(root.value, dict):
        message = "a document is a map with apiVersion and kind"
        yield _broken(
            source, index, Finding("FLOW406", "error", (), message, "see the fields of a Task"), root.line, root.column
        )
        return
    document = _document(source, index, root, root.value)
    for duplicate in found.duplicates:
        message = f"the field {duplicate.name!r} is there twice, first in line {duplicate.first}"
        document.add(Finding("FLOW202", "error", (), message, "remove one"), duplicate.line, duplicate.column)
    kind = root.value.get("kind")
    items = root.value.get("items")
    if kind == "List" and isinstance(items, list) and root.child("items") is not None:
        yield from _items(source, index, root, ("items",), template=False)
        return
    yield document
    if kind == "TriggerTemplate":
        yield from _items(source, index + 1, root, ("spec", "resourcetemplates"), template=True)


def _items(source: Source, index: int, root: Node, path: Path, *, template: bool) -> Iterator[Document]:
    node: Node | None = root
    for part in path:
        node = node.child(part) if node is not None else None
    for item in (node.items if node is not None else None) or ():
        if isinstance(item.value, dict):
            each = _document(source, index, item, item.value)
            each.template = template
            yield each
            index += 1


def _document(source: Source, index: int, root: Node, data: dict[str, Any]) -> Document:
    metadata = data.get("metadata")
    named = metadata if isinstance(metadata, dict) else {}
    name = named.get("name") or named.get("generateName") or ""
    document = Document(source.name, index, str(data.get("kind") or ""), str(name), data, root)
    version = data.get("apiVersion")
    if not isinstance(version, str) or not isinstance(data.get("kind"), str) or not version:
        finding = Finding("FLOW406", "error", (), "the document has no apiVersion or no kind", _kind_hint(data, source))
        document.add(finding, root.line, root.column)
    elif version.startswith(_GROUP):
        document.checked = True
    return document


def _kind_hint(data: dict[str, Any], source: Source) -> str:
    if "{{" in source.text:
        return "render the template first: helm template CHART | flowdsl lint -"
    close = difflib.get_close_matches(str(data.get("kind")), KINDS, 1)
    return f"apiVersion: tekton.dev/v1 and kind: {close[0] if close else 'Task'}"
