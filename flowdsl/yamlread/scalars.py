"""Plain YAML scalars as kubectl reads them.

Source: sigs.k8s.io/yaml, which reads YAML 1.1 with Go's number syntax and hands the document on as JSON: `yes` is true,
`017` is 15, `1.0` is 1, a date stays text. `compiler_tests/conformance` holds this to the Go package itself.
"""

from __future__ import annotations

import math
import re

_TRUE = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
_FALSE = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
_NULL = frozenset(["", "~", "null", "Null", "NULL"])
_INT = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_JSON = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_NUMBER_START = frozenset("+-0123456789.")
_BASES = (16, 2, 8, 10)
_LARGEST = 2**64
_DIGITS = 64
"""Binary ones of the largest."""
_EXACT = 1e21


class NoJsonError(ValueError):
    """The scalar is something JSON has no word for: infinity or not-a-number."""


def resolve(text: str) -> object:
    """The value of a plain, untagged scalar. Raises NoJsonError for `.inf` and `.nan`."""
    if text in _NULL:
        return None
    first = text[0]
    if first not in _NUMBER_START:
        if text in _TRUE:
            return True
        return False if text in _FALSE else text
    if _NO_JSON.fullmatch(text):
        raise NoJsonError(text)
    return _number(text)


def _number(text: str) -> object:
    plain = text.replace("_", "")
    match = _INT.fullmatch(plain)
    if match:
        digits, base = next(
            (each, base) for each, base in zip(match.groups()[1:], _BASES, strict=True) if each is not None
        )
        # What is longer is larger than any integer here, and Python takes long to read it, or refuses to.
        if len(digits.lstrip("0")) <= _DIGITS:
            value = int(digits, base)
            if value < _LARGEST:
                return -value if match[1] == "-" else value
    if _FLOAT.fullmatch(plain):
        number = float(plain)
        if math.isinf(number):
            return text
        return as_json(number)
    return text


def as_json(number: float) -> int | float:
    """A float as Go's JSON writes it: a whole one without a point."""
    return int(number) if number.is_integer() and abs(number) < _EXACT else number


def key_text(value: object) -> str | None:
    """What a key becomes in JSON; None for one that has no text (null, a list, a map)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    return None
