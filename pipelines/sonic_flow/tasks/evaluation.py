"""Measure a clip: the task `evaluate`. `SERVICE.md` says what it asks of the evaluator's service."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import NamedTuple

from flowdsl import File, Workspace, task
from sonic_flow.files import sha256, stop, write_json
from sonic_flow.measures import DEFINED_BY, Evaluation, Measure, Origin, left_out
from sonic_flow.media import clip_seconds, speech_seconds
from sonic_flow.services import post, service
from sonic_flow.tasks.inference import SHARED_MEMORY

REASON = 200  # characters of a reason that are kept


class Scores(NamedTuple):
    """The measures with their methods; those not made with the reason; what was measured on; the one read here."""

    metrics: dict[str, Measure]
    not_made: dict[str, str]
    inputs: dict[str, str]
    duration_error: float
    elapsed_seconds: float


@task(
    image="$(params.evaluator)",
    cpu="2..4",
    memory="4Gi..8Gi",
    timeout="20m",
    retries=1,
    env={"HOME": "/tmp"},
    volumes=[SHARED_MEMORY],
)
def evaluate(
    evaluator: str,
    video: File,
    portrait: File,
    speech: File,
    record: Workspace,
    *,
    run: str = "",
    revision: str = "",
    endpoint: str = "",
    module: str = "sonic.evaluator",
    startup_seconds: float = 600.0,
) -> Scores:
    """Measure the clip.

    LSE-D, LSE-C and FID come from the evaluator (its image, or `endpoint`); the duration error is read here, from the
    clip's own container. Measures of other methods are kept under their own names, never taken for LSE or FID. What is
    noted in the record, with `run` and the source's `revision`, can be the baseline of later runs as it is.
    """
    wanted = speech_seconds(speech)
    error = round(max(abs(seconds - wanted) for seconds in clip_seconds(video)), 3)
    answer, started = record / "evaluation.json", time.monotonic()  # the report shows more of it than the measures
    with service(endpoint, module, startup_seconds) as base:
        post(base + "/v1/evaluate", {"video": video, "portrait": portrait, "speech": speech}, {}, answer)
    elapsed = round(time.monotonic() - started, 3)
    metrics, not_made = read_answer(answer)
    metrics["duration_error"] = {"value": error, "method": "container"}
    not_made.pop("duration_error", None)
    inputs = {"portrait": sha256(portrait), "speech": sha256(speech)}
    told = Evaluation(
        metrics=metrics,
        not_made=not_made,
        origin=origin(record / "inference.json", run, revision, inputs),
        evaluator=evaluator,
        elapsed_seconds=elapsed,
    )
    write_json(record / "metrics.json", told)
    for name, metric in metrics.items():
        print(f"{name} = {metric['value']:g} ({metric['method']})")
    if not_made:
        print(f"not made: {left_out(not_made)}")
    return Scores(metrics, not_made, inputs, error, elapsed)


def origin(inference: Path, run: str, revision: str, inputs: dict[str, str]) -> Origin:
    """Where the clip comes from, by the note of the task that made it; unknown is what that does not say."""
    noted: dict[str, object] = json.loads(inference.read_text("utf-8")) if inference.exists() else {}
    used = noted.get("settings")
    return Origin(
        run=run,
        date=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        revision=revision,
        model=str(noted.get("model", "unknown")),
        service=str(noted.get("service", "unknown")),
        settings=used if isinstance(used, dict) else {},
        inputs=inputs,
    )


def read_answer(path: Path) -> tuple[dict[str, Measure], dict[str, str]]:
    """The evaluator's measures, and the reasons for those it did not make.

    A measure under LSE's or FID's name that another method made stops the task. One without a finite number is dropped
    with a word in the log: it has no reason that would excuse it, so the gate stops the clip where a rule asks for it.
    """
    try:
        answer = json.loads(path.read_text("utf-8"))
        values, methods = answer["metrics"], answer["methods"]
        finite = {name: float(v) for name, v in values.items() if v is not None and math.isfinite(v)}
        metrics = {name: Measure(value=value, method=str(methods[name])) for name, value in finite.items()}
        reasons = answer.get("not_made", {}).items()
        not_made = {name: " ".join(str(why).split())[:REASON] or "no reason given" for name, why in reasons}
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        stop(f"the evaluator's answer is no evaluation ({type(error).__name__}: {error}); see SERVICE.md")
    for name in values.keys() - finite.keys():
        print(f"warning: the evaluator gave no number for {name}: {values[name]}")
    for name, metric in metrics.items():
        network = DEFINED_BY.get(name, "")
        if not metric["method"].lower().startswith(network):
            stop(f"the evaluator measured {name} by {metric['method']!r}, but {name} is defined by {network}")
    if both := sorted(values.keys() & not_made.keys()):
        stop(f"the evaluator says of {', '.join(both)} that it was made and that it was not")
    return metrics, not_made
