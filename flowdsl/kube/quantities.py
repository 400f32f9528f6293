"""Kubernetes quantities: `500m`, `4`, `8Gi`, `1e3`, as k8s.io/apimachinery's resource.Quantity reads them."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?")
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
    return _QUANTITY.fullmatch(text) is not None


def parse_quantity(text: str) -> Decimal:
    """The exact number a quantity stands for. Raises ValueError for text that is none."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no Kubernetes quantity")
    number = Decimal(match[1])
    if match[3]:
        return number.scaleb(int(match[3]))
    return number * _SUFFIXES[match[2]] if match[2] else number


def compare_quantities(left: str, right: str) -> int:
    """-1, 0 or 1 as the left is less than, equal to or more than the right. Raises ValueError."""
    one, other = parse_quantity(left), parse_quantity(right)
    return (one > other) - (one < other)
