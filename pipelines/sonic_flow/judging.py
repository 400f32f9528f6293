"""Hold measures against rules and a baseline: pure functions, from data to data."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypedDict

from sonic_flow.baseline import Baseline
from sonic_flow.measures import Measure, Rule, method, number


class Check(TypedDict):
    """What became of one rule.

    `change` is the share by which the value is worse than the baseline's; negative: better; None where it can't be
    told. `difference` says the same in words, or why there is none. `reason` is why the clip is stopped, else empty.
    """

    metric: str
    better: str
    value: float | None
    limit: float | None
    baseline: float | None
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


BADNESS: dict[str, Callable[[float], float]] = {"lower": lambda x: x, "higher": lambda x: -x, "zero": abs}
"""For each direction a number of which less is better."""
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
    if before is None:
        why = baseline.not_made.get(name)
        check["difference"] = f"not compared: the baseline lacks it{f' ({why})' if why else ''}"
        reason = "" if why else f"the baseline has no {name}"
    elif method(metric) != method(known):
        check["difference"] = "not compared: measured by another method"
        reason = f"{name} was measured by {method(metric)}, the baseline by {method(known)}"
    else:
        change = worsening(BADNESS[rule["better"]](value), BADNESS[rule["better"]](before), abs(before))
        check["change"] = round(change, 4) + 0.0 if math.isfinite(change) else None
        check["difference"] = in_words(change)
        if allowed is not None and change > allowed + 1e-9:  # a float's last digit decides nothing
            reason = f"{name}={value:g} is {in_words(change)} than the baseline {before:g}; {allowed:.0%} is allowed"
    if allowed is not None and not check["reason"]:
        check["reason"] = reason


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
