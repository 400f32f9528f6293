"""One `@task` by itself as a Task document: what a local run uses in place of a task that it has not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from flowdsl.compiler.packages import Locks, file_of
from flowdsl.compiler.scripts import with_script
from flowdsl.diagnostics import Collector
from flowdsl.frontend.task import Task
from flowdsl.ir.nodes import Node, PipelineDef
from flowdsl.lower.task import task_document
from flowdsl.passes import run_passes

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

LOCAL_IMAGE = "local"
"""The image of a stand-in that names none."""


def compile_task(task: Task[..., object]) -> shapes.Task:
    """The Task object of a task. Raises FlowError for what is wrong with it."""
    collector = Collector(list(task.problems.items))
    definition = task.definition
    if not definition.options.image:  # it is for this machine, where none is pulled
        definition = attrs.evolve(definition, options=attrs.evolve(definition.options, image=LOCAL_IMAGE))
    scripted = with_script(definition, collector, Locks(file_of(task.function)), mount=False)
    node = Node(scripted.name, scripted, scripted.location)
    compiled = run_passes(PipelineDef("alone", scripted.location, nodes=(node,)), collector)
    collector.raise_if_errors()
    return task_document(compiled.nodes[0].task, {}, fans_out=True, enums=False)
