"""Conditions as CEL, for pipelines that opted in: Tekton puts values into its text, and an error in it ends the run.

A text of a run could be CEL of its own, and no test within the CEL comes before that. So only results that our own code
writes as numbers and bools stand in it, and no params. Each number is matched as one, so that NaN, which Python's
numbers may be, passes no test, nor the test that `not` makes of it. What runs where a condition does not hold, runs.
"""

from __future__ import annotations

from collections.abc import Callable

from flowdsl.ir.conditions import (
    Expression,
    Fetched,
    Formula,
    Junction,
    Known,
    Operand,
    Test,
    fetched,
    tests,
)
from flowdsl.ir.refs import result_refs
from flowdsl.ir.types import Kind

_NUMBER = r"^-?([0-9]+([.][0-9]+)?(e[-+][0-9]+)?|inf)$"  # every float as Python writes it, but nan
_SIGNS = {"==", "<", "<=", ">", ">="}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_EXACT = 2**53


def cel_of(expression: Expression, *, opposite: bool, ours: Callable[[str], bool]) -> str:
    """The condition, or its opposite, as CEL; "" for one not safe in it. `ours` says whose results are as typed."""
    if not all(isinstance(test, Test) and _fits(test) for test in tests(expression)):
        return ""
    if not all(not each.path and _is_result_of_ours(each.text, ours) for each in fetched(expression)):
        return ""
    text = _written(expression, negative=False)
    return f"!({text})" if opposite else text


def _is_result_of_ours(text: str, ours: Callable[[str], bool]) -> bool:
    return any(text == f"$(tasks.{task}.results.{name})" and ours(task) for task, name in result_refs(text))


def _fits(test: Test) -> bool:
    if test.sign == "true":
        return True
    return test.sign in _SIGNS and all(map(_is_number, test.parts))


def _is_number(operand: Operand) -> bool:
    if isinstance(operand, Formula):
        # A division by zero is infinite in CEL and no number in Python.
        return operand.sign in ("+", "-", "*", "neg") and all(map(_is_number, operand.parts))
    if isinstance(operand, Known):
        return not isinstance(operand.value, (str, bool)) and abs(operand.value) <= _EXACT
    # Whole numbers may be larger than a double holds.
    return operand.type.kind is Kind.FLOAT


def _written(expression: Expression, *, negative: bool) -> str:
    if isinstance(expression, Junction):
        if expression.sign == "not":
            return _written(expression.parts[0], negative=not negative)
        sign = " && " if (expression.sign == "and") != negative else " || "
        return sign.join(f"({_written(part, negative=negative)})" for part in expression.parts)
    assert isinstance(expression, Test), "CEL of the user's own does not come here"
    if expression.sign == "true":
        (part,) = expression.parts
        assert isinstance(part, Fetched), "a bool of the run"
        return f"'{part.text}' == '{'false' if negative else 'true'}'"
    left, right = map(_number, expression.parts)
    guards = dict.fromkeys(f"'{each.text}'.matches('{_NUMBER}')" for each in fetched(expression))
    sign = expression.sign
    test = f"{left} {_OPPOSITE[sign] if negative and sign != '==' else sign} {right}"
    if negative and sign == "==":
        test = f"({left} < {right} || {left} > {right})"
    return " && ".join([*guards, test])


def _number(operand: Operand) -> str:
    if isinstance(operand, Fetched):
        return f"double('{operand.text}')"
    if isinstance(operand, Known):
        return repr(float(operand.value))
    parts = list(map(_number, operand.parts))
    return f"(-{parts[0]})" if operand.sign == "neg" else f"({f' {operand.sign} '.join(parts)})"
