"""Which things of a module a statement changes without binding them: it goes along with them into the script.

`TABLE["x"] = 1`, `NAMES.append("x")`, `random.seed(0)`, `setattr(Config, "rate", 0.1)`, a loop that fills a table, a
call of a function that does, and what is registered by a decorator: `@register("resnet")`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from flowdsl.frontend.slicing.bindings import TRY, children

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BLOCKS: tuple[type[ast.AST], ...] = (ast.If, ast.For, ast.While, ast.With, *TRY)
_SETTERS = frozenset({"setattr", "delattr"})
_CHANGING = frozenset(
    [
        "add",
        "append",
        "appendleft",
        "clear",
        "discard",
        "extend",
        "extendleft",
        "insert",
        "pop",
        "popitem",
        "put",
        "register",
        "remove",
        "reverse",
        "setdefault",
        "sort",
        "update",
    ]
)
"""Methods of the library's containers that change them."""


def touched(node: ast.stmt, functions: Mapping[str, _Function]) -> list[str]:
    """The names that a top-level statement may change, in order. `functions` are those of the module."""
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        found = [name for each in node.decorator_list for name in _by_decorator(each, functions)]
    elif isinstance(node, _BLOCKS):
        found = list(_by_block(node, functions))
    else:
        found = list(_by_statement(node, functions))
    return list(dict.fromkeys(found))


def _by_statement(node: ast.AST, functions: Mapping[str, _Function]) -> Iterator[str]:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield from _by_call(node.value, functions)
    elif isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
        targets = [node.target]
    elif isinstance(node, ast.Delete):
        targets = node.targets
    for target in targets:
        if isinstance(target, (ast.Attribute, ast.Subscript)):
            yield root(target)


def _by_call(call: ast.Call, functions: Mapping[str, _Function]) -> Iterator[str]:
    if isinstance(call.func, ast.Attribute):
        yield root(call.func)
    elif isinstance(call.func, ast.Name):
        if call.func.id in _SETTERS and call.args:
            yield root(call.args[0])
        yield from _by_function(functions.get(call.func.id))


def _by_block(node: ast.AST, functions: Mapping[str, _Function]) -> Iterator[str]:
    """What the statements inside one change; of method calls only those that are known to change a container."""
    for child in children(node):
        if isinstance(child, (*_FUNCTIONS, ast.ClassDef)):
            continue
        if not isinstance(child, ast.Expr) or changes(child):
            yield from _by_statement(child, functions)
        yield from _by_block(child, functions)


def changes(node: ast.Expr) -> bool:
    """Whether a statement calls a function, or a method that is known to change a container."""
    call = node.value
    if not isinstance(call, ast.Call):
        return False
    return isinstance(call.func, ast.Name) or (isinstance(call.func, ast.Attribute) and call.func.attr in _CHANGING)


def _by_decorator(decorator: ast.expr, functions: Mapping[str, _Function]) -> Iterator[str]:
    """What a decorator keeps a definition in: the object it is a method of, or what a function of the module fills."""
    inner = decorator.func if isinstance(decorator, ast.Call) else decorator
    if isinstance(inner, ast.Attribute):
        yield root(inner)
    elif isinstance(inner, ast.Name):
        yield from _by_function(functions.get(inner.id))


def _by_function(function: _Function | None) -> Iterator[str]:
    """What a function changes of the module, also through functions inside it."""
    for node in ast.walk(function) if function is not None else ():
        if isinstance(node, (ast.Assign, ast.AugAssign)) or (isinstance(node, ast.Expr) and changes(node)):
            yield from _by_statement(node, {})


def root(node: ast.expr) -> str:
    """The name that an attribute or an item is of; "" where that is no name."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
