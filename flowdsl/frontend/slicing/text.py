"""Cutting statements out of a module's text with the user's own comments and formatting."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence

from flowdsl.diagnostics.frozen import frozen

Numbered = tuple[str, int]
"""A line of text and the line of the user's file it comes from."""

CODING = re.compile(r"^[ \t\f]*#.*?coding[:=]")


@frozen
class Extent:
    """Where a statement stands: lines from 1, columns in bytes; None columns mean whole lines."""

    first: int
    last: int
    start: int | None = None
    end: int | None = None


@frozen
class Edit:
    """Replace what stands between two spots by a text on one line."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@frozen
class Layout:
    """How a statement is cut out of its module; `floor` is the line that what stands above it ends at."""

    node: ast.stmt
    extent: Extent
    floor: int
    dropped: tuple[ast.expr, ...]
    """Decorators that are left out."""
    edits: tuple[Edit, ...]
    parents: tuple[ast.AST, ...]
    """The functions and classes around it."""

    def rows(self, lines: Sequence[str], more: Iterable[Edit] = ()) -> list[Numbered]:
        """The statement with the comments above it, after its own edits and `more`."""
        part = edited(without_lines(cut(lines, self.extent), self.dropped), [*self.edits, *more])
        above = comments_above(lines, self.extent.first, self.floor)
        # A loop or an `if` of a module indents as functions and classes do.
        indent = indent_of(lines, self.extent.first) if self.extent.start is None else ""
        return dedented(above + part, self.node, indent)


def extents(body: Sequence[ast.stmt]) -> list[Extent]:
    """The place of each statement of a block; statements on one line (`a = 1; b = 2`) get columns."""
    found = []
    for index, node in enumerate(body):
        first, last = first_line(node), node.end_lineno or node.lineno
        before = body[index - 1].end_lineno if index else 0
        after = first_line(body[index + 1]) if index + 1 < len(body) else 0
        found.append(
            Extent(
                first,
                last,
                node.col_offset if before == first else None,
                node.end_col_offset if after == last else None,
            )
        )
    return found


def first_line(node: ast.stmt) -> int:
    """The first line of a statement: its first decorator's, where it has one."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(item.lineno for item in decorators)])


def cut(lines: Sequence[str], extent: Extent) -> list[Numbered]:
    """The lines of a statement."""
    part = [(lines[number - 1], number) for number in range(extent.first, extent.last + 1)]
    if extent.end is not None:
        part[-1] = (part[-1][0].encode()[: extent.end].decode(), part[-1][1])
    if extent.start is not None:
        part[0] = (part[0][0].encode()[extent.start :].decode(), part[0][1])
    return part


def comments_above(lines: Sequence[str], first: int, floor: int) -> list[Numbered]:
    """The comment lines that stand directly above a statement and below line `floor`."""
    number = first
    while number - 1 > floor and lines[number - 2].lstrip().startswith("#") and not _for_the_file(lines, number - 1):
        number -= 1
    return [(lines[line - 1], line) for line in range(number, first)]


def blank_above(lines: Sequence[str], first: int) -> int:
    """How many empty lines stand above line `first`, two at most."""
    count = 0
    while count < 2 and first - 2 - count >= 0 and not lines[first - 2 - count].strip():
        count += 1
    return count


def without_lines(part: list[Numbered], dropped: Iterable[ast.expr]) -> list[Numbered]:
    """The lines without those of some decorators."""
    gone = {line for node in dropped for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    return [item for item in part if item[1] not in gone] if gone else part


def edited(part: list[Numbered], edits: Iterable[Edit]) -> list[Numbered]:
    """The lines with some stretches replaced; edits don't overlap."""
    found = list(part)
    for edit in sorted(edits, key=lambda item: (item.line, item.column), reverse=True):
        first = next(index for index, (_, line) in enumerate(found) if line == edit.line)
        last = next(index for index, (_, line) in enumerate(found) if line == edit.end_line)
        head = found[first][0].encode()[: edit.column].decode()
        tail = found[last][0].encode()[edit.end_column :].decode()
        found[first : last + 1] = [(head + edit.text + tail, edit.line)]
    return found


def instead(node: ast.expr, written: str) -> Edit:
    """A text on one line in place of an expression."""
    end_line, end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    return Edit(node.lineno, node.col_offset, end_line, end, written)


def dedented(part: list[Numbered], node: ast.AST, indent: str) -> list[Numbered]:
    """The lines of a nested function moved to the margin; lines inside a string keep what is theirs."""
    if not indent:
        return part
    inside = {
        line
        for item in ast.walk(node)
        if isinstance(item, (ast.Constant, ast.JoinedStr)) and item.end_lineno != item.lineno
        for line in range(item.lineno + 1, (item.end_lineno or item.lineno) + 1)
    }
    return [(text if line in inside else text.removeprefix(indent), line) for text, line in part]


def indent_of(lines: Sequence[str], line: int) -> str:
    """The white space a line starts with."""
    text = lines[line - 1]
    return text[: len(text) - len(text.lstrip())]


def character_column(lines: Sequence[str], line: int, offset: int) -> int:
    """The column, from 1 and in characters, of a byte offset as `ast` counts."""
    if not 1 <= line <= len(lines):
        return 0
    text = lines[line - 1]
    return offset + 1 if text.isascii() else len(text.encode()[:offset].decode(errors="ignore")) + 1


def _for_the_file(lines: Sequence[str], number: int) -> bool:
    """Whether a comment is the file's own: its shebang or its coding line."""
    text = lines[number - 1]
    return number <= 2 and (text.startswith("#!") or bool(CODING.match(text)))
