"""A PipelineDef as a Tekton Pipeline: docs/pipelines.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from flowdsl.ir.nodes import Condition, Node, PipelineDef, PipelineResult, Reference, WorkspaceUse
from flowdsl.ir.options import PipelineOptions
from flowdsl.ir.texts import as_text
from flowdsl.kinds.table import PIPELINE, TASK
from flowdsl.lower.task import (
    CACHE,
    annotations_of,
    filled,
    object_meta,
    param_spec,
    plain,
    task_spec,
    with_extra,
)
from flowdsl.lower.task import in_order as task_in_order


@attrs.frozen
class Layout:
    """How to write tasks: `inline` embeds their specs, `fans_out` are tasks a matrix uses, `enums` is opted in."""

    inline: bool = False
    fans_out: frozenset[str] = frozenset()
    enums: bool = False


def pipeline_document(pipeline: PipelineDef, metadata: Mapping[str, Any], layout: Layout) -> dict[str, Any]:
    """The Pipeline object."""
    meta = object_meta({"name": pipeline.name}, metadata, pipeline.options)
    return {
        "apiVersion": PIPELINE.api_version,
        "kind": PIPELINE.name,
        "metadata": filled(meta),
        "spec": pipeline_spec(pipeline, layout),
    }


def in_order(pipeline: PipelineDef, layout: Layout) -> bool:
    """Whether the Pipeline's document has every field where the API's have it, and no object of the user's."""
    options: PipelineOptions = pipeline.options
    if options.metadata or options.extra:
        return False
    return all(
        not node.extra
        and node.pipeline is None
        and node.task.reference is None
        and (task_in_order(node.task) or not _embeds(node, layout))
        for node in pipeline.nodes
    )


def _embeds(node: Node, layout: Layout) -> bool:
    return bool(layout.inline or node.task.options.inline)


def pipeline_spec(pipeline: PipelineDef, layout: Layout) -> dict[str, Any]:
    """The PipelineSpec alone, for embedding."""
    options: PipelineOptions = pipeline.options
    return with_extra(
        {
            "displayName": pipeline.display_name,
            "description": pipeline.description,
            "params": [param_spec(param, enums=layout.enums) for param in pipeline.params],
            "workspaces": [
                filled({"name": space.name, "description": space.description, "optional": space.optional or None})
                for space in pipeline.workspaces
            ],
            "tasks": [pipeline_task(node, layout) for node in pipeline.nodes if not node.final],
            "results": [_result(result, verbatim=options.verbatim) for result in pipeline.results],
            "finally": [pipeline_task(node, layout) for node in pipeline.nodes if node.final],
        },
        options.extra,
    )


def _result(result: PipelineResult, *, verbatim: bool) -> dict[str, Any]:
    known = "" if verbatim and not result.written else result.written or result.type.tekton
    fields = {"name": result.name, "type": known, "description": result.description, "value": plain(result.value)}
    return filled(fields)


def pipeline_task(node: Node, layout: Layout) -> dict[str, Any]:
    """One entry of `tasks` or `finally`."""
    return with_extra(
        {
            "name": node.name,
            "displayName": node.display_name,
            **_what(node, layout),
            "params": [{"name": name, "value": plain(value)} for name, value in node.arguments.items()],
            "matrix": _matrix(node),
            "workspaces": [_binding(name, use) for name, use in node.bindings.items()],
            "when": [_when(condition) for condition in node.when],
            "runAfter": list(node.after),
            "retries": node.retries or None,
            "onError": node.on_error,
            "timeout": node.timeout,
        },
        node.extra,
    )


def _what(node: Node, layout: Layout) -> dict[str, Any]:
    if node.pipeline is not None:
        return {"pipelineSpec": pipeline_spec(node.pipeline, attrs.evolve(layout, inline=True))}
    if node.task.reference is not None:
        return {"taskRef": reference_fields(node.task.reference)}
    if _embeds(node, layout):
        spec = task_spec(node.task, fans_out=node.mapped, enums=layout.enums)
        return {"taskSpec": {**_embedded_meta(node), **spec}}
    return {"taskRef": {"kind": TASK.name, "name": node.task.name}}


def _embedded_meta(node: Node) -> dict[str, Any]:
    """The metadata of an embedded spec: all where the task is always embedded, else what a local run looks for."""
    options = node.task.options
    if not options.inline:
        return {"metadata": {"annotations": {CACHE: "true"}}} if options.cache else {}
    meta = filled({"labels": dict(options.labels), "annotations": annotations_of(options), **options.metadata})
    return {"metadata": meta} if meta else {}


def reference_fields(reference: Reference, kind: str = TASK.name) -> dict[str, Any]:
    """A taskRef, or with an empty `kind` a pipelineRef."""
    if reference.resolver:
        params = [{"name": name, "value": as_text(value)} for name, value in reference.params]
        return filled({"resolver": reference.resolver, "params": params})
    kind = reference.kind or ("" if reference.api_version else kind)
    return filled({"name": reference.name, "apiVersion": reference.api_version, "kind": kind})


def _matrix(node: Node) -> dict[str, Any]:
    # A whole array result is given to the matrix as text; a list of its own as a list.
    params = [
        {"name": name, "value": value[0] if len(value) == 1 and str(value[0]).endswith("[*])") else list(value)}
        for name, value in node.matrix.items()
        if isinstance(value, tuple)
    ]
    include = [
        filled({"name": name, "params": [{"name": key, "value": value} for key, value in given.items()]})
        for name, given in node.include
    ]
    return filled({"params": params, "include": include})


def _binding(name: str, use: WorkspaceUse) -> dict[str, Any]:
    return filled({"name": name, "workspace": use.workspace, "subPath": use.sub_path})


def _when(condition: Condition) -> dict[str, Any]:
    if condition.cel:
        return {"cel": condition.cel}
    return {"input": condition.input, "operator": condition.operator, "values": list(condition.values)}
