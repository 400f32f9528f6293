"""Go durations: `30m`, `1h30m`, `1.5s`, as Go's time.ParseDuration reads them."""

from __future__ import annotations

import re
from fractions import Fraction

_UNITS = {
    "ns": 1,
    "us": 10**3,
    "µs": 10**3,
    "μs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_PART = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h)"
_DURATION = re.compile(rf"[+-]?(?:0|(?:{_PART})+)")
_EACH = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
_MOST = 2**63 - 1


def is_duration(text: str) -> bool:
    """Whether Go reads the text as a duration."""
    try:
        parse_duration(text)
    except ValueError:
        return False
    return True


def parse_duration(text: str) -> int:
    """The duration in nanoseconds. Raises ValueError for text that is none, or one beyond about 292 years."""
    if _DURATION.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no duration")
    total = sum(_nanoseconds(number, _UNITS[unit]) for number, unit in _EACH.findall(text))
    if total > _MOST:
        raise ValueError(f"{text!r} is too long a duration")
    return -total if text.startswith("-") else total


def _nanoseconds(number: str, unit: int) -> int:
    if number.isdecimal():
        return int(number) * unit
    return int(Fraction(number.rstrip(".") if number != "." else "0") * unit)
