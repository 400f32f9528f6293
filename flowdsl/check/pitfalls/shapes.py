"""The parts of a document that the pitfalls look at, found once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowdsl.check.findings import Path
from flowdsl.diagnostics.frozen import frozen
from flowdsl.kinds.base import Model
from flowdsl.kinds.pipelines import EmbeddedTask, Pipeline, PipelineSpec, PipelineTask
from flowdsl.kinds.runs import PipelineRun, TaskRun
from flowdsl.kinds.tasks import Sidecar, Step, StepTemplate, Task, TaskSpec

_PARAM = re.compile(r"\$\((?:inputs\.)?params(?:\.([\w.-]+)|\[\"([^\"]+)\"\]|\['([^']+)'\])")
_WORKSPACE = re.compile(r"workspaces\.([\w-]+)")


@frozen
class SpecAt:
    """A task's spec with its path, and the pipeline's task it is embedded in, if any."""

    spec: TaskSpec | EmbeddedTask
    path: Path
    task: PipelineTask | None = None


@frozen
class PipelineAt:
    """A pipeline's spec with its path."""

    spec: PipelineSpec
    path: Path

    def tasks(self) -> Iterator[tuple[Path, PipelineTask]]:
        """Every task, those of finally too."""
        for section, tasks in (("tasks", self.spec.tasks), ("finally", self.spec.finally_)):
            for index, task in enumerate(tasks or ()):
                yield (*self.path, section, index), task


def pipeline_of(document: Model | None) -> PipelineAt | None:
    """The pipeline that a document holds."""
    if isinstance(document, Pipeline) and document.spec:
        return PipelineAt(document.spec, ("spec",))
    if isinstance(document, PipelineRun) and document.spec and document.spec.pipelineSpec:
        return PipelineAt(document.spec.pipelineSpec, ("spec", "pipelineSpec"))
    return None


def task_specs(document: Model | None) -> Iterator[SpecAt]:
    """Every task's spec in a document."""
    if isinstance(document, Task) and document.spec:
        yield SpecAt(document.spec, ("spec",))
    elif isinstance(document, TaskRun) and document.spec and document.spec.taskSpec:
        yield SpecAt(document.spec.taskSpec, ("spec", "taskSpec"))
    pipeline = pipeline_of(document)
    for path, task in pipeline.tasks() if pipeline else ():
        if task.taskSpec and task.taskSpec.steps:
            yield SpecAt(task.taskSpec, (*path, "taskSpec"), task)


def containers(spec: SpecAt) -> Iterator[tuple[Path, Step | Sidecar | StepTemplate]]:
    """The steps, the sidecars and the template of a task's spec."""
    if spec.spec.stepTemplate:
        yield (*spec.path, "stepTemplate"), spec.spec.stepTemplate
    for index, step in enumerate(spec.spec.steps or ()):
        yield (*spec.path, "steps", index), step
    for index, sidecar in enumerate(spec.spec.sidecars or ()):
        yield (*spec.path, "sidecars", index), sidecar


def texts(raw: object, path: Path = ()) -> list[tuple[Path, str]]:
    """Every text in a raw document that holds a reference, or is long enough to hold a path."""
    found: list[tuple[Path, str]] = []
    _gather(raw, path, found)
    return found


def _gather(raw: object, path: Path, found: list[tuple[Path, str]]) -> None:
    # No generator: each text would pass through all those of what it stands in.
    if isinstance(raw, str):
        found.append((path, raw))
    elif isinstance(raw, dict):
        for key, value in raw.items():
            _gather(value, (*path, key), found)
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            _gather(value, (*path, index), found)


def at(raw: object, path: Path) -> object:
    """The raw value at a path; None where there is none."""
    for part in path:
        if isinstance(raw, dict):
            raw = raw.get(part)
        elif isinstance(raw, list) and isinstance(part, int) and 0 <= part < len(raw):
            raw = raw[part]
        else:
            return None
    return raw


def fields_at(raw: object, path: Path) -> dict[str, object]:
    """The raw map at a path; empty where there is none, or what is there is no map (decoding told that)."""
    found = at(raw, path)
    return found if isinstance(found, dict) else {}


def params_used(found: Iterator[str]) -> set[str]:
    """The params that texts refer to; a name with dots counts whole and by its first part (an object's key)."""
    used: set[str] = set()
    for text in found:
        if "params" in text:
            for groups in _PARAM.findall(text):
                name = next(filter(None, groups), "")
                used |= {name, name.split(".", 1)[0]}
    return used


def workspaces_used(found: Iterator[str]) -> set[str]:
    """The workspaces that texts refer to by a variable."""
    return {name for text in found if "workspaces." in text for name in _WORKSPACE.findall(text)}
