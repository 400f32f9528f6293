"""Waits for runs and says what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import Api, RefusedError, wait_for
from cases import Case
from outcome import outcome

V1 = "tekton.dev/v1"


def finished(api: Api, kind: str, name: str, namespace: str = "default", seconds: float = 900) -> dict[str, Any]:
    """The TaskRun or PipelineRun once it is done. Raises TimeoutError."""

    def done() -> dict[str, Any] | None:
        found: dict[str, Any] = api.get(V1, kind, name, namespace)
        return found if _done(found) else None

    result: dict[str, Any] = wait_for(f"{kind} {name} is done", done, seconds)
    return result


def run_by_name(api: Api, name: str, namespace: str = "default") -> dict[str, Any] | None:
    """The PipelineRun of that name; None where there is none."""
    try:
        found: dict[str, Any] = api.get(V1, "PipelineRun", name, namespace)
    except RefusedError as refused:
        if refused.code == 404:
            return None
        raise
    return found


def started(api: Api, name: str, namespace: str = "default", seconds: float = 900) -> dict[str, Any]:
    """The PipelineRun of that name once it is there. Raises TimeoutError."""
    found: dict[str, Any] = wait_for(f"run {name}", lambda: run_by_name(api, name, namespace), seconds)
    return found


def task_runs_of(api: Api, run: str, namespace: str = "default") -> list[dict[str, Any]]:
    """The TaskRuns of a PipelineRun."""
    query = f"?labelSelector=tekton.dev/pipelineRun%3D{run}"
    found: list[dict[str, Any]] = api.get(V1, "TaskRun", namespace=namespace, query=query)["items"]
    return found


def task_of(api: Api, run: str, task: str, namespace: str = "default") -> dict[str, Any] | None:
    """The TaskRun of a PipelineRun's task; None where there is none."""
    found = {each["metadata"]["labels"]["tekton.dev/pipelineTask"]: each for each in task_runs_of(api, run, namespace)}
    return found.get(task)


def completes(api: Api, run: str, namespace: str = "default", seconds: float = 900) -> dict[str, Any]:
    """The PipelineRun once it is done, and has succeeded. Raises TimeoutError."""
    done = finished(api, "PipelineRun", run, namespace, seconds)
    assert done["status"]["conditions"][0]["status"] == "True", done["status"]
    return done


def run_cases(api: Api, cases: list[Case], at_once: int = 12, seconds: float = 3600) -> dict[str, dict[str, Any]]:
    """The outcome of every case under the real controller, by name; never more than `at_once` run at a time."""
    for document in {id(each): each for case in cases for each in case.objects}.values():
        api.apply(document)
    waiting, running = list(cases), set()
    outcomes: dict[str, dict[str, Any]] = {}

    def step() -> bool:
        while waiting and len(running) < at_once:
            case = waiting.pop(0)
            try:
                api.create(case.run)
            except RefusedError as refused:
                # What admission refuses never runs: that is the outcome.
                outcomes[case.name] = {"refused": str(refused)}
            else:
                running.add(case.name)
        # Each by its name: all that ever ran here are megabytes to write and to read, twice a second.
        for name in sorted(running):
            found = api.get(V1, "PipelineRun", name)
            # A PipelineRun that runs out of time is over before its TaskRuns are.
            if _done(found) and all(map(_done, task_runs := task_runs_of(api, name))):
                running.discard(name)
                outcomes[name] = outcome(found, task_runs)
        return not waiting and not running

    try:
        wait_for("the cases are done", step, seconds, pause=0.5)
    except TimeoutError as late:
        raise TimeoutError(f"{late}; still running: {sorted(running)}") from late
    return outcomes


def _done(found: Mapping[str, Any]) -> bool:
    conditions = found.get("status", {}).get("conditions", [])
    return bool(conditions) and conditions[0]["status"] in ("True", "False")
