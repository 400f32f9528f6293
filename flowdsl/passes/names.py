"""Names: valid to Kubernetes, at most 63 characters, and one Task object a name."""

from __future__ import annotations

import re

from flowdsl.diagnostics import Collector, Location
from flowdsl.ir.nodes import PipelineDef, TaskDef
from flowdsl.ir.uses import other_options
from flowdsl.kube.conventions import NAME_MOST
from flowdsl.kube.object_names import LABEL

_GENERATED = 5
"""Characters that `generateName` appends."""


def run(pipeline: PipelineDef, collector: Collector) -> PipelineDef:
    """Check every name that becomes a Kubernetes or Tekton name."""
    appended = 0 if _is_verbatim(pipeline) else _GENERATED + 1
    _length("pipeline", pipeline.name, pipeline.location, collector, NAME_MOST - appended)
    owners: dict[str, TaskDef] = {}
    for node in pipeline.nodes:
        _length("task", node.name, node.location, collector, NAME_MOST)
        if not LABEL.fullmatch(node.name):
            collector.error(
                "FLOW013",
                f"{node.name!r} is no Kubernetes name: only lower-case letters, digits and '-'",
                node.location,
                hint=f"name it {lowered(node.name)!r}",
            )
        task = node.task
        if task.reference or node.pipeline:
            continue
        if task.prefix:
            _length("task", task.object_name, task.location, collector, NAME_MOST)
        first = owners.setdefault(task.name, task)
        if not task.options.inline and first is not task and not _same(first, task):
            collector.error(
                "FLOW012",
                f"two different tasks are named {task.name!r}",
                task.place,
                hint="rename one function, or give it another name: `@task(name=...)`",
                related=(("first", first.place),),
            )
    return pipeline


def _same(one: TaskDef, other: TaskDef) -> bool:
    """Whether two tasks of one name have one Task: those of one function and the same options, single uses aside."""
    if one.function is not other.function or one.bound != other.bound:
        return False
    if any(each.use and each.use.variant for each in (one, other)) and other_options(one) != other_options(other):
        return False
    return (one.use.of if one.use else one).options == (other.use.of if other.use else other).options


def _is_verbatim(pipeline: PipelineDef) -> bool:
    """No run is emitted for it, so nothing is appended to its name."""
    return pipeline.options.verbatim


def _length(what: str, name: str, location: Location, collector: Collector, most: int) -> None:
    if len(name) > most:
        collector.error(
            "FLOW107",
            f"{what} name {name!r} has {len(name)} characters; at most {most} fit",
            location,
            hint="shorten it: Tekton uses it in labels and in the names of pods",
        )


def lowered(name: str) -> str:
    """Any name as a Kubernetes name, `task` where nothing is left of it."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "task"
