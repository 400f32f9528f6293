"""Conditions as a pipeline function holds them, and what `when` takes for one."""

from __future__ import annotations

from flowdsl.frontend.opaque import named
from flowdsl.frontend.proxies import Comparison, Reference
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.stands import meant
from flowdsl.ir.nodes import Condition
from flowdsl.ir.types import Kind


def as_condition(item: object) -> Condition:
    """A condition of the IR; FLOW006 for what is none. A bool result stands for its being true."""
    if isinstance(item, Comparison):
        return item._condition
    value = meant(item, "using it as a condition")
    if isinstance(value, Reference) and (value._type.kind is Kind.BOOLEAN or value is not item):
        return value.is_in("true")._condition
    refuse(
        "FLOW006",
        f"when takes conditions on values of the run, got {named(value)}",
        'give it a bool result, or compare a result or a param: `when(scores.passed, branch == "main")`',
    )


def as_conditions(given: object) -> tuple[Condition, ...]:
    """One condition or several."""
    several = given if isinstance(given, (list, tuple)) else (given,)
    return tuple(as_condition(each) for each in several)
