"""What is measured of a clip, and by which rules it is judged: the one place for names, directions and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
    """Where measures come from: the run and its time, the model's source and image, what made the clip, and how.

    `inputs` has the SHA-256 of the portrait and of the speech: measures on others are not comparable.
    """

    run: str
    date: str
    revision: str
    model: str
    service: str
    settings: dict[str, object]
    inputs: dict[str, str]


class Evaluation(TypedDict):
    """What `metrics.json` of a run, and so a baseline, holds: `not_made` has the reason for each measure it lacks."""

    metrics: dict[str, Measure]
    not_made: dict[str, str]
    origin: Origin
    evaluator: str
    elapsed_seconds: float


DEFINED_BY = {"lse_d": "syncnet", "lse_c": "syncnet", "fid": "inception-v3"}
"""A measure counts under these names only when the network that defines it made it."""

WORDS = "word_error_rate"
"""The share of the known text's words that are not heard in the clip as they should be."""

BETTER: dict[str, Literal["lower", "higher", "zero"]] = {
    "lse_d": "lower",
    "lse_c": "higher",
    "fid": "lower",
    "duration_error": "lower",
    "syncnet_offset_frames": "zero",
    "sync_distance": "lower",
    "sync_confidence": "higher",
    "sync_offset_frames": "zero",
    "speech_match": "higher",
    "frechet_dct": "lower",
    "mos": "higher",
    "mos_low": "higher",
    WORDS: "lower",
}
"""Which way each measure is better: no threshold can turn it round."""

OF_PEOPLE = ("mos", "mos_low")
"""What people's scores become: their mean, and the lower end of its 95% interval."""


@dataclass(frozen=True)
class Limit:
    """What one measure must reach, and by which share it may be worse than the baseline's; None: by any."""

    limit: float
    regression: float | None = None

    def __post_init__(self) -> None:
        """Refuse what would let everything pass, or nothing: NaN, infinity, numbers below 0. Raises ValueError."""
        for name in ("limit", "regression"):
            value: object = getattr(self, name)
            if value is None and name == "regression":
                continue
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e300:
                raise ValueError(f"{name}={value!r} is no limit: give a finite number of at least 0")


@dataclass(frozen=True)
class Thresholds:
    """The limits of the gate, a field a measure. One of None is reported and decides nothing."""

    lse_d: Limit | None = Limit(8.5, regression=0.05)
    lse_c: Limit | None = Limit(6.0, regression=0.05)
    fid: Limit | None = Limit(60.0, regression=0.10)
    duration_error: Limit | None = Limit(0.5)
    syncnet_offset_frames: Limit | None = None
    sync_distance: Limit | None = None
    sync_confidence: Limit | None = None
    sync_offset_frames: Limit | None = None
    speech_match: Limit | None = None
    frechet_dct: Limit | None = None
    mos: Limit | None = Limit(3.5)
    mos_low: Limit | None = None
    word_error_rate: Limit | None = None

    def rules(self, *, people: bool = False) -> dict[str, Rule]:
        """By measure, how it is judged. What `people` say is among them only where they were asked."""
        found: dict[str, Rule] = {}
        for name, better in BETTER.items():
            limit: Limit | None = getattr(self, name)
            if limit is not None and (people or name not in OF_PEOPLE):
                found[name] = {"better": better, "limit": limit.limit}
                if limit.regression is not None:
                    found[name]["regression"] = limit.regression
        return found


OF_SONIC = Thresholds(word_error_rate=Limit(0.25))
"""The pipeline's limits: those of the gate, and one for the words, which another task than the evaluator hears."""


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
