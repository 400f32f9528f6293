"""Taking functions out of `runtime` into a script: those it names, and those these need."""

from __future__ import annotations

import ast
import builtins
import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from types import MappingProxyType

from flowdsl import decide, kube
from flowdsl.diagnostics.frozen import frozen
from flowdsl.frontend.script import runtime
from flowdsl.frontend.slicing import text

_NAME = re.compile(r"\b_flowdsl_[a-z_]+\b")
_STATEMENT = re.compile(r"^(?=[A-Za-z_@#])", re.MULTILINE)  # where a statement of the module begins
_FUNCTION = re.compile(r"def (_flowdsl_[a-z_]+)\(")


@frozen
class _Helper:
    header: str
    body: str
    needs: tuple[str, ...]
    builtins: tuple[str, ...]


def helpers_for(code: str, shadowed: frozenset[str]) -> str:
    """The text of all functions that the code needs, in the library's order.

    `shadowed` are names that the user's code binds: a function that uses a builtin of that name fetches the real one.
    """
    return _helpers(frozenset(_NAME.findall(code)), shadowed.intersection(vars(builtins)))


@functools.lru_cache(maxsize=512)
def _helpers(named: frozenset[str], hidden: frozenset[str]) -> str:
    library = _library()
    wanted: set[str] = set()
    stack = list(named)
    while stack:
        name = stack.pop()
        if name in library and name not in wanted:
            wanted.add(name)
            stack += _helper(name).needs
    return "".join(f"\n\n{_written(_helper(name), hidden)}" for name in library if name in wanted)


def real_builtins(code: Iterable[str], shadowed: frozenset[str]) -> str:
    """The line that fetches builtins which the user's code hides; '' where it hides none of them."""
    hidden = sorted(set(code) & shadowed)
    return f"    from builtins import {', '.join(hidden)}\n" if hidden else ""


def _written(helper: _Helper, shadowed: frozenset[str]) -> str:
    return helper.header + real_builtins(helper.builtins, shadowed) + helper.body


@functools.cache
def _library() -> Mapping[str, str]:
    """The functions by name, each as its file has it: a script needs few of them, so that few are read as syntax."""
    files = [resources.files(runtime) / f"{name}.py" for name in ("source", "project", "packages")]
    # Those that others ask, too: how code is laid out, and what a condition says.
    files.append(resources.files(kube) / "source_lines.py")
    files += [resources.files(runtime) / f"{name}.py" for name in ("common", "inputs", "outputs", "logged")]
    files += [resources.files(decide) / f"{name}.py" for name in ("evaluate", "fields")]
    files += [resources.files(runtime) / f"{name}.py" for name in ("decisions", "fields")]
    parts = (part for file in files for part in _STATEMENT.split(file.read_text(encoding="utf-8")))
    return MappingProxyType({found[1]: part for part in parts if (found := _FUNCTION.match(part))})


@functools.cache
def _helper(name: str) -> _Helper:
    lines = _library()[name].split("\n")
    (node,) = ast.parse("\n".join(lines)).body
    assert isinstance(node, ast.FunctionDef)
    needs = names_read(node)
    part = text.edited(text.cut(lines, text.Extent(1, node.end_lineno or 1)), _annotations(node, lines))
    first = node.body[0].lineno
    return _Helper(
        header="".join(f"{line}\n" for line, number in part if number < first),
        body="".join(f"{line}\n" for line, number in part if number >= first),
        needs=tuple(sorted(name for name in needs if name.startswith("_flowdsl_"))),
        builtins=tuple(sorted(name for name in needs if hasattr(builtins, name))),
    )


def names_read(node: ast.FunctionDef) -> set[str]:
    """The names that a function of ours reads and binds nowhere in itself, but for annotations.

    What the slicer knows of users' functions is more than this needs, and takes four times as long.
    """
    read: set[str] = set()
    bound: set[str] = set()
    stack: list[ast.AST] = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, ast.Name):
            (read if isinstance(each.ctx, ast.Load) else bound).add(each.id)
            continue
        if isinstance(each, ast.arg):
            bound.add(each.arg)
            continue
        for field in each._fields:
            if field not in ("annotation", "returns"):
                value = getattr(each, field, None)
                stack += [
                    part for part in (value if isinstance(value, list) else (value,)) if isinstance(part, ast.AST)
                ]
    return read - bound


def _with_inner(node: ast.FunctionDef) -> Iterator[ast.FunctionDef]:
    """A function and those defined in it. Only statements are looked at, which stand in lists."""
    stack: list[ast.AST] = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, ast.FunctionDef):
            yield each
        blocks = [value for field in each._fields if isinstance(value := getattr(each, field, None), list)]
        stack += [part for block in blocks for part in block if isinstance(part, (ast.stmt, ast.ExceptHandler))]


def _annotations(node: ast.FunctionDef, lines: Sequence[str]) -> Iterator[text.Edit]:
    """The edits that take the annotations out: type checkers want them, the container has no use for them."""
    for function in _with_inner(node):
        if function.returns is not None:
            end = function.returns
            column = lines[end.lineno - 1].rindex(" ->", 0, end.col_offset)
            yield text.Edit(end.lineno, column, end.end_lineno or end.lineno, end.end_col_offset or 0, "")
        given = function.args
        plain = [*given.posonlyargs, *given.args]
        defaults = [*[None] * (len(plain) - len(given.defaults)), *given.defaults, *given.kw_defaults]
        for argument, default in zip([*plain, *given.kwonlyargs], defaults, strict=True):
            if argument.annotation is None:
                continue
            end = argument.annotation
            stop, column, sign = end.end_lineno or end.lineno, end.end_col_offset or 0, ""
            if default is not None:
                stop, column, sign = default.lineno, default.col_offset, "="
            yield text.Edit(argument.lineno, argument.col_offset + len(argument.arg), stop, column, sign)
