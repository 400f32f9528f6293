"""Conditions as the user wrote them: a tree of tests on values of the run, before it is known what decides it.

`flowdsl.frontend` makes them, `flowdsl.compiler.decisions` says of each whether Tekton's own `when` can hold it, the
task that makes the values decides it, or a task of its own. `flowdsl.decide` evaluates what Tekton does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

import attrs

from flowdsl.diagnostics.frozen import frozen
from flowdsl.ir.types import FLOAT, INTEGER, Kind, TypeSpec

NUMBERS = frozenset({Kind.INTEGER, Kind.FLOAT})


@frozen
class Pure:
    """One of Tekton's own `when` expressions (docs/pipelines.md, "Guard Task execution using when expressions")."""

    input: str
    operator: Literal["in", "notin"]
    values: tuple[str, ...]

    def opposite(self) -> Pure:
        """The one that holds exactly where this does not."""
        return attrs.evolve(self, operator="notin" if self.operator == "in" else "in")


@frozen
class Known:
    """A value that stands in the pipeline's source."""

    value: str | int | float | bool


@frozen
class Fetched:
    """A value of the run in Tekton's notation, or text around such values; `label` is its name for people.

    `path` leads to a field of what `text` has as JSON: Tekton knows that as one text.
    """

    text: str
    type: TypeSpec
    label: str
    path: tuple[str | int, ...] = ()


@frozen
class Formula:
    """A number that is computed of others: `+`, `-`, `*`, `/`, `neg`, `abs`, `min`, `max`, `median`."""

    sign: str
    parts: tuple[Operand, ...]


Operand: TypeAlias = Known | Fetched | Formula


@frozen
class Test:
    """What is true or false of values: `==`, `<`, `<=`, `>`, `>=`, `in`, `matches`, `startswith`, `true`, `some`.

    `some` is that a list has elements.
    `pure` is the `when` expression that says the same, where Tekton has one.
    """

    sign: str
    parts: tuple[Operand, ...]
    pure: Pure | None = None


@frozen
class Junction:
    """`and`, `or` or `not` of other conditions."""

    sign: Literal["and", "or", "not"]
    parts: tuple[Expression, ...]


@frozen
class Cel:
    """A CEL expression as the user gave it."""

    text: str

    def opposite(self) -> Cel:
        """The one that holds exactly where this does not."""
        return Cel(f"!({self.text})")


Expression: TypeAlias = Test | Junction | Cel


def negation(part: Expression) -> Expression:
    """`not` of a condition; that of a `not` is what stands in it."""
    if isinstance(part, Junction) and part.sign == "not":
        return part.parts[0]
    return Junction("not", (part,))


def joined(sign: Literal["and", "or"], parts: tuple[Expression, ...]) -> Expression:
    """Several as one; what is of the same sign becomes one level."""
    if len(parts) == 1:
        return parts[0]
    flat: list[Expression] = []
    for part in parts:
        flat += part.parts if isinstance(part, Junction) and part.sign == sign else (part,)
    return Junction(sign, tuple(flat))


def type_of(operand: Operand) -> TypeSpec | None:
    """The type of a value of the run; of a formula a number's; None for what stands in the source."""
    if isinstance(operand, Fetched):
        return operand.type
    if isinstance(operand, Known):
        return None
    whole = operand.sign not in ("/", "median") and all(
        isinstance(part.value, int) if isinstance(part, Known) else type_of(part) == INTEGER for part in operand.parts
    )
    return INTEGER if whole else FLOAT


def tests(expression: Expression) -> Iterator[Test | Cel]:
    """Every test within, from left to right."""
    if isinstance(expression, Junction):
        for part in expression.parts:
            yield from tests(part)
    else:
        yield expression


def fetched(expression: Expression) -> Iterator[Fetched]:
    """Every value of the run within, from left to right."""
    for test in tests(expression):
        if isinstance(test, Test):
            for part in test.parts:
                yield from _fetched(part)


def _fetched(operand: Operand) -> Iterator[Fetched]:
    if isinstance(operand, Fetched):
        yield operand
    elif isinstance(operand, Formula):
        for part in operand.parts:
            yield from _fetched(part)


def mapped(expression: Expression, change: Callable[[Known | Fetched], Operand]) -> Expression:
    """The same condition with other values in it."""
    if isinstance(expression, Junction):
        return attrs.evolve(expression, parts=tuple(mapped(part, change) for part in expression.parts))
    if isinstance(expression, Cel):
        return expression
    return Test(expression.sign, tuple(_mapped(part, change) for part in expression.parts))


def _mapped(operand: Operand, change: Callable[[Known | Fetched], Operand]) -> Operand:
    if isinstance(operand, Formula):
        return Formula(operand.sign, tuple(_mapped(part, change) for part in operand.parts))
    return change(operand)


def depth(expression: Expression | Operand) -> int:
    """How many levels it has."""
    if isinstance(expression, (Junction, Test, Formula)):
        return 1 + max((depth(part) for part in expression.parts), default=0)
    return 1


def shown(expression: Expression) -> str:
    """A condition as the user wrote it, with the names that its values have in messages."""
    if isinstance(expression, Cel):
        return f"cel({expression.text!r})"
    if isinstance(expression, Test):
        return _shown_test(expression)
    if expression.sign == "not":
        (part,) = expression.parts
        if isinstance(part, Test) and part.sign in ("==", "in") and len(part.parts) == 2:
            return " != ".join(shown_operand(each) for each in part.parts)
        return f"not_({shown(part)})"
    sign = " & " if expression.sign == "and" else " | "
    return sign.join(_bracketed(part) for part in expression.parts)


def _bracketed(part: Expression) -> str:
    text = shown(part)
    plain = isinstance(part, Cel) or (isinstance(part, Test) and part.sign in ("true", "matches", "startswith"))
    return text if plain or (text.endswith(")") and text.startswith(("not_(", "isin("))) else f"({text})"


def _shown_test(test: Test) -> str:
    parts = [shown_operand(part) for part in test.parts]
    if test.sign == "true":
        return parts[0]
    if test.sign == "in":
        return f"{parts[0]} == {parts[1]}" if len(parts) == 2 else f"isin({', '.join(parts)})"
    if test.sign == "some":
        return f"{parts[0]} is not empty"
    if test.sign in ("matches", "startswith"):
        return f"{test.sign}({', '.join(parts)})"
    return f"{parts[0]} {test.sign} {parts[1]}"


_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3}


def shown_operand(operand: Operand) -> str:
    """A value as the user wrote it."""
    if isinstance(operand, Fetched):
        return operand.label
    if isinstance(operand, Known):
        text = repr(operand.value)
        return f'"{operand.value}"' if isinstance(operand.value, str) and text[1:-1] == operand.value else text
    if operand.sign not in _STRENGTH:
        names = {"min": "min_", "max": "max_", "median": "median_of"}
        return f"{names.get(operand.sign, operand.sign)}({', '.join(map(shown_operand, operand.parts))})"
    own = _STRENGTH[operand.sign]
    parts = [_within(part, own, right=place > 0) for place, part in enumerate(operand.parts)]
    return f"-{parts[0]}" if operand.sign == "neg" else f" {operand.sign} ".join(parts)


def _within(part: Operand, strength: int, *, right: bool) -> str:
    text = shown_operand(part)
    own = _STRENGTH.get(part.sign, 9) if isinstance(part, Formula) else 9
    return f"({text})" if own < strength or (right and own == strength) else text
