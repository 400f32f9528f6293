"""Comparisons of one number with others, as conditions hold them: which of them can be true together."""

from __future__ import annotations

import attrs

from flowdsl.decide.numbers import Compared, Side, compared
from flowdsl.ir.conditions import Fetched, Junction, Known, Operand, Test
from flowdsl.ir.types import INTEGER


def comparison(test: object) -> Compared | None:
    """A test, or `not` of one, as a comparison; None for what is none."""
    if isinstance(test, Junction) and test.sign == "not":
        found = comparison(test.parts[0])
        return None if found is None else attrs.evolve(found, turned=not found.turned)
    if not isinstance(test, Test) or test.pure is not None or len(test.parts) != 2:
        return None
    left, right = map(_side, test.parts)
    return compared(test.sign, left, right)


def _side(operand: Operand) -> Side:
    if isinstance(operand, Known):
        return Side(operand.value, constant=True)
    return Side(operand, whole=isinstance(operand, Fetched) and operand.type == INTEGER)
