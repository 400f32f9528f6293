"""YAML text to documents with places, whatever the text: bounded in size, depth and what aliases expand to.

Built on libyaml's events rather than on PyYAML's loader: the loader recurses, keeps no places, and takes a duplicate
key for an update.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

import attrs
import yaml

from flowdsl.diagnostics.rule import Rule
from flowdsl.yamlread.events import events
from flowdsl.yamlread.nodes import Node, Plain
from flowdsl.yamlread.rules import NOT_YAML, TOO_DEEP_OR_LARGE
from flowdsl.yamlread.scalars import NoJsonError, key_text, resolve

# A pipeline of 5,000 tasks has 150,000 nodes and 20 levels; a node costs half a kilobyte, and every check some time.
MAX_DEPTH = 200
MAX_NODES = 500_000
# Nodes that aliases and merge keys add to those that are written: an alias is for a handful of lines, and whoever reads
# the document pays for each use. Kubernetes' own reader has such a limit too.
MAX_COPIES = 100_000

# A line's references are looked for from each "$(" on: as many looks as it has of them, each as long as the line.
_LONG = 20_000
_MOST_LOOKS = 20_000_000

# Not as `A | B`, which would be made anew for each event.
_STARTS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
_TAG = "tag:yaml.org,2002:"


class UnreadableError(Exception):
    """The text is no YAML that Kubernetes would read: by which rule, what is wrong, where, and a hint."""

    def __init__(self, rule: Rule, message: str, line: int, column: int, hint: str) -> None:
        super().__init__(message)
        self.rule, self.message, self.line, self.column, self.hint = rule, message, line, column, hint


@attrs.frozen
class Duplicate:
    """A key that a mapping has twice."""

    name: str
    line: int
    column: int
    first: int


@attrs.define
class ReadDocument:
    """One document of a stream."""

    root: Node
    duplicates: list[Duplicate] = attrs.field(factory=list)


def read(text: str) -> Iterator[ReadDocument]:
    """The documents of a YAML stream, blank ones left out. Raises UnreadableError where it stops being readable."""
    # Go's reader ends the last line where the file does not: a block scalar there keeps its line feed.
    loader = events(text if text.endswith("\n") else text + "\n")
    builder = _Builder()
    try:
        while loader.check_event():
            done = builder.take(loader.get_event())
            if done is not None and not (done.root.value is None and done.root.size == 1):
                yield done
    except yaml.MarkedYAMLError as error:
        raise _syntax(error) from error
    except yaml.YAMLError as error:
        raise _character(error, text) from error
    except RecursionError as error:
        # PyYAML's own loader, where libyaml is missing, recurses on nested flow collections.
        raise UnreadableError(TOO_DEEP_OR_LARGE, "it is nested too deeply", 1, 1, "flatten it") from error
    finally:
        loader.dispose()


def _character(error: yaml.YAMLError, text: str) -> UnreadableError:
    """A character that YAML forbids: found before parsing begins, so its place is counted here."""
    position = getattr(error, "position", 0) or 0
    before = text[:position]
    line, column = before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
    what = str(error).splitlines()[0]
    return UnreadableError(
        NOT_YAML, f"this is no YAML: {what}", line, column, "remove the character, or write it escaped"
    )


def _syntax(error: yaml.MarkedYAMLError) -> UnreadableError:
    mark = error.problem_mark or error.context_mark
    what = " ".join(part for part in (error.context, error.problem) if part)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if "nesting depth" in what:
        return UnreadableError(TOO_DEEP_OR_LARGE, "it is nested too deeply", line, column, "flatten it")
    hint = "indent with spaces; a tab can't" if "\\t" in what else "mend the YAML around this place"
    return UnreadableError(NOT_YAML, f"this is no YAML: {what}", line, column, hint)


@attrs.define
class _OpenList:
    """A sequence whose end has not come yet. `items` and `values` are its node's."""

    node: Node
    anchor: str | None
    items: list[Node]
    values: list[object]


@attrs.define
class _OpenMap:
    """A mapping whose end has not come yet. `entries` and `values` are its node's."""

    node: Node
    anchor: str | None
    entries: dict[str, tuple[Node, Node]]
    values: dict[str, object]
    key: Node | None = None
    merges: list[Node] | None = None  # a list: a mapping may have as many as a file has lines


