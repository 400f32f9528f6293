"""The parts of a CEL expression; each knows at which character it begins."""

from __future__ import annotations

from typing import Any

import attrs


class CelError(Exception):
    """An expression that can't be read, names what isn't there, or fails for the values it is given."""


class CelSyntaxError(CelError):
    """An expression that can't be read, or names what isn't there; `at` is the character, from 0."""

    def __init__(self, text: str, at: int) -> None:
        super().__init__(text)
        self.at = at


class CelLimitError(Exception):
    """What a cluster evaluates and this does not: it takes too long, or too much memory. No case of CelError."""


@attrs.frozen
class Literal:
    """A value written out."""

    value: Any
    at: int


@attrs.frozen
class Name:
    """A variable."""

    name: str
    at: int


@attrs.frozen
class Select:
    """`operand.field`, or whether there is such a field: `has(operand.field)`."""

    operand: Node
    field: str
    at: int
    has: bool = False


@attrs.frozen
class Call:
    """A function or an operator, `_+_`; `target` is what a method is called on."""

    function: str
    target: Node | None
    arguments: tuple[Node, ...]
    at: int


@attrs.frozen
class Many:
    """A list."""

    items: tuple[Node, ...]
    at: int


@attrs.frozen
class Pairs:
    """A map."""

    entries: tuple[tuple[Node, Node], ...]
    at: int


@attrs.frozen
class Message:
    """A message of protobuf, `google.protobuf.Int32Value{value: 1}`."""

    type: str
    fields: tuple[tuple[str, Node], ...]
    at: int


@attrs.frozen
class Each:
    """A macro over a list or the keys of a map: all, exists, exists_one, map, filter, sortBy."""

    macro: str
    over: Node
    variable: str
    steps: tuple[Node, ...]
    at: int


Node = Literal | Name | Select | Call | Many | Pairs | Message | Each
