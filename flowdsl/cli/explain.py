"""`explain` for a pipeline: what it takes, what it does in which order, what it gives."""

from __future__ import annotations

from typing import Any

from flowdsl.compiler import Compilation
from flowdsl.graph.edges import Edge, edges

_WHY = {
    "result": "takes its result {label!r}",
    "file": "takes its file {label!r}",
    "workspace": "works on what it left in workspace {label!r}",
    "after": "was told to run after it",
    "when": "runs or not by its result {label!r}",
}


def explain_pipeline(compiled: Compilation) -> dict[str, Any]:
    """The pipeline as JSON-ready data."""
    pipeline = compiled.pipeline
    found = edges(pipeline)
    return {
        "name": pipeline.name,
        "displayName": pipeline.display_name,
        "description": pipeline.description,
        "location": str(pipeline.location),
        "params": [
            {"name": param.name, "type": str(param.type), "default": param.default, "required": param.default is None}
            for param in pipeline.params
        ],
        "workspaces": [{"name": space.name, "source": repr(space.source)} for space in pipeline.workspaces],
        "tasks": [
            {
                "name": node.name,
                "task": node.task.name,
                "location": str(node.location),
                "finally": node.final,
                "waitsFor": [_why(edge) for edge in found if edge.target == node.name],
            }
            for node in pipeline.nodes
        ],
        "results": [
            {"name": result.name, "type": str(result.type), "value": result.value} for result in pipeline.results
        ],
    }


def as_text(data: dict[str, Any]) -> str:
    """The same for people."""
    lines = [f"{data['displayName'] or data['name']}  ({data['location']})"]
    if data["description"]:
        lines += ["", data["description"]]
    lines += ["", "params"]
    for param in data["params"]:
        given = "required" if param["required"] else f"default {param['default']!r}"
        lines.append(f"  {param['name']}: {param['type']}  ({given})")
    lines += ["", "workspaces"] + [f"  {space['name']}: {space['source']}" for space in data["workspaces"]]
    lines += ["", "tasks"]
    for task in data["tasks"]:
        lines.append(f"  {task['name']}{'  (finally)' if task['finally'] else ''}  {task['location']}")
        lines += [f"    after {edge['task']}: {edge['why']}" for edge in task["waitsFor"]]
    if data["results"]:
        lines += ["", "results"] + [
            f"  {result['name']}: {result['type']} = {result['value']}" for result in data["results"]
        ]
    return "\n".join(lines) + "\n"


def _why(edge: Edge) -> dict[str, str]:
    return {"task": edge.source, "kind": edge.kind, "why": _WHY[edge.kind].format(label=edge.label)}
