"""A name that gets another value in a guarded block and is used after it: in every run that is the last value.

Both sides of `with when(...)` are traced, one after the other: Python's name holds what the last of them gave it.
What uses it would wait for that one alone, and be skipped with it. No method of a value is asked, so it is found in the
source, and only in functions in whose run such a block was (`flowdsl.frontend.blocks`).
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import cast

import attrs

from flowdsl.diagnostics import Collector, Location
from flowdsl.diagnostics.frozen import frozen
from flowdsl.frontend import places
from flowdsl.frontend.blocks import Line, Lines
from flowdsl.frontend.rules import REBOUND

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_TRY: tuple[type[ast.stmt], ...] = tuple(kind for kind in (ast.Try, getattr(ast, "TryStar", None)) if kind)


def rebound_names(lines: Lines, collector: Collector) -> None:
    """FLOW050 for each use of a name that has one value where a guarded block's tasks run, and another where not.

    `lines` says what the trace has seen in the pipeline function and in all that it called.
    """
    for code, seen in lines.items():
        read = places.written(code)
        if read is not None and any(line.block or line.changed for line in seen.values()):
            _in_function(*read, places.display(code.co_filename), seen, collector)


def _in_function(
    definition: ast.FunctionDef, first: int, file: str, lines: Mapping[int, Line], collector: Collector
) -> None:
    seen = {number - first + 1: line for number, line in lines.items()}
    for use in _Flow(definition, seen, lambda line: Location(file, first + line - 1)).uses_found():
        last, other = _told(use.inner, file), _told(use.outer, file)
        collector.add(
            REBOUND.finding(
                f"{use.name!r} is in every run what {last} gave it, under {use.block}; the value of {other} is lost",
                use.at,
                hint="give each value a name of its own, and take the one of the branch that ran: "
                f"`{use.name} = either(a, b)`; a plain value goes to a call in each block",
                related=(("the other value", use.outer), ("the last value", use.inner)),
            )
        )


def _told(place: Location, file: str) -> str:
    return f"line {place.line}" if place.file == file else f"{place.file}:{place.line}"


@frozen
class _Use:
    """A use of a name: where, the place of the value from outside of a block, that of the block's, and the block."""

    name: str
    at: Location
    outer: Location
    inner: Location
    block: str


@frozen
class _Value:
    """What a name has: where it was given, and where it has another in some runs that one's place and the block.

    `elsewhere`: something that the function calls has given it, and may give it another.
    """

    given: Location
    outer: Location | None = None
    block: str = ""
    elsewhere: bool = False


