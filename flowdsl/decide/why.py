"""Why a condition does not hold, for people: what each value is that it looks at, and what was wanted of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.decide.evaluate import _flowdsl_operand, _flowdsl_truth
from flowdsl.decide.patterns import settled
from flowdsl.decide.wire import GIVEN, NO_ELEMENTS, UNREADABLE, Decision, Fields, Texts

BUT = "anything but "
"""What stands before values that are not wanted."""
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!="}
_LONGEST = 60


def why_not(decision: Decision, task: str, texts: Texts, *, wanted: bool = True) -> list[str]:
    """What of a condition that `task` decides is not as `wanted`: `evaluate.lse_d is 9.9, the gate wants <= 8.5`.

    Empty where it is as wanted, or nothing can be said of it.
    """
    try:
        texts = decision.texts(texts)
        test = settled(decision.test, texts)
        if not wanted and _flowdsl_truth(test, texts, []) is not True:
            return []  # what runs where it does not hold asks for no more
        return list(dict.fromkeys(_Why(task, texts, decision.fields).of(decision.test, test, wanted=wanted)))
    except UNREADABLE:
        return []


class _Why:
    """The values that one condition looks at."""

    def __init__(self, task: str, texts: Texts, fields: Fields) -> None:
        self._fields = fields
        self._task = task
        self._texts = texts
        self._compared: list[object] = []

    def of(self, test: Any, known: Any, *, wanted: bool) -> list[str]:
        """What of a test is not as wanted; `known` is the same with what came of its patterns."""
        sign, parts = test[0], test[1:]
        if sign == "not":
            return self.of(parts[0], known[1], wanted=not wanted)
        unsure: list[str] = []
        held = _flowdsl_truth(known, self._texts, unsure)
        if held is wanted:
            return []
        if sign in ("and", "or"):
            each = [self.of(*part, wanted=wanted) for part in zip(parts, known[1:], strict=True)]
            if (sign == "and") == wanted:
                return [text for found in each for text in found]
            return [", or ".join(text for found in each for text in found)]
        if unsure:
            return [f"{self._unsure(text, test)}, which passes no gate" for text in unsure]
        if parts[1:] == [NO_ELEMENTS]:
            return [f"{self._label(parts[0])} is {'not ' if wanted else ''}empty"]
        self._compared = [_flowdsl_operand(part, self._texts, []) for part in parts]
        return [f"{self._named(parts[0])}, the gate wants {self._rest(sign, parts[1:], wanted=wanted)}"]

    def _unsure(self, text: str, test: Any) -> str:
        """What the evaluator says of a value that it could not read, with the value's name outside of the task."""
        for operand in _values_in(test):
            if text.startswith(f"{operand[3]} is "):
                return self._label(operand) + text[len(operand[3]) :]
        return text

    def _named(self, operand: Any) -> str:
        return f"{self._label(operand)} is {self._value(operand)}"

    def _label(self, operand: Any) -> str:
        """What it is called outside of the task that decides."""
        if operand[0] == "is":
            return self._value(operand)
        if operand[0] != "value":
            return _written(operand, self._label)
        name, label = str(operand[1]), str(operand[3])
        name = self._fields[name][0] if name in self._fields else name
        if name.startswith("result."):
            return f"{self._task}.{label}"
        return self._value(operand) if label.startswith(GIVEN.removeprefix("flowdsl-")) else label

    def _value(self, operand: Any) -> str:
        value = _flowdsl_operand(operand, self._texts, [])
        if isinstance(value, float) and any(shown(each) == shown(value) and each != value for each in self._compared):
            return repr(value)  # what differs must not look the same
        return _shortened(", ".join(map(_plain, value))) if isinstance(value, list) else shown(value)

    def _rest(self, sign: str, others: list[Any], *, wanted: bool) -> str:
        words = [self._other(each) for each in others]
        if sign == "true":
            return "true" if wanted else "false"
        if sign in ("matches", "startswith"):
            verb = {"matches": "a match of", "startswith": "what begins with"}[sign]
            return f"{'' if wanted else BUT}{verb} {' or '.join(words)}"
        if sign == "in":
            return f"{'' if wanted else BUT}{' or '.join(words)}"
        return f"{sign if wanted else _OPPOSITE[sign]} {words[0]}"

    def _other(self, operand: Any) -> str:
        """What it is compared with, and where that has a name, what it is."""
        label, value = self._label(operand), self._value(operand)
        return value if label == value else f"{label} ({value})"


def shown(value: object) -> str:
    """A value of a condition within a line."""
    return _shortened(_plain(value))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        text = f"{value:.6g}"
        return repr(value) if "e" in text else text
    if not isinstance(value, str):
        return str(value)
    if not value.strip():
        return ascii(value)
    return value if value.isprintable() else ascii(value)[1:-1]


def _values_in(part: Any) -> Iterator[Any]:
    """The operands of a condition that are values of the run."""
    if part[0] == "value":
        yield part
    elif part[0] != "is":
        for each in part[1:]:
            yield from _values_in(each)


def _written(operand: Any, label: Any) -> str:
    """A computed number, as it is written."""
    sign, parts = operand[0], [label(each) for each in operand[1:]]
    if sign == "join":
        return "".join(parts)
    if len(parts) == 2 and sign in ("+", "-", "*", "/"):
        left, right = (f"({text})" if " " in text and not text.endswith(")") else text for text in parts)
        return f"{left} {sign} {right}"
    names = {"neg": "-", "min": "min_", "max": "max_", "median": "median_of"}
    return f"-{parts[0]}" if sign == "neg" else f"{names.get(sign, sign)}({', '.join(parts)})"
