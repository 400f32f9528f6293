"""Moving a document's own fields into the usual order, with the comments above them."""

from __future__ import annotations

from flowdsl.check.pitfalls.meta import FIELD_ORDER
from flowdsl.yamlread.documents import Document
from flowdsl.yamlread.nodes import Node

_ORDER = ("apiVersion", "kind", "metadata", "spec", "status")


def in_order(found: list[Document], text: str) -> str:
    """The text with the fields of documents in order where that was found wanting and each has lines of its own."""
    lines = text.split("\n")
    for document in found:
        if document.root is not None and any(each.code == FIELD_ORDER.code for each in document.shown):
            _move(document.root, lines)
    return "\n".join(lines)


def _move(root: Node, lines: list[str]) -> None:
    starts = [(key.line - 1, name) for name, (key, _) in (root.entries or {}).items() if key.column == 1]
    if len(starts) != len(root.entries or {}) or len({line for line, _ in starts}) != len(starts):
        return
    starts.sort()
    first = _with_comments(starts[0][0], lines)
    end = next((i for i in range(starts[-1][0], len(lines)) if lines[i].startswith(("---", "..."))), len(lines))
    if end == len(lines) and lines[-1] == "":
        # What follows the last line feed is no line.
        end -= 1
    borders = [first, *(_with_comments(line, lines) for line, _ in starts[1:]), end]
    blocks = [
        (name, lines[begin:stop]) for (_, name), begin, stop in zip(starts, borders[:-1], borders[1:], strict=True)
    ]
    blocks.sort(key=lambda block: _ORDER.index(block[0]) if block[0] in _ORDER else len(_ORDER))
    lines[first:end] = [line for _, block in blocks for line in block]


def _with_comments(line: int, lines: list[str]) -> int:
    while line > 0 and lines[line - 1].startswith("#"):
        line -= 1
    return line
