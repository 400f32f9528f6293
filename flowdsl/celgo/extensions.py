"""cel-go's extensions that Triggers turns on: strings, encoders, sets, lists, math.

https://github.com/google/cel-go/blob/v0.30.0/ext/README.md
"""

from __future__ import annotations

import base64
import binascii
import functools
import math
import re
from collections.abc import Callable
from typing import Any

from .functions import Overload, Table, function, method
from .tree import CelError, CelLimitError
from .values import NUMBERS, UInt, compare, equal, kind, no_overload, shortest

# What Go takes for a blank.
_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_LONGEST = 64 * 1024 * 1024


def _char_at(text: str, index: int) -> str:
    if not 0 <= index <= len(text):
        raise CelError(f"index out of range: {index}")
    return text[index : index + 1]


def _index_of(text: str, wanted: str, start: int = 0) -> int:
    if wanted == "":
        return start
    if not 0 <= start < max(len(text), 1):
        raise CelError(f"index out of range: {start}")
    return text.find(wanted, start)


def _last_index_of(text: str, wanted: str, start: int | None = None) -> int:
    if start is None:
        return text.rfind(wanted)
    if wanted == "":
        return start
    if not 0 <= start < max(len(text), 1):
        raise CelError(f"index out of range: {start}")
    return text.rfind(wanted, 0, start + len(wanted))


def _ascii(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "".join(change(each) if each.isascii() else each for each in text)


def _sized(length: int) -> None:
    if length > _LONGEST:
        raise CelLimitError("a text or list grows too long to be made here")


def _replace(text: str, old: str, new: str, count: int = -1) -> str:
    changes = text.count(old) if count < 0 else min(count, text.count(old))
    _sized(len(text) + changes * (len(new) - len(old)))
    return text.replace(old, new, count)


def _split(text: str, by: str, count: int = -1) -> list[str]:
    if count == 0:
        return []
    if by:
        return text.split(by, count - 1 if count > 0 else -1)
    # Go splits after each character.
    return [*text] if count < 0 or count >= len(text) else [*text[: count - 1], text[count - 1 :]]


def _substring(text: str, start: int, end: int | None = None) -> str:
    last = len(text) if end is None else end
    if not 0 <= start <= len(text):
        raise CelError(f"index out of range: {start}")
    if not 0 <= last <= len(text):
        raise CelError(f"index out of range: {last}")
    if start > last:
        raise CelError(f"invalid substring range. start: {start}, end: {last}")
    return text[start:last]


def _join(many: list[Any], between: str = "") -> str:
    if any(not isinstance(each, str) for each in many):
        raise CelError("join: invalid input: a list of strings is wanted")
    _sized(sum(map(len, many)) + len(between) * len(many))
    return between.join(many)


def _quote(text: str) -> str:
    named = {
        "\a": "\\a",
        "\b": "\\b",
        "\f": "\\f",
        "\n": "\\n",
        "\r": "\\r",
        "\t": "\\t",
        "\v": "\\v",
        "\\": "\\\\",
        '"': '\\"',
    }
    return '"' + "".join(named.get(each, each) for each in text) + '"'


_CLAUSE = re.compile(r"%(%|(?:\.([0-9]{1,9}))?([sdfebxXo]))")


def _format(text: str, values: list[Any]) -> str:
    left = iter(values)
    size = 0

    def replaced(found: re.Match[str]) -> str:
        nonlocal size
        if found[1] == "%":
            return "%"
        try:
            made = _formatted(next(left), found[3], int(found[2] or 6))
            size += len(made)
            _sized(size)
            return made
        except StopIteration:
            raise CelError("index out of range: there are more clauses than values") from None

    if "%" in _CLAUSE.sub("", text):
        raise CelError("could not parse formatting clause")
    return _CLAUSE.sub(replaced, text)


def _formatted(value: Any, clause: str, precision: int) -> str:
    if clause == "s":
        return _shown(value)
    if clause in "fe" and kind(value) in NUMBERS:
        return format(float(value), f".{min(precision, 100)}{clause}")
    if clause == "d" and kind(value) in NUMBERS:
        return shortest(value) if isinstance(value, float) else str(int(value))
    if clause in "xXbo" and isinstance(value, int):
        return format(int(value), clause)
    if clause in "xX" and isinstance(value, (str, bytes)):
        text = (value.encode() if isinstance(value, str) else value).hex()
        return text.upper() if clause == "X" else text
    raise CelError(f"error during formatting: %{clause} of {kind(value)}")


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(value[key])}" for key in sorted(value, key=str)) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(value, "f").rstrip("0").rstrip(".") if value.is_integer() else repr(value)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return "null" if value is None else str(value)


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise CelError("illegal base64 data") from None


def _inside(one: Any, many: list[Any]) -> bool:
    return any(equal(one, each) for each in many)


def _contains(many: list[Any], part: list[Any]) -> bool:
    return all(_inside(each, many) for each in part)


def _slice(many: list[Any], start: int, end: int) -> list[Any]:
    if start < 0 or end < 0:
        raise CelError(f"cannot slice({start}, {end}), negative indexes not supported")
    if start > end:
        raise CelError(f"cannot slice({start}, {end}), start index must be less than or equal to end index")
    if end > len(many):
        raise CelError(f"cannot slice({start}, {end}), list is length {len(many)}")
    return many[start:end]


