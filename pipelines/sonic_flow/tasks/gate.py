"""Decide whether a clip is good enough to be published: the task `gate`. Its rule is the pure function `judge`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypedDict

from flowdsl import Workspace, task
from sonic_flow.settings import PYTHON

# For each measure: which way is better (lower, higher, or zero: the nearer to 0), the value it must reach, and how much
# worse than the baseline it may be (0.05: five per cent; none: not compared). A measure without a rule is reported and
# decides nothing.
THRESHOLDS = {
    "lse_d": {"better": "lower", "limit": 8.5, "regression": 0.05},
    "lse_c": {"better": "higher", "limit": 6.0, "regression": 0.05},
    "fid": {"better": "lower", "limit": 60.0, "regression": 0.10},
    "duration_error": {"better": "lower", "limit": 0.5},
}


class Better(TypedDict):
    """What every rule says."""

    better: Literal["lower", "higher", "zero"]


class Rule(Better, total=False):
    """The rule for one measure; without a limit, or without a regression, that is not looked at."""

    limit: float
    regression: float


class Verdict(NamedTuple):
    """Whether the clip passed, why not, and both in one line."""

    passed: bool
    reasons: list[str]
    verdict: str


@task(image=PYTHON, cpu="100m..500m", memory="64Mi..256Mi", timeout="5m")
def gate(
    metrics: dict,
    *,
    thresholds: dict = THRESHOLDS,
    baseline: str = "baseline.json",
    require_baseline: bool = True,
    assets: Workspace = Workspace(read_only=True),
    record: Workspace = Workspace(),
) -> Verdict:
    """Hold the measures against thresholds and against the last good run.

    The baseline is the `metrics.json` of the run that was last accepted, kept with the test assets. One better measure
    does not buy another worse one. A clip that fails stops the upload, not the run. For the very first run, without a
    baseline, set `require_baseline` to false.
    """
    path = assets / baseline  # not a File parameter: those must exist, and for a first run there is none
    before = read_baseline(path) if require_baseline or path.exists() else None
    checks = judge(metrics, thresholds, before)
    reasons = [check["reason"] for check in checks if check["reason"]]
    verdict = (
        "passed"
        if not reasons
        else f"stopped: {reasons[0]}" + (f" (and {len(reasons) - 1} more)" if reasons[1:] else "")
    )
    for check in checks:
        print(f"{'STOP' if check['reason'] else 'ok  '} {check['metric']}: {check['reason'] or check['value']}")
    print(verdict)
    told = {"passed": not reasons, "verdict": verdict, "checks": checks, "compared": before is not None}
    (record / "gate.json").write_text(json.dumps(told, indent=2), "utf-8")
    return Verdict(not reasons, reasons, verdict)


def judge(
    metrics: Mapping[str, Any], thresholds: Mapping[str, Any], baseline: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    """One check a rule: metric, value, limit, baseline, change, and the reason to stop ("" where there is none).

    `metrics` and `baseline` map a name to {"value": number or None, "method": text}; without a baseline (None) only the
    limits count. `change` is the share by which the value is worse than the baseline's; negative: better. Whatever
    can't be compared (missing, NaN, another method, an unknown rule) is a reason to stop.
    """
    return [judge_one(name, rule, metrics.get(name), baseline) for name, rule in thresholds.items()]


def judge_one(name: str, rule: Mapping[str, Any], metric: Any, baseline: Mapping[str, Any] | None) -> dict[str, Any]:
    """The check of one measure against its rule."""
    rule = rule if isinstance(rule, dict) else {}
    value, limit = number(metric), rule.get("limit")
    check = {"metric": name, "value": value, "limit": limit, "baseline": None, "change": None, "reason": ""}
    better = str(rule.get("better"))
    judged = {"lower": lambda x: x, "higher": lambda x: -x, "zero": abs}.get(better)  # less of this is better
    if judged is None:
        check["reason"] = f"{name}: its rule must say better: lower, higher or zero"
    elif value is None:
        check["reason"] = f"{name} is missing or not a number"
    elif any(rule.get(key) is not None and number(rule[key]) is None for key in ("limit", "regression")):
        check["reason"] = f"{name}: its rule must have numbers: limit, regression"
    elif limit is not None and not judged(value) <= judged(limit):
        side = {"lower": "above", "higher": "below", "zero": "further from 0 than"}[better]
        check["reason"] = f"{name}={value:g} is {side} the limit {limit:g}"
    if baseline is None or rule.get("regression") is None:
        return check

    before, allowed = number(baseline.get(name)), rule["regression"]
    check["baseline"] = before
    if check["reason"]:
        return check
    if before is None:
        check["reason"] = f"the baseline has no {name}"
    elif method(metric) != method(baseline[name]):
        check["reason"] = f"{name} was measured by {method(metric)}, the baseline by {method(baseline[name])}"
    else:
        worse = judged(value) - judged(before)
        change = worse / abs(before) if before else math.copysign(math.inf, worse) if worse else 0.0
        check["change"] = round(change, 4) + 0.0 if math.isfinite(change) else None
        if change > allowed + 1e-9:  # a float's last digit decides nothing
            by = f"{change:.1%} worse" if math.isfinite(change) else "worse"
            check["reason"] = f"{name}={value:g} is {by} than the baseline {before:g}; {allowed:.0%} is allowed"
    return check


def number(metric: Any) -> float | None:
    """The finite value of a measure, or None."""
    value = metric.get("value") if isinstance(metric, dict) else metric
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300
    return float(value) if good else None  # NaN compares as no less, too


def method(metric: Any) -> str:
    """How a measure was made."""
    return str(metric.get("method", "")) if isinstance(metric, dict) else ""


def read_baseline(path: Any) -> dict[str, Any]:
    """The measures of a `metrics.json`. Stops where it is missing or broken: no baseline, no check for regressions."""
    try:
        found = json.loads(path.read_text("utf-8"))["metrics"]
        return dict(found.items())
    except FileNotFoundError:
        raise SystemExit(
            f"error: there is no baseline {path.name}; for a first run set require_baseline=false"
        ) from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SystemExit(f"error: {path.name} is no metrics.json of a run ({type(error).__name__}: {error})") from None
