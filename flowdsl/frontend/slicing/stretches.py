"""The text of a module that travels, and the user's line numbers of it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from flowdsl.frontend.slicing.imports import import_text
from flowdsl.frontend.slicing.index import ModuleIndex
from flowdsl.frontend.slicing.model import Unit
from flowdsl.frontend.slicing.text import CODING

_FUTURE = "from __future__ import annotations"
Row = tuple[int, str]
"""A line of the user's file, and what stands there."""

_COMPOUND = tuple(
    getattr(ast, name)
    for name in [
        "FunctionDef",
        "AsyncFunctionDef",
        "ClassDef",
        "If",
        "For",
        "AsyncFor",
        "While",
        "With",
        "AsyncWith",
        "Try",
        "TryStar",
        "Match",
    ]
    if hasattr(ast, name)
)


def module_text(
    index: ModuleIndex,
    chosen: Mapping[int, tuple[Unit, set[str]]],
    below: Iterable[str],
    *,
    whole: bool,
    evaluated: bool = False,
) -> tuple[str, tuple[int, ...]]:
    """The text of a module and the line of the user's file that each row stands at; both empty where nothing is needed.

    `below` are modules of the package that it imports last, because they are used as its attributes. Annotations are
    `evaluated`, or text.
    """
    last = [(len(index.lines) + 1, f"from . import {name}") for name in sorted(below)]
    if whole and len(chosen) == len(index.units):
        text = "\n".join([*map(_without_coding, index.lines[:2]), *index.lines[2:]]).rstrip("\n")
        return _joined([*enumerate(text.split("\n") if text else (), 1), *last])
    rows: list[Row] = []
    for position in sorted(chosen):
        unit, wanted = chosen[position]
        text, numbers = import_text(unit, wanted) if unit.aliases else (unit.text, unit.lines)
        if rows:
            rows += [(numbers[0] - blank, "") for blank in range(unit.blank, 0, -1)]
        rows += zip(numbers, text.split("\n")[:-1], strict=True)
    return _joined([*_with_future(index, rows, evaluated=evaluated), *last])


def _with_future(index: ModuleIndex, lines: list[Row], *, evaluated: bool) -> list[Row]:
    """Annotations stay text, but where they are `evaluated`: what they name may not have come along."""
    if not lines:
        return []
    kept = [unit for unit in index.units if any(alias.module == "__future__" for alias in unit.aliases)]
    left = [unit for unit in kept if not any(unit.lines[0] == line for line, _ in lines)]
    own = [row for unit in left for row in zip(unit.lines, unit.text.split("\n")[:-1], strict=True)]
    has = any("annotations" in {alias.name for alias in unit.aliases} for unit in kept)
    if has or evaluated:
        return sorted([*own, *lines], key=lambda line: line[0])
    first = lines[0][0]
    if first > 1:
        return [(1, _FUTURE), *own, *lines]
    if not _annotates(index.tree):
        return sorted([*own, *lines], key=lambda line: line[0])
    if _is_text(index.tree.body[0]):
        # A docstring is one only where it stands first.
        count = len(index.units[0].lines)
        return [*lines[:count], (lines[count - 1][0], _FUTURE), *own, *lines[count:]]
    if isinstance(index.tree.body[0], _COMPOUND):
        # A `def` or a `class` shares its line with nothing: it moves down by one, and what follows until there is room.
        return _moved_down([(1, _FUTURE), *own, *lines])
    return [(1, _FUTURE), *own, *lines]


def _moved_down(rows: list[Row]) -> list[Row]:
    found: list[Row] = []
    for number, text in rows:
        found.append((max(number, found[-1][0] + 1) if found else number, text))
    return found


def _annotates(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.AnnAssign) or _given(node) for node in ast.walk(tree))


def _given(node: ast.AST) -> bool:
    return getattr(node, "annotation", None) is not None or getattr(node, "returns", None) is not None


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _without_coding(line: str) -> str:
    """What travels is UTF-8, whatever the file was."""
    return "#" if CODING.match(line) else line


def _joined(rows: list[Row]) -> tuple[str, tuple[int, ...]]:
    return "".join(f"{text}\n" for _, text in rows), tuple(number for number, _ in rows)
