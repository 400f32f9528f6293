"""What Python decides by itself about a value of the run, and no method of the value is asked: `is`, isinstance, match.

Whatever else is done with such a value is refused when it is done. These would have an answer, the same for all runs,
without a word: they are found in the source, in functions whose code has them at all.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from opcode import opmap

from flowdsl.diagnostics import Collector, Location
from flowdsl.frontend import places
from flowdsl.frontend.task import Task

_DECIDING = frozenset(
    code
    for name, code in opmap.items()
    if name in ("IS_OP", "MATCH_CLASS") or name.endswith(("_IF_NONE", "_IF_NOT_NONE"))
)
_ASKING = frozenset({"isinstance", "issubclass", "type"})
_BODY = "decide it in a task's body, where the value is a plain Python value"
_NONE = 'a None of the run is the empty text: `with when({} == ""):`'


def identity_tests(function: Callable[..., object], collector: Collector) -> None:
    """FLOW031 for each such test of a parameter, or of what a task's call gave."""
    code = function.__code__
    if not _DECIDING & set(code.co_code[::2]) and not _ASKING & set(code.co_names):
        return
    try:
        lines, first = inspect.getsourcelines(function)
        tree = ast.parse(textwrap.dedent("".join(lines)))
    except (OSError, TypeError, SyntaxError, ValueError, RecursionError):
        return
    if not tree.body or not isinstance(tree.body[0], ast.FunctionDef):
        return
    file = places.display(code.co_filename)
    for node, what, hint in _Reader(function, tree.body[0]).found():
        collector.error(
            "FLOW031",
            f"`{what}` has the same answer for all runs: the value is known only at run time",
            Location(file, first + node.lineno - 1),
            hint=hint,
        )


class _Reader:
    """Reads one pipeline function. `known` are its names that hold values of the run, and never anything else."""

    def __init__(self, function: Callable[..., object], tree: ast.FunctionDef) -> None:
        self.tree = tree
        self.names: dict[str, object] = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
        arguments = tree.args
        self.known = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
        others: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and self._is_call(node.value):
                self.known |= {name for target in node.targets for name in _bound(target)}
            elif isinstance(
                node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr | ast.For | ast.comprehension
            ):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                others |= {name for target in targets for name in _bound(target)}
            elif isinstance(node, ast.withitem) and node.optional_vars is not None:
                others |= _bound(node.optional_vars)
        self.known -= others

    def found(self) -> Iterator[tuple[ast.expr, str, str]]:
        """Where it is decided, what is, and what to write instead."""
        for node in ast.walk(self.tree):
            if (
                isinstance(node, ast.Compare)
                and isinstance(node.ops[0], ast.Is | ast.IsNot)
                and self._is_run(node.left)
            ):
                yield node, ast.unparse(node), _instead(node)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _ASKING:
                if node.args and self._is_run(node.args[0]):
                    yield node, ast.unparse(node), _BODY
            elif isinstance(node, ast.Match) and self._is_run(node.subject):
                patterns = [each for case in node.cases for each in ast.walk(case.pattern)]
                if any(isinstance(each, ast.MatchClass | ast.MatchSingleton) for each in patterns):
                    yield node.subject, f"match {ast.unparse(node.subject)}", _BODY

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


def _bound(target: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(target) if isinstance(each, ast.Name)}


def _instead(node: ast.Compare) -> str:
    other = node.comparators[0]
    left = ast.unparse(node.left)
    if isinstance(other, ast.Constant) and other.value is None:
        return _NONE.format(left) if isinstance(node.ops[0], ast.Is) else _NONE.format(left).replace("==", "!=")
    if isinstance(other, ast.Constant) and isinstance(other.value, bool):
        same = other.value is isinstance(node.ops[0], ast.Is)
        return f"`with when({left if same else f'not_({left})'}):`"
    return _BODY
