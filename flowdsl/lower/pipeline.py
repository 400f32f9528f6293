"""A PipelineDef as a Tekton Pipeline: docs/pipelines.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.diagnostics.frozen import frozen
from flowdsl.ir.nodes import Condition, Node, PipelineDef, PipelineResult, PipelineWorkspace, Reference, WorkspaceUse
from flowdsl.kinds.table import PIPELINE, TASK
from flowdsl.kube.conventions import CACHE, CONDITIONS_SHOWN
from flowdsl.lower.fields import (
    ABSENT,
    annotations_of,
    filled,
    object_meta,
    overlaid,
    plain,
    with_extra,
)
from flowdsl.lower.task import in_order as task_in_order
from flowdsl.lower.task import param_spec, params_of, task_spec

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


@frozen
class Layout:
    """How to write tasks: `inline` embeds their specs, `fans_out` are tasks a matrix uses, `enums` is opted in."""

    inline: bool = False
    fans_out: frozenset[str] = frozenset()
    enums: bool = False


def pipeline_document(pipeline: PipelineDef, metadata: shapes.ObjectMeta, layout: Layout) -> shapes.Pipeline:
    """The Pipeline object."""
    options = pipeline.options
    if pipeline.decided:  # what a verbatim one has, too: it is no mark of ours, but what the results are about
        said = {CONDITIONS_SHOWN: pipeline.decided}
        metadata = {**metadata, "annotations": {**metadata.get("annotations", {}), **said}}
        if options.verbatim:
            options = attrs.evolve(options, annotations={**said, **options.annotations})
    return {
        "apiVersion": PIPELINE.api_version,
        "kind": PIPELINE.name,
        "metadata": object_meta(pipeline.name, metadata, options),
        "spec": pipeline_spec(pipeline, layout),
    }


def in_order(pipeline: PipelineDef, layout: Layout) -> bool:
    """Whether the Pipeline's document has every field where the API's have it, and no object of the user's."""
    if pipeline.options.metadata or pipeline.options.extra:
        return False
    return all(
        not node.extra
        and node.pipeline is None
        and node.task.reference is None
        and (task_in_order(node.task) or not _embeds(node, layout))
        for node in pipeline.nodes
    )


def _embeds(node: Node, layout: Layout) -> bool:
    return layout.inline or node.task.options.inline


def pipeline_spec(pipeline: PipelineDef, layout: Layout) -> shapes.PipelineSpec:
    """The PipelineSpec alone, for embedding."""
    options = pipeline.options
    spec: shapes.PipelineSpec = {
        "displayName": pipeline.display_name,
        "description": pipeline.description,
        "params": [param_spec(param, enums=layout.enums) for param in pipeline.params],
        "workspaces": [_workspace(space) for space in pipeline.workspaces],
        "tasks": [pipeline_task(node, layout) for node in pipeline.nodes if not node.final],
        "results": [_result(result, verbatim=options.verbatim) for result in pipeline.results],
        "finally": [pipeline_task(node, layout) for node in pipeline.nodes if node.final],
    }
    return with_extra(spec, options.extra)


def _workspace(space: PipelineWorkspace) -> shapes.PipelineWorkspaceDeclaration:
    declared: shapes.PipelineWorkspaceDeclaration = {
        "name": space.name,
        "description": space.description,
        "optional": space.optional or ABSENT,
    }
    return filled(declared)


def _result(result: PipelineResult, *, verbatim: bool) -> shapes.PipelineResult:
    known = "" if verbatim and not result.written else result.written or result.type.tekton
    declared: shapes.PipelineResult = {
        "name": result.name,
        "type": known,
        "description": result.description,
        "value": plain(result.value),
    }
    return filled(declared)


