"""Which names a block of code binds, without entering the functions and classes inside it."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import attrs

from flowdsl.frontend.slicing.model import Alias

TRY: tuple[type[ast.AST], ...] = tuple(
    kind for kind in (ast.Try, getattr(ast, "TryStar", None)) if kind is not None
)  # ast.TryStar is there since 3.11
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LEAVES = frozenset({ast.Constant, ast.Pass, ast.Break, ast.Continue})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@attrs.define
class Bound:
    """Names a block binds; `aliases` those bound by imports, `typing_only` those bound for type checkers alone."""

    names: set[str] = attrs.field(factory=set)
    global_: set[str] = attrs.field(factory=set)
    nonlocal_: set[str] = attrs.field(factory=set)
    aliases: dict[str, Alias] = attrs.field(factory=dict)
    typing_only: set[str] = attrs.field(factory=set)


def bound_in(body: Iterable[ast.AST], *, split_typing: bool = False) -> Bound:
    """What the block binds. With `split_typing`, the branch under `if TYPE_CHECKING` counts as `typing_only`."""
    found = Bound()
    stack: list[tuple[ast.AST, bool]] = [(node, False) for node in body]
    while stack:
        node, in_comprehension = stack.pop()
        if type(node) in _LEAVES:
            continue
        _bind(node, found, in_comprehension)
        if split_typing and isinstance(node, ast.If) and (checks := type_checking(node.test)) is not None:
            hidden, kept = (node.body, node.orelse) if checks else (node.orelse, node.body)
            found.typing_only |= bound_in(hidden).names
            stack += [(child, False) for child in kept]
            continue
        inside = in_comprehension or isinstance(node, _COMPREHENSIONS)
        stack += [(child, inside) for child in _inside(node)]
    found.names -= found.global_ | found.nonlocal_
    return found


def type_checking(test: ast.expr) -> bool | None:
    """True for `TYPE_CHECKING`, False for `not TYPE_CHECKING`, None for any other test."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = type_checking(test.operand)
        return None if inner is None else not inner
    name = test.attr if isinstance(test, ast.Attribute) else test.id if isinstance(test, ast.Name) else ""
    return True if name == "TYPE_CHECKING" else None


def main_guard(node: ast.AST) -> bool:
    """Whether a statement is `if __name__ == "__main__":`."""
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
    )


def import_aliases(node: ast.Import | ast.ImportFrom) -> list[Alias]:
    """The names an import statement binds; `*` for a star import."""
    spot = (node.lineno, node.col_offset)
    if isinstance(node, ast.Import):
        return [
            Alias(item.asname or item.name.partition(".")[0], item.name, None, item.asname, 0, spot)
            for item in node.names
        ]
    return [
        Alias(item.asname or item.name, node.module or "", item.name, item.asname, node.level, spot)
        for item in node.names
    ]


def import_by_text(call: ast.Call) -> Alias | None:
    """What `importlib.import_module("package.module")` imports; None where its argument is no text."""
    given = call.args[0] if call.args else None
    if not isinstance(given, ast.Constant) or not isinstance(given.value, str):
        return None
    module = given.value.lstrip(".")
    level = len(given.value) - len(module)
    return Alias("", module, None, module, level, (given.lineno, given.col_offset)) if module else None


def _bind(node: ast.AST, found: Bound, in_comprehension: bool) -> None:
    kind = type(node)
    if kind is ast.Attribute or kind is ast.Call or kind is ast.Expr:
        return  # the most frequent ones
    if isinstance(node, ast.Name):
        # A comprehension's own targets stay inside it; a walrus in it binds outside.
        if not in_comprehension and not isinstance(node.ctx, ast.Load):
            found.names.add(node.id)
    elif isinstance(node, ast.NamedExpr):
        if isinstance(node.target, ast.Name):
            found.names.add(node.target.id)
    elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        found.names.add(node.name)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in import_aliases(node):
            found.names.add(alias.bound)
            found.aliases[alias.bound] = alias
    elif isinstance(node, ast.Global):
        found.global_ |= set(node.names)
    elif isinstance(node, ast.Nonlocal):
        found.nonlocal_ |= set(node.names)
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        if node.name:
            found.names.add(node.name)
    elif isinstance(node, ast.MatchMapping) and node.rest:
        found.names.add(node.rest)


def _inside(node: ast.AST) -> Iterable[ast.AST]:
    if isinstance(node, _FUNCTIONS):
        return [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *(item.value for item in node.keywords)]
    if isinstance(node, ast.Lambda):
        return [*node.args.defaults, *filter(None, node.args.kw_defaults)]
    return children(node)


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes directly below a node, without the `Load` and `Store` marks that say nothing by themselves.

    The same as `ast.iter_child_nodes`, at half its cost: indexing a module spends most of its time here.
    """
    found: list[ast.AST] = []
    for field in node._fields:
        value = getattr(node, field, None)
        if type(value) is list:
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
            found.append(value)
    return found
