"""The text of a module that travels, as stretches that keep the user's line numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from flowdsl.frontend.slicing.imports import import_text
from flowdsl.frontend.slicing.index import ModuleIndex
from flowdsl.frontend.slicing.model import Unit
from flowdsl.frontend.slicing.text import CODING

_FUTURE = "from __future__ import annotations\n"
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
_NEAR = 4
"""Lines that may lie between two stretches for them to become one, with empty lines in between."""


def module_text(
    index: ModuleIndex, chosen: Mapping[int, tuple[Unit, set[str]]], below: Iterable[str], *, whole: bool
) -> tuple[tuple[int, str], ...]:
    """The stretches of a module: (first line, text), each text ending in a line end. Empty where nothing is needed.

    `below` are modules of the package that it imports last, because they are used as its attributes.
    """
    last = [(len(index.lines) + 1, f"from . import {name}\n") for name in sorted(below)]
    if whole and len(chosen) == len(index.units):
        text = "\n".join([*map(_without_coding, index.lines[:2]), *index.lines[2:]]).rstrip("\n")
        return _joined([*([(1, text + "\n")] if text else []), *last])
    lines: list[tuple[int, str]] = []
    for position in sorted(chosen):
        unit, wanted = chosen[position]
        text, numbers = import_text(unit, wanted) if unit.aliases else (unit.text, unit.lines)
        lines += zip(numbers, (f"{line}\n" for line in text.split("\n")[:-1]), strict=True)
    return _joined([*_with_future(index, lines), *last])


def _with_future(index: ModuleIndex, lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Annotations stay text: what they name may not have come along."""
    if not lines:
        return []
    kept = [unit for unit in index.units if any(alias.module == "__future__" for alias in unit.aliases)]
    own = [(unit.lines[0], unit.text) for unit in kept if not any(unit.lines[0] == line for line, _ in lines)]
    has = any("annotations" in {alias.name for alias in unit.aliases} for unit in kept)
    if has:
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
    # On the line of what stands there; above a `def` or a `class`, which share their line with nothing.
    simple = not isinstance(index.tree.body[0], _COMPOUND)
    return [(1 if simple else 0, _FUTURE), *own, *lines]


def _annotates(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.AnnAssign) or _given(node) for node in ast.walk(tree))


def _given(node: ast.AST) -> bool:
    return getattr(node, "annotation", None) is not None or getattr(node, "returns", None) is not None


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _without_coding(line: str) -> str:
    """What travels is UTF-8, whatever the file was."""
    return "#" if CODING.match(line) else line


def _joined(lines: list[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    found: list[tuple[int, str]] = []
    end = last = -1
    for number, text in lines:
        if number == last:  # two statements of one line
            start, before = found[-1]
            found[-1] = (start, f"{before[:-1]}; {text}")
        elif found and 0 <= number - end < _NEAR:
            start, before = found[-1]
            found[-1] = (start, before + "\n" * (number - end) + text)
        else:
            found.append((number, text))
        end = end + text.count("\n") - 1 if number == last else max(number, end) + text.count("\n")
        last = number + text.count("\n") - 1
    return tuple(found)
