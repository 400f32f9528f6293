"""A PipelineDef as a Tekton Pipeline: docs/pipelines.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from flowdsl.ir.nodes import Condition, Node, PipelineDef, Reference, WorkspaceUse
from flowdsl.lower.task import CACHE, filled, param_spec, plain, task_spec


@attrs.frozen
class Layout:
    """How to write tasks: `inline` embeds their specs, `fans_out` are tasks a matrix uses, `enums` is opted in."""

    inline: bool = False
    fans_out: frozenset[str] = frozenset()
    enums: bool = False


def pipeline_document(pipeline: PipelineDef, metadata: Mapping[str, Any], layout: Layout) -> dict[str, Any]:
    """The Pipeline object."""
    labels = {**metadata.get("labels", {}), **pipeline.options.labels}
    meta = {"name": pipeline.name, **metadata, "labels": labels, "annotations": dict(pipeline.options.annotations)}
    return {
        "apiVersion": "tekton.dev/v1",
        "kind": "Pipeline",
        "metadata": filled(meta),
        "spec": pipeline_spec(pipeline, layout),
    }


def pipeline_spec(pipeline: PipelineDef, layout: Layout) -> dict[str, Any]:
    """The PipelineSpec alone, for embedding."""
    return filled(
        {
            "displayName": pipeline.display_name,
            "description": pipeline.description,
            "params": [param_spec(param, enums=layout.enums) for param in pipeline.params],
            "workspaces": [
                filled({"name": space.name, "description": space.description, "optional": space.optional or None})
                for space in pipeline.workspaces
            ],
            "tasks": [pipeline_task(node, layout) for node in pipeline.nodes if not node.final],
            "results": [
                filled(
                    {
                        "name": result.name,
                        "type": result.type.tekton,
                        "description": result.description,
                        "value": plain(result.value),
                    }
                )
                for result in pipeline.results
            ],
            "finally": [pipeline_task(node, layout) for node in pipeline.nodes if node.final],
        }
    )


def pipeline_task(node: Node, layout: Layout) -> dict[str, Any]:
    """One entry of `tasks` or `finally`."""
    return filled(
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
        }
    )


def _what(node: Node, layout: Layout) -> dict[str, Any]:
    if node.pipeline is not None:
        return {"pipelineSpec": pipeline_spec(node.pipeline, attrs.evolve(layout, inline=True))}
    if node.task.reference is not None:
        return {"taskRef": _reference(node.task.reference)}
    if layout.inline:
        spec = task_spec(node.task, fans_out=node.mapped, enums=layout.enums)
        metadata = {"metadata": {"annotations": {CACHE: "true"}}} if node.task.options.cache else {}
        return {"taskSpec": {**metadata, **spec}}
    return {"taskRef": {"name": node.task.name, "kind": "Task"}}


def _reference(reference: Reference) -> dict[str, Any]:
    if reference.resolver:
        params = [{"name": name, "value": value} for name, value in reference.params]
        return {"resolver": reference.resolver, "params": params}
    kind = reference.kind or ("" if reference.api_version else "Task")
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
