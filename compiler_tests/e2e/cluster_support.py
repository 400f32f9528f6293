"""Documents, a person at a command line, and the life of a run on the fake API server."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from fake_api import FakeApi

from flowdsl.cli import main

TEKTON = "/apis/tekton.dev/v1/namespaces/ml"
STEP = {"name": "main", "image": "busybox", "script": "true\n"}


def task(name: str, **step: str) -> dict:
    return {
        "apiVersion": "tekton.dev/v1",
        "kind": "Task",
        "metadata": {"name": name},
        "spec": {"steps": [{**STEP, **step}]},
    }


def pipeline(name: str, *tasks: str) -> dict:
    spec = {"tasks": [{"name": each, "taskRef": {"name": each, "kind": "Task"}} for each in tasks]}
    return {"apiVersion": "tekton.dev/v1", "kind": "Pipeline", "metadata": {"name": name}, "spec": spec}


def run_of(name: str, **spec: object) -> dict:
    return {
        "apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "metadata": {"generateName": f"{name}-"},
        "spec": {"pipelineRef": {"name": name}, **spec},
    }  # fmt: skip


class Person:
    """Somebody at a command line."""

    def __init__(self, api: FakeApi, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.api, self.folder, self.capsys = api, folder, capsys
        self.config = api.kubeconfig(folder)

    def file(self, *documents: dict) -> str:
        path = self.folder / "flow.yaml"
        path.write_text(yaml.safe_dump_all(documents))
        return str(path)

    def types(self, *words: str, kubeconfig: Path | None = None, timeout: str = "5") -> tuple[int, str, str]:
        code = main([*words, "--kubeconfig", str(kubeconfig or self.config), "--timeout", timeout])
        out, err = self.capsys.readouterr()
        return code, out, err


SPEC = {"tasks": [{"name": "a", "taskRef": {"name": "a"}}]}


def condition(status: str, reason: str) -> list[dict]:
    return [{"type": "Succeeded", "status": status, "reason": reason, "message": f"it is {reason}"}]


def start(api: FakeApi, name: str) -> None:
    run = {**run_of("flow"), "metadata": {"name": name, "labels": {"tekton.dev/pipeline": "flow"}}}
    run["status"] = {"conditions": condition("Unknown", "Running"), "pipelineSpec": SPEC}
    api.put(f"{TEKTON}/pipelineruns/{name}", run)
    api.put("/api/v1/namespaces/ml/pods/pod", {"kind": "Pod", "metadata": {"name": "pod"}, "status": {}})


def task_state(api: FakeApi, run: str, status: str, reason: str, **step: object) -> None:
    labels = {"tekton.dev/pipelineRun": run, "tekton.dev/pipelineTask": "a"}
    steps = [{"name": "main", "container": "step-main", **step}]
    state = {
        "conditions": condition(status, reason),
        "podName": "pod",
        "steps": steps,
        "startTime": "2026-01-01T00:00:00Z",
    }
    item = {"kind": "TaskRun", "metadata": {"name": f"{run}-a", "labels": labels}, "spec": {}, "status": state}
    api.put(f"{TEKTON}/taskruns/{run}-a", item)


def end(api: FakeApi, run: str, status: str, reason: str) -> None:
    task_state(api, run, status, reason, terminated={"startedAt": "2026-01-01T00:00:00Z", "exitCode": 0})
    item = copy.deepcopy(api.objects[f"{TEKTON}/pipelineruns/{run}"])
    item["status"]["conditions"] = condition(status, reason)
    api.put(f"{TEKTON}/pipelineruns/{run}", item)


def until(api: FakeApi, *parts: str) -> None:
    """Wait until a request came whose path has all the parts; it fails the test's command if none ever does."""
    for _ in range(500):
        if any(all(part in path for part in parts) for _, path in list(api.requests)):
            return
        threading.Event().wait(0.02)


def through(api: FakeApi, trouble: Callable[[], object]) -> None:
    """The life of a run, with some trouble in the middle."""
    until(api, "taskruns", "watch=1")
    task_state(api, "r", "Unknown", "Running", running={"startedAt": "2026-01-01T00:00:00Z"})
    until(api, "/pods/pod/log")
    for number in range(3):
        api.log("pod", "step-main", "2026-01-01T00:00:01.5Z", f"early {number}")
    api.requests.clear()
    trouble()
    until(api, "taskruns", "watch=1")
    until(api, "/pods/pod/log")
    api.log("pod", "step-main", "2026-01-01T00:00:01.5Z", "of the same moment")
    api.log("pod", "step-main", "2026-01-01T00:00:02Z", "late")
    api.end_log("pod", "step-main")
    end(api, "r", "True", "Succeeded")


def restart(api: FakeApi) -> None:
    api.stop()
    threading.Event().wait(0.6)
    api.start()
