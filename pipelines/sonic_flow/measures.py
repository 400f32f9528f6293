"""What is measured of a clip, and by which rules it is judged: the one place for names, directions and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypedDict


class Measure(TypedDict):
    """One measure: a finite number, and how it was made. Those of two methods are not comparable."""

    value: float
    method: str


class Better(TypedDict):
    """What every rule says: which way is better (`zero`: the nearer to 0, whatever the sign)."""

    better: Literal["lower", "higher", "zero"]


class Rule(Better, total=False):
    """The rule for one measure; without a limit, or without a regression, that is not looked at.

    `limit` is the value to reach, `regression` the share by which it may be worse than the baseline's.
    """

    limit: float
    regression: float


class Origin(TypedDict):
    """Where measures come from: the run and its time, the model's source and image, what made the clip, and how."""

    run: str
    date: str
    revision: str
    model: str
    service: str
    settings: dict[str, object]


class Evaluation(TypedDict):
    """What `metrics.json` of a run, and so a baseline, holds: `not_made` has the reason for each measure it lacks."""

    metrics: dict[str, Measure]
    not_made: dict[str, str]
    origin: Origin
    evaluator: str
    elapsed_seconds: float


DEFINED_BY = {"lse_d": "syncnet", "lse_c": "syncnet", "fid": "inception-v3"}
"""A measure counts under these names only when the network that defines it made it."""

THRESHOLDS: dict[str, Rule] = {
    "lse_d": {"better": "lower", "limit": 8.5, "regression": 0.05},
    "lse_c": {"better": "higher", "limit": 6.0, "regression": 0.05},
    "fid": {"better": "lower", "limit": 60.0, "regression": 0.10},
    "duration_error": {"better": "lower", "limit": 0.5},
}
"""The rules of a cluster's gate. A measure without a rule is reported and decides nothing."""


def number(metric: object) -> float | None:
    """The finite value of a measure, or None: a file may hold anything."""
    value = metric.get("value") if isinstance(metric, dict) else metric
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300
    return float(value) if good and isinstance(value, (int, float)) else None  # NaN compares as no less, too


def method(metric: object) -> str:
    """How a measure was made."""
    return str(metric.get("method", "")) if isinstance(metric, dict) else ""


def left_out(not_made: Mapping[str, object]) -> str:
    """Which measures were not made and why, in one line: names with the same reason stand together."""
    names: dict[str, list[str]] = {}
    for name, why in not_made.items():
        names.setdefault(" ".join(str(why).split()), []).append(name)
    return "; ".join(f"{', '.join(each)} ({why})" for why, each in names.items())
