"""`with when(...)`, `elif_` and `otherwise`: the calls of a pipeline function under the conditions of their tasks."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from flowdsl.importer.code import Code, Group, Pair, Part, comment_lines, render
from flowdsl.importer.decided import Guard
from flowdsl.importer.references import Handle
from flowdsl.importer.writer import Writer

_INDENT = 4


@attrs.frozen
class Statement:
    """The call of a task, the conditions it is made under, and the comments above it."""

    conditions: tuple[Guard, ...]
    comments: tuple[str, ...]
    code: Code
    handle: Handle


@attrs.frozen
class _Way:
    """One block: its conditions, none for `otherwise`, and what stands in it."""

    conditions: tuple[Code, ...]
    body: tuple[Statement | _Choice, ...]


@attrs.frozen
class _Choice:
    """A `when` with what follows of it: at most one of the blocks runs."""

    ways: tuple[_Way, ...]


_Row = tuple[tuple[Guard, ...], Statement]
"""A statement, and which of its conditions no block around it has yet."""


def lines_of(statements: Sequence[Statement], writer: Writer, indent: int) -> list[str]:
    """The lines of calls, in the order in which they are given."""
    return _lines(_bodies([(each.conditions, each) for each in statements]), writer, indent)


def _bodies(rows: Sequence[_Row]) -> tuple[Statement | _Choice, ...]:
    found: list[Statement | _Choice] = []
    at = 0
    while at < len(rows):
        conditions, statement = rows[at]
        if not conditions:
            found.append(statement)
            at += 1
            continue
        choice, at = _choice(rows, at)
        found.append(choice)
    return tuple(found)


def _choice(rows: Sequence[_Row], at: int) -> tuple[_Choice, int]:
    """The `when` that begins at a row, with its `otherwise` where the rows behind it are its opposite."""
    held = rows[at][0]
    if held[0].opposite:
        return _opposite(rows, at, (held[0].code,), (), 1)
    for length in range(1, len(held) + 1):
        end = _run(rows, at, held[:length])
        behind = [found[length] for found, _ in rows[at:end] if len(found) > length]
        if any(each.opposite for each in behind) and not any(each.opposite for each in held[:length]):
            body = _bodies([(found[length:], each) for found, each in rows[at:end]])
            return _Choice((_Way(tuple(each.code for each in held[:length]), body),)), end
    for length in range(1, len(held) + 1):
        begun = held[:length]
        if begun[-1].opposite:
            break
        end = _run(rows, at, begun)
        against = _turned(begun, rows[end][0]) if end < len(rows) else 0
        if against:
            body = _bodies([(conditions[length:], each) for conditions, each in rows[at:end]])
            return _opposite(rows, end, tuple(each.code for each in begun), body, against)
    plain = next((place for place, each in enumerate(held) if each.opposite), len(held))
    begun = held[:plain]
    end = _run(rows, at, begun) if plain < len(held) else _same(rows, at)
    body = _bodies([(conditions[plain:], each) for conditions, each in rows[at:end]])
    return _Choice((_Way(tuple(each.code for each in begun), body),)), end


def _opposite(
    rows: Sequence[_Row],
    at: int,
    conditions: tuple[Code, ...],
    body: tuple[Statement | _Choice, ...],
    length: int,
) -> tuple[_Choice, int]:
    """A `when` with its `otherwise`, which begins at a row; the first `length` conditions there say so."""
    end = _run(rows, at, rows[at][0][:length])
    rest = _bodies([(found[length:], each) for found, each in rows[at:end]])
    first = _Way(conditions, body)
    if len(rest) == 1 and isinstance(rest[0], _Choice):
        return _Choice((first, *rest[0].ways)), end  # `otherwise` with a `when` alone in it is `elif_`
    return _Choice((first, _Way((), rest))), end


def _run(rows: Sequence[_Row], at: int, begun: tuple[Guard, ...]) -> int:
    """Behind the rows from there on whose conditions begin so."""
    while at < len(rows) and rows[at][0][: len(begun)] == begun:
        at += 1
    return at


def _same(rows: Sequence[_Row], at: int) -> int:
    """Behind the rows from there on that have the same conditions."""
    held = rows[at][0]
    while at < len(rows) and rows[at][0] == held:
        at += 1
    return at


def _turned(held: tuple[Guard, ...], found: tuple[Guard, ...]) -> int:
    """How many of the conditions found say that those held do not all hold; 0 where they do not say that."""
    if not found or not found[0].turned:
        return 0
    codes = tuple(each.code for each in held)
    if found[0].opposite and codes in ((found[0].code,), found[0].parts):
        return 1
    ways = held[0].ways if len(held) == 1 else ()
    return len(ways) if ways and tuple(each.turned for each in found[: len(ways)]) == ways else 0


def _lines(bodies: Sequence[Statement | _Choice], writer: Writer, indent: int) -> list[str]:
    lines: list[str] = []
    for each in bodies:
        if isinstance(each, Statement):
            lines += comment_lines(each.comments, indent)
            code = Pair(each.handle.variable, each.code) if each.handle.used else each.code
            lines.append(" " * indent + render(code, indent))
            continue
        for place, way in enumerate(each.ways):
            word = ("elif_" if place else "when") if way.conditions else "otherwise"
            group = Group(writer.use(word), "()", tuple(map(Part, way.conditions)))
            lines.append(f"{' ' * indent}with {render(group, indent, indent + 5, 1)}:")
            lines += _lines(way.body, writer, indent + _INDENT) or [" " * (indent + _INDENT) + "..."]
    return lines
