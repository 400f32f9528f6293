"""CEL's values as Python's: which kind one is, when two are equal, which comes first, how one is written."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal
from typing import Any

from .tree import CelError


class UInt(int):
    """A uint, which is another type than an int."""


class CelType(str):
    """A type as a value."""

    __slots__ = ()


def kind(value: Any) -> str:
    """CEL's name of a value's type."""
    if value is None:
        return "null_type"
    for kinds, name in _KINDS:
        if isinstance(value, kinds):
            return name
    raise CelError(f"no value of CEL: {type(value).__name__}")


_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "bool"), (UInt, "uint"), (int, "int"), (float, "double"), (CelType, "type"), (str, "string"),
    (bytes, "bytes"), (list, "list"), (dict, "map"),
    (datetime.datetime, "google.protobuf.Timestamp"), (datetime.timedelta, "google.protobuf.Duration"),
)  # fmt: skip
NUMBERS = frozenset({"int", "uint", "double"})


def equal(one: Any, other: Any) -> bool:
    """`==`: what is of two types is unequal, but for numbers."""
    left, right = kind(one), kind(other)
    if left != right:
        return left in NUMBERS and right in NUMBERS and bool(one == other)
    if left == "list":
        return len(one) == len(other) and all(map(equal, one, other))
    if left == "map":
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    return bool(one == other)


def compare(one: Any, other: Any) -> int:
    """-1, 0 or 1. Raises CelError where there is no order."""
    left, right = kind(one), kind(other)
    if not (left in NUMBERS and right in NUMBERS) and (left != right or left in {"list", "map", "null_type", "type"}):
        raise no_overload("_<_", one, other)
    if (isinstance(one, float) and math.isnan(one)) or (isinstance(other, float) and math.isnan(other)):
        raise CelError("NaN values cannot be ordered")
    return int(one > other) - int(one < other)


def no_overload(function: str, *values: Any) -> CelError:
    """What cel-go says where a function takes no such values."""
    return CelError(f"no such overload: {function}({', '.join(kind(each) for each in values)})")


class Truth(int):
    """A boolean as a key of a map: for Python it would be the number 1 or 0."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Truth) and int(self) == int(other)

    def __hash__(self) -> int:
        return hash(("bool", int(self)))


def key_of(value: Any) -> Any:
    """A value as a key of a map. Raises CelError for what can't be one."""
    if isinstance(value, bool):
        return Truth(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, (str, int, float)):
        return value
    raise CelError(f"unsupported key type: {kind(value)}")


def from_key(key: Any) -> Any:
    """The value that a key stands for."""
    return bool(key) if isinstance(key, Truth) else key


def shortest(value: float) -> str:
    """A double as Go's `%g` writes it: the fewest figures, from a million on with an exponent."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'+' if value > 0 else '-'}Inf"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    sign, figures, power = Decimal(repr(value)).normalize().as_tuple()
    digits = "".join(map(str, figures))
    first = int(power) + len(digits) - 1
    minus = "-" if sign else ""
    if -5 < first < 6:
        return minus + format(abs(Decimal(repr(value))).normalize(), "f")
    return f"{minus}{digits[0]}{'.' + digits[1:] if digits[1:] else ''}e{first:+03d}"
