"""Kubernetes quantities: `500m`, `4`, `8Gi`, `1e3`, as k8s.io/apimachinery's resource.Quantity reads them."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?", re.ASCII)
_MOST, _LEAST = 30, -9  # powers of ten
_EXPONENTS = range(-(2**63), 2**63)
_SUFFIXES = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
    "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
}


@lru_cache(maxsize=512)
def is_quantity(text: str) -> bool:
    """Whether Kubernetes reads the text as a quantity."""
    match = _QUANTITY.fullmatch(text)
    return match is not None and (not match[3] or _exponent(match[3]) is not None)


def parse_quantity(text: str) -> Decimal:
    """The number that a quantity stands for. Raises ValueError for text that is none.

    What is less than nano is nano, as in Kubernetes; `1e999999999`, which no machine has, is 1e30 here.
    """
    found = _read(text)
    if found is None:
        raise ValueError(f"{text!r} is no Kubernetes quantity")
    number, exponent = found
    power = number.adjusted() + exponent  # looked at first: a Decimal can't be that large
    if not number:
        return Decimal(0)
    if power < _LEAST or power > _MOST:
        return Decimal(10).scaleb(max(_LEAST, min(_MOST, power)) - 1).copy_sign(number)
    return number.scaleb(exponent)


def _read(text: str) -> tuple[Decimal, int] | None:
    """A number and the power of ten that it is to be multiplied by; None for text that is no quantity."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        return None
    number = Decimal(match[1])
    if match[3]:
        exponent = _exponent(match[3])
        return None if exponent is None else (number, exponent)
    return (number * _SUFFIXES[match[2]] if match[2] else number), 0


def _exponent(text: str) -> int | None:
    """A power of ten; None for more than 64 bits hold, and Python refuses to read thousands of digits."""
    if len(text.lstrip("+-").lstrip("0")) > 19:
        return None
    exponent = int(text)
    return exponent if exponent in _EXPONENTS else None


def compare_quantities(left: str, right: str) -> int:
    """-1, 0 or 1 as the left is less than, equal to or more than the right. Raises ValueError."""
    one, other = parse_quantity(left), parse_quantity(right)
    return (one > other) - (one < other)


def turned_range(text: str) -> str:
    """Of a range `request..limit` that requests more than its limit: the same the right way round; "" of any other."""
    low, dots, high = text.partition("..")
    wrong = dots and is_quantity(low) and is_quantity(high) and compare_quantities(low, high) > 0
    return f"{high}..{low}" if wrong else ""
