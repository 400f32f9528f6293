"""What comparisons of one number with others can come to together: few of all the ways are possible.

`x < 1` and `x > 2` are never both true, `x < 1` and `x >= 1` never both false, but for NaN and for what can't be read.
"""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TypeVar

import attrs

K = TypeVar("K")
V = TypeVar("V")
_SIGNS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}
"""What a sign is with its sides changed."""


def samples(cuts: Iterable[Fraction], *, whole: bool = False) -> list[Fraction]:
    """Numbers of which each stands to the cuts in another way; with `whole` those that an int can have."""
    found = sorted(set(cuts))
    ends = [Fraction(math.floor(found[0]) - 1), Fraction(math.ceil(found[-1]) + 1)]
    between = [_between(low, high, whole=whole) for low, high in itertools.pairwise(found)]
    numbers = [each for each in (*ends, *found, *between) if each is not None]
    return sorted(each for each in numbers if not whole or each.denominator == 1)


def _between(low: Fraction, high: Fraction, *, whole: bool) -> Fraction | None:
    if not whole:
        return (low + high) / 2
    first = Fraction(math.floor(low) + 1)
    return first if first < high else None


def holds(sign: str, left: Fraction, right: Fraction) -> bool:
    """Whether a comparison is true."""
    return bool(_SIGNS[sign](left, right))


def exact(value: object) -> Fraction | None:
    """A number without loss; None for what is none, or has no end."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return Fraction(value) if value - value == 0 else None


@attrs.frozen
class Compared:
    """A comparison of something with a number; of two values: of their difference with nothing.

    `turned` is where it stands within a `not`, `whole` where what is compared is an int.
    """

    of: object
    sign: str
    cut: Fraction
    turned: bool = False
    whole: bool = False

    def holds(self, number: Fraction) -> bool:
        """Whether it is true of a number."""
        return holds(self.sign, number, self.cut) is not self.turned


@attrs.frozen
class Side:
    """A side of a comparison: a constant, or what a value of the run is known by and whether it is an int."""

    what: object
    constant: bool = False
    whole: bool = False


def compared(sign: str, left: Side, right: Side) -> Compared | None:
    """A test as a comparison; None for what is none."""
    if sign not in TURNED:
        return None
    if left.constant:
        sign, left, right = TURNED[sign], right, left
    if right.constant:
        cut = exact(right.what)
        return None if cut is None or left.constant else Compared(left.what, sign, cut, whole=left.whole)
    if repr(right.what) < repr(left.what):
        sign, left, right = TURNED[sign], right, left
    return Compared((left.what, right.what), sign, Fraction(0))


def ways_of(group: Iterable[tuple[K, Compared]], unsure: V, *, sure: bool = False) -> list[Mapping[K, bool | V]]:
    """What comparisons of one thing come to, for every number that makes a difference.

    If it is not `sure` to be a number, all of them are `unsure` as well: of NaN not even `not` holds.
    """
    listed = list(group)
    numbers = samples((each.cut for _, each in listed), whole=all(each.whole for _, each in listed))
    found: list[Mapping[K, bool | V]] = [{key: each.holds(number) for key, each in listed} for number in numbers]
    return found if sure else [*found, {key: unsure for key, _ in listed}]
