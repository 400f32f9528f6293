"""The TaskRun's status, field by field as Tekton's controller writes it (pkg/pod/status.go)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from flowdsl.kinds.labels import ON_ERROR
from flowdsl.runner.taskrun import results as made
from flowdsl.runner.taskrun.provenance import merge_artifacts, parse_artifacts
from flowdsl.runner.taskrun.sidecars import Sidecar
from flowdsl.runner.taskrun.step import Outcome

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


def stamp(moment: datetime) -> str:
    """A time as Kubernetes writes it: whole seconds, UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def condition(status: str, reason: str, message: str, moment: datetime) -> shapes.Condition:
    """The condition `Succeeded`."""
    return {
        "type": "Succeeded",
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": stamp(moment),
    }


def step_state(outcome: Outcome, results: list[shapes.TaskRunResult]) -> shapes.StepState:
    """One of `status.steps`."""
    parsed = outcome.message.parsed()
    shown = [one for one in parsed if one["type"] != made.INTERNAL]
    terminated: shapes.ContainerStateTerminated = {
        "exitCode": outcome.exit_code if outcome.passed_over is None else outcome.passed_over,
        "reason": outcome.state_reason,
        "startedAt": stamp(outcome.started),
        "finishedAt": stamp(outcome.finished),
    }
    if shown:
        terminated["message"] = made.go_json(shown)
    state: shapes.StepState = {
        "name": outcome.ready.name,
        "container": outcome.ready.container,
        "terminated": terminated,
        "terminationReason": outcome.reason,
    }
    if results:
        state["results"] = results
    for one in parsed:
        if one["type"] == made.STEP_ARTIFACTS:
            told = parse_artifacts(one["value"])
            if "inputs" in told:
                state["inputs"] = told["inputs"]
            if "outputs" in told:
                state["outputs"] = told["outputs"]
    return state


def ended_with_pod(
    name: str, container: str, pod: str, reason: str, started: datetime, end: datetime
) -> shapes.StepState:
    """A step that was running or waiting when its TaskRun was cancelled or ran out of time."""
    return {
        "name": name,
        "container": container,
        "terminated": {
            "exitCode": 1,
            "reason": reason,
            "startedAt": stamp(started),
            "finishedAt": stamp(end),
            "message": f"Step {name} terminated as pod {pod} is terminated",
        },
        "terminationReason": reason,
    }


def sidecar_state(sidecar: Sidecar) -> shapes.SidecarState:
    """One of `status.sidecars`."""
    assert sidecar.ended is not None
    assert sidecar.finished is not None
    reason = "Completed" if sidecar.stopped or sidecar.exit_code == 0 else "Error"
    terminated: shapes.ContainerStateTerminated = {
        "exitCode": sidecar.exit_code,
        "reason": "StartError" if sidecar.ended.problem else reason,
        "startedAt": stamp(sidecar.started),
        "finishedAt": stamp(sidecar.finished),
    }
    if sidecar.stopped:
        terminated["message"] = "Sidecar container successfully stopped by nop image"
    elif sidecar.ended.problem:
        terminated["message"] = sidecar.ended.problem
    return {"name": sidecar.ready.name, "container": sidecar.ready.container, "terminated": terminated}


def failure(outcomes: Sequence[Outcome], sidecars: Sequence[Sidecar]) -> tuple[str, str] | None:
    """Why a pod that ended by itself failed: reason and message, None where it didn't.

    A sidecar that failed makes the pod fail only where all of them have ended by the time the steps have; then it is
    named before any step, as the likely cause.
    """
    failed = next((one for one in outcomes if one.exit_code != 0), None)
    crashed = next((one for one in sidecars if not one.stopped and one.exit_code != 0), None)
    if failed is None and (crashed is None or any(one.stopped for one in sidecars)):
        return None
    if crashed is not None:
        reason = "StartError" if crashed.ended and crashed.ended.problem else "Error"
        return "SidecarFailed", f'"{crashed.ready.container}" exited with code {crashed.exit_code}: {reason}'
    assert failed is not None
    if failed.reason == "TimeoutExceeded":
        text = f'"{failed.ready.container}" exited because the step exceeded the specified timeout limit'
        return "StepFailed", text
    return "StepFailed", f'"{failed.ready.container}" exited with code {failed.exit_code}: {failed.state_reason}'


def finished(
    outcomes: Sequence[Outcome],
    sidecars: Sequence[Sidecar],
    declared: Sequence[shapes.TaskResult],
    annotations: Mapping[str, str],
    end: datetime,
) -> shapes.TaskRunStatus:
    """The status of a pod whose steps have all ended by themselves."""
    steps: list[shapes.StepState] = []
    collected: list[shapes.TaskRunResult] = []
    task_artifacts: shapes.Artifacts = {}
    for outcome in outcomes:
        parsed = outcome.message.parsed()
        own = made.taken(parsed, made.STEP_RESULT, outcome.ready.step.get("results") or ())
        collected += made.taken(parsed, made.TASK_RESULT, declared)
        collected += made.from_steps(outcome.ready.name, own, declared)
        steps.append(step_state(outcome, own))
        for one in parsed:
            if one["type"] in {made.TASK_ARTIFACTS, made.STEP_ARTIFACTS}:
                merge_artifacts(task_artifacts, parse_artifacts(one["value"]))
    unique = {one["name"]: one for one in collected}
    results, problem = made.check_results(list(unique.values()), declared)
    failed = failure(outcomes, sidecars)
    if problem:
        verdict = condition("False", "TaskRunValidationFailed", problem, end)
    elif failed is not None:
        reason = "FailureIgnored" if annotations.get(ON_ERROR) == "continue" else failed[0]
        verdict = condition("False", reason, failed[1], end)
    else:
        verdict = condition("True", "Succeeded", "All Steps have completed executing", end)
    status: shapes.TaskRunStatus = {"conditions": [verdict], "steps": steps}
    if results:
        status["results"] = results
    if task_artifacts:
        status["artifacts"] = task_artifacts
    return status
