"""What Python decides about a value of the run without asking any method of it: `is`, isinstance, match.

Whatever else is done with such a value is refused when it is done. These would silently get one answer for all runs, so
they are looked for in the source, and only in functions whose bytecode has one.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from opcode import opmap

from flowdsl.diagnostics import Collector, Location
from flowdsl.frontend import places
from flowdsl.frontend.opaque import Opaque
from flowdsl.frontend.task import Task

_DECIDING = frozenset(
    code
    for name, code in opmap.items()
    if name in ("IS_OP", "MATCH_CLASS") or name.endswith(("_IF_NONE", "_IF_NOT_NONE"))
)
_ASKING = frozenset({"isinstance", "issubclass", "type"})
_BODY = "decide it in a task's body, where the value is a plain Python value"
_NONE = 'a None of the run is the empty text: `with when({} == ""):`'


def identity_tests(
    function: Callable[..., object], collector: Collector, given: Mapping[str, object] | None = None
) -> None:
    """FLOW031 for each such test of a parameter, or of what a task's call gave.

    `given` are the arguments of a pipeline that is inlined, whose other parameters hold plain values of Python.
    """
    code = function.__code__
    if not _DECIDING & set(code.co_code[::2]) and not _ASKING & set(code.co_names):
        return
    read = places.written(function)
    if read is None:
        return
    definition, first = read
    file = places.display(code.co_filename)
    of_run = None if given is None else {name for name, value in given.items() if isinstance(value, Opaque)}
    for node, what, hint in _Reader(function, definition, of_run).found():
        collector.error(
            "FLOW031",
            f"`{what}` has the same answer for all runs: the value is known only at run time",
            Location(file, first + node.lineno - 1),
            hint=hint,
        )


class _Reader:
    """Reads one pipeline function. `known` are its names that hold values of the run, and never anything else."""

    def __init__(self, function: Callable[..., object], tree: ast.FunctionDef, of_run: set[str] | None) -> None:
        self.tree = tree
        self.names: dict[str, object] = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
        arguments = tree.args
        own = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
        self.known = own if of_run is None else own & of_run
        others = own - self.known
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                for target, value in (pair for each in node.targets for pair in _pairs(each, node.value)):
                    into = self.known if self._is_call(value) else others
                    into |= _bound(target)
            elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr | ast.For | ast.comprehension):
                others |= _bound(node.target)
            elif isinstance(node, ast.withitem) and node.optional_vars is not None:
                others |= _bound(node.optional_vars)
            elif node is not tree and node is not tree.args:
                others |= _named(node)
        self.known -= others
        self.others = others

    def found(self) -> Iterator[tuple[ast.expr, str, str]]:
        """Where it is decided, what is, and what to write instead."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Compare):
                yield from self._identities(node)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _ASKING:
                if node.args and self._is_run(node.args[0]):
                    yield node, ast.unparse(node), _BODY
            elif isinstance(node, ast.Match) and self._is_run(node.subject):
                patterns = [each for case in node.cases for each in ast.walk(case.pattern)]
                if any(isinstance(each, ast.MatchClass | ast.MatchSingleton) for each in patterns):
                    yield node.subject, f"match {ast.unparse(node.subject)}", _BODY

    def _identities(self, node: ast.Compare) -> Iterator[tuple[ast.expr, str, str]]:
        sides = [node.left, *node.comparators]
        for left, sign, right in zip(sides, node.ops, sides[1:], strict=False):
            for value, other in ((left, right), (right, left)):
                if isinstance(sign, ast.Is | ast.IsNot) and self._is_run(value) and self._is_plain(other):
                    yield node, ast.unparse(node), _instead(value, other, sign)
                    return

    def _is_plain(self, node: ast.expr) -> bool:
        """Whether it can't be the very same object; a name bound to others too may be: `clip is first` in a loop."""
        return not (isinstance(node, ast.Name) and node.id in self.others)

    def _is_run(self, node: ast.expr) -> bool:
        while isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        return node.id in self.known if isinstance(node, ast.Name) else self._is_call(node)

    def _is_call(self, node: ast.expr) -> bool:
        """A task that is called, by its name or `with_options(...)`, `map(...)` of it."""
        if not isinstance(node, ast.Call):
            return False
        called = node.func
        while isinstance(called, ast.Attribute | ast.Call):
            called = called.func if isinstance(called, ast.Call) else called.value
        is_node = not isinstance(node.func, ast.Attribute) or node.func.attr == "map"
        return is_node and isinstance(called, ast.Name) and isinstance(self.names.get(called.id), Task)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Which part of an assignment gets which: `a, b = x(), y()` is two of them."""
    if isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
        parts = [*target.elts, *value.elts]
        if len(target.elts) == len(value.elts) and not any(isinstance(each, ast.Starred) for each in parts):
            for pair in zip(target.elts, value.elts, strict=True):
                yield from _pairs(*pair)
            return
    yield target, value


def _bound(target: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(target) if isinstance(each, ast.Name)}


def _parameters(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (each for each in (arguments.vararg, arguments.kwarg) if each)


def _named(node: ast.AST) -> set[str]:
    """The names that functions within, imports, patterns and `except` give to something."""
    if isinstance(node, ast.arguments):
        return {each.arg for each in _parameters(node)}
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(each.asname or each.name).partition(".")[0] for each in node.names}
    if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
        return {node.name} if node.name else set()
    return {node.rest} if isinstance(node, ast.MatchMapping) and node.rest else set()


def _instead(value: ast.expr, other: ast.expr, sign: ast.cmpop) -> str:
    left = ast.unparse(value)
    if isinstance(other, ast.Constant) and other.value is None:
        return _NONE.format(left) if isinstance(sign, ast.Is) else _NONE.format(left).replace("==", "!=")
    if isinstance(other, ast.Constant) and isinstance(other.value, bool):
        same = other.value is isinstance(sign, ast.Is)
        return f"`with when({left if same else f'not_({left})'}):`"
    return _BODY
