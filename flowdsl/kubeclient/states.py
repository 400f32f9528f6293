"""PipelineRun and TaskRuns to the events of a view."""

from __future__ import annotations

import time
from collections.abc import Iterator

from flowdsl.kinds import labels
from flowdsl.kubeclient.logs import Source
from flowdsl.kubeclient.objects import Object, PipelineSpec
from flowdsl.kubeclient.shapes import seconds
from flowdsl.view import TaskChanged, TaskInfo
from flowdsl.view.events import CANCELLED, FAILED, IGNORED, QUEUED, RUNNING, SKIPPED, SUCCEEDED, condition

_CANCELLED = ("TaskRunCancelled", "TaskRunSpecCancelled", "Cancelled")


def seconds_of(text: str | None) -> float:
    """A time of Kubernetes in seconds since the epoch; now where there is none."""
    if not text:
        return time.time()
    return seconds(text)


def spec_of(run: Object) -> PipelineSpec:
    """The pipeline as the run has resolved it, or as it is embedded; empty before that."""
    status, spec = run.get("status") or {}, run.get("spec") or {}
    return status.get("pipelineSpec") or spec.get("pipelineSpec") or {}


def tasks_of(spec: PipelineSpec) -> tuple[TaskInfo, ...]:
    """The tasks of a pipeline in its order, finally last."""
    groups = ((spec.get("tasks") or (), False), (spec.get("finally") or (), True))
    return tuple(
        TaskInfo(each["name"], str(each.get("displayName") or ""), final) for group, final in groups for each in group
    )


def is_over(run: Object) -> bool:
    """Whether a run, of a pipeline or a task, has ended."""
    return condition(run).get("status") in ("True", "False")


def task_of(task_run: Object) -> str:
    """The name that a TaskRun's task has in its pipeline."""
    metadata = task_run["metadata"]
    return str((metadata.get("labels") or {}).get(labels.PIPELINE_TASK) or metadata["name"])


def change_of(task_run: Object, tolerant: frozenset[str]) -> TaskChanged:
    """The state of a TaskRun; `tolerant` are the tasks with `onError: continue`."""
    status = task_run.get("status") or {}
    found = condition(task_run)
    reason, message = str(found.get("reason", "")), str(found.get("message", ""))
    task, name = task_of(task_run), str(task_run["metadata"]["name"])
    attempt = len(status.get("retriesStatus") or ())
    if is_over(task_run):
        state = SUCCEEDED
        if found.get("status") == "False":
            state = CANCELLED if reason in _CANCELLED else IGNORED if task in tolerant else FAILED
        shown = ("", "") if state == SUCCEEDED else (reason, message)
        return TaskChanged(task, state, name, *shown, attempt, time=seconds_of(status.get("completionTime")))
    up = next((each["name"] for each in status.get("steps") or () if "running" in each), "")
    state = RUNNING if up or reason == "Running" else QUEUED
    shown = (reason, message) if state == QUEUED and reason == "Pending" else ("", "")
    return TaskChanged(task, state, name, *shown, attempt, up, time=seconds_of(status.get("startTime")))


def skips_of(run: Object) -> Iterator[TaskChanged]:
    """The tasks that a PipelineRun left out."""
    for each in (run.get("status") or {}).get("skippedTasks") or ():
        yield TaskChanged(each["name"], SKIPPED, reason=str(each.get("reason", "")))


def sources_of(task_run: Object) -> Iterator[Source]:
    """The containers of a TaskRun that have begun, those of earlier attempts first."""
    task, name = task_of(task_run), str(task_run["metadata"]["name"])
    status = task_run.get("status") or {}
    for each in (*(status.get("retriesStatus") or ()), status):
        pod = each.get("podName")
        for step in each.get("steps") or ():
            # What never started (skipped, or the image did not come) has no log.
            began = "running" in step or (step.get("terminated") or {}).get("startedAt")
            if pod and step.get("container") and began:
                yield Source(task, name, step["name"], pod, step["container"])
