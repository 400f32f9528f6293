"""From a field of a compiled document back to the Python that made it."""

from __future__ import annotations

from collections.abc import Mapping

from flowdsl.diagnostics import Location
from flowdsl.ir.nodes import Node, PipelineDef
from flowdsl.kinds.table import PIPELINE, PIPELINE_RUN, TASK


def python_place(document: Mapping[str, object], path: tuple[int | str, ...], pipeline: PipelineDef) -> Location:
    """The line to show: the call for a pipeline's task, the param's or function's own for anything else."""
    if TASK.is_of(document):
        metadata = document.get("metadata")
        name = metadata.get("name") if isinstance(metadata, Mapping) else None
        node = next((each for each in pipeline.nodes if each.task.object_name == name), None)
        return _within_task(node, path[1:]) if node is not None else pipeline.location
    if PIPELINE_RUN.is_of(document) and path[:2] == ("spec", "taskRunSpecs") and len(path) > 2:
        return _of_run_spec(document, path[2], pipeline)
    if not PIPELINE.is_of(document) or len(path) < 3 or not isinstance(path[2], int):
        return pipeline.location
    section, index = path[1], path[2]
    if section in ("tasks", "finally"):
        side = [node for node in pipeline.nodes if node.final == (section == "finally")]
        if index < len(side):
            embedded = len(path) > 4 and path[3] == "taskSpec"
            return _within_task(side[index], path[4:]) if embedded else side[index].location
    if section == "params" and index < len(pipeline.params):
        return pipeline.params[index].location
    return pipeline.location


def _of_run_spec(document: Mapping[str, object], index: int | str, pipeline: PipelineDef) -> Location:
    """The line of what a run says of one task's pods: of the use that asks for it, else of the task."""
    spec = document.get("spec")
    specs = spec.get("taskRunSpecs") if isinstance(spec, Mapping) else None
    each = specs[index] if isinstance(specs, list) and isinstance(index, int) and index < len(specs) else None
    name = each.get("pipelineTaskName") if isinstance(each, Mapping) else None
    return next((node.task.place for node in pipeline.nodes if node.name == name), pipeline.location)


def _within_task(node: Node, path: tuple[int | str, ...]) -> Location:
    """The line of a param of the task's function, or of the function; of a variant the use that asks for it."""
    params = node.task.params
    if len(path) > 1 and path[0] == "params" and isinstance(path[1], int) and path[1] < len(params):
        return params[path[1]].location
    return node.task.place if node.task.base else node.task.location
