"""What scores from 1 to 5 say: the mean opinion score and how sure it is. Right for few raters, too.

The interval is Student's: mean ± t · s / √n with n − 1 degrees of freedom
(https://www.itl.nist.gov/div898/handbook/eda/section3/eda352.htm). The normal distribution's 1.96 would be less than
half as wide for three raters. It is cut at the ends of the scale. One rater says nothing of how others differ: the
interval is the whole scale. Where all agree it has no width; so ask more than two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

LOWEST, HIGHEST = 1, 5
CONFIDENCE = 0.95
METHOD = "mean of people's scores from 1 to 5"


class Opinion(NamedTuple):
    """The mean of the scores, the ends of its 95% interval, and how many scored. Without a score all three are NaN."""

    mos: float
    low: float
    high: float
    raters: int


def opinion(scores: Sequence[int], confidence: float = CONFIDENCE) -> Opinion:
    """The opinion of these scores, one a rater. Raises ValueError for a score that is none."""
    for score in scores:
        if not is_score(score):
            raise ValueError(f"{score!r} is no score: {LOWEST} to {HIGHEST}")
    count = len(scores)
    if not count:
        return Opinion(math.nan, math.nan, math.nan, 0)
    mean = sum(scores) / count
    if count == 1:
        return Opinion(mean, float(LOWEST), float(HIGHEST), 1)
    deviation = math.sqrt(sum((score - mean) ** 2 for score in scores) / (count - 1))
    half = t_quantile((1 + confidence) / 2, count - 1) * deviation / math.sqrt(count)
    return Opinion(mean, max(float(LOWEST), mean - half), min(float(HIGHEST), mean + half), count)


def is_score(value: object) -> bool:
    """Whether a value is a whole number of the scale; True is none."""
    return isinstance(value, int) and not isinstance(value, bool) and LOWEST <= value <= HIGHEST


def t_quantile(share: float, freedom: int) -> float:
    """Below which `share` (0.5 to 1) of Student's t with so many degrees of freedom lies: found by halving."""
    low, high = 0.0, 1.0
    while t_share(high, freedom) < share:
        low, high = high, high * 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if t_share(middle, freedom) < share else (low, middle)
    return high


def t_share(t: float, freedom: int) -> float:
    """The share of Student's t below `t` >= 0: Abramowitz and Stegun, 26.7.3 and 26.7.4."""
    angle = math.atan2(t, math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for below in range(3 if odd else 2, freedom - 1, 2):
        term *= cosine * cosine * (below - 1) / below
        total += term
    within = 2 / math.pi * (angle + sine * total) if odd else sine * total
    return (1 + within) / 2
