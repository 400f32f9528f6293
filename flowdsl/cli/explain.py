"""`explain` for a pipeline: what it takes, what it does in which order, what it gives."""

from __future__ import annotations

from typing import Any

from flowdsl.compiler import Compilation
from flowdsl.graph.dag import critical_path, redundant_order
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
    waits: dict[str, list[Edge]] = {node.name: [] for node in pipeline.nodes}
    for edge in edges(pipeline):
        waits[edge.target].append(edge)
    dag = compiled.dag
    spare = redundant_order(dag)
    path, seconds = critical_path(dag)
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
                "waitsFor": [_why(edge, spare) for edge in waits[node.name]],
            }
            for node in pipeline.nodes
        ],
        "criticalPath": {"tasks": path, "seconds": seconds},
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
    lines += _critical(data["criticalPath"])
    if data["results"]:
        lines += ["", "results"] + [
            f"  {result['name']}: {result['type']} = {result['value']}" for result in data["results"]
        ]
    return "\n".join(lines) + "\n"


def _why(edge: Edge, spare: set[tuple[str, str]]) -> dict[str, str]:
    why = _WHY[edge.kind].format(label=edge.label)
    if edge.kind == "after" and (edge.source, edge.target) in spare:
        why += ", and would anyway"
    return {"task": edge.source, "kind": edge.kind, "why": why}


def _critical(path: dict[str, Any]) -> list[str]:
    """The chain that decides how long a run may take; nothing to tell of a single task."""
    if len(path["tasks"]) < 2:
        return []
    return ["", f"critical path (at most {_span(path['seconds'])} by timeouts)", f"  {' → '.join(path['tasks'])}"]


def _span(seconds: float) -> str:
    hours, rest = divmod(round(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return "".join(f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m"), (left, "s")) if number) or "0s"
