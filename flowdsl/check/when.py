"""When expressions (when_validation.go)."""

from __future__ import annotations

from collections.abc import Iterable

from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.params import WhenExpression
from flowdsl.kube.conventions import CEL

OPERATORS = ("in", "notin")


def check_when(conditions: Iterable[WhenExpression] | None, path: Path, gates: Gates, report: Report) -> None:
    """FLOW237, FLOW205: an expression has input, operator and values, or is CEL where the flag is on."""
    for index, when in enumerate(conditions or ()):
        _check_one(when, (*path, index), gates, report)


WHEN_EXPRESSION = Rule("FLOW237", "when-expression", "a when expression")


def _check_one(when: WhenExpression, path: Path, gates: Gates, report: Report) -> None:
    if when.cel:
        gates.need_flag(CEL, "a CEL expression", (*path, "cel"), report)
        if when.input or when.operator or when.values:
            hint = "keep `cel:` alone, or input, operator and values"
            report.add(WHEN_EXPRESSION, path, "cel and input, operator, values can't be used together", hint)
        return
    if not (when.input or when.operator or when.values):
        report.add(WHEN_EXPRESSION, path, "the when expression is empty", "give input, operator and values")
    elif when.operator not in OPERATORS:
        message = f"{when.operator!r} is no operator" if when.operator else "the when expression has no operator"
        report.add(WHEN_EXPRESSION, (*path, "operator") if when.operator else path, message, "in or notin")
    elif not when.values:
        hint = 'give a list of at least one value, such as ["true"]'
        report.add(WHEN_EXPRESSION, path, "the when expression has no values", hint)
