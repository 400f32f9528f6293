"""The functions of CEL's standard, by name: each takes values and gives one, or raises CelError.

A function is a list of overloads: the kinds that it takes, and what it does with them. `"any"` takes every kind.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from .times import TIMES, duration, duration_text, timestamp, timestamp_text
from .tree import CelError
from .values import CelType, UInt, compare, equal, from_key, key_of, kind, no_overload, shortest

TIMESTAMP = "google.protobuf.Timestamp"
DURATION = "google.protobuf.Duration"


@attrs.frozen
class Overload:
    """What kinds it takes (the receiver first), whether it is called on one, and what it does."""

    kinds: tuple[str, ...]
    method: bool
    made: Callable[..., Any]

    def takes(self, kinds: list[str]) -> bool:
        """Whether it is for values of these kinds."""
        if len(kinds) != len(self.kinds):
            return False
        return all(wanted in {"any", has} for wanted, has in zip(self.kinds, kinds, strict=True))


Table = Mapping[str, tuple[Overload, ...]]


def function(kinds: str, made: Callable[..., Any]) -> Overload:
    """`f(a, b)`; the kinds are separated by blanks."""
    return Overload(tuple(kinds.split()), False, made)


def method(kinds: str, made: Callable[..., Any]) -> Overload:
    """`a.f(b)`."""
    return Overload(tuple(kinds.split()), True, made)


def _int(value: int) -> int:
    if not -(2**63) <= value < 2**63:
        raise CelError("integer overflow")
    return value


def _uint(value: int) -> UInt:
    if not 0 <= value < 2**64:
        raise CelError("unsigned integer overflow")
    return UInt(value)


def _divided(one: int, other: int) -> int:
    if other == 0:
        raise CelError("division by zero")
    whole = abs(one) // abs(other)
    return whole if (one < 0) == (other < 0) else -whole


def _modulus(one: int, other: int) -> int:
    if other == 0:
        raise CelError("modulus by zero")
    return one - other * _divided(one, other)


def _float_divided(one: float, other: float) -> float:
    if other:
        return one / other
    return math.nan if one == 0 or math.isnan(one) else math.copysign(math.inf, one) * math.copysign(1, other)


def _has(one: Any, many: Any) -> bool:
    if isinstance(many, dict):
        return isinstance(one, (str, int, float)) and key_of(one) in many
    return any(equal(one, each) for each in many)


def _at(many: Any, index: Any) -> Any:
    if isinstance(many, dict):
        if (key := key_of(index)) in many:
            return many[key]
        raise CelError(f"no such key: {index}")
    if isinstance(index, float) and not index.is_integer():
        raise CelError(f"unsupported index value in list: {index}")
    if not 0 <= index < len(many):
        raise CelError(f"index out of bounds: {int(index)}")
    return many[int(index)]


def _to_int(value: Any) -> int:
    if isinstance(value, str):
        text = value.removeprefix("+")
        if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdigit() or len(text) > 20:
            raise CelError(f"type conversion error from 'string' to 'int': {value[:40]!r}")
        return _int(int(text))
    if isinstance(value, datetime.datetime):
        return math.floor(value.timestamp())
    if isinstance(value, float) and not -(2.0**63) < value < 2.0**63:
        raise CelError("integer overflow")
    return _int(int(value))


def _to_uint(value: Any) -> UInt:
    if isinstance(value, str):
        if not value.isascii() or not value.isdigit() or len(value) > 20:
            raise CelError(f"type conversion error from 'string' to 'uint': {value[:40]!r}")
        return _uint(int(value))
    if isinstance(value, float) and not 0 <= value < 2.0**64:
        raise CelError("unsigned integer overflow")
    return _uint(int(value))


def _to_double(value: Any) -> float:
    try:
        if isinstance(value, str) and (value != value.strip() or "_" in value):
            raise ValueError
        return float(value)
    except ValueError:
        raise CelError(f"type conversion error from 'string' to 'double': {value[:40]!r}") from None


def _to_string(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return shortest(value)
    if isinstance(value, bytes):
        return _decoded(value)
    if isinstance(value, datetime.datetime):
        return timestamp_text(value)
    if isinstance(value, datetime.timedelta):
        return duration_text(value)
    return str(value)


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise CelError("invalid UTF-8 in bytes, cannot convert to string") from None


def _to_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    # Go's strconv.ParseBool
    if value in {"1", "t", "T", "TRUE", "true", "True"}:
        return True
    if value in {"0", "f", "F", "FALSE", "false", "False"}:
        return False
    raise CelError(f"type conversion error from 'string' to 'bool': {value[:40]!r}")


def _moment(seconds: int) -> datetime.datetime:
    try:
        return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    except (ValueError, OverflowError, OSError):
        raise CelError("timestamp overflow") from None


def matches(text: str, pattern: str) -> bool:
    """Whether a regular expression is found in a text."""
    from .regexps import compiled

    return compiled(pattern, text).search(text) is not None


def _joined(one: list[Any], other: list[Any]) -> list[Any]:
    return [*one, *other]


_SIZED = (*(function(each, len) for each in ("string", "bytes", "list", "map")),
          *(method(each, len) for each in ("string", "bytes", "list", "map")))  # fmt: skip
_ARITHMETIC: dict[str, tuple[Overload, ...]] = {
    "_+_": (
        function("int int", lambda a, b: _int(a + b)), function("uint uint", lambda a, b: _uint(a + b)),
        function("double double", lambda a, b: a + b), function("string string", lambda a, b: a + b),
        function("bytes bytes", lambda a, b: a + b), function("list list", _joined),
        function(f"{TIMESTAMP} {DURATION}", lambda a, b: a + b),
        function(f"{DURATION} {TIMESTAMP}", lambda a, b: b + a),
        function(f"{DURATION} {DURATION}", lambda a, b: a + b),
    ),
    "_-_": (
        function("int int", lambda a, b: _int(a - b)), function("uint uint", lambda a, b: _uint(a - b)),
        function("double double", lambda a, b: a - b), function(f"{TIMESTAMP} {TIMESTAMP}", lambda a, b: a - b),
        function(f"{TIMESTAMP} {DURATION}", lambda a, b: a - b), function(f"{DURATION} {DURATION}", lambda a, b: a - b),
    ),
    "_*_": (
        function("int int", lambda a, b: _int(a * b)), function("uint uint", lambda a, b: _uint(a * b)),
        function("double double", lambda a, b: a * b),
    ),
    "_/_": (
        function("int int", lambda a, b: _int(_divided(a, b))),
        function("uint uint", lambda a, b: _uint(_divided(a, b))),
        function("double double", _float_divided),
    ),
    "_%_": (
        function("int int", lambda a, b: _int(_modulus(a, b))),
        function("uint uint", lambda a, b: _uint(_modulus(a, b))),
    ),
    "-_": (function("int", lambda a: _int(-a)), function("double", lambda a: -a), function(DURATION, lambda a: -a)),
    "!_": (function("bool", lambda a: not a),),
}  # fmt: skip
_COMPARED: dict[str, tuple[Overload, ...]] = {
    "_==_": (function("any any", equal),),
    "_!=_": (function("any any", lambda a, b: not equal(a, b)),),
    "_<_": (function("any any", lambda a, b: compare(a, b) < 0),),
    "_<=_": (function("any any", lambda a, b: compare(a, b) <= 0),),
    "_>_": (function("any any", lambda a, b: compare(a, b) > 0),),
    "_>=_": (function("any any", lambda a, b: compare(a, b) >= 0),),
    "@in": (function("any list", _has), function("any map", _has)),
    "_[_]": (
        *(function(f"list {each}", _at) for each in ("int", "uint", "double")),
        *(function(f"map {each}", _at) for each in ("string", "int", "uint", "double", "bool")),
    ),
}  # fmt: skip
_TEXT: dict[str, tuple[Overload, ...]] = {
    "size": _SIZED,
    "contains": (method("string string", lambda a, b: b in a),),
    "startsWith": (method("string string", str.startswith),),
    "endsWith": (method("string string", str.endswith),),
    "matches": (method("string string", matches), function("string string", matches)),
}
_CONVERTED: dict[str, tuple[Overload, ...]] = {
    "int": tuple(function(each, _to_int) for each in ("int", "uint", "double", "string", TIMESTAMP)),
    "uint": tuple(function(each, _to_uint) for each in ("uint", "int", "double", "string")),
    "double": tuple(function(each, _to_double) for each in ("double", "int", "uint", "string")),
    "string": tuple(
        function(each, _to_string) for each in ("string", "bool", "int", "uint", "double", "bytes", TIMESTAMP, DURATION)
    ),
    "bytes": (function("bytes", lambda a: a), function("string", str.encode)),
    "bool": (function("bool", _to_bool), function("string", _to_bool)),
    "dyn": (function("any", lambda a: a),),
    "type": (function("any", lambda a: CelType(kind(a))),),
    "timestamp": (function("string", timestamp), function(TIMESTAMP, lambda a: a),
                  function("int", _moment)),
    "duration": (function("string", duration), function(DURATION, lambda a: a)),
}  # fmt: skip
STANDARD: Table = {
    **_ARITHMETIC, **_COMPARED, **_TEXT, **_CONVERTED,
    **{name: (method(TIMESTAMP, made), method(f"{TIMESTAMP} string", made),
              *((method(DURATION, length),) if length else ()))
       for name, (made, length) in TIMES.items()},
}  # fmt: skip


def called(table: Table, name: str, values: list[Any], *, on_one: bool) -> Any:
    """What a function makes of values. Raises CelError."""
    kinds = [kind(value) for value in values]
    for overload in table[name]:
        if overload.method == on_one and overload.takes(kinds):
            return overload.made(*values)
    raise no_overload(name, *values)


def walked(many: Any) -> list[Any]:
    """What a macro goes over: the items of a list, the keys of a map. Raises CelError."""
    if isinstance(many, list):
        return many
    if isinstance(many, dict):
        return [from_key(key) for key in many]
    raise no_overload("range", many)
