"""The line of a task's script that says where its code stands in the user's files.

The script lays the code out at those lines before it runs it, so that tracebacks name them. The rest of the script is
the same wherever the code stands, so that an edit above a function changes this one line.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

LINES = "_FLOWDSL_LINES = "
"""What the line begins with.

A dict follows, by path below the folder that code is laid out in: `task/` or `mods/`, and the file's path in its
project. A value is a list of numbers: the line in the user's file that the text begins at, then, for each further
stretch, the row of the text (from 0) that it begins at and its line.
"""
_TEXT = r'"(?:[^"\\\n]|\\[^\n])*"'
_ENTRY = rf"{_TEXT}: \[[0-9]{{1,6}}(?:, [0-9]{{1,6}})*\]"
_LINE = re.compile(
    rf"(?P<head>#![^\n]*\nfrom __future__ import annotations\n\n{LINES})(?P<table>\{{{_ENTRY}(?:, {_ENTRY})*\}})\n"
)
_NAMED = re.compile(rf"(?P<name>{_TEXT}): \[[0-9, ]+\]")
_SOMEWHERE = "\0"
"""What stands in place of numbers: nothing that a script can hold, so that no other script is the same without them."""

_MOST = 500_000
"""Rows that are laid out to compare two scripts; the table of someone else may speak of lines by the million."""


def written(numbers: Iterable[int]) -> list[int]:
    """The stretches of a text whose rows stand at these lines of a file."""
    found: list[int] = []
    before = None
    for row, number in enumerate(numbers):
        if before is None or number != before + 1:
            found += [row, number] if found else [number]
        before = number
    return found


def without_lines(script: str, *, mounted: bool = False) -> str:
    """A script of flowdsl's without the numbers of that line; any other as it is.

    As it is, too, where the numbers would do more than move code up and down: two scripts that are equal without them
    do the same. A script doesn't have the modules that come as a ConfigMap: `mounted` takes it for granted of them.
    """
    match = _LINE.match(script)
    if match is None:
        return script
    try:
        moved = _is_moved(ast.literal_eval(match["table"]), dict(_texts(ast.parse(script))), mounted=mounted)
    except (SyntaxError, ValueError, TypeError, IndexError, RecursionError, MemoryError):
        return script
    table = _NAMED.sub(lambda entry: entry["name"] + _SOMEWHERE, match["table"])
    return f"{match['head']}{table}{script[match.end() - 1 :]}" if moved else script


def without_numbers(script: str) -> str:
    """A script for people who compare it with another: numbers that only say where code stands are left out."""
    return without_lines(script).replace(_SOMEWHERE, ": …")


def row_at(script: str, path: str, line: int) -> str:
    """What stands at a line of a file of the user's, by a script that has code of it; "" where none does."""
    match = _LINE.match(script)
    if match is None:
        return ""
    try:
        table, texts = ast.literal_eval(match["table"]), dict(_texts(ast.parse(script)))
        for name, text in ((f"task/{path}", texts.get("")), (f"mods/{path}", texts.get(path))):
            if name in table and text is not None and _laid_out([table[name]]) <= _MOST:
                pages = (page.split("\n") for page in _flowdsl_pages(table[name], text))
                return next((page[line - 1] for page in pages if line <= len(page) and page[line - 1]), "")
    except (SyntaxError, ValueError, TypeError, IndexError, RecursionError, MemoryError):
        pass
    return ""


def in_documents(value: object) -> object:
    """A copy of plain data with every script in it without the numbers."""
    if isinstance(value, Mapping):
        return {
            key: without_lines(each, mounted=True) if key == "script" and isinstance(each, str) else in_documents(each)
            for key, each in value.items()
        }
    return [in_documents(each) for each in value] if isinstance(value, list) else value


def _is_moved(table: Mapping[str, list[int]], texts: Mapping[str, str], *, mounted: bool) -> bool:
    """Whether laid out at its lines each text is the same program as it is in the script."""
    if _laid_out(table.values()) > _MOST:
        return False
    own = next(iter(table))
    for name, numbers in table.items():
        text = texts.get("" if name == own else name.removeprefix("mods/"))
        if text is None:
            if not mounted or name == own:
                return False
            continue
        pages = _flowdsl_pages(numbers, text)
        laid = [ast.dump(node) for page in pages for node in ast.parse(page).body]
        if laid != [ast.dump(node) for node in ast.parse(text).body]:
            return False
    return True


def _laid_out(table: Iterable[Sequence[int]]) -> int:
    """How many rows texts have at most once they are laid out: a page ends where a line number goes back."""
    found = 0
    for numbers in table:
        lines = numbers[::2]
        pages = 1 + sum(after < before for before, after in itertools.pairwise(lines))
        found += pages * max(lines, default=0)
    return found


def _texts(script: ast.Module) -> Iterator[tuple[str, str]]:
    """The texts of a script that are code: "" for the task's own file, the others by path."""
    for node in script.body:
        name = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(node, ast.Assign) and isinstance(name, ast.Name):
            if name.id == "_FLOWDSL_SOURCE":
                yield "", ast.literal_eval(node.value)
            elif name.id == "_FLOWDSL_FILES" and isinstance(node.value, ast.Dict):
                yield from ast.literal_eval(node.value).items()


def _flowdsl_pages(numbers: Sequence[int], text: str) -> list[str]:
    rows, starts, pages = text.split("\n")[1:-1], [0, *numbers[1::2]], [[""]]
    for line, start, end in zip(numbers[::2], starts, [*starts[1:], len(rows)]):  # noqa: B905 (3.8 has no strict)
        part = rows[start:end]
        if line < len(pages[-1]) - 1:  # a factory's function, which stands above what it uses
            pages.append([""])
        if line == len(pages[-1]) - 1:  # two statements of one line
            pages[-1][-1] = "; ".join(filter(None, [pages[-1][-1], part.pop(0)]))
        pages[-1] += [""] * (line - len(pages[-1])) + part
    return ["".join(row + "\n" for row in page[1:]) for page in pages]