class _Flow:
    """Follows the statements of a function in the order in which they are traced."""

    def __init__(self, definition: ast.FunctionDef, lines: Mapping[int, Line], at: Callable[[int], Location]) -> None:
        self.definition = definition
        self.lines = lines
        self.at = at
        self.values: dict[str, _Value] = {name: _Value(at(1)) for name in _arguments(definition.args)}
        self.uses: dict[tuple[str, int], _Use] = {}
        self.again = False
        self.functions = {each.name for each in ast.walk(definition) if isinstance(each, ast.FunctionDef)}

    def uses_found(self) -> list[_Use]:
        """The uses that are not what they seem, by line."""
        self._run(self.definition.body)
        return sorted(self.uses.values(), key=lambda use: (use.at.line, use.name))

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
            self._either([case.body for case in node.cases] + [[]], [case.pattern for case in node.cases])
        elif isinstance(node, _TRY):
            self._try(cast("ast.Try", node))
        else:
            self._read(node)
            self._bind(node)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self._look(item.context_expr)
            if item.optional_vars is not None:
                self._bind(item.optional_vars)
        within = [line for item in node.items for line in self._at(item.context_expr)]
        kind = next((line.block for line in within if line.block), "")
        block = _WORDS.get(kind, "")
        before = dict(self.values)
        self._run(node.body)
        if block and not self.again:
            for name, value in self.values.items():
                outer = before.get(name)
                if outer is not None and value is not outer:
                    self.values[name] = attrs.evolve(value, outer=outer.given, block=block)
        self._happened(within)

    def _at(self, node: ast.AST) -> list[Line]:
        """What happened at the lines of a statement or an expression."""
        first = getattr(node, "lineno", 0)
        last = getattr(node, "end_lineno", None) or first
        return [line for number, line in self.lines.items() if first <= number <= last]

    def _happened(self, lines: Iterable[Line]) -> None:
        """What has another value since, by what was called."""
        if self.again:
            return
        for line in lines:
            block = _WORDS.get(line.block, "a block of what is called")
            for place, (outer, inner) in line.changed.items():
                known = self.values.get(place)
                if known is not None and known.block:
                    continue
                before = outer or (known.given if known is not None else self.at(1))
                self.values[place] = _Value(inner or before, before, block, elsewhere=True)

    def _try(self, node: ast.Try) -> None:
        self._run(node.body)
        for handler in node.handlers:
            self._handler(handler)
        self._run(node.orelse)
        self._run(node.finalbody)

    def _handler(self, handler: ast.ExceptHandler) -> None:
        if handler.name:
            self._gives(handler.name, handler.lineno)
        self._run(handler.body)
        if handler.name:
            self.values.pop(handler.name, None)  # as Python does

    def _either(self, bodies: Iterable[list[ast.stmt]], patterns: Iterable[ast.pattern] = ()) -> None:
        """Branches that Python itself decides between; a value that is in doubt after one of them is so."""
        before, after = dict(self.values), dict[str, _Value]()
        for body, pattern in itertools.zip_longest(bodies, patterns):
            self.values = dict(before)
            for name, line in _captured(pattern) if pattern is not None else ():
                self._gives(name, line)
            self._run(body)
            for name, value in self.values.items():
                known = after.get(name)
                if known is None or value.block or (known is before.get(name) and not known.block):
                    after[name] = value
        self.values = after

    def _loop(self, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        """The second round is for uses that stand before what gave the name its values in the first."""
        self._run(body)
        outer, self.again = self.again, True
        self._run(body)
        self.again = outer
        self._run(orelse)

    def _read(self, node: ast.AST) -> None:
        self._look(node)
        self._happened(self._at(node))

    def _look(self, node: ast.AST) -> None:
        for each in _walk(node):
            if isinstance(each, ast.AugAssign):
                self._use(_place(each.target), each.lineno)
            elif isinstance(each, (ast.Name, ast.Attribute, ast.Subscript)) and isinstance(each.ctx, ast.Load):
                self._use(_place(each), each.lineno)
        for whole in _wholes(node):
            for name in [name for name in self.values if _is_in(name, whole.id)]:
                if isinstance(node, ast.Return) or not self.values[name].elsewhere:
                    self._use(name, whole.lineno)
        self._may_have_changed(node)

    def _may_have_changed(self, node: ast.AST) -> None:
        """Forget what a call may have given another value: nothing is said of what is not known."""
        if not any(value.elsewhere for value in self.values.values()):
            return
        given = {each.id for each in _wholes(node)}
        calls = [each.func for each in _walk(node) if isinstance(each, ast.Call)]
        given |= {_place(each).partition(".")[0].partition("[")[0] for each in calls if isinstance(each, ast.Attribute)}
        own = any(isinstance(each, ast.Name) and each.id in self.functions for each in calls)
        for name, value in [*self.values.items()]:
            root = name.partition(".")[0].partition("[")[0]
            if value.elsewhere and (root in given if root != name else own):
                del self.values[name]

    def _use(self, name: str, line: int) -> None:
        value = self.values.get(name)
        if value is not None and value.block:
            outer = value.outer or value.given
            self.uses.setdefault((name, line), _Use(name, self.at(line), outer, value.given, value.block))

    def _bind(self, node: ast.AST) -> None:
        own = _own_names(node)
        for each in _walk(node):
            if each in own:
                continue
            if isinstance(each, (ast.Name, ast.Attribute, ast.Subscript)) and (place := _place(each)):
                if isinstance(each.ctx, ast.Store):
                    self._gives(place, each.lineno)
                elif isinstance(each.ctx, ast.Del):
                    self._forget(place)
            elif isinstance(each, ast.alias):
                self._gives(each.asname or each.name.partition(".")[0], getattr(node, "lineno", 1))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            self._gives(node.name, node.lineno)

    def _gives(self, place: str, line: int) -> None:
        self._forget(place)
        self.values[place] = _Value(self.at(line))

    def _forget(self, place: str) -> None:
        for name in [name for name in self.values if name == place or _is_in(name, place)]:
            del self.values[name]


_WORDS = {"when": "`with when(...):`", "elif_": "`with elif_(...):`", "otherwise": "`with otherwise():`"}


def _place(node: ast.AST) -> str:
    """A name, or what is in one: `clips.first`, `clips["first"]`; "" where that is computed."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (held := _place(node.value)):
        return f"{held}.{node.attr}"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and (held := _place(node.value)):
        return f"{held}[{node.slice.value!r}]"
    return ""


def _is_in(place: str, name: str) -> bool:
    return place.startswith((f"{name}.", f"{name}["))


def _wholes(node: ast.AST) -> Iterator[ast.Name]:
    """The names that are taken whole: not to look at something in them."""
    held = {each.value for each in _walk(node) if isinstance(each, (ast.Attribute, ast.Subscript))}
    for each in _walk(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load) and each not in held:
            yield each


def _captured(pattern: ast.pattern) -> Iterator[tuple[str, int]]:
    """The names that a pattern gives values to."""
    for each in ast.walk(pattern):
        name = each.rest if isinstance(each, ast.MatchMapping) else getattr(each, "name", None)
        if isinstance(each, ast.pattern) and isinstance(name, str):
            yield name, each.lineno


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
