"""How a decision that Python took at once is written for the run: read off the user's own line.

`bool()` is all that an object sees of `and`, `not`, `in`, `if` or `x < y < z`; the source says which it was.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from flowdsl.frontend import places

_LONGEST = 240
_GENERAL = "only `with when(...)` takes conditions: several of them by commas, `isin(...)` for one of several values"
_NO_LOOP = "a run has no loops: fan out with `.map(...)`, or try again with `retries=`"
_SIGNS: Mapping[type[ast.cmpop], str] = MappingProxyType(
    {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
)
_TURNED: Mapping[type[ast.cmpop], str] = MappingProxyType({ast.Eq: "!=", ast.NotEq: "=="})
TEXT, NUMBER = ' == "true"', " != 0"
"""What makes a condition of a value that is none by itself, written behind it."""
_FALSE: Mapping[str, str] = MappingProxyType({TEXT: ' == "false"', NUMBER: " == 0"})


def spelling(test: str = "", otherwise: str = _GENERAL) -> str:
    """A hint for the user's line; `otherwise` where the line says nothing.

    `test` is what makes a condition of a value's text; empty for a condition.
    """
    frame = places.frame()
    if frame is None:
        return otherwise
    node = _decision(frame.f_code.co_filename, frame.f_lineno)
    hint = _Hints(test, {**frame.f_globals, **frame.f_locals}).of(node) if node is not None else ""
    return hint if hint and len(hint) <= _LONGEST else otherwise


def _decision(filename: str, line: int) -> ast.AST | None:
    """The innermost decision on a line; None where the source can't be read or has none there."""
    tree = places.tree(filename)
    if tree is None:
        return None
    found: ast.AST | None = None
    for node in ast.walk(tree):  # from the outside to the inside
        part = _where(node)
        if part is not None and part.lineno <= line <= (part.end_lineno or part.lineno):
            found = node
    return found


def _where(node: ast.AST) -> ast.expr | None:
    """The expression that a decision asks for its truth."""
    if isinstance(node, (ast.If, ast.While, ast.IfExp, ast.Assert)):
        return node.test
    if isinstance(node, ast.comprehension) and node.ifs:
        return node.ifs[0]
    if isinstance(node, ast.BoolOp) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.Invert))):
        return node
    if isinstance(node, ast.Compare) and (len(node.ops) > 1 or isinstance(node.ops[0], (ast.In, ast.NotIn))):
        return node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("all", "any"):
        return node
    return None


class _Hints:
    """The hints; `test` as in `spelling`, `names` what the names of the line mean."""

    def __init__(self, test: str, names: Mapping[str, object]) -> None:
        self.test = test
        self.names = names

    def of(self, node: ast.AST) -> str:
        if isinstance(node, ast.BoolOp):
            return self._all(node.values) if isinstance(node.op, ast.And) else self._any(node.values)
        if isinstance(node, ast.UnaryOp):
            return self._when([self._not(node.operand)])
        if isinstance(node, ast.Compare):
            return self._compare(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.While):
            return _NO_LOOP
        if isinstance(node, ast.Assert):
            return "check it in a task's body: that is where the value is"
        return self._when([self._condition(_where(node))])

    def _all(self, parts: Iterable[ast.expr]) -> str:
        return self._when([self._condition(each) for each in parts])

    def _any(self, parts: list[ast.expr]) -> str:
        equal = [each for each in parts if isinstance(each, ast.Compare) and isinstance(each.ops[0], ast.Eq)]
        lefts = {ast.unparse(each.left) for each in equal}
        if len(equal) < len(parts) or len(lefts) != 1:
            return self._when([" | ".join(_bracketed(self._condition(each)) for each in parts)])
        values = ", ".join(_text(each.comparators[0]) for each in equal)
        return self._when([f"isin({lefts.pop()}, {values})"])

    def _compare(self, node: ast.Compare) -> str:
        if len(node.ops) == 1:
            return self._when([_among(node, isinstance(node.ops[0], ast.In))])
        if not all(type(op) in _SIGNS for op in node.ops):
            return ""
        ends = [node.left, *node.comparators]
        pairs = [
            f"{_text(ends[place])} {_SIGNS[type(op)]} {_text(ends[place + 1])}" for place, op in enumerate(node.ops)
        ]
        return self._when(pairs)

    def _call(self, node: ast.Call) -> str:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        given = node.args[0] if len(node.args) == 1 else None
        parts = given.elts if isinstance(given, (ast.List, ast.Tuple)) else []
        if name == "any":
            return self._any(parts) if parts else ""
        if parts:
            return self._all(parts)
        return self._when([f"*[{_text(given)[1:-1]}]" if isinstance(given, ast.GeneratorExp) else f"*{_text(given)}"])

    def _condition(self, node: ast.expr | None) -> str:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.Invert)):
            return self._not(node.operand)
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            return _among(node, isinstance(node.ops[0], ast.In))
        return _text(node) + self._test(node)

    def _test(self, node: ast.expr | None) -> str:
        """What makes a condition of a part; empty for what is one already."""
        if isinstance(node, ast.Name):
            return str(getattr(self.names.get(node.id), "_test", self.test))
        return self.test if isinstance(node, (ast.Attribute, ast.Subscript)) else ""

    def _not(self, node: ast.expr) -> str:
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _TURNED:
            return f"{_text(node.left)} {_TURNED[type(node.ops[0])]} {_text(node.comparators[0])}"
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            return _among(node, isinstance(node.ops[0], ast.NotIn))
        if isinstance(node, (ast.Name, ast.Attribute)) and (test := self._test(node)):
            return _text(node) + _FALSE[test]
        return f"not_({_text(node)})" if isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Compare)) else ""

    def _when(self, conditions: list[str]) -> str:
        if not all(conditions):
            return ""
        return f"branch in the run instead: `with when({', '.join(conditions)}):`"


def _among(node: ast.Compare, within: bool) -> str:
    given = node.comparators[0]
    inside = given.elts if isinstance(given, (ast.List, ast.Tuple, ast.Set)) else [given]
    if isinstance(node.left, (ast.Constant, ast.JoinedStr)):
        operator = "in" if within else "notin"
        return f'condition({_text(node.left)}, "{operator}", [{", ".join(map(_text, inside))}])'
    stars = "" if inside != [given] else "*"
    found = f"isin({_text(node.left)}, {stars}{', '.join(map(_text, inside))})"
    return found if within else f"not_({found})"


def _bracketed(text: str) -> str:
    """A part of `a | b`, which binds tighter than a comparison."""
    return text if not text or text.isidentifier() or text.startswith(("isin(", "not_(")) else f"({text})"


def _text(node: ast.AST | None) -> str:
    """The source of a part, with the quotes that most people write."""
    if node is None:
        return ""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and not {'"', "\\"} & set(repr(node.value)):
        return f'"{node.value}"'
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _SIGNS:
        return f"{_text(node.left)} {_SIGNS[type(node.ops[0])]} {_text(node.comparators[0])}"
    if isinstance(node, ast.Call) and not node.keywords:
        return f"{_text(node.func)}({', '.join(map(_text, node.args))})"
    return ast.unparse(node)
