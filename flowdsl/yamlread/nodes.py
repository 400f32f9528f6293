"""A YAML document with the place of every node."""

from __future__ import annotations

from flowdsl.diagnostics import Path


class Node:
    """One node: its value as JSON would have it, its place (counted from 1), and its parts.

    `items` are the nodes of a sequence; `entries` those of a mapping by key, each with the node of the key. `size`
    counts the nodes below with every alias written out.
    """

    __slots__ = ("column", "entries", "items", "line", "size", "value")

    text = ""
    """What is written, where that is no text to YAML: `1.10`, `yes`, `~`."""

    def __init__(self, line: int, column: int, value: object) -> None:
        self.line = line
        self.column = column
        self.value = value
        self.items: list[Node] | None = None
        self.entries: dict[str, tuple[Node, Node]] | None = None
        self.size = 1

    def key(self, name: str) -> Node | None:
        """The node of a key."""
        found = (self.entries or {}).get(name)
        return found[0] if found else None

    def child(self, part: int | str) -> Node | None:
        """The node of an element or of a key's value."""
        if isinstance(part, int):
            return self.items[part] if self.items is not None and part < len(self.items) else None
        found = (self.entries or {}).get(part)
        return found[1] if found else None


class Plain(Node):
    """A plain scalar that YAML takes for a number, a boolean or null."""

    __slots__ = ("text",)

    def __init__(self, line: int, column: int, value: object, text: str) -> None:
        super().__init__(line, column, value)
        self.text = text


def locate(root: Node, path: Path, *, key: bool = False) -> Node:
    """The node that a path leads to, or the nearest above it that is there.

    A finding about a value points at a scalar itself; about a mapping or a list, or with `key`, at its key.
    """
    node, shown = root, root
    for part in path:
        child = node.child(part)
        if child is None:
            break
        name = node.key(part) if isinstance(part, str) else None
        node = child
        shown = name if name is not None and (key or child.items is not None or child.entries is not None) else child
    return shown
