"""What came of a PipelineRun, in a form that says the same whoever ran it: Tekton's controller or our local runner.

Left out is what differs from run to run or from place to place: names of objects, times, images, texts of messages (but
for the tally that ends a PipelineRun, which is semantics).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_TALLY = re.compile(r"Tasks Completed: .*")


def outcome(run: Mapping[str, Any], task_runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The neutral form of a finished PipelineRun and its TaskRuns, all as Tekton's v1 objects."""
    status = run["status"]
    condition = _condition(status)
    tally = _TALLY.search(condition.get("message", ""))
    return {
        "status": condition["status"],
        "reason": condition["reason"],
        "tally": tally.group(0) if tally else "",
        "results": {each["name"]: each["value"] for each in status.get("results", ())},
        "skipped": {each["name"]: each["reason"] for each in status.get("skippedTasks", ())},
        "tasks": _tasks(run, task_runs),
    }


def _tasks(run: Mapping[str, Any], task_runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    by_task: dict[str, list[Mapping[str, Any]]] = {}
    for task_run in task_runs:
        by_task.setdefault(task_run["metadata"]["labels"]["tekton.dev/pipelineTask"], []).append(task_run)
    matrixed = {task["name"] for task in _pipeline_tasks(run) if task.get("matrix")}
    found = {}
    for task, runs in sorted(by_task.items()):
        if task not in matrixed:
            (only,) = runs
            found[task] = _task_run(only)
            continue
        # Which combination gets which number is the name's ending; its length decides before its digits do.
        ordered = sorted(runs, key=lambda each: (len(each["metadata"]["name"]), each["metadata"]["name"]))
        found |= {f"{task}[{number}]": _task_run(each) for number, each in enumerate(ordered)}
    return found


def _pipeline_tasks(run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    spec = run["status"].get("pipelineSpec", {})
    return [*spec.get("tasks", ()), *spec.get("finally", ())]


def _task_run(task_run: Mapping[str, Any]) -> dict[str, Any]:
    status = task_run["status"]
    condition = _condition(status)
    return {
        "status": condition["status"],
        "reason": condition["reason"],
        "params": {each["name"]: each["value"] for each in task_run["spec"].get("params", ())},
        "results": {each["name"]: each["value"] for each in status.get("results", ())},
        "attempts": 1 + len(status.get("retriesStatus", ())),
        "steps": [_step(each) for each in status.get("steps", ())],
    }


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    ended = step.get("terminated", {})
    return {
        "name": step["name"],
        "exit": ended.get("exitCode"),
        "reason": ended.get("reason", ""),
        "ended": step.get("terminationReason", ""),
        "results": {each["name"]: each["value"] for each in step.get("results", ())},
    }


def _condition(status: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(each for each in status["conditions"] if each["type"] == "Succeeded")
    return found
