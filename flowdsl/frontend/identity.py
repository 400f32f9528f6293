"""What Python decides about a value of the run without asking any method of it: `is`, isinstance, match.

Whatever else is done with such a value is refused when it is done. These would silently get one answer for all runs, so
they are looked for in the source, and only in functions whose bytecode has one.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from opcode import opmap
from types import ModuleType

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
        self.bindings = _bindings(tree)
        given = own if of_run is None else own & of_run
        for name in own - given:
            self.bindings.setdefault(name, []).append(None)
        # What one name is may hang on what another is: all are taken for it, until one shows that it is not.
        self.tasks = set(self.bindings)
        while self._shrinks(self.tasks, self._is_task):
            pass
        self.known = self.bindings.keys() | given
        while self._shrinks(self.known, self._is_run):
            pass
        self.others = (self.bindings.keys() | own) - self.known

    def _shrinks(self, found: set[str], is_one: Callable[[ast.expr], bool]) -> bool:
        """Take out the names that are given something else as well; whether there were any."""
        wrong = {
            name
            for name in found
            if not all(value is not None and is_one(value) for value in self.bindings.get(name, ()))
        }
        found -= wrong
        return bool(wrong)

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
        if isinstance(node, ast.IfExp):
            return self._is_run(node.body) and self._is_run(node.orelse)
        if isinstance(node, ast.NamedExpr):
            return self._is_run(node.value)
        return node.id in self.known if isinstance(node, ast.Name) else self._is_call(node)

    def _is_call(self, node: ast.expr) -> bool:
        """A task that is called, or `map(...)` of it."""
        if not isinstance(node, ast.Call):
            return False
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr == "map":
            called = called.value
        return self._is_task(called)

    def _is_task(self, node: ast.expr) -> bool:
        """A task by its name, by another name for it, or `with_options(...)` of one."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "with_options":
            return self._is_task(node.func.value)
        if isinstance(node, ast.Name):
            return node.id in self.tasks or (node.id not in self.bindings and isinstance(self.names.get(node.id), Task))
        if isinstance(node, ast.Attribute):  # `module.task`
            return _is_of_module(node, self.names)
        return isinstance(node, ast.IfExp) and self._is_task(node.body) and self._is_task(node.orelse)


def _is_of_module(node: ast.Attribute, names: Mapping[str, object]) -> bool:
    """Whether `module.task` is a task."""
    module = names.get(node.value.id) if isinstance(node.value, ast.Name) else None
    return isinstance(module, ModuleType) and isinstance(vars(module).get(node.attr), Task)


def _bindings(tree: ast.FunctionDef) -> dict[str, list[ast.expr | None]]:
    """What each name of a function is given: expressions, None for what is no value of the run."""
    found: dict[str, list[ast.expr | None]] = {}
    for node in ast.walk(tree):
        for names, value in _bound_by(node, tree):
            for name in names:
                found.setdefault(name, []).append(value)
    return found


def _bound_by(node: ast.AST, tree: ast.FunctionDef) -> Iterator[tuple[set[str], ast.expr | None]]:
    if isinstance(node, ast.Assign):
        for target, value in (pair for each in node.targets for pair in _pairs(each, node.value)):
            yield _bound(target), value
    elif isinstance(node, ast.AnnAssign):
        if node.value is not None:
            yield _bound(node.target), node.value
    elif isinstance(node, ast.NamedExpr):
        yield _bound(node.target), node.value
    elif isinstance(node, ast.AugAssign | ast.For | ast.comprehension):
        yield _bound(node.target), None
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield _bound(node.optional_vars), None
    elif node is not tree and node is not tree.args:
        yield _named(node), None


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
