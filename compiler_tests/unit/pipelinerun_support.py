"""A TaskRunner without processes, and small PipelineRuns for tests of the PipelineRun's half of the runner."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flowdsl.machine.catalogue import Catalogue
from flowdsl.runner.contract import Cluster, Observer, Stop, TaskRunWork
from flowdsl.runner.masking import Masker
from flowdsl.runner.pipelinerun.budget import Resources
from flowdsl.runner.pipelinerun.engine import Engine, Settings
from flowdsl.runner.pipelinerun.record import Forgetful
from flowdsl.view.events import Event

Does = Callable[[TaskRunWork, Stop], "Mapping[str, Any] | None"]


def ended(status: str = "True", reason: str = "Succeeded", message: str = "done", **results: Any) -> dict[str, Any]:
    """The status of a TaskRun that is over."""
    found = [{"name": name, "type": kind(value), "value": value} for name, value in results.items()]
    condition = {"type": "Succeeded", "status": status, "reason": reason, "message": message}
    return {"conditions": [condition], **({"results": found} if found else {})}


def kind(value: Any) -> str:
    return "array" if isinstance(value, list) else "object" if isinstance(value, dict) else "string"


def failed(message: str = "it broke", **results: Any) -> dict[str, Any]:
    return ended("False", "Failed", message, **results)


class FakeTaskRunner:
    """Does what a test says by the name of the pipeline task: a status, or a function that gives one."""

    def __init__(self, does: Mapping[str, Any] | None = None) -> None:
        self.does = dict(does or {})
        self.seen: list[str] = []
        self.works: dict[str, TaskRunWork] = {}
        self.order: list[str] = []
        self._lock = threading.Lock()

    def run(self, work: TaskRunWork, cluster: Cluster, observer: Observer, stop: Stop) -> dict[str, Any]:
        metadata = work.task_run["metadata"]
        task = metadata["labels"]["tekton.dev/pipelineTask"]
        with self._lock:
            self.seen.append(task)
            self.works[metadata["name"]] = work
        observer.attempt(metadata["name"], 0)
        found = self.does.get(task)
        status = found(work, stop) if callable(found) else found
        with self._lock:
            self.order.append(task)
        return dict(status) if status is not None else ended()

    def params(self, run: str) -> dict[str, Any]:
        """The params a TaskRun got."""
        return {param["name"]: param["value"] for param in self.works[run].task_run["spec"].get("params") or ()}


def wait_for_stop(work: TaskRunWork, stop: Stop) -> dict[str, Any]:
    """Runs until it is asked to stop."""
    assert stop.wait(30), "nobody asked it to stop"
    return ended("False", stop.reason, stop.message)


class NoCluster:
    """A machine without anything."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.masker = Masker()

    def claim(self, name: str) -> Path:
        path = self.root / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def secret(self, name: str) -> Mapping[str, bytes]:
        if name == "token":
            return {"key": b"hunter2"}
        raise LookupError(f'secret "{name}" not found')

    def config_map(self, name: str) -> Mapping[str, bytes]:
        if name == "settings":
            return {"a.txt": b"A", "b.txt": b"B"}
        raise LookupError(f'configmap "{name}" not found')

    def step_action(self, reference: Mapping[str, Any]) -> Mapping[str, Any]:
        raise LookupError("none")


def task(name: str, *, results: tuple[str, ...] = (), **fields: Any) -> dict[str, Any]:
    """A pipeline task with an embedded Task; `r[]` and `r{}` are results of another type."""
    params = [{"name": param["name"], "type": kind(param["value"])} for param in fields.get("params", ())]
    matrix = fields.get("matrix") or {}
    fanned = {param["name"] for param in matrix.get("params", ())}
    fanned |= {param["name"] for each in matrix.get("include", ()) for param in each.get("params", ())}
    params += [{"name": each, "type": "string"} for each in sorted(fanned)]
    declared = [{"name": each.rstrip("[]{}"), "type": _result_type(each)} for each in results]
    spec = {"steps": [{"name": "s", "image": "i"}], "params": fields.pop("declares", params), "results": declared}
    return {"name": name, "taskSpec": spec | fields.pop("spec", {}), **fields}


def _result_type(name: str) -> str:
    return "array" if name.endswith("[]") else "object" if name.endswith("{}") else "string"


def give(**params: Any) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in params.items()]


def when(value: str, *values: str, operator: str = "in") -> list[dict[str, Any]]:
    return [{"input": value, "operator": operator, "values": list(values)}]


def pipeline_run(*tasks: dict[str, Any], final: list[dict[str, Any]] | None = None, **spec: Any) -> dict[str, Any]:
    """A PipelineRun `run` with an embedded pipeline; what the pipeline takes is `declares`, `workspaces_`, `results`."""
    inner = {
        "tasks": list(tasks),
        "finally": final or [],
        "params": spec.pop("declares", []),
        "workspaces": spec.pop("spaces", []),
        "results": spec.pop("results", []),
    }
    metadata = {"name": "run", "namespace": "default", "uid": "uid-1", **spec.pop("metadata", {})}
    return {"metadata": metadata, "spec": {"pipelineSpec": {k: v for k, v in inner.items() if v}, **spec}}


class Played:
    """A run that was played: its status, who ran, what was told."""

    def __init__(
        self, document: dict[str, Any], runner: FakeTaskRunner, events: list[Event], record: Forgetful
    ) -> None:
        self.document, self.runner, self.events, self.record = document, runner, events, record
        self.status = document["status"]
        self.condition = self.status["conditions"][0]
        self.reason = self.condition["reason"]
        self.message = self.condition["message"]
        self.skipped = {each["name"]: each["reason"] for each in self.status.get("skippedTasks", ())}
        self.children = [each["name"] for each in self.status.get("childReferences", ())]
        self.results = {each["name"]: each["value"] for each in self.status.get("results", ())}


def engine_for(
    document: dict[str, Any],
    runner: Any,
    root: Path,
    documents: tuple[dict[str, Any], ...] = (),
    events: list[Event] | None = None,
    slots: int = 8,
    room: Resources | None = None,
) -> Engine:
    told = [] if events is None else events
    settings = Settings(slots, room or Resources(8.0, 2.0**40, 0.0))
    return Engine(document, Catalogue.of(documents), runner, NoCluster(root), Forgetful(root), told.append, settings)


def play(
    document: dict[str, Any],
    does: Mapping[str, Any] | None = None,
    root: Path = Path("/nowhere"),
    documents: tuple[dict[str, Any], ...] = (),
    **options: Any,
) -> Played:
    """Run it with a fake TaskRunner."""
    runner, events = FakeTaskRunner(does), []
    engine = engine_for(document, runner, root, documents, events, **options)
    finished = engine.run()
    return Played(finished, runner, events, engine._recorder)  # type: ignore[arg-type]
