"""Syntax that Python 3.8 does not read, found by the shape of the tree.

`ast.parse(feature_version=...)` is not used: which features it refuses differs from one Python to the next, and the
result of a compile must not.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Callable, Sequence

from flowdsl.frontend.slicing.model import Feature, Spot

_NEW: dict[str, tuple[tuple[int, int], str]] = {
    "Match": ((3, 10), "`match` statement"),
    "TryStar": ((3, 11), "`except*`"),
    "TypeAlias": ((3, 12), "`type` statement"),
    "TemplateStr": ((3, 14), "template string"),
}
NEW_STATEMENTS: tuple[type[ast.AST], ...] = tuple(getattr(ast, name) for name in _NEW if hasattr(ast, name))
_BUILTIN_TYPES = frozenset(
    {
        "bool",
        "bytes",
        "bytearray",
        "complex",
        "dict",
        "float",
        "frozenset",
        "int",
        "list",
        "object",
        "set",
        "str",
        "tuple",
        "type",
    }
)
_GENERIC = frozenset({"dict", "frozenset", "list", "set", "tuple", "type"})
_IsModuleName = Callable[[str], bool]


def new_statement(node: ast.AST) -> Feature | None:
    """A statement that 3.8 has not."""
    found = _NEW.get(type(node).__name__)
    return Feature(found[0], _spot(node), found[1], syntax=True) if found else None


def type_parameter_names(node: ast.AST) -> set[str]:
    """The names of `def f[T]()`, on a Python that has them."""
    return {item.name for item in getattr(node, "type_params", ())}


def type_parameters(node: ast.AST) -> Feature | None:
    """`def f[T]()` or `class A[T]:`."""
    found = getattr(node, "type_params", ())
    return Feature((3, 12), _spot(found[0]), "type parameters in brackets", syntax=True) if found else None


def decorator(node: ast.expr) -> Feature | None:
    """A decorator that is more than a dotted name or a call of one."""
    inner = node.func if isinstance(node, ast.Call) else node
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    return None if isinstance(inner, ast.Name) else Feature((3, 9), _spot(node), "such a decorator", syntax=True)


def union(node: ast.BinOp, is_module_name: _IsModuleName) -> Feature | None:
    """`int | None` or `{...} | {...}` that is evaluated, not an annotation."""
    if not isinstance(node.op, ast.BitOr):
        return None
    sides = (node.left, node.right)
    if any(isinstance(side, (ast.Dict, ast.DictComp)) for side in sides):
        return Feature((3, 9), _spot(node), "`|` between dicts", syntax=False)
    if any(_is_type(side, is_module_name) for side in sides):
        return Feature((3, 10), _spot(node), "`|` between types outside an annotation", syntax=True)
    return None


def subscript(node: ast.Subscript, is_module_name: _IsModuleName) -> Feature | None:
    """`list[int]` that is evaluated, or `values[*index]`."""
    if isinstance(node.value, ast.Name) and node.value.id in _GENERIC and is_module_name(node.value.id):
        return Feature((3, 9), _spot(node), f"`{node.value.id}[...]` outside an annotation", syntax=True)
    if isinstance(node.slice, ast.Tuple):
        first = node.slice.elts[0] if node.slice.elts else None
        starred = any(isinstance(item, ast.Starred) for item in node.slice.elts)
        # A tuple in parentheses starts before its first element, and 3.8 reads that.
        if starred and first is not None and _spot(first) == _spot(node.slice):
            return Feature((3, 11), _spot(node.slice), "`*` in an index", syntax=True)
    return None


def parenthesised_with(node: ast.With | ast.AsyncWith, lines: Sequence[str]) -> Feature | None:
    """`with (open(a) as x, open(b) as y):`."""
    if len(node.items) == 1 and node.items[0].optional_vars is None:
        return None
    first = node.body[0]
    start = node.lineno - 1
    text = [_cut(lines[start], node.col_offset), *lines[start + 1 : first.lineno]]
    head = text[0].removeprefix("async").lstrip().removeprefix("with").lstrip()
    if not head.startswith(("(", "\\", "#")):
        return None
    return Feature((3, 9), _spot(node), "`with` items in parentheses", syntax=True) if _wrapped(text) else None


def fstring(node: ast.JoinedStr, lines: Sequence[str]) -> Feature | None:
    """An f-string that reuses its own quotes, or has a backslash, a comment or a line break in an expression.

    Only Python 3.12 and newer read one at all, so that older ones have nothing to look for.
    """
    if sys.version_info < (3, 12) or not _worth_a_look(node, lines):
        return None
    text = "(" + _segment(node, lines) + ")\n"
    open_quotes: list[str] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        name = tokenize.tok_name[token.type]
        # The text of the outermost f-string may hold anything; all that stands in its braces may not.
        around = open_quotes[:-1] if name in ("FSTRING_MIDDLE", "FSTRING_END") else open_quotes
        if around and _unreadable(token, name, around):
            return Feature(
                (3, 12), _spot(node), "quotes, backslash or comment inside an f-string's braces", syntax=True
            )
        if name == "FSTRING_START":
            open_quotes.append(token.string.lstrip("rRfFbBuU"))
        elif name == "FSTRING_END":
            open_quotes.pop()
    return None


def _unreadable(token: tokenize.TokenInfo, name: str, open_quotes: list[str]) -> bool:
    if name == "COMMENT" or "\\" in token.string:
        return True
    if name in ("NL", "NEWLINE"):
        return any(len(quote) == 1 for quote in open_quotes)
    return any(quote in token.string for quote in open_quotes)


def _worth_a_look(node: ast.JoinedStr, lines: Sequence[str]) -> bool:
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            if value.end_lineno != value.lineno or isinstance(value.format_spec, ast.JoinedStr):
                return True
            inner = lines[value.lineno - 1].encode()[value.col_offset : value.end_col_offset]
            if any(mark in inner for mark in (b"'", b'"', b"\\", b"#")):
                return True
    return False


def _segment(node: ast.expr, lines: Sequence[str]) -> str:
    last = node.end_lineno or node.lineno
    part = list(lines[node.lineno - 1 : last])
    part[-1] = part[-1].encode()[: node.end_col_offset].decode()
    part[0] = _cut(part[0], node.col_offset)
    return "\n".join(part)


def _wrapped(text: list[str]) -> bool:
    """Whether one pair of parentheses holds everything between `with` and its colon."""
    depth = closed = 0
    seen = ""
    source = io.StringIO("\n".join([text[0].removeprefix("async").lstrip(), *text[1:]]))
    for token in tokenize.generate_tokens(source.readline):
        if token.type in (tokenize.NL, tokenize.COMMENT) or token.string == "with":
            continue
        if token.string == ":" and not depth:
            return closed == 1 and seen == ")"
        if not depth and token.string != "(":
            return False
        depth += (token.string in ("(", "[", "{")) - (token.string in (")", "]", "}"))
        closed += token.string == ")" and not depth
        seen = token.string
    return False


def _is_type(node: ast.expr, is_module_name: _IsModuleName) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is None
    if isinstance(node, ast.Subscript):
        node = node.value
    return isinstance(node, ast.Name) and node.id in _BUILTIN_TYPES and is_module_name(node.id)


def _cut(line: str, column: int) -> str:
    """The rest of a line from a column counted in UTF-8 bytes, as `ast` counts."""
    return line.encode()[column:].decode()


def _spot(node: ast.AST) -> Spot:
    return (node.lineno, node.col_offset)  # type: ignore[attr-defined]