def _flatten(many: list[Any], depth: int = 1) -> list[Any]:
    if depth < 0:
        raise CelError("level must be non-negative")
    found: list[Any] = []
    for each in many:
        found.extend(_flatten(each, depth - 1) if isinstance(each, list) and depth > 0 else [each])
    return found


def _sort(many: list[Any]) -> list[Any]:
    if len({kind(each) for each in many}) > 1:
        raise CelError("list elements must have the same type")
    return sorted(many, key=functools.cmp_to_key(compare))


def _range(size: int) -> list[int]:
    if size > 10_000:
        raise CelLimitError("lists.range is too long to be made here")
    return [*range(size)]


def _distinct(many: list[Any]) -> list[Any]:
    found: list[Any] = []
    for each in many:
        if not _inside(each, found):
            found.append(each)
    return found


def _extremes(sign: int) -> tuple[Overload, ...]:
    """The least of several numbers (-1), or the greatest (1)."""

    def made(*values: Any) -> Any:
        (first, *rest) = values[0] if len(values) == 1 and isinstance(values[0], list) and values[0] else values
        for each in (first, *rest):
            if kind(each) not in NUMBERS:
                raise no_overload("math.least" if sign < 0 else "math.greatest", each)
        for each in rest:
            if compare(each, first) == sign:
                first = each
        return first

    return tuple(function(" ".join(["any"] * size), made) for size in range(1, 17))


def _round(value: float) -> float:
    return value if not math.isfinite(value) else math.copysign(math.floor(abs(value) + 0.5), value)


def _floated(change: Callable[[float], float]) -> Callable[[float], float]:
    return lambda value: float(change(value)) if math.isfinite(value) else value


def _abs(value: Any) -> Any:
    if value == -(2**63) and not isinstance(value, float):
        raise CelError("integer overflow")
    return abs(value)


def _sign(value: Any) -> Any:
    return type(value)((value > 0) - (value < 0))


def _wrapped(value: int, like: Any) -> Any:
    value &= 2**64 - 1
    if isinstance(like, UInt):
        return UInt(value)
    return value - 2**64 if value >= 2**63 else value


def _shifted(direction: int) -> Callable[[Any, int], Any]:
    def made(value: Any, by: int) -> Any:
        if by < 0:
            raise CelError(f"math.bitShift: negative offset: {by}")
        if by >= 64:
            return type(value)(0)
        unsigned = value & (2**64 - 1)
        return _wrapped(unsigned << by if direction > 0 else unsigned >> by, value)

    return made


def _of(kinds: str, made: Callable[..., Any]) -> tuple[Overload, ...]:
    return tuple(function(each, made) for each in kinds.split())


_BITS: Table = {
    f"math.bit{name}": (function("int int", made), function("uint uint", made))
    for name, made in {
        "And": lambda a, b: _wrapped(a & b, a), "Or": lambda a, b: _wrapped(a | b, a),
        "Xor": lambda a, b: _wrapped(a ^ b, a),
    }.items()
}  # fmt: skip
_SHIFTS: Table = {
    name: (function("int int", made), function("uint int", made))
    for name, made in {"math.bitShiftLeft": _shifted(1), "math.bitShiftRight": _shifted(-1)}.items()
}

EXTENSIONS: Table = {
    "charAt": (method("string int", _char_at),),
    "indexOf": (method("string string", _index_of), method("string string int", _index_of)),
    "lastIndexOf": (method("string string", _last_index_of), method("string string int", _last_index_of)),
    "lowerAscii": (method("string", _ascii(str.lower)),),
    "upperAscii": (method("string", _ascii(str.upper)),),
    "replace": (method("string string string", _replace), method("string string string int", _replace)),
    "split": (method("string string", _split), method("string string int", _split)),
    "substring": (method("string int", _substring), method("string int int", _substring)),
    "trim": (method("string", lambda text: text.strip(_SPACE)),),
    "join": (method("list", _join), method("list string", _join)),
    "format": (method("string list", _format),),
    "strings.quote": (function("string", _quote),),
    "reverse": (method("string", lambda text: text[::-1]), method("list", lambda many: many[::-1])),
    "base64.encode": (function("bytes", lambda value: base64.b64encode(value).decode()),),
    "base64.decode": (function("string", _decode),),
    "sets.contains": (function("list list", _contains),),
    "sets.equivalent": (function("list list", lambda a, b: _contains(a, b) and _contains(b, a)),),
    "sets.intersects": (function("list list", lambda a, b: any(_inside(each, b) for each in a)),),
    "slice": (method("list int int", _slice),),
    "flatten": (method("list", _flatten), method("list int", _flatten)),
    "sort": (method("list", _sort),),
    "lists.range": (function("int", _range),),
    "distinct": (method("list", _distinct),),
    "math.greatest": _extremes(1),
    "math.least": _extremes(-1),
    "math.ceil": _of("double", _floated(math.ceil)),
    "math.floor": _of("double", _floated(math.floor)),
    "math.round": _of("double", _round),
    "math.trunc": _of("double", _floated(math.trunc)),
    "math.abs": _of("int uint double", _abs),
    "math.sign": _of("int uint double", _sign),
    "math.isInf": _of("double", math.isinf),
    "math.isNaN": _of("double", math.isnan),
    "math.isFinite": _of("double", math.isfinite),
    "math.sqrt": _of("int uint double", lambda value: math.sqrt(value) if value >= 0 else math.nan),
    "math.bitNot": _of("int uint", lambda value: _wrapped(~value, value)),
    **_BITS,
    **_SHIFTS,
}
