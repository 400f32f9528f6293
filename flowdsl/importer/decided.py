"""Conditions that a compile had a task decide, as Python again: what travels with the Task is what the user wrote.

What the variable of a step holds (`flowdsl.decide.wire`) is others' text like all YAML: whatever in it no compile
writes raises Unsupported, and the pipeline is written with the results that tell what was decided.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from flowdsl.decide.wire import GIVEN, Decision
from flowdsl.importer.code import Code, quoted
from flowdsl.importer.references import Scope
from flowdsl.importer.shapes import ARRAY, DEEPEST, STRING, Unsupported
from flowdsl.importer.writer import Writer

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import ParamValue

_ORDER = frozenset({"<", "<=", ">", ">=", "=="})
_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3}
_CALLED = {"min": "min_", "max": "max_", "median": "median_of"}
_DIGITS = 300


@attrs.frozen
class Asked:
    """A condition that a task decides: what it tests, and what the task is given, by the names of its params."""

    task: str
    decision: Decision
    given: Mapping[str, ParamValue]

    def value(self, name: str) -> ParamValue:
        """What a value of the condition is in the pipeline: text in Tekton's notation, or a literal. Unsupported."""
        side, _, own = name.partition(".")
        if side == "result" and own:
            return f"$(tasks.{self.task}.results.{own})"
        if side == "param" and own.startswith(GIVEN) and own in self.given:
            return self.given[own]
        raise Unsupported("when", f"a condition on {name!r}")


@attrs.frozen
class Guard:
    """One condition of a task as Python. `opposite`: the task runs just where it does not hold.

    `parts` are its own, where it is several that all hold, `ways` where one of several does. `against` is what a
    condition of Tekton's own, which has a `notin` for that, is the opposite of.
    """

    code: Code
    opposite: bool = False
    parts: tuple[Code, ...] = ()
    ways: tuple[Code, ...] = ()
    against: Code = ""

    @property
    def turned(self) -> Code:
        """What it is the opposite of; empty for a condition as it stands."""
        return self.code if self.opposite else self.against


@attrs.frozen
class Words:
    """Writes conditions with the names that values have at a place of a pipeline function."""

    scope: Scope
    writer: Writer

    def guard(self, asked: Asked, *, opposite: bool) -> Guard:
        """The condition. Raises Unsupported."""
        test = asked.decision.test
        sign, parts = _split(test)
        several = tuple(self._test(asked, part, 1) for part in parts) if sign in ("and", "or") else ()
        code = self._test(asked, test, 0)
        return Guard(code, opposite, several if sign == "and" else (), several if sign == "or" else ())

    def _test(self, asked: Asked, test: Any, deep: int) -> Code:
        sign, parts = _split(test)
        if deep > DEEPEST:
            raise Unsupported("when", "a condition of too many levels")
        if sign in ("and", "or") and len(parts) > 1:
            joint = " & " if sign == "and" else " | "
            codes = [str(self._test(asked, part, deep + 1)) for part in parts]
            return joint.join(f"({code})" if _is_infix(part) else code for part, code in zip(parts, codes, strict=True))
        if sign == "not" and len(parts) == 1:
            return self._negation(asked, parts[0], deep)
        if sign == "true" and len(parts) == 1:
            return self._operand(asked, parts[0], deep)
        if sign in _ORDER and len(parts) == 2:
            return f"{self._operand(asked, parts[0], deep)} {sign} {self._operand(asked, parts[1], deep)}"
        if sign in ("in", "matches", "startswith") and len(parts) > 1:
            return self._of_text(asked, sign, parts, deep)
        raise Unsupported("when", f"a condition by {sign!r}")

    def _negation(self, asked: Asked, test: Any, deep: int) -> Code:
        sign, parts = _split(test)
        if _is_equality(sign, parts):
            return f"{self._operand(asked, parts[0], deep)} != {self._operand(asked, parts[1], deep)}"
        return f"{self.writer.use('not_')}({self._test(asked, test, deep + 1)})"

    def _of_text(self, asked: Asked, sign: str, parts: Sequence[Any], deep: int) -> Code:
        values = [self._operand(asked, part, deep) for part in parts]
        if _is_equality(sign, parts):
            return f"{values[0]} == {values[1]}"
        if sign == "in" and _split(parts[0])[0] == "join":
            return f'{self.writer.use("condition")}({values[0]}, "in", [{", ".join(values[1:])}])'
        name = self.writer.use("isin" if sign == "in" else sign)
        return f"{name}({', '.join(values)})"

    def _operand(self, asked: Asked, operand: Any, deep: int) -> str:
        sign, parts = _split(operand)
        if deep > DEEPEST:
            raise Unsupported("when", "a condition of too many levels")
        if sign == "is" and len(parts) == 1:
            return _constant(parts[0])
        if sign == "value" and len(parts) == 3:
            return self._value(asked.value(str(parts[0])), str(parts[1]))
        if sign == "join":
            return self._joined(asked, parts)
        if sign in (*_STRENGTH, *_CALLED, "abs"):
            return self._formula(asked, sign, parts, deep)
        raise Unsupported("when", f"a value by {sign!r}")

    def _value(self, given: ParamValue, kind: str) -> str:
        if isinstance(given, list) and len(given) == 1 and isinstance(given[0], str):
            given = given[0]
        if not isinstance(given, str):
            raise Unsupported("when", "a condition on several texts")
        if "$(" not in given:
            return _number(given, kind)
        found = self.scope.single(given, ARRAY if kind.startswith("list ") else STRING)
        if found is None:
            raise Unsupported("when", f"a condition on {given!r}")
        return found

    def _joined(self, asked: Asked, parts: Sequence[Any]) -> str:
        text = ""
        for part in parts:
            sign, inner = _split(part)
            value = inner[0] if sign == "is" else asked.value(str(inner[0]))
            if not isinstance(value, str):
                raise Unsupported("when", "a text around several")
            text += value
        return str(self.scope.text(text))

    def _formula(self, asked: Asked, sign: str, parts: Sequence[Any], deep: int) -> str:
        values = [self._operand(asked, part, deep + 1) for part in parts]
        if all(_is_known(asked, part) for part in parts) or any(_is_text(part) for part in parts):
            raise Unsupported("when", "a number computed of none of the run")
        if sign == "abs" and len(values) == 1:
            return f"abs({values[0]})"
        if sign in _CALLED:
            return f"{self.writer.use(_CALLED[sign])}({', '.join(values)})"
        if len(values) != (1 if sign == "neg" else 2):
            raise Unsupported("when", f"a number by {sign!r}")
        own = _STRENGTH[sign]
        texts = [_within(*each, own, right=place > 0) for place, each in enumerate(zip(parts, values, strict=True))]
        return f"-{texts[0]}" if sign == "neg" else f" {sign} ".join(texts)


