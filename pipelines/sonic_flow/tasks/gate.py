"""Decide whether a clip is good enough to be published: the task `gate`. Its rule is `sonic_flow.judging.judge`."""

from __future__ import annotations

from typing import NamedTuple

from flowdsl import Workspace, task
from sonic_flow.baseline import read_baseline, short
from sonic_flow.files import stop, write_json
from sonic_flow.judging import judge
from sonic_flow.measures import Limit, Measure, Thresholds, left_out  # noqa: F401 - Limit: of Thresholds
from sonic_flow.rating.noted import OFF, noted
from sonic_flow.settings import PYTHON


class Verdict(NamedTuple):
    """How far the worst measure is beyond its limit and beyond the baseline, as shares; why not, and all in a line.

    0: no measure is; NaN: one of them could not be judged, and NaN passes no gate.
    """

    beyond_limit: float
    beyond_baseline: float
    reasons: list[str]
    verdict: str


@task(image=PYTHON, cpu="100m..500m", memory="64Mi..256Mi", timeout="5m")
def gate(
    metrics: dict[str, Measure],
    not_made: dict[str, str],
    inputs: dict[str, str],
    heard: dict[str, Measure] = {},  # noqa: B006 - a default as Tekton knows it
    not_heard: dict[str, str] = {},  # noqa: B006
    *,
    thresholds: Thresholds = Thresholds(),
    baseline: str = "baseline.json",
    require_baseline: bool = True,
    rating: str = OFF,
    assets: Workspace = Workspace(read_only=True),
    record: Workspace = Workspace(),
) -> Verdict:
    """Hold the measures against thresholds and against the last good run.

    The baseline is the `metrics.json` of the run that was last accepted: that of the champion, where the task of that
    name has noted one, else the one kept with the test assets. One better measure does not buy another worse one. A
    clip that fails stops the upload, not the run. For the very first run, without a baseline, set `require_baseline` to
    false. `inputs` has the SHA-256 of what the clip was made from: a baseline that was measured on other files is
    refused, or without `require_baseline` left out. `rating` says whether
    people were asked (`off`: they were not): then what they said is among the measures.
    `heard` and `not_heard` are measures and reasons of `transcribe`, judged beside the evaluator's.
    """
    # Not a File parameter: those must exist, and for a first run there is none.
    path = record / "champion.json" if (record / "champion.json").exists() else assets / baseline
    before = read_baseline(path) if require_baseline or path.exists() else None
    if before is not None and (other := before.other_inputs(inputs)):
        if require_baseline:
            stop(f"{path.name} {other}; record one on these files, or set require_baseline=false")
        print(f"warning: {path.name} {other}: it is left out")
        before = None
    asked = rating != OFF
    found = {**metrics, **heard, **noted(record, asked=asked)}
    judged = judge(found, thresholds.rules(people=asked), before, {**not_made, **not_heard})
    reasons = judged.reasons
    more = f" (and {len(reasons) - 1} more)" if reasons[1:] else ""
    verdict = f"stopped: {reasons[0]}{more}" if reasons else "passed"
    if inputs:
        print(f"assets: {', '.join(f'{name} {short(digest)}' for name, digest in inputs.items())}")
    print(f"baseline: {before.told() if before else 'none, only limits count'}")
    for check in judged.checks:
        told = check["reason"] or f"{check['value']:g}" + (f", {check['difference']}" if check["difference"] else "")
        print(f"{'STOP' if check['reason'] else 'ok  '} {check['metric']}: {told}")
    if judged.not_made:
        print(f"not made: {left_out(judged.not_made)}")
    print(verdict)
    notes: dict[str, object] = {
        "passed": not reasons,
        "verdict": verdict,
        "checks": judged.checks,
        "not_made": judged.not_made,
    }
    notes["assets"] = inputs
    known = {"origin": before.origin, "told": before.told()} if before else None
    write_json(record / "gate.json", {**notes, "baseline": known})
    return Verdict(judged.beyond_limit, judged.beyond_baseline, reasons, verdict)
