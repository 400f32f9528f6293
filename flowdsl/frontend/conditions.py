"""From conditions of a pipeline function to those of its tasks: what Tekton's `when` can say at once, and the rest.

All of a task's conditions must hold, so `&` is several of them. What holds where another does not is its opposite,
which Tekton has for one of its expressions by `in` and `notin`.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from flowdsl.diagnostics import Location
from flowdsl.frontend import places
from flowdsl.frontend.opaque import Opaque, Told, collected, no_condition
from flowdsl.frontend.refusal import REFUSED
from flowdsl.ir.conditions import Cel, Expression, Fetched, Junction, Pure, Test, joined, negation, shown
from flowdsl.ir.nodes import Condition
from flowdsl.ir.types import Kind

_NAN = "nan"


def as_expression(item: object) -> Expression:
    """A condition; FLOW006 for what is none. A bool result stands for its being true."""
    if isinstance(item, Opaque):
        return item._expression()
    no_condition(item)


def as_expressions(given: object) -> tuple[Expression, ...]:
    """One condition or several."""
    several = given if isinstance(given, (list, tuple)) else (given,)
    return tuple(as_expression(_condition(each)) for each in several)


@collected
def _condition(item: object) -> object:
    if isinstance(item, bool) and any(each.location == places.caller() for each in REFUSED.get() or ()):
        return Told()  # what Python made of a value whose truth was asked for, which is told
    as_expression(item)
    return item


def as_conditions(given: object) -> tuple[Condition, ...]:
    """The conditions of a task: all hold where all that was given holds."""
    return conditions_of(as_expressions(given))


def conditions_of(expressions: Iterable[Expression]) -> tuple[Condition, ...]:
    """The same of expressions."""
    place = places.caller()
    return tuple(made for each in expressions for made in _holding(_settled(each), place))


def opposites_of(expression: Expression) -> tuple[Condition, ...]:
    """The conditions that all hold exactly where this one does not, also where a value is missing or is no number."""
    return _opposites(_settled(expression), places.caller())


def _settled(expression: Expression, *, negative: bool = False) -> Expression:
    """Without `not` but before a test: `not_(a | b)` is `not_(a) & not_(b)`."""
    if not isinstance(expression, Junction):
        return negation(expression) if negative else expression
    if expression.sign == "not":
        return _settled(expression.parts[0], negative=not negative)
    parts = tuple(_settled(part, negative=negative) for part in expression.parts)
    return joined("and" if (expression.sign == "and") != negative else "or", parts)


def _holding(expression: Expression, place: Location) -> tuple[Condition, ...]:
    if isinstance(expression, Junction) and expression.sign == "and":
        return tuple(made for part in expression.parts for made in _holding(part, place))
    found = alone(expression)
    if found is not None:
        return (_of_tekton(found, place),)
    return (Condition(expression=expression, location=place, shown=shown(expression)),)


def _of_tekton(found: Pure | Cel, place: Location) -> Condition:
    if isinstance(found, Cel):
        return Condition(cel=found.text, location=place)
    return Condition(found.input, found.operator, found.values, location=place)


def _opposites(expression: Expression, place: Location) -> tuple[Condition, ...]:
    found = alone(expression)
    # What is one test to Tekton is one the other way round, too.
    if isinstance(expression, Junction) and expression.sign == "or" and not isinstance(found, Pure):
        return tuple(made for part in expression.parts for made in _opposites(part, place))
    if found is not None:
        return (_of_tekton(found.opposite(), place),)
    words = f"not_({shown(expression)})"
    return (Condition(expression=expression, opposite=True, location=place, shown=words),)


def alone(expression: Expression) -> Pure | Cel | None:
    """The one expression of Tekton's that says the same; None where there is none."""
    if isinstance(expression, Test):
        return expression.pure
    if isinstance(expression, Cel):
        return expression
    parts = [alone(part) for part in expression.parts]
    if expression.sign == "not":
        (part,) = parts
        if isinstance(part, Cel):
            return part.opposite()
        return _never_nan(part.opposite(), expression.parts[0]) if part is not None else None
    if all(isinstance(part, Cel) for part in parts):
        sign = " && " if expression.sign == "and" else " || "
        return Cel(sign.join(f"({part.text})" for part in parts if isinstance(part, Cel)))
    pures = [part for part in parts if isinstance(part, Pure)]
    return _merged(expression.sign == "or", pures) if len(pures) == len(parts) else None


def _never_nan(turned: Pure, test: Expression) -> Pure:
    """A measure that is no number passes no gate, not even `!=`."""
    first = test.parts[0] if isinstance(test, Test) else None
    is_float = isinstance(first, Fetched) and first.type.kind is Kind.FLOAT
    return attrs.evolve(turned, values=(*turned.values, _NAN)) if is_float and _NAN not in turned.values else turned


def _merged(either: bool, parts: list[Pure]) -> Pure | None:
    """Several tests of one value as one of it."""
    if len({(part.input, part.operator) for part in parts}) != 1 or any("[*])" in str(part.values) for part in parts):
        return None
    together = either == (parts[0].operator == "in")
    listed = [value for part in parts for value in part.values]
    if any("$(" in value for value in listed) and not together:
        return None  # which of them are equal, only the run knows
    kept = [value for value in listed if together or all(value in part.values for part in parts)]
    return attrs.evolve(parts[0], values=tuple(dict.fromkeys(kept))) if kept else None
