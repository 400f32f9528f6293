"""A name that gets another value in a guarded block and is used after it: in every run that is the last value.

Both sides of `with when(...)` are traced, one after the other: Python's name holds what the last of them gave it.
What uses it would wait for that one alone, and be skipped with it. No method of a value is asked, so it is found in the
source, and only in functions that have such a block.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping

import attrs

from flowdsl.diagnostics import Collector, Location
from flowdsl.frontend import places
from flowdsl.frontend.control import elif_, otherwise, when
from flowdsl.frontend.rules import REBOUND

_BLOCKS: Mapping[Callable[..., object], str] = {when: "when", elif_: "elif_", otherwise: "otherwise"}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_TRY: tuple[type[ast.stmt], ...] = tuple(kind for kind in (ast.Try, getattr(ast, "TryStar", None)) if kind)


def rebound_names(function: Callable[..., object], collector: Collector) -> None:
    """FLOW050 for each use of a name that has one value where a guarded block's tasks run, and another where not."""
    code = function.__code__
    if not set(_BLOCKS.values()) & set(code.co_names) and not _BLOCKS.keys() & _held(function, code.co_names):
        return
    read = places.written(function)
    if read is None:
        return
    definition, first = read
    file = places.display(code.co_filename)

    def at(line: int) -> Location:
        return Location(file, first + line - 1)

    for use in _Flow(function.__globals__, _arguments(definition.args)).of(definition.body):
        collector.add(
            REBOUND.finding(
                f"{use.name!r} is in every run what line {at(use.inner).line} gave it, under `{use.block}`; "
                f"the value of line {at(use.outer).line} is lost",
                at(use.line),
                hint="give each value a name of its own, and take the one of the branch that ran: "
                f"`{use.name} = either(a, b)`; a plain value goes to a call in each block",
                related=(("the other value", at(use.outer)), ("the last value", at(use.inner))),
            )
        )


def _held(function: Callable[..., object], names: Iterable[str]) -> set[Callable[..., object]]:
    values = (function.__globals__.get(name) for name in names)
    return {value for value in values if callable(value) and getattr(value, "__module__", "") == when.__module__}


@attrs.frozen
class _Use:
    """A use of a name: where, the line of the value from outside of a block, that of the block's, and the block."""

    name: str
    line: int
    outer: int
    inner: int
    block: str


@attrs.frozen
class _Value:
    """What a name has: the line that gave it, and where it has another in some runs that line and the block."""

    line: int
    outer: int = 0
    block: str = ""


class _Flow:
    """Follows the statements of a pipeline function in the order in which they are traced."""

    def __init__(self, names: Mapping[str, object], arguments: Iterable[str]) -> None:
        self.names = names
        self.values: dict[str, _Value] = {name: _Value(1) for name in arguments}
        self.uses: dict[tuple[str, int], _Use] = {}
        self.again = False

    def of(self, body: list[ast.stmt]) -> list[_Use]:
        """The uses that are not what they seem, by line."""
        self._run(body)
        return sorted(self.uses.values(), key=lambda use: (use.line, use.name))

    def _run(self, body: Iterable[ast.stmt]) -> None:
        for node in body:
            self._statement(node)

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, (ast.With, ast.AsyncWith)):
            self._with(node)
        elif isinstance(node, ast.If):
            self._read(node.test)
            self._either([node.body, node.orelse])
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            self._read(node.iter)
            self._bind(node.target)
            self._loop(node.body, node.orelse)
        elif isinstance(node, ast.While):
            self._read(node.test)
            self._loop(node.body, node.orelse)
        elif isinstance(node, ast.Match):
            self._read(node.subject)
            self._either([case.body for case in node.cases] + [[]])
        elif isinstance(node, _TRY):
            for part in ("body", "handlers", "orelse", "finalbody"):
                self._run(_statements(getattr(node, part)))
        else:
            self._read(node)
            self._bind(node)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self._read(item.context_expr)
            if item.optional_vars is not None:
                self._bind(item.optional_vars)
        block = next((name for item in node.items if (name := self._block(item.context_expr))), "")
        before = dict(self.values)
        self._run(node.body)
        if block and not self.again:
            for name, value in self.values.items():
                outer = before.get(name)
                if outer is not None and value is not outer:
                    self.values[name] = _Value(value.line, outer.line, block)

    def _block(self, call: ast.expr) -> str:
        """`with when(...)` as it is written, where an expression is such a call; "" for any other."""
        if not isinstance(call, ast.Call):
            return ""
        called = call.func
        value: object = None
        if isinstance(called, ast.Name):
            value = self.names.get(called.id)
        elif isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            value = getattr(self.names.get(called.value.id), called.attr, None)
        name = next((name for each, name in _BLOCKS.items() if each is value), "")
        return f"with {name}({'...' if call.args else ''}):" if name else ""

    def _either(self, bodies: Iterable[list[ast.stmt]]) -> None:
        """Branches that Python itself decides between; a value that is in doubt after one of them is so."""
        before, after = dict(self.values), dict[str, _Value]()
        for body in bodies:
            self.values = dict(before)
            self._run(body)
            after = {**self.values, **{name: value for name, value in after.items() if value.block}}
        self.values = after

    def _loop(self, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        """The second round is for uses that stand before what gave the name its values in the first."""
        self._run(body)
        outer, self.again = self.again, True
        self._run(body)
        self.again = outer
        self._run(orelse)

    def _read(self, node: ast.AST) -> None:
        for each in _walk(node):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load):
                self._use(each.id, each.lineno)
            elif isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name):
                self._use(each.target.id, each.lineno)

    def _use(self, name: str, line: int) -> None:
        value = self.values.get(name)
        if value is not None and value.block:
            self.uses.setdefault((name, line), _Use(name, line, value.outer, value.line, value.block))

    def _bind(self, node: ast.AST) -> None:
        own = _own_names(node)
        for each in _walk(node):
            if each in own:
                continue
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                self.values[each.id] = _Value(each.lineno)
            elif isinstance(each, ast.Name) and isinstance(each.ctx, ast.Del):
                self.values.pop(each.id, None)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self.values[node.name] = _Value(node.lineno)


def _statements(nodes: Iterable[ast.stmt | ast.ExceptHandler]) -> Iterator[ast.stmt]:
    for node in nodes:
        yield from node.body if isinstance(node, ast.ExceptHandler) else (node,)


def _own_names(node: ast.AST) -> set[ast.AST]:
    """The names that comprehensions bind, which are theirs alone."""
    made = (each.target for each in _walk(node) if isinstance(each, ast.comprehension))
    return {each for target in made for each in ast.walk(target)}


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what is in it, without the bodies of functions and classes, which run at another time."""
    yield node
    if not isinstance(node, _FUNCTIONS):
        for child in ast.iter_child_nodes(node):
            yield from _walk(child)


def _arguments(given: ast.arguments) -> Iterator[str]:
    yield from (each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs))
