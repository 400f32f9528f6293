"""What the tests of the runner's TaskRun half share: a cluster in memory, an observer that remembers, one TaskRun."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from flowdsl.kinds.status import TaskRunStatus
from flowdsl.runner.contract import BoundWorkspace, Stop, TaskRunWork
from flowdsl.runner.masking import Masker


class FakeCluster:
    def __init__(self) -> None:
        self.secrets: dict[str, dict[str, bytes]] = {}
        self.config_maps: dict[str, dict[str, bytes]] = {}
        self.claims: dict[str, Path] = {}
        self.step_actions: dict[str, dict[str, Any]] = {}

    @property
    def masker(self) -> Masker:
        return Masker(value for data in self.secrets.values() for value in data.values())

    def claim(self, name: str) -> Path:
        return self.claims[name]

    def secret(self, name: str) -> Mapping[str, bytes]:
        return self.secrets[name]

    def config_map(self, name: str) -> Mapping[str, bytes]:
        return self.config_maps[name]

    def step_action(self, reference: Mapping[str, Any]) -> Mapping[str, Any]:
        return self.step_actions[reference["name"]]


class Watcher:
    def __init__(self) -> None:
        self.events: list[tuple[Any, ...]] = []
        self.lines: list[str] = []
        self.on_line = lambda text: None
        self.started = threading.Event()

    def step_started(self, task_run: str, step: str) -> None:
        self.events.append(("started", step))
        self.started.set()

    def step_finished(self, task_run: str, step: str, exit_code: int, reason: str) -> None:
        self.events.append(("finished", step, exit_code, reason))

    def line(self, task_run: str, step: str, text: str) -> None:
        self.lines.append(text)
        self.on_line(text)

    def attempt(self, task_run: str, number: int) -> None:
        self.events.append(("attempt", number))


class Bench:
    """Runs TaskSpecs and keeps what they gave."""

    def __init__(self, runner: Any, folder: Path) -> None:
        self.runner = runner
        self.folder = folder
        self.cluster = FakeCluster()
        self.watcher = Watcher()
        self.stop = Stop()
        self.count = 0
        self.last = folder

    def run(
        self,
        spec: dict[str, Any],
        params: dict[str, Any] | None = None,
        workspaces: dict[str, Path] | None = None,
        read_only: bool = False,
        meta: dict[str, Any] | None = None,
        bound: Sequence[BoundWorkspace] = (),
        **run: Any,
    ) -> dict[str, Any]:
        self.count += 1
        self.last = self.folder / f"run-{self.count}"
        self.last.mkdir()
        bound = list(bound)
        for name, path in (workspaces or {}).items():
            path.mkdir(exist_ok=True, parents=True)
            bound.append(BoundWorkspace(name, path, read_only, f"ws-{name}"))
        task_run = {
            "apiVersion": "tekton.dev/v1",
            "kind": "TaskRun",
            "metadata": {"name": "run-a", "namespace": "ns", "uid": "u-1", **(meta or {})},
            "spec": {
                "taskSpec": spec,
                "params": [{"name": name, "value": value} for name, value in (params or {}).items()],
                **run,
            },
        }
        work = TaskRunWork(task_run, "task-a", tuple(bound), self.last)
        status = dict(self.runner.run(work, self.cluster, self.watcher, self.stop))
        # Closed models: a field that Tekton's status does not have is refused.
        TaskRunStatus.model_validate(json.loads(json.dumps(status)))
        return status

    def script(self, text: str, **more: Any) -> dict[str, Any]:
        return self.run({"steps": [{"name": "main", "image": "any", "script": text}], **more})

    def log(self, step: str = "main") -> str:
        return (self.last / f"{step}.log").read_text(encoding="utf-8", errors="replace")


def verdict(status: dict[str, Any]) -> tuple[str, str]:
    condition = status["conditions"][0]
    return condition["status"], condition["reason"]


def message(status: dict[str, Any]) -> str:
    return str(status["conditions"][0]["message"])


def results(status: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one["value"] for one in status.get("results", ())}


def processes_with(mark: str) -> list[int]:
    """The processes that have a text in their command line or environment."""
    return list(_processes_with(mark.encode()))


def _processes_with(mark: bytes) -> Iterator[int]:
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            try:
                seen = Path(f"/proc/{name}/cmdline").read_bytes() + Path(f"/proc/{name}/environ").read_bytes()
                state = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if mark in seen and state != "Z":
                yield int(name)


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def wait_gone(mark: str, seconds: float = 10.0) -> list[int]:
    """The processes with a mark that are still there when the time is over."""
    end = time.monotonic() + seconds
    while (left := processes_with(mark)) and time.monotonic() < end:
        time.sleep(0.05)
    return left
