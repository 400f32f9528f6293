"""Hold measures against rules and a baseline: pure functions, from data to data."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypedDict

from sonic_flow.baseline import Baseline
from sonic_flow.measures import Measure, Rule, method, number


class Check(TypedDict):
    """What became of one rule.

    `allowed` is the share by which the value may be worse than the baseline's, None where they are not compared;
    `change` the share by which it is: negative: better; None where it can't be told. `difference` says the same in
    words, or why there is none. `reason` is why the clip is stopped, else empty.
    """

    metric: str
    better: str
    value: float | None
    limit: float | None
    baseline: float | None
    allowed: float | None
    change: float | None
    difference: str
    reason: str


class Judgement(NamedTuple):
    """The checks that were made, and the measures that have a rule but were not made, with the reason."""

    checks: list[Check]
    not_made: dict[str, str]

    @property
    def reasons(self) -> list[str]:
        """Why the clip is stopped; empty where it passed."""
        if not self.checks:
            return ["none of the measures that have a rule was made"]
        return [check["reason"] for check in self.checks if check["reason"]]

    @property
    def beyond_limit(self) -> float:
        """How far the worst measure lies beyond its limit, as a share of that; NaN where one can't be told."""
        return worst([past_limit(check) for check in self.checks] or [math.nan])

    @property
    def beyond_baseline(self) -> float:
        """How much more than it may the worst measure is worse than the baseline's; NaN where one can't be told."""
        return worst([past_baseline(check) for check in self.checks])


BADNESS: dict[str, Callable[[float], float]] = {"lower": lambda x: x, "higher": lambda x: -x, "zero": abs}
"""For each direction a number of which less is better."""
CLOSE = 1e-9
"""A difference of less is none: a float's last digit decides nothing."""
LACKED = "not compared: the baseline lacks it"
OTHER_METHOD = "not compared: measured by another method"
BEYOND = {"lower": "above", "higher": "below", "zero": "further from 0 than"}


def judge(
    metrics: Mapping[str, Measure],
    thresholds: Mapping[str, Rule],
    baseline: Baseline | None,
    not_made: Mapping[str, str],
) -> Judgement:
    """One check a rule; without a baseline (None) only the limits count.

    A measure that the evaluator says it did not make is left out, unless the baseline has it: what the accepted clip
    was judged by is measured again. Whatever else can't be judged (missing without a word, NaN, made by another
    method than the baseline's, an unknown rule) is a reason to stop.
    """
    checks, left_out = [], {}
    for name, rule in thresholds.items():
        why = "" if name in metrics else not_made.get(name, "")
        before = number(baseline.metrics.get(name)) if baseline else None
        if why and before is None:
            left_out[name] = why
            continue
        check = against_rule(name, rule, metrics.get(name), why)
        if baseline is not None and not flaw(rule):
            against_baseline(check, rule, metrics.get(name), baseline)
        checks.append(check)
    return Judgement(checks, left_out)


def flaw(rule: Rule) -> str:
    """What is wrong with a rule: it is a param of the pipeline, and may be anything. Empty where nothing is."""
    if not isinstance(rule, dict) or str(rule.get("better")) not in BADNESS:
        return "its rule must say better: lower, higher or zero"
    given = (rule.get("limit"), rule.get("regression"))
    if any(value is not None and number(value) is None for value in given):
        return "its rule must have numbers: limit, regression"
    return ""


def against_rule(name: str, rule: Rule, metric: Measure | None, why: str) -> Check:
    """The check of one measure against what its rule itself says."""
    value, wrong = number(metric), flaw(rule)
    limit, better = (None, "") if wrong else (rule.get("limit"), rule["better"])
    reason = ""
    if wrong:
        reason = f"{name}: {wrong}"
    elif value is None:
        reason = f"the baseline has {name}, but it was not made: {why}" if why else f"{name} is missing or not a number"
    elif limit is not None and not BADNESS[better](value) <= BADNESS[better](limit):
        reason = f"{name}={value:g} is {BEYOND[better]} the limit {limit:g}"
    return Check(
        metric=name,
        better=better,
        value=value,
        limit=limit,
        baseline=None,
        allowed=None,
        change=None,
        difference="",
        reason=reason,
    )


def against_baseline(check: Check, rule: Rule, metric: Measure | None, baseline: Baseline) -> None:
    """Add to a check how it compares with the baseline, and a reason to stop where there is none yet."""
    name, value, known = check["metric"], check["value"], baseline.metrics.get(check["metric"])
    before = check["baseline"] = number(known)
    if value is None:
        return
    allowed, reason = rule.get("regression"), ""
    check["allowed"] = allowed
    if before is None:
        why = baseline.not_made.get(name)
        check["difference"] = f"{LACKED}{f' ({why})' if why else ''}"
        reason = "" if why else f"the baseline has no {name}"
    elif method(metric) != method(known):
        check["difference"] = OTHER_METHOD
        reason = f"{name} was measured by {method(metric)}, the baseline by {method(known)}"
    else:
        change = worsening(BADNESS[rule["better"]](value), BADNESS[rule["better"]](before), abs(before))
        check["change"] = round(change, 4) + 0.0 if math.isfinite(change) else None
        check["difference"] = in_words(change)
        if allowed is not None and change > allowed + CLOSE:
            reason = f"{name}={value:g} is {in_words(change)} than the baseline {before:g}; {allowed:.0%} is allowed"
    if allowed is not None and not check["reason"]:
        check["reason"] = reason


def past_limit(check: Check) -> float:
    """By which share of its limit a measure lies beyond it; 0 or less where it does not."""
    value, limit = check["value"], check["limit"]
    if value is None:
        return math.nan
    if limit is None:
        return math.nan if check["reason"] and check["allowed"] is None else 0.0
    badness = BADNESS[check["better"]]
    return worsening(badness(value), badness(limit), abs(limit))


def past_baseline(check: Check) -> float:
    """By which share of the baseline a measure is worse than allowed; 0 or less where it is not."""
    value, before, allowed = check["value"], check["baseline"], check["allowed"]
    if value is None or allowed is None:
        return 0.0
    if check["difference"] in (LACKED, OTHER_METHOD):
        return math.nan
    if before is None:
        return 0.0
    badness = BADNESS[check["better"]]
    excess = worsening(badness(value), badness(before), abs(before)) - allowed
    return excess if abs(excess) > CLOSE else 0.0


def worst(shares: list[float]) -> float:
    """The greatest, at least 0; NaN where one of them is."""
    return math.nan if any(map(math.isnan, shares)) else max([0.0, *shares])


def worsening(now: float, before: float, size: float) -> float:
    """By which share of the baseline's size it is worse now; below 0: better. Infinite where that is 0."""
    if now == before:
        return 0.0
    return (now - before) / size if size else math.copysign(math.inf, now - before)


def in_words(change: float) -> str:
    """A change for people: how much better or worse."""
    if not change:
        return "the same"
    word = "worse" if change > 0 else "better"
    if not math.isfinite(change):
        return word  # than 0: there is no share of that
    return f"{abs(change):.1%} {word}" if abs(change) >= 0.0005 else f"less than 0.1% {word}"