def pipeline_task(node: Node, layout: Layout) -> shapes.PipelineTask:
    """One entry of `tasks` or `finally`."""
    task: shapes.PipelineTask = {
        "name": node.name,
        "displayName": node.display_name,
        **_what(node, layout),
        "params": [{"name": name, "value": plain(value)} for name, value in node.arguments.items()],
        "matrix": _matrix(node),
        "workspaces": [_binding(name, use) for name, use in node.bindings.items()],
        "when": [_when(condition) for condition in node.when],
        "runAfter": list(node.after),
        "retries": node.retries or ABSENT,
        "onError": node.on_error,
        "timeout": node.timeout,
    }
    return with_extra(task, node.extra)


def _what(node: Node, layout: Layout) -> shapes.PipelineTask:
    """What the entry runs: another pipeline, a Task that exists elsewhere, an embedded one, or one of ours by name."""
    if node.pipeline is not None:
        return {"pipelineSpec": pipeline_spec(node.pipeline, attrs.evolve(layout, inline=True))}
    if node.task.reference is not None:
        return {"taskRef": task_ref(node.task.reference)}
    if _embeds(node, layout):
        return {"taskSpec": _embedded(node, layout)}
    return {"taskRef": {"kind": TASK.name, "name": node.task.object_name}}


def _embedded(node: Node, layout: Layout) -> shapes.EmbeddedTask:
    # What a TaskSpec has an EmbeddedTask has, too.
    spec = cast("shapes.EmbeddedTask", task_spec(node.task, fans_out=node.mapped, enums=layout.enums))
    meta = _embedded_meta(node)
    return {"metadata": meta, **spec} if meta else spec


def _embedded_meta(node: Node) -> shapes.PipelineTaskMetadata:
    """The metadata of an embedded spec: all where the task is always embedded, else what a local run looks for."""
    options = node.task.options
    if not options.inline:
        return {"annotations": {CACHE: "true"}} if options.cache else {}
    meta: shapes.PipelineTaskMetadata = {"labels": dict(options.labels), "annotations": annotations_of(options)}
    return overlaid(meta, options.metadata)


def task_ref(reference: Reference) -> shapes.TaskRef:
    """A reference to a Task. A custom task has an apiVersion, and its kind only where it was given."""
    if reference.resolver:
        return _resolved(reference)
    kind = reference.kind or ("" if reference.api_version else TASK.name)
    found: shapes.TaskRef = {"name": reference.name, "apiVersion": reference.api_version, "kind": kind}
    return filled(found)


def pipeline_ref(reference: Reference) -> shapes.PipelineRef:
    """A reference to a Pipeline. It has no kind, which admission says of one that was given."""
    if reference.resolver:
        return cast("shapes.PipelineRef", _resolved(reference))
    found: shapes.PipelineRef = {"name": reference.name, "apiVersion": reference.api_version}
    return overlaid(found, {"kind": reference.kind})


def _resolved(reference: Reference) -> shapes.TaskRef:
    found: shapes.TaskRef = {"resolver": reference.resolver, "params": params_of(dict(reference.params))}
    return filled(found)


def _matrix(node: Node) -> shapes.Matrix:
    if not node.mapped:
        return {}
    # A whole array result is given to the matrix as text; a list of its own as a list.
    params: list[shapes.Param] = [
        {"name": name, "value": value[0] if len(value) == 1 and value[0].endswith("[*])") else list(value)}
        for name, value in node.matrix.items()
        if isinstance(value, tuple)
    ]
    include: list[shapes.IncludeParams] = [
        {"name": name, "params": [{"name": key, "value": value} for key, value in given.items()]}
        for name, given in node.include
    ]
    matrix: shapes.Matrix = {"params": params, "include": [filled(each) for each in include]}
    return filled(matrix)


def _binding(name: str, use: WorkspaceUse) -> shapes.WorkspacePipelineTaskBinding:
    binding: shapes.WorkspacePipelineTaskBinding = {"name": name, "workspace": use.workspace, "subPath": use.sub_path}
    return filled(binding)


def _when(condition: Condition) -> shapes.WhenExpression:
    if condition.cel:
        return {"cel": condition.cel}
    return {"input": condition.input, "operator": condition.operator, "values": list(condition.values)}
