"""The line of a task's script that says where its code stands in the user's files.

The script lays the code out at those lines before it runs it, so that tracebacks name them. The rest of the script is
the same wherever the code stands, so that an edit above a function changes this one line.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

import attrs

from flowdsl.diagnostics.frozen import frozen

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


def without_lines(script: str, mounted: Mapping[str, str] = MappingProxyType({})) -> str:
    """A script of flowdsl's without the numbers of that line; any other as it is.

    As it is, too, where the numbers would do more than move code up and down: two scripts that are equal without them
    do the same. A script doesn't have the modules that come as a ConfigMap: `mounted` has their texts, by path, and
    without the text of one the script is as it is.
    """
    match = _LINE.match(script)
    if match is None:
        return script
    try:
        moved = _is_moved(ast.literal_eval(match["table"]), {**_held(mounted), **dict(_texts(ast.parse(script)))})
    except (SyntaxError, ValueError, TypeError, IndexError, RecursionError, MemoryError):
        return script
    return _cut(script, match) if moved else script


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


@frozen
class Sources:
    """The code of the user's files that a script of flowdsl's holds: by path, its text and the lines of that."""

    texts: Mapping[str, tuple[str, Sequence[int]]] = attrs.field(factory=dict)

    @classmethod
    def of(cls, script: str, mounted: Mapping[str, str] = MappingProxyType({})) -> Sources:
        """What is in a script; nothing in one of somebody else's, whatever it is like.

        With modules that come as a ConfigMap it is these, `mounted` by path, and not what the script has itself.
        """
        match = _LINE.match(script)
        try:
            table = ast.literal_eval(match["table"]) if match is not None else {}
            texts = _held(mounted) if mounted else dict(_texts(ast.parse(script))) if table else {}
        except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
            return cls()
        named = ((name, "" if name == next(iter(table)) else name.partition("/")[2]) for name in table)
        found = {name.partition("/")[2]: (texts[key], table[name]) for name, key in named if key in texts}
        return cls({path: each for path, each in found.items() if _is_below(path) and isinstance(each[0], str)})

    def place(self, part: str) -> tuple[str, int] | None:
        """The file and line in which a part of the script first stands; a reference (`$(params.a)`) in any form."""
        wanted = _spelled(part)
        for path, (text, numbers) in self.texts.items():
            if match := wanted.search(text):
                return path, _line_of(text.count("\n", 0, match.start()) - 1, numbers)
        return None


def _spelled(part: str) -> re.Pattern[str]:
    """A pattern for a part of a text. References may have brackets and an index: `$(params['a'][0])`."""
    if not (part.startswith("$(") and part.endswith(")")):
        return re.compile(re.escape(part))
    between = r"[^\w$()\n]{1,6}?"
    words = map(re.escape, re.findall(r"[\w-]+", part))
    return re.compile(rf"\$\({between.join(words)}(?![\w-])")


def _is_below(path: str) -> bool:
    """Whether a path can be one of the project's: it comes from a script that anybody may have written."""
    return bool(path) and not path.startswith(("/", "\\")) and ".." not in re.split(r"[/\\]", path) and ":" not in path


def _line_of(row: int, numbers: Sequence[int]) -> int:
    starts = [0, *numbers[1::2]]
    start, line = max((pair for pair in zip(starts, numbers[::2], strict=False) if pair[0] <= row), default=(0, 1))
    return line + row - start


def in_documents(value: object, mounted: Mapping[str, str] = MappingProxyType({})) -> object:
    """A copy of plain data with every script in it without the numbers; `mounted` as in `without_lines`."""
    return _in_scripts(value, lambda script: without_lines(script, mounted))


def in_own_documents(value: object) -> object:
    """The same for documents that were compiled here: nobody has changed numbers to hide a statement.

    Nothing is laid out for it, which takes as long as a process takes to start.
    """
    return _in_scripts(value, _cut_unlooked)


def _cut_unlooked(script: str) -> str:
    match = _LINE.match(script)
    return script if match is None else _cut(script, match)


def _cut(script: str, match: re.Match[str]) -> str:
    """The script without the numbers of its line."""
    table = _NAMED.sub(lambda entry: entry["name"] + _SOMEWHERE, match["table"])
    return f"{match['head']}{table}{script[match.end() - 1 :]}"


def _in_scripts(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, Mapping):
        return {
            key: change(each) if key == "script" and isinstance(each, str) else _in_scripts(each, change)
            for key, each in value.items()
        }
    return [_in_scripts(each, change) for each in value] if isinstance(value, list) else value


def _held(mounted: Mapping[str, str]) -> dict[str, str]:
    """The texts of files as scripts have them: their first row is empty."""
    return {path: f"\n{text}" for path, text in mounted.items() if path}


def _is_moved(table: Mapping[str, list[int]], texts: Mapping[str, str]) -> bool:
    """Whether laid out at its lines each text is the same program as it is in the script."""
    if _laid_out(table.values()) > _MOST:
        return False
    own = next(iter(table))
    for name, numbers in table.items():
        text = texts.get("" if name == own else name.removeprefix("mods/"))
        if text is None:
            return False
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
