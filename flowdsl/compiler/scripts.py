"""The slicing stage: every function body becomes the one script its step runs."""

from __future__ import annotations

import attrs

from flowdsl.diagnostics import Collector
from flowdsl.frontend.script import ScriptInput, ScriptOutput, build_script
from flowdsl.ir.nodes import PipelineDef, TaskDef
from flowdsl.ir.types import JSON, STRING, TypeSpec
from flowdsl.lower.environment import variable


def with_scripts(pipeline: PipelineDef, collector: Collector) -> PipelineDef:
    """The pipeline with `script` set on every task that has a body; each function is sliced once."""
    done: dict[int, TaskDef] = {}
    nodes = []
    for node in pipeline.nodes:
        if node.pipeline is not None:
            nodes.append(attrs.evolve(node, pipeline=with_scripts(node.pipeline, collector)))
            continue
        if not node.task.has_body:
            nodes.append(node)
            continue
        task = done.get(id(node.task))
        if task is None:
            task = done[id(node.task)] = attrs.evolve(node.task, script=_script(node.task, collector))
        nodes.append(attrs.evolve(node, task=task))
    return attrs.evolve(pipeline, nodes=tuple(nodes))


def _script(task: TaskDef, collector: Collector) -> str:
    return ""