@attrs.define
class _Builder:
    """Events in, documents out; its stack is a list, so that depth costs no recursion."""

    stack: list[_OpenList | _OpenMap] = attrs.field(factory=list)
    anchors: dict[str, Node] = attrs.field(factory=dict)
    document: ReadDocument | None = None
    duplicates: list[Duplicate] = attrs.field(factory=list)
    count: int = 0
    copies: int = 0

    def take(self, event: yaml.Event | None) -> ReadDocument | None:
        """One event; a document when it ends one."""
        if isinstance(event, yaml.ScalarEvent):
            self._place(self._scalar(event), event.anchor)
        elif isinstance(event, _STARTS):
            self._open(event)
        elif isinstance(event, _ENDS):
            self._close(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.anchors, self.document, self.duplicates = {}, None, []
        elif isinstance(event, yaml.DocumentEndEvent) and self.document is not None:
            self.document.duplicates = self.duplicates
            return self.document
        return None

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        self._count(event)
        mark = event.start_mark  # as `_start` does it, without a call for each text
        assert mark is not None
        line, column = mark.line + 1, mark.column + 1
        plain = event.implicit[0] and not event.style
        try:
            value = resolve(event.value) if plain else _tagged(event.tag, event.value, line, column)
        except NoJsonError as error:
            hint = "quote it, or write a number"
            raise UnreadableError(NOT_YAML, f"JSON has no word for {event.value}", line, column, hint) from error
        if not isinstance(value, str):
            return Plain(line, column, value, event.value) if plain else Node(line, column, value)
        if len(value) > _LONG and _too_dense(value):
            message = f"a line has more than {len(value) // 1000} thousand characters full of $(...)"
            raise _limit(message, event, "write it over several lines, or into a file of the image")
        return Node(line, column, value)

    def _open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        self._count(event)
        if len(self.stack) >= MAX_DEPTH:
            message = f"it is nested more than {MAX_DEPTH} levels deep"
            raise _limit(message, event, "no Tekton document needs that; flatten it")
        mark = event.start_mark  # as in `_scalar`: a call for each took a diff 0.8 % more instructions
        assert mark is not None
        if isinstance(event, yaml.MappingStartEvent):
            named: dict[str, object] = {}
            entries: dict[str, tuple[Node, Node]] = {}
            node = Node(mark.line + 1, mark.column + 1, named)
            node.entries = entries
            self.stack.append(_OpenMap(node, event.anchor, entries, named))
        else:
            values: list[object] = []
            items: list[Node] = []
            node = Node(mark.line + 1, mark.column + 1, values)
            node.items = items
            self.stack.append(_OpenList(node, event.anchor, items, values))

    def _close(self, event: yaml.Event) -> None:
        done = self.stack.pop()
        if isinstance(done, _OpenMap):
            for source in done.merges or ():
                self._copy(len(source.entries or ()) + 1, event)
                _merge(done, source)
        self._place(done.node, done.anchor)

    def _alias(self, event: yaml.AliasEvent) -> None:
        node = self.anchors.get(event.anchor or "")
        if node is None:
            line, column = _start(event)
            hint = "an anchor comes before its aliases and can't hold one of itself"
            raise UnreadableError(NOT_YAML, f"there is no anchor &{event.anchor} yet", line, column, hint)
        self._copy(node.size, event)
        self._place(node, None)

    def _copy(self, number: int, event: yaml.Event) -> None:
        """Count what is there again by an alias or a merge key."""
        self.copies += number
        if self.copies > MAX_COPIES:
            message = f"its aliases and merge keys stand for more than {MAX_COPIES:,} nodes"
            raise _limit(message, event, "write out what they stand for, once")

    def _place(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = node
        if not self.stack:
            self.document = ReadDocument(node)
            return
        parent = self.stack[-1]
        if isinstance(parent, _OpenList):
            parent.node.size += node.size
            parent.items.append(node)
            parent.values.append(node.value)
        elif parent.key is None:
            parent.key = node
        else:
            parent.node.size += node.size
            self._entry(parent, parent.key, node)
            parent.key = None

    def _entry(self, parent: _OpenMap, key: Node, value: Node) -> None:
        if key.value == "<<" and (value.entries is not None or value.items is not None):
            if parent.merges is None:
                parent.merges = []
            parent.merges += value.items if value.items is not None else [value]
            return
        name = key_text(key.value)
        if name is None:
            message = "a key must be text" if key.value is not None else "a key is empty"
            raise UnreadableError(NOT_YAML, message, key.line, key.column, "quote it")
        before = parent.entries.get(name)
        if before is not None:
            self.duplicates.append(Duplicate(name, key.line, key.column, before[0].line))
        parent.entries[name] = (key, value)
        parent.values[name] = value.value

    def _count(self, event: yaml.Event) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            raise _limit(f"it has more than {MAX_NODES:,} nodes", event, "split the file")


def _too_dense(text: str) -> bool:
    return "$(" in text and any(each.count("$(") * len(each) > _MOST_LOOKS for each in text.split("\n"))


def _limit(message: str, event: yaml.Event, hint: str) -> UnreadableError:
    return UnreadableError(TOO_DEEP_OR_LARGE, message, *_start(event), hint)


def _start(event: yaml.Event) -> tuple[int, int]:
    """The line and the column of an event, from 1."""
    mark = event.start_mark
    assert mark is not None
    return mark.line + 1, mark.column + 1


def _merge(target: _OpenMap, source: Node) -> None:
    """`<<`: the source's entries where the target has none."""
    for name, (key, value) in (source.entries or {}).items():
        if name not in target.entries:
            target.node.size += value.size
            target.entries[name] = (key, value)
            target.values[name] = value.value


def _tagged(tag: str | None, text: str, line: int, column: int) -> object:
    kind = (tag or "").removeprefix(_TAG)
    if kind in ("int", "float", "bool", "null"):
        return resolve(text)
    if kind == "binary":
        try:
            return base64.b64decode(text, validate=False).decode("utf-8", "replace")
        except (binascii.Error, ValueError) as error:
            raise UnreadableError(NOT_YAML, "this is no base64", line, column, "encode it again") from error
    return text
