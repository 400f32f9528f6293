"""From a source to its Tekton documents: streams, lists, templates of triggers, and what is none of Tekton's."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from flowdsl.diagnostics import Finding, Location, Path, Severity
from flowdsl.diagnostics.near import near
from flowdsl.kinds import KINDS, UNKNOWN_KIND, is_checked
from flowdsl.kinds.table import LIST, SENSOR, TASK, TRIGGER_TEMPLATE, in_group
from flowdsl.yamlread.meant import as_code_folder, kubernetes_text, render_hint, tekton_map, tekton_text
from flowdsl.yamlread.nodes import Node
from flowdsl.yamlread.reader import ReadDocument, UnreadableError, read
from flowdsl.yamlread.rules import FIELD_TWICE, NO_DOCUMENT, NOT_YAML, UNRENDERED_TEMPLATE
from flowdsl.yamlread.sources import Source


@attrs.define
class Document:
    """One document: what was read, and what was found in it.

    `checked` is false for what is none of Tekton's: it is named in the report and not judged. `template` marks a run
    within a TriggerTemplate, whose values come at the event. `foreign` marks what was found in a folder and is no
    Kubernetes document. `findings` are all that was found, `shown` and `hidden` those that the user wants to hear of,
    and the others: what is hidden counts for admission all the same.
    """

    file: str
    index: int
    kind: str
    name: str
    data: dict[str, object]
    root: Node | None = None
    checked: bool = False
    template: bool = False
    foreign: bool = False
    findings: list[Finding] = attrs.field(factory=list)
    shown: list[Finding] = attrs.field(factory=list)
    hidden: list[Finding] = attrs.field(factory=list)

    @property
    def accepted(self) -> bool:
        """What Tekton's admission would say."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    def add(self, finding: Finding, line: int = 0, column: int = 0, file: str = "") -> None:
        """Note a finding at a place."""
        self.findings.append(finding.at(Location(file or self.file, line, column)))


def documents(source: Source) -> Iterator[Document]:
    """The documents of a source. What can't be read becomes a document of its own that holds the finding."""
    for each in _documents(source):
        if source.walked and any(finding.code.startswith("FLOW4") for finding in each.findings):
            _weigh(each, source)
        yield each


def _weigh(document: Document, source: Source) -> None:
    """What a folder holds that is no Kubernetes document: left out, or told in so far as it is meant to be one."""
    codes = {finding.code for finding in document.findings}
    if source.problem is not None:
        document.foreign = not source.meant
    elif document.root is not None:
        document.foreign = not tekton_map(document.data)
    elif UNRENDERED_TEMPLATE.code in codes:
        # A template is no document yet; what was not checked is told where it will be one of Tekton's.
        document.foreign = not (tekton_text(source.text) or as_code_folder(source.name))
        document.findings = [attrs.evolve(each, severity=Severity.WARNING) for each in document.findings]
    else:
        unread = not codes & {NO_DOCUMENT.code, UNKNOWN_KIND.code}
        document.foreign = not (unread and (kubernetes_text(source.text) or as_code_folder(source.name)))


def _documents(source: Source) -> Iterator[Document]:
    if source.problem is not None:
        rule, message, hint = source.problem
        yield _broken(source, 0, rule.finding(message, hint=hint))
        return
    index = 0
    try:
        for found in read(source.text):
            for each in _expand(source, index, found):
                index = each.index + 1
                yield each
    except UnreadableError as error:
        yield _broken(source, index, _explain(error, source), error.line, error.column)
        return
    if index == 0:
        finding = NO_DOCUMENT.finding("there is no document in it", hint="remove the file, or write one")
        yield _broken(source, 0, finding, 1, 1)


def _broken(source: Source, index: int, finding: Finding, line: int = 0, column: int = 0) -> Document:
    document = Document(source.name, index, "", "", {})
    document.add(finding, line, column)
    return document


def _explain(error: UnreadableError, source: Source) -> Finding:
    if error.rule is NOT_YAML and _templated(source.text, error.line):
        hint = render_hint(source.name, source.text)
        return UNRENDERED_TEMPLATE.finding("this is a template, not yet YAML", hint=hint)
    return error.rule.finding(error.message, hint=error.hint)


def _templated(text: str, line: int) -> bool:
    """Whether a placeholder stands where the reader stopped, or on the two lines before: a script may have some too."""
    if "{{" not in text:
        return False
    return any("{{" in each for each in text.splitlines()[max(line - 3, 0) : line])


def _expand(source: Source, index: int, found: ReadDocument) -> Iterator[Document]:
    """The document itself, or the items of a List, or a TriggerTemplate with the runs in it."""
    root = found.root
    if not isinstance(root.value, dict):
        message = "a document is a map with apiVersion and kind"
        yield _broken(
            source, index, UNKNOWN_KIND.finding(message, hint="see the fields of a Task"), root.line, root.column
        )
        return
    document = _document(source, index, root, root.value)
    for duplicate in found.duplicates:
        message = f"the field {duplicate.name!r} is there twice, first in line {duplicate.first}"
        document.add(FIELD_TWICE.finding(message, hint="remove one"), duplicate.line, duplicate.column)
    kind = root.value.get("kind")
    items = root.value.get("items")
    if kind == LIST.name and isinstance(items, list) and root.child("items") is not None:
        yield from _items(source, index, root, ("items",), template=False)
        return
    yield document
    if kind == TRIGGER_TEMPLATE.name:
        yield from _items(source, index + 1, root, ("spec", "resourcetemplates"), template=True)
    elif kind == SENSOR.name and in_group(root.value.get("apiVersion"), SENSOR.group):
        yield from _created(source, index + 1, root)


def _created(source: Source, index: int, root: Node) -> Iterator[Document]:
    """The objects that a Sensor's triggers create, as they stand in it."""
    triggers = _below(root, ("spec", "triggers"))
    for trigger in (triggers.items if triggers is not None else None) or ():
        item = _below(trigger, ("template", "k8s", "source", "resource"))
        if item is not None and isinstance(item.value, dict):
            each = _document(source, index, item, item.value)
            each.template = True
            yield each
            index += 1


def _below(root: Node, path: Path) -> Node | None:
    node: Node | None = root
    for part in path:
        node = node.child(part) if node is not None else None
    return node


def _items(source: Source, index: int, root: Node, path: Path, *, template: bool) -> Iterator[Document]:
    node = _below(root, path)
    for item in (node.items if node is not None else None) or ():
        if isinstance(item.value, dict):
            each = _document(source, index, item, item.value)
            each.template = template
            yield each
            index += 1


def _document(source: Source, index: int, root: Node, data: dict[str, object]) -> Document:
    metadata = data.get("metadata")
    named = metadata if isinstance(metadata, dict) else {}
    name = named.get("name") or named.get("generateName") or ""
    document = Document(source.name, index, str(data.get("kind") or ""), str(name), data, root)
    version = data.get("apiVersion")
    if not isinstance(version, str) or not isinstance(data.get("kind"), str) or not version:
        finding = UNKNOWN_KIND.finding("the document has no apiVersion or no kind", hint=_kind_hint(data, source))
        document.add(finding, root.line, root.column)
    elif is_checked(data["kind"], version):
        document.checked = True
    return document


def _kind_hint(data: dict[str, object], source: Source) -> str:
    if "{{" in source.text:
        return render_hint(source.name, source.text)
    kind = near(str(data.get("kind")), KINDS) or TASK.name
    return f"apiVersion: {TASK.api_version} and kind: {kind}"