def values_of(test: Any) -> list[tuple[str, str]]:
    """The name and kind of every value within a condition, as far as it is one."""
    if not isinstance(test, list) or not test:
        return []
    if test[0] == "value":
        return [(str(test[1]), str(test[2]))] if len(test) == 4 else []
    return [each for part in test[1:] for each in values_of(part)] if test[0] != "is" else []


def _split(part: Any) -> tuple[str, list[Any]]:
    if not isinstance(part, list) or not part or not isinstance(part[0], str):
        raise Unsupported("when", "a condition that no compile writes")
    return part[0], part[1:]


def _constant(value: object) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, (bool, int)):
        return repr(value)
    raise Unsupported("when", "a constant that no compile writes")


def _number(text: str, kind: str) -> str:
    """A literal that a condition compares with: the text of a Python number."""
    number: int | float = math.nan
    with contextlib.suppress(ValueError):
        if len(text) <= _DIGITS and kind in ("int", "float"):
            number = int(text) if kind == "int" else float(text)
    if not math.isfinite(number) or repr(number) != text:
        raise Unsupported("when", f"a comparison with {text[:40]!r}")
    return text


def _is_known(asked: Asked, operand: Any) -> bool:
    """Whether it stands in the source: Python would compute it at once."""
    sign, parts = _split(operand)
    return sign == "is" or (sign == "value" and "$(" not in str(asked.value(str(parts[0]))))


def _is_text(operand: Any) -> bool:
    sign, parts = _split(operand)
    return sign == "join" or (sign == "is" and not isinstance(parts[0], int))


def _within(operand: Any, text: str, strength: int, *, right: bool) -> str:
    own = _STRENGTH.get(_split(operand)[0], 9)
    return f"({text})" if own < strength or (right and own == strength) else text


def _is_equality(sign: str, parts: Sequence[Any]) -> bool:
    """Whether it is written with `==`, and its opposite with `!=`."""
    return sign in ("in", "==") and len(parts) == 2 and _split(parts[0])[0] != "join"


def _is_infix(test: Any) -> bool:
    """Whether a condition is written with a sign between its sides: among others it stands in brackets."""
    sign, parts = _split(test)
    if sign == "not":
        return _is_equality(*_split(parts[0]))
    if sign == "true":
        return _split(parts[0])[0] in _STRENGTH
    return sign in ("and", "or", *_ORDER) or _is_equality(sign, parts)
