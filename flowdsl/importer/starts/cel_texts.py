"""CEL as `flowdsl.events` writes it, back to fields, texts and conditions of Python.

A guess is good where the same writer makes the same text of it; nothing else is given back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

import attrs

from flowdsl.celgo.goes import canonical
from flowdsl.celgo.parser import parse
from flowdsl.celgo.tree import Call, CelError, Literal, Many, Name, Node, Select
from flowdsl.celgo.uses import walk
from flowdsl.diagnostics import Location
from flowdsl.events.cel import Writer
from flowdsl.events.pac_cel import NotSaidError
from flowdsl.importer.shapes import DEEPEST, Unsupported
from flowdsl.ir.events import (
    FIELDS,
    Beginning,
    Compared,
    EventField,
    EventFilter,
    Every,
    Happening,
    Joined,
    Matching,
    Opposite,
    Scalar,
    Sign,
    Some,
    Truth,
    Within,
)

HERE = Location("", 1)
"""Where what is read here stands: nowhere in a file of Python's."""
_SIGNS: dict[str, Sign] = {"_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">="}
_OPENING, _CLOSING = "([{", ")]}"


def _outside(text: str) -> Iterator[tuple[int, int]]:
    """The places of a text that are in no literal, each with how many brackets are open there."""
    depth, at, quote = 0, 0, ""
    while at < len(text):
        char = text[at]
        if quote:
            at += 1 if char == "\\" else 0
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        else:
            depth += (char in _OPENING) - (char in _CLOSING)
            yield at, depth
        at += 1


def split(text: str, sign: str) -> list[str]:
    """The parts of a text between a sign, where that stands in no brackets and no literal."""
    found, begin = list[str](), 0
    for at, depth in _outside(text):
        if not depth and at >= begin and text.startswith(sign, at):
            found.append(text[begin:at])
            begin = at + len(sign)
    return [*found, text[begin:]]


def unwrapped(text: str) -> str | None:
    """What stands in one pair of brackets around all of a text; None where there is none."""
    whole = text.startswith("(") and next((at for at, depth in _outside(text) if not depth), -1) == len(text) - 1
    return text[1:-1] if whole else None


def tree(text: str) -> Node:
    """The tree of an expression. Raises Unsupported for what is no CEL."""
    try:
        return parse(text, DEEPEST)
    except CelError as error:
        raise Unsupported("filter", "it is no CEL, or nests deeper than a filter of on=") from error


def shape(node: Node) -> object:
    """A tree without its places, to compare."""
    if isinstance(node, Select):
        return ("select", shape(node.operand), node.field, node.has)
    if isinstance(node, Call):
        target = shape(node.target) if node.target is not None else None
        return ("call", node.function, target, tuple(shape(each) for each in node.arguments))
    if isinstance(node, Name):
        return ("name", node.name)
    if isinstance(node, Literal):
        return ("literal", type(node.value).__name__, str(node.value))
    return ("other", str(node))


def text_of(node: Node) -> str | None:
    """A literal's text."""
    value = node.value if isinstance(node, Literal) else None
    return str(value) if isinstance(value, str) else None


@attrs.define
class EventFields:
    """The fields of one event by how a writer writes them."""

    writer: Writer
    happening: Happening
    by_text: dict[str, EventField] = attrs.field(factory=dict)
    by_shape: dict[object, EventField] = attrs.field(factory=dict)

    def __attrs_post_init__(self) -> None:
        occurrence = self.writer.occurrence
        if occurrence is None:
            return
        for name, (sort, events) in FIELDS.items():
            if self.happening not in events or name not in (*occurrence.fields, "delivery"):
                continue
            field = EventField("event", tuple(name.split(".")), sort, HERE)
            with suppress(NotSaidError):  # one that a target has no word for
                self.by_text.setdefault(self.writer.text(field).cel, field)
                self.by_shape.setdefault(shape(parse(self.writer.field(field).cel)), field)

    def value(self, text: str) -> EventField | Joined:
        """What a param is bound to. Raises Unsupported for what no field, and no text with fields in it, is."""
        found = self.field(text)
        if found is not None:
            return found
        parts: list[str | EventField] = []
        for part in split(text, " + "):
            one: str | EventField | None = text_of(tree(part))
            one = self.field(part) if one is None else one
            if one is None:
                raise Unsupported("overlays", f"no field of an event is {part}")
            parts.append(one)
        joined = Joined(tuple(parts), HERE)
        if len(parts) < 2 or self.writer.text(joined).cel != text:
            raise Unsupported("overlays", f"no field of an event is {text}")
        return joined

    def field(self, text: str) -> EventField | None:
        """The field that is written so."""
        if text in self.by_text:
            return self.by_text[text]
        for node in walk(tree(text)):
            field = self.at(node)
            if field is not None and self.writer.text(field).cel == text:
                return field
        return None

    def at(self, node: Node) -> EventField | None:
        """The field that an expression is."""
        known = self.by_shape.get(shape(node))
        if known is not None:
            return known
        if header := header_of(node):
            return EventField("header", (header,), "text", HERE)
        path = _path(node)
        return EventField("body", path, "any", HERE) if path else None

    def condition(self, text: str) -> EventFilter:
        """A filter of Python's that is written so. Raises Unsupported where there is none."""
        found = self._condition(text)
        if self.writer.filter(found) != text:
            raise Unsupported("filter", f"no condition of Python's is {text}")
        return found

    def _condition(self, text: str) -> EventFilter:
        inner = unwrapped(text)
        if inner is None:
            return self._atom(tree(text))
        for sign, made in ((" || ", Some), (" && ", Every)):
            parts = split(inner, sign)
            if len(parts) > 1 and all(unwrapped(each) is not None for each in parts):
                return made(tuple(self._condition(each) for each in parts), HERE)
        return self._atom(tree(split(inner, " && ")[-1]))

    def _atom(self, node: Node) -> EventFilter:
        if isinstance(node, Call):
            if node.function == "!_":
                return Opposite(self._atom(node.arguments[0]), HERE)
            if node.function in _SIGNS:
                return self._compared(_SIGNS[node.function], node.arguments)
            field = self.at(node.arguments[0]) if node.function == "@in" else None
            if field is not None and isinstance(node.arguments[1], Many):
                return Within(field, tuple(_scalar(each) for each in node.arguments[1].items), HERE)
            if node.function in ("startsWith", "_||_"):
                return self._beginning(node)
            field = self.at(node.target) if node.function == "matches" and node.target is not None else None
            pattern = text_of(node.arguments[0]) if node.arguments else None
            if field is not None and pattern is not None and pattern.startswith("^(?:") and pattern.endswith(")$"):
                return Matching(field, pattern[4:-2], HERE)
        raise Unsupported("filter", "a condition that Python has no word for")

    def _compared(self, sign: Sign, sides: Sequence[Node]) -> EventFilter:
        left, right = self.at(sides[0]), self.at(sides[1])
        if left is None:
            raise Unsupported("filter", "a comparison of what is no field")
        if right is not None:
            return Compared(sign, left, right, HERE)
        value = _scalar(sides[1])
        if not isinstance(value, bool) or sign not in ("==", "!="):
            return Compared(sign, left, value, HERE)
        return Truth(left, HERE) if value is (sign == "==") else Opposite(Truth(left, HERE), HERE)

    def _beginning(self, node: Call) -> EventFilter:
        parts, found = list[Node]([node]), list[tuple[EventField | None, str | None]]()
        while parts:
            each = parts.pop()
            if isinstance(each, Call) and each.function == "_||_":
                parts += reversed(each.arguments)
            elif isinstance(each, Call) and each.function == "startsWith" and each.target is not None:
                found.append((self.at(each.target), text_of(each.arguments[0])))
            else:
                raise Unsupported("filter", "a condition that Python has no word for")
        field, prefixes = found[0][0], [text for _, text in found]
        if field is None or any(each != field for each, _ in found) or None in prefixes:
            raise Unsupported("filter", "a condition that Python has no word for")
        return Beginning(field, tuple(each for each in prefixes if each is not None), HERE)


def header_of(node: Node | None) -> str | None:
    """The name of the header that an expression is; None for what is none."""
    if isinstance(node, Call) and node.function == "_[_]" and isinstance(node.arguments[0], Name):
        name = text_of(node.arguments[1]) if node.arguments[0].name == "headers" else None
        return canonical(name) if name else None
    if not isinstance(node, Call) or node.function != "canonical" or len(node.arguments) != 1:
        return None
    return text_of(node.arguments[0]) if isinstance(node.target, Name) and node.target.name == "header" else None


def _path(node: Node) -> tuple[str | int, ...] | None:
    """The path of a field of the body; None for what is none."""
    steps: list[str | int] = []
    while not isinstance(node, Name):
        if isinstance(node, Select) and not node.has:
            steps.append(node.field)
            node = node.operand
        elif isinstance(node, Call) and node.function == "_[_]" and isinstance(node.arguments[1], Literal):
            step = node.arguments[1].value
            if not isinstance(step, (str, int)) or isinstance(step, bool):
                return None
            steps.append(int(step) if isinstance(step, int) else str(step))
            node = node.arguments[0]
        else:
            return None
    return tuple(reversed(steps)) if node.name == "body" and steps else None


def _scalar(node: Node) -> Scalar:
    value = node.value if isinstance(node, Literal) else None
    if isinstance(node, Call) and node.function == "-_" and isinstance(node.arguments[0], Literal):
        value = -node.arguments[0].value
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)):
        return int(value) if float(value).is_integer() else float(value)
    raise Unsupported("filter", "a comparison with what is no constant")
