"""What comparing and computing with values of the run gives in a pipeline function: conditions, and numbers for them.

Each value says by `_operand` what it is in a condition, and by `_expression` what it is as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NoReturn

import attrs

from flowdsl.frontend.compared import check_finite, texts_of
from flowdsl.frontend.opaque import Opaque, collected, in_words, named
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.trace import CURRENT
from flowdsl.ir.conditions import (
    NUMBERS,
    Expression,
    Fetched,
    Formula,
    Known,
    Operand,
    Pure,
    Test,
    depth,
    joined,
    negation,
    shown,
    shown_operand,
    type_of,
)
from flowdsl.ir.refs import result_refs
from flowdsl.ir.types import STRING, Kind, TypeSpec

DEEPEST = 40
"""Levels of a condition: what decides it calls itself for each."""


class InConditions(Opaque):
    """What conditions may hold: a value, a number computed of values, another condition."""

    __slots__ = ()

    def _ordered(self, sign: str, other: object) -> Opaque:
        return ordered(sign, self, other)

    def _both(self, sign: str, other: object) -> Opaque:
        return both(sign, self, other)

    def _formula(self, sign: str, *values: object) -> Opaque:
        return formula(sign, *values)

    def _only_compared(self) -> tuple[str, str] | None:
        """Why conditions alone can have it, and what to do elsewhere; None for what a task can be given."""
        return None


@in_words("condition of the run")
class Comparison(InConditions):
    """A condition: what comparing a value of the run gives. `when(...)` and `when=` take it, and `&`, `|`, `not_`."""

    __slots__ = ("_condition",)
    _test = ""

    def __init__(self, condition: Expression) -> None:
        if depth(condition) > DEEPEST:
            hint = "write it flatter, or decide it in a task that returns a bool"
            refuse("FLOW037", f"a condition of more than {DEEPEST} levels can't be decided", hint)
        self._condition = condition

    def _words(self) -> str:
        return f"the condition `{shown(self._condition)}`"

    def _expression(self) -> Expression:
        return self._condition

    @collected
    def __eq__(self, other: object) -> NoReturn:
        refuse("FLOW006", f"{self._words()} can't be compared", "give both to when: `with when(a == x, b == y):`")

    __ne__ = __eq__
    __hash__ = Opaque.__hash__

    def _ordered(self, sign: str, other: object) -> NoReturn:
        hint = "compare values; several conditions are joined by `&`: `(a > 1) & (a < 5)`"
        refuse("FLOW036", f"{self._words()} has no order", hint)

    def _formula(self, sign: str, *values: object) -> NoReturn:
        refuse("FLOW008", f"{self._words()} can't be computed with", "a condition is true or not; give it to when")

    def __str__(self) -> str:  # noqa: PLE0307 - it never returns
        refuse(
            "FLOW006",
            f"{self._words()} has no text",
            "give it to when; to have its outcome as text, compute it in a task",
        )

    def __format__(self, spec: str) -> str:
        return str(self)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        refuse("FLOW006", f"{self._words()} has no `.{name}`", "give it to when: `with when(...):`")


@in_words("number of the run")
class Computed(InConditions):
    """A number computed of values of the run: conditions compare it, nothing else has it."""

    __slots__ = ("_made",)

    def __init__(self, formula: Formula) -> None:
        self._made = formula

    def _words(self) -> str:
        return f"`{shown_operand(self._made)}`"

    def _only_compared(self) -> tuple[str, str]:
        return f"{self._words()} {ELSEWHERE}", COMPUTE

    def _operand(self) -> Operand:
        return self._made

    @collected
    def __eq__(self, other: object) -> Comparison:  # type: ignore[override]  # a condition, not a bool
        return Comparison(_ordered("==", self, other))

    @collected
    def __ne__(self, other: object) -> Comparison:  # type: ignore[override]
        return Comparison(negation(_ordered("==", self, other)))

    __hash__ = Opaque.__hash__

    def __str__(self) -> str:  # noqa: PLE0307 - it never returns
        refuse("FLOW008", f"{self._words()} {ELSEWHERE}", COMPUTE)

    def __format__(self, spec: str) -> str:
        return str(self)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        refuse("FLOW008", f"{self._words()} has no `.{name}`: it is known in the run alone", COMPUTE)


_BY_SIZE = "be compared by size"
COMPUTED_WITH = "be computed with"
ELSEWHERE = "is computed in the run, which only a condition can have"
COMPUTE = "compute it in a task's body; a condition may hold it: `with when(a - b > 0.1):`"


def ordered(sign: str, left: Opaque, right: object) -> Comparison:
    """`<`, `<=`, `>` or `>=` of numbers."""
    return Comparison(_ordered(sign, left, right))


def _ordered(sign: str, left: Opaque, right: object) -> Test:
    return Test(sign, (number(left, _BY_SIZE), number(right, _BY_SIZE)))


def formula(sign: str, *values: object) -> Computed:
    """A number computed of numbers."""
    made = Formula(sign, tuple(number(value, COMPUTED_WITH) for value in values))
    if sign == "/" and isinstance(made.parts[1], Known) and not made.parts[1].value:
        refuse("FLOW036", f"`{shown_operand(made)}` divides by zero", "divide by a number that is not 0")
    if depth(made) > DEEPEST:
        refuse("FLOW037", f"a number of more than {DEEPEST} levels can't be computed", "compute it in a task's body")
    return Computed(made)


def gathered(sign: str, values: Sequence[object]) -> Computed:
    """The least, greatest or median of numbers; a list of the run is its elements."""
    return Computed(Formula(sign, tuple(_one_or_many(value) for value in values)))


def _one_or_many(value: object) -> Operand:
    if isinstance(value, Opaque):
        operand = value._meant("comparing it")._operand()
        found = type_of(operand)
        if found is not None and found.kind is Kind.ARRAY and found.item is not None and found.item.kind in NUMBERS:
            return operand
    return number(value, _BY_SIZE)


def number(value: object, what: str) -> Operand:
    """A number, of the run or not; FLOW036 for anything else."""
    if isinstance(value, Opaque):
        meant = value._meant("comparing it")
        return _of_numbers(meant._operand(), meant._words(), what)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        refuse("FLOW036", f"{named(value)} can't {what}: it is no number", "give a number")
    check_finite(value, what)
    return Known(value)


def _of_numbers(operand: Operand, words: str, what: str) -> Operand:
    found = type_of(operand)
    if found is None or found.kind not in NUMBERS:
        _no_number(words, found, what)
    return operand


def _no_number(words: str, found: TypeSpec | None, what: str) -> NoReturn:
    kind = found.kind if found is not None else None
    hint = "declare it `int` or `float` where it is made, if it is a number"
    if kind is Kind.BOOLEAN:
        hint = "a bool is a condition by itself: `with when(passed):`, `not_(passed)`"
    elif kind is Kind.ARRAY:
        hint = "take one element, `values[0]`, or of numbers `min_(values)`, `max_(values)`, `median_of(values)`"
    elif what == COMPUTED_WITH:
        hint = f"join text with an f-string; {hint}"
    refuse("FLOW008" if what == COMPUTED_WITH else "FLOW036", f"{words} is {found}, which can't {what}", hint)


def equal(left: Fetched, right: object) -> Expression:
    """`left == right`, as Python has it: numbers by value, everything else by its text."""
    if isinstance(right, Computed):
        return Test("==", (right._operand(), _of_numbers(left, left.label, _BY_SIZE)))
    if isinstance(right, Opaque):
        other = right._operand()
        pure = _pure(left, (other,), (other.text if isinstance(other, Fetched) else "",))
        kinds = {found.kind for each in (left, other) if (found := type_of(each))}
        if Kind.FLOAT in kinds and kinds <= NUMBERS:
            return Test("==", (left, other))
        both = kinds == {Kind.INTEGER}
        return Test("==" if both else "in", (left, other) if both else (_as_text(left), _as_text(other)), pure)
    return among(left, (right,))


def among(left: Fetched, values: tuple[object, ...]) -> Expression:
    """`left` is one of these: Tekton's `in`."""
    texts: list[str] = []
    plain: list[Operand] = []
    numbers: list[Operand] = []
    for value in values:
        other = value._operand() if isinstance(value, Opaque) else None
        if isinstance(other, Formula):
            refuse("FLOW036", f"`{shown_operand(other)}` can't be one of several texts", "compare it by `==`")
        if isinstance(other, Fetched):
            texts.append(other.text)
            plain.append(_as_text(other))
            numbers += [other] if _item_kind(other) in NUMBERS else ()
        else:
            given = texts_of(value, left.type, left.label, foreign=_is_foreign(left))
            texts += given
            plain += map(Known, given)
            numbers += [Known(value)] if isinstance(value, (int, float)) else ()
    pure = _pure(left, plain, tuple(texts))
    if left.type.kind not in NUMBERS or len(numbers) < len(values):
        return Test("in", (_as_text(left), *plain), pure)
    sign = "==" if len(values) == 1 else "in"
    return Test(sign, (left, *numbers), None if _has_many_texts((left, *numbers)) else pure)


