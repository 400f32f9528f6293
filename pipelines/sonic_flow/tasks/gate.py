"""Decide whether a clip is good enough to be published: the task `gate`. Its rule is `sonic_flow.judging.judge`."""

from __future__ import annotations

from typing import NamedTuple

from flowdsl import Workspace, task
from sonic_flow.baseline import read_baseline
from sonic_flow.files import write_json
from sonic_flow.judging import judge
from sonic_flow.measures import THRESHOLDS, Measure, Rule, left_out
from sonic_flow.settings import PYTHON


class Verdict(NamedTuple):
    """Whether the clip passed, why not, and both in one line."""

    passed: bool
    reasons: list[str]
    verdict: str


@task(image=PYTHON, cpu="100m..500m", memory="64Mi..256Mi", timeout="5m")
def gate(
    metrics: dict[str, Measure],
    not_made: dict[str, str],
    *,
    thresholds: dict[str, Rule] = THRESHOLDS,
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
    judged = judge(metrics, thresholds, before, not_made)
    reasons = judged.reasons
    more = f" (and {len(reasons) - 1} more)" if reasons[1:] else ""
    verdict = f"stopped: {reasons[0]}{more}" if reasons else "passed"
    print(f"baseline: {before.told() if before else 'none, only limits count'}")
    for check in judged.checks:
        told = check["reason"] or f"{check['value']:g}" + (f", {check['difference']}" if check["difference"] else "")
        print(f"{'STOP' if check['reason'] else 'ok  '} {check['metric']}: {told}")
    if judged.not_made:
        print(f"not made: {left_out(judged.not_made)}")
    print(verdict)
    notes = {"passed": not reasons, "verdict": verdict, "checks": judged.checks, "not_made": judged.not_made}
    known = {"origin": before.origin, "told": before.told()} if before else None
    write_json(record / "gate.json", {**notes, "baseline": known})
    return Verdict(not reasons, reasons, verdict)
