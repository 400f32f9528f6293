"""Values that conditions compare, and the fields of those that travel as JSON.

Tekton has such data as one text, so that conditions alone can look into it: flowdsl's own code decides them.
"""

from __future__ import annotations

import attrs

from flowdsl.diagnostics.near import did_you_mean
from flowdsl.frontend.comparing import Comparison, InConditions, among, equal
from flowdsl.frontend.opaque import Opaque, collected, in_words, named
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.spelling import NUMBER, TEXT
from flowdsl.ir.conditions import NUMBERS, Expression, Fetched, Pure, Test, negation
from flowdsl.ir.types import SCALARS, Kind, TypeSpec


def test_of(kind: Kind) -> str:
    """What makes a condition of a value of this kind, written behind it; empty for what is one by itself."""
    if kind is Kind.BOOLEAN:
        return ""
    return NUMBER if kind in NUMBERS else TEXT


class Compared(InConditions):
    """A value that conditions compare with others: a result, a param, or a field of one."""

    __slots__ = ()
    _type: TypeSpec
    _label: str

    def _operand(self) -> Fetched:
        raise NotImplementedError

    def _one_text(self) -> None:
        """Refuses what is no single text, which nothing is compared with."""
        raise NotImplementedError

    @property
    def _test(self) -> str:  # type: ignore[override]
        return test_of(self._type.kind)

    @collected
    def __eq__(self, other: object) -> Comparison:  # type: ignore[override]  # a condition, not a bool
        return Comparison(self._equal(other, "=="))

    @collected
    def __ne__(self, other: object) -> Comparison:  # type: ignore[override]
        return Comparison(negation(self._equal(other, "!=")))

    __hash__ = Opaque.__hash__

    def is_in(self, *values: object) -> Comparison:
        """A condition that holds when the value is one of these: Tekton's `in`."""
        return Comparison(self._among(values))

    def not_in(self, *values: object) -> Comparison:
        """A condition that holds when the value is none of these: Tekton's `notin`."""
        return Comparison(negation(self._among(values)))

    def _among(self, values: tuple[object, ...]) -> Expression:
        self._one_text()
        return among(self._operand(), _meant(values))

    def _equal(self, other: object, sign: str) -> Expression:
        self._one_text()
        (other,) = _meant((other,))
        self._no_list(other, sign)
        return equal(self._operand(), other)

    def _expression(self) -> Expression:
        if self._type.kind is Kind.BOOLEAN:
            operand = self._operand()
            pure = None if operand.path else Pure(operand.text, "in", ("true",))
            return Test("true", (operand,), pure)
        return super()._expression()

    def _no_list(self, other: object, sign: str) -> None:
        """Refuses what Tekton would read as one of the list's texts, where Python asks whether it is the list."""
        if isinstance(other, Compared) and other._type.kind is Kind.ARRAY:
            call = f"isin({self._label.removeprefix('param ')}, {other._label.removeprefix('param ')})"
            hint = f"for one of its texts: `{call}`" if sign == "==" else f"for none of its texts: `not_({call})`"
            refuse("FLOW006", f"{self._label} is {self._type}, which is never {other._type}", hint)


@in_words("field of a value of the run")
class Field(Compared):
    """`limits.lse_d.limit`: a field of a nested class, at any depth. Conditions compare it, nothing else has it."""

    # With underscores, because the fields of a field are attributes too.
    __slots__ = ("_at", "_label", "_type")

    def __init__(self, at: Fetched, label: str, type_: TypeSpec) -> None:
        self._at = at
        self._label = label
        self._type = type_

    def _words(self) -> str:
        return self._label

    def _operand(self) -> Fetched:
        self._one_text()
        return attrs.evolve(self._at, type=self._type, label=self._label.removeprefix("param "))

    def _one_text(self) -> None:
        if self._type.kind not in SCALARS:
            known = [name for name, _ in self._type.properties]
            hint = f"compare one of its fields: {', '.join(known)}" if known else "compare it in a task's body"
            refuse("FLOW006", f"{self._label} is {self._type}, which can't be compared", hint)

    def __getattr__(self, name: str) -> Field:
        if name.startswith("__"):
            raise AttributeError(name)
        return field(self._at, self._label, self._type, name)

    def __getitem__(self, key: object, /) -> Field:
        return field(self._at, self._label, self._type, key)

    def __str__(self) -> str:  # noqa: PLE0307 - it never returns
        refuse("FLOW008", *self._only_compared())

    def __format__(self, spec: str) -> str:
        return str(self)

    def _only_compared(self) -> tuple[str, str]:
        message = f"{self._label} is a field of what Tekton has as one text, JSON: only a condition can look into it"
        return message, f"give the task {self._at.label} whole, and take the field in its body"


def field(of: Fetched, label: str, type_: TypeSpec, key: object) -> Field:
    """A field of a value by its name, key or place; FLOW008 where its type is not known to have it."""
    known = dict(type_.properties)
    found: TypeSpec | None = None
    if type(key) is str:
        found = known.get(key) if known else (type_.each if type_.shape == "dict" else None)
    elif type(key) is int and key >= 0 and type_.shape == "list":
        found = type_.each
    if found is None or not isinstance(key, (str, int)):
        what = named(key) if isinstance(key, Opaque) else repr(key)
        hint = "do it in a task's body: there the value is a plain Python value"
        if known and not isinstance(key, Opaque):
            hint = did_you_mean(str(key), list(known), f"it has: {', '.join(known)}")
        refuse("FLOW008", f"{label} is {type_}; {what} can't be taken of it while the pipeline is compiled", hint)
    return Field(attrs.evolve(of, path=(*of.path, key)), f"{label}.{key}" if known else f"{label}[{key!r}]", found)


def _meant(values: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(each._meant("comparing it") if isinstance(each, Opaque) else each for each in values)