def _pure(left: Fetched, others: Iterable[Operand], texts: tuple[str, ...]) -> Pure | None:
    """Tekton's own test of texts; None where one of the values is a field of JSON, in which Tekton does not look."""
    inside = any(isinstance(each, Fetched) and each.path for each in (left, *others))
    return None if inside else Pure(left.text, "in", texts)


def _has_many_texts(numbers: Iterable[Operand]) -> bool:
    """Whether one of them may be written in several ways, as 0.5 is "0.50", and -0.0 is 0: Tekton compares texts."""
    return any(isinstance(each, Fetched) and _item_kind(each) is Kind.FLOAT for each in numbers)


def _item_kind(value: Fetched) -> Kind:
    """What a value is, or each of several."""
    many = value.type.kind is Kind.ARRAY and value.type.item is not None
    return value.type.item.kind if many and value.type.item is not None else value.type.kind


def _is_foreign(value: Fetched) -> bool:
    """Whether a task that exists elsewhere makes it."""
    trace = CURRENT.get()
    nodes = trace.nodes if trace is not None else {}
    return any(task in nodes and nodes[task].task.reference is not None for task, _ in result_refs(value.text))


def _as_text(operand: Operand) -> Operand:
    """A value by its text, as Tekton compares it."""
    if not isinstance(operand, Fetched) or operand.type.kind is Kind.ARRAY:
        return operand
    return attrs.evolve(operand, type=STRING)


def both(sign: str, left: Opaque, right: object) -> Comparison:
    """`left & right` or `left | right`; FLOW006 where one of them is no condition."""
    if not isinstance(right, Opaque):
        refuse("FLOW006", f"{named(right)} is no condition of the run", "join conditions alone: `(a > 1) & passed`")
    return Comparison(joined("and" if sign == "&" else "or", (left._expression(), right._expression())))
