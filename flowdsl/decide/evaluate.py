"""The evaluator of conditions. Its functions become part of scripts: they are for Python 3.8 and its library alone.

A condition is JSON: a list of its sign and its parts (`flowdsl.decide.wire` says which there are). Values come as the
texts that Tekton carries. What can't be read, is missing or is NaN makes a test neither true nor false, which `not`
does not turn into true: only a condition that is certainly true lets a task run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_Texts = Mapping[str, "str | list[str] | None"]


def _flowdsl_truth(test: Any, texts: _Texts, unsure: list[str]) -> bool | None:
    sign, parts = test[0], test[1:]
    if sign == "not":
        held = _flowdsl_truth(parts[0], texts, unsure)
        return None if held is None else not held
    if sign in ("and", "or"):
        found = [_flowdsl_truth(part, texts, unsure) for part in parts]
        settles = sign == "or"
        return settles if settles in found else (None if None in found else not settles)
    values: list[Any] = []
    for part in parts:
        value = _flowdsl_operand(part, texts, unsure)
        values += value if isinstance(value, list) and values else [value]
    if any(value is None for value in values):
        return None
    return _flowdsl_tested(sign, values)


def _flowdsl_tested(sign: str, values: Sequence[Any]) -> bool:
    import re

    first, others = values[0], values[1:]
    if sign == "true":
        return first is True
    if sign == "in":
        return first in others
    if sign == "matches":
        return re.fullmatch(others[0], first) is not None
    if sign == "startswith":
        return bool(first.startswith(tuple(others)))
    (other,) = others
    if sign == "==":
        return bool(first == other)
    if sign in ("<", "<="):
        return bool(first < other or (sign == "<=" and first == other))
    return bool(first > other or (sign == ">=" and first == other))


def _flowdsl_operand(part: Any, texts: _Texts, unsure: list[str]) -> Any:
    sign = part[0]
    if sign == "is":
        return part[1]
    if sign == "value":
        return _flowdsl_value(part[1], part[2], part[3], texts, unsure)
    if sign == "join":
        found = [_flowdsl_operand(each, texts, unsure) for each in part[1:]]
        return None if None in found else "".join(found)
    numbers: list[Any] = []
    for each in part[1:]:
        value = _flowdsl_operand(each, texts, unsure)
        numbers += value if isinstance(value, list) else [value]
    if any(number is None for number in numbers):
        return None
    try:
        result = _flowdsl_computed(sign, numbers)
    except (ArithmeticError, ValueError) as error:
        unsure.append("a computed number: " + str(error))
        return None
    if result != result:  # noqa: PLR0124 - NaN
        unsure.append("a computed number is nan")
        return None
    return result


def _flowdsl_computed(sign: str, numbers: Sequence[Any]) -> Any:
    import statistics

    if sign in ("min", "max", "median"):
        if sign == "median":
            return statistics.median(numbers)
        return min(numbers) if sign == "min" else max(numbers)
    if sign in ("neg", "abs"):
        return -numbers[0] if sign == "neg" else abs(numbers[0])
    first, second = numbers
    if sign == "+":
        return first + second
    if sign == "-":
        return first - second
    return first * second if sign == "*" else first / second


def _flowdsl_value(name: str, kind: str, label: str, texts: _Texts, unsure: list[str]) -> Any:
    text = texts.get(name)
    if text is None:
        unsure.append(label + " is missing")
        return None
    if isinstance(text, list):
        found = [_flowdsl_read(each, kind.replace("list ", "")) for each in text]
        wrong = [each for each, value in zip(text, found) if value is None]  # noqa: B905 (3.8 has no strict)
    else:
        found = _flowdsl_read(text, kind)
        wrong = [text] if found is None else []
    if wrong:
        shown = ascii(wrong[0])
        unsure.append(label + " is " + (shown if len(shown) <= 60 else shown[:57] + "..."))
        return None
    return found


def _flowdsl_read(text: str, kind: str) -> Any:
    import re

    if kind == "text":
        return text
    plain = text.strip()
    if kind == "bool":
        return {"true": True, "false": False}.get(plain.lower())
    if len(plain) > 400:
        return None
    if re.match(r"[+-]?[0-9]+\Z", plain) and kind == "int":
        return int(plain)
    try:
        # To Python 1_0 and other scripts' digits are numbers, too; to whoever else reads the text they are not.
        number = float(plain) if kind == "float" and plain.isascii() and "_" not in plain else None
    except ValueError:
        return None
    return None if number is None or number != number else number  # noqa: PLR0124 - NaN
