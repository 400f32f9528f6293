"""The cells of a notebook as one module: what other cells define stands below the cell that a function is of."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import NamedTuple

from flowdsl.frontend.slicing.bindings import bound_in, import_aliases
from flowdsl.frontend.slicing.model import Alias
from flowdsl.frontend.slicing.touches import changes, touched

_DEFINITIONS = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom),
    *(ast.Assign, ast.AnnAssign, ast.AugAssign),
)
_LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
"""What has a body that runs when it is called."""
_Key = tuple[str, str]
"""A name, and the module that an import adds to it."""


class Cells(NamedTuple):
    """The text of a cell with what other cells define below it; `before` are the lines of what ran before the cell."""

    text: str
    before: range = range(0)


def with_other_cells(text: str, space: Mapping[str, object]) -> Cells:
    """The text of a cell, its lines where they are, and after it what the cells around it define.

    `space` are the globals of its functions. IPython keeps the cells that were run, in that order, in `In`. Of several
    definitions of a name the one that was run last counts; an older one stays where something reads it in between:
    `rows = rows[1:]`. The text as it is where there are no cells.
    """
    ran = space.get("In")
    if not isinstance(ran, list) or "get_ipython" not in space:
        return Cells(text)
    cells = [each for each in ran if isinstance(each, str)]
    own = max((n for n, each in enumerate(cells) if each.strip() == text.strip()), default=-1)
    if own < 0:
        return Cells(text)
    others = [(number, _source(cells[number], statement)) for number, statement in _others(cells, own)]
    joined = "\n".join([text.rstrip("\n"), *(source for _, source in others), ""])
    first = text.rstrip("\n").count("\n") + 2
    rows = sum(source.count("\n") + 1 for number, source in others if number < own)
    return Cells(joined, range(first, first + rows))


def _others(cells: list[str], own: int) -> list[tuple[int, ast.stmt]]:
    """The definitions of the other cells that count, in the order in which they ran, with the number of the cell."""
    found: list[tuple[int, ast.stmt]] = []
    hidden: set[_Key] = set()  # what is bound anew further down, and read nowhere in between
    for number in reversed(range(len(cells))):
        for statement in reversed(_statements(cells[number])):
            bound = _bound(statement)
            if number != own:
                if all(key in hidden or (key[0], "") in hidden for key in (*bound, *_changed(statement))):
                    continue
                found.append((number, statement))
            hidden |= bound
            read = _read(statement)
            hidden = {key for key in hidden if key[0] not in read}
    return found[::-1]


def _statements(cell: str) -> list[ast.stmt]:
    """The statements of a cell, but for what has to stand first, and holds for the cell."""
    try:
        body = ast.parse(cell).body
    except (SyntaxError, ValueError, RecursionError):
        return []
    return [each for each in body if not (isinstance(each, ast.ImportFrom) and each.module == "__future__")]


def _bound(statement: ast.stmt) -> set[_Key]:
    """What a definition binds; nothing for another statement."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {(each.bound, _part(each)) for each in import_aliases(statement)}
    return {(name, "") for name in bound_in([statement]).names} if isinstance(statement, _DEFINITIONS) else set()


def _part(alias: Alias) -> str:
    """The module, of an import that adds to what its name is: `import xml.dom`, `from xml.dom import *`."""
    adds = alias.bound == "*" or (alias.name is None and alias.asname is None)
    return f"{'.' * alias.level}{alias.module}" if adds else ""


def _changed(statement: ast.stmt) -> set[_Key]:
    """What a statement changes without binding it: `TABLE["x"] = 1`, `NAMES.append("x")`."""
    if isinstance(statement, _DEFINITIONS) or (isinstance(statement, ast.Expr) and changes(statement)):
        return {(name, "") for name in touched(statement, {}) if name}
    return set()


def _read(statement: ast.stmt) -> set[str]:
    """The names that a statement reads when it runs, which the body of a function does not."""
    found: set[str] = set()
    parts: list[ast.AST] = [statement]
    while parts:
        part = parts.pop()
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            found.add(part.id)
        elif isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name):
            found.add(part.target.id)
        body = part.body if isinstance(part, _LATER) else []
        later = body if isinstance(body, list) else [body]
        parts += [each for each in ast.iter_child_nodes(part) if each not in later]
    return found


def _source(cell: str, statement: ast.stmt) -> str:
    """The text of a statement, with its decorators, which its source segment begins below."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    above = "".join(f"@{ast.get_source_segment(cell, each)}\n" for each in decorators)
    return above + (ast.get_source_segment(cell, statement) or "")
