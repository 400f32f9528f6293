"""What a task gives back although its signature says that it gives nothing: it is lost."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from types import FunctionType

from flowdsl.diagnostics import Collector, Location
from flowdsl.frontend import places
from flowdsl.frontend.rules import DROPPED_VALUE
from flowdsl.frontend.slicing.index import FunctionDef, ModuleIndex
from flowdsl.frontend.slicing.source import index_of


def dropped_values(function: Callable[..., object], collector: Collector) -> None:
    """FLOW094 at each `return` with a value of a function that is a task without results."""
    if not isinstance(function, FunctionType) or function.__annotations__.get("return") not in (None, "None"):
        return  # a type that could not be read is told of elsewhere
    how = "is declared to give nothing" if "return" in function.__annotations__ else "has no type after `->`"
    code = function.__code__
    index = index_of(function)
    node = index.functions.get((code.co_firstlineno, code.co_name), (None,))[0] if index is not None else None
    if index is None or not isinstance(node, ast.FunctionDef):
        return
    for statement in _returns(node.body):
        value = statement.value
        if value is not None and not _is_nothing(value, index):
            place = Location(places.display(code.co_filename), statement.lineno)
            said = f"`{ast.unparse(statement)[:80]}`: {code.co_name} {how}, so the value is lost"
            collector.add(DROPPED_VALUE.finding(said, place, hint="say what it gives, `-> float`, or return nothing"))


def _returns(body: list[ast.stmt]) -> Iterator[ast.Return]:
    """The returns of a function, not those of functions in it."""
    for statement in body:
        if isinstance(statement, ast.Return):
            yield statement
        elif not isinstance(statement, (*FunctionDef, ast.ClassDef)):
            inner = [each for _, value in ast.iter_fields(statement) if isinstance(value, list) for each in value]
            for each in inner:
                if isinstance(each, ast.stmt):
                    yield from _returns([each])
                elif isinstance(each, (ast.ExceptHandler, ast.match_case)):
                    yield from _returns(each.body)


def _is_nothing(value: ast.expr, index: ModuleIndex) -> bool:
    """Whether an expression is None, as far as the file says: what printing gives, or a function that gives nothing."""
    if isinstance(value, ast.Constant):
        return value.value is None
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Name):
        return False
    name = value.func.id
    called = [node for (_, known), (node, _, _) in index.functions.items() if known == name]
    return name == "print" or any(
        isinstance(node, FunctionDef) and isinstance(node.returns, ast.Constant) and node.returns.value is None
        for node in called
    )
