"""Variants: a Task for each use that asks for what its document says otherwise, named after that, `train-gpu-2`."""

from __future__ import annotations

import attrs

from flowdsl.diagnostics import Collector
from flowdsl.ir.nodes import PipelineDef, TaskDef
from flowdsl.ir.uses import variant_name


def run(pipeline: PipelineDef, _: Collector) -> PipelineDef:
    """Name the tasks of such uses, once they have the name that tells them from those of other modules."""
    done: dict[int, TaskDef] = {}
    nodes = []
    for node in pipeline.nodes:
        if node.task.use is not None:
            task = done.get(id(node.task))
            if task is None:
                task = done[id(node.task)] = as_variant(node.task)
            node = attrs.evolve(node, task=task)  # noqa: PLW2901 - the same node with another task
        nodes.append(node)
    return attrs.evolve(pipeline, nodes=tuple(nodes)) if done else pipeline


def as_variant(task: TaskDef) -> TaskDef:
    """A task under the name that a use of it gives it; as it is where its document is the task's own."""
    name = variant_name(task) if not task.base else task.name
    return task if name == task.name else attrs.evolve(task, name=name, base=task.shared or task.name)
