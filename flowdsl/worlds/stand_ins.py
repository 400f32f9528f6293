"""A PipelineRun for the machine to play: every task embedded and empty, every param and workspace given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from flowdsl.check.references import ResultReference
from flowdsl.kinds.values import Value, decoded
from flowdsl.machine.params import declared_kind
from flowdsl.machine.variables import references_in, task_references, type_of
from flowdsl.worlds.model import Model

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


def stands_of(model: Model) -> shapes.PipelineSpec:
    """The Pipeline with a stand-in for each task: what all runs have in common."""
    spec = model.spec
    read = results_read(spec)
    return {
        "params": spec.get("params") or [],
        "tasks": [stand_in(task, read) for task in spec.get("tasks") or ()],
        "finally": [stand_in(task, read) for task in spec.get("finally") or ()],
        "results": spec.get("results") or [],
    }


def run_of(
    model: Model, stands: shapes.PipelineSpec, values: Mapping[str, str], lists: Mapping[str, bool]
) -> shapes.PipelineRun:
    """A run with these values of params (by the text that names one), and lists that are empty or not."""
    given = {param["name"]: decoded(param.get("value")) for param in model.run.get("params") or ()}
    declared = stands.get("params") or []
    params: list[shapes.Param] = [
        {"name": each["name"], "value": value}
        for each in declared
        if (value := _param(each, given.get(each["name"]), values, lists)) is not None
    ]
    return {
        "metadata": {"name": "simulated", "namespace": "default", "uid": "0"},
        "spec": {"pipelineSpec": stands, "params": params},
    }


def _param(
    spec: shapes.ParamSpec, given: Value | None, values: Mapping[str, str], lists: Mapping[str, bool]
) -> Value | None:
    """A param's value; None where its default will do."""
    start = f"$(params.{spec['name']}"
    chosen, filled = values.get(f"{start})"), lists.get(f"{start}[*])")
    kind = declared_kind(spec)
    if kind == "string" and chosen is not None:
        return chosen
    if kind == "array" and filled is not None:
        usual = given if given is not None else decoded(spec.get("default"))
        return (usual if isinstance(usual, list) and usual else ["item"]) if filled else []
    if given is not None or spec.get("default") is not None:
        return given
    if kind == "array":
        return ["item"]
    if kind == "object":
        return dict.fromkeys(spec.get("properties") or (), "value")
    return (spec.get("enum") or ["value"])[0]


def all_references(spec: shapes.PipelineSpec) -> Iterator[ResultReference]:
    """The references to results in a pipeline, those of its own results last."""
    for task in (*spec.get("tasks", ()), *spec.get("finally", ())):
        yield from task_references(task)
    for result in spec.get("results") or ():
        yield from references_in(result.get("value"))


def results_read(spec: shapes.PipelineSpec) -> dict[str, dict[str, str]]:
    """The results that are read of each task, with the type that they are read as."""
    found: dict[str, dict[str, str]] = {}
    for each in all_references(spec):
        kind = "object" if each.key else "array" if each.index else "string"
        results = found.setdefault(each.task, {})
        results[each.result] = kind if results.get(each.result, "string") == "string" else results[each.result]
    return found


def stand_in(task: shapes.PipelineTask, read: Mapping[str, Mapping[str, str]]) -> shapes.PipelineTask:
    """A pipeline task with a Task of its own that takes what it is given and has the results that are read."""
    fields = ("name", "runAfter", "params", "matrix", "when", "onError", "retries")
    embedded = task.get("taskSpec") or {}
    spec: shapes.EmbeddedTask = {
        "params": _declared(task),
        "results": [{"name": name, "type": kind} for name, kind in read.get(task["name"], {}).items()],
        # What an embedded task's steps refer to, it waits for.
        "steps": embedded.get("steps") or [{"name": "step", "image": "none"}],
        "sidecars": embedded.get("sidecars") or [],
    }
    kept = {name: value for name, value in task.items() if name in fields}
    return cast("shapes.PipelineTask", {**kept, "taskSpec": spec})


def _declared(task: shapes.PipelineTask) -> list[shapes.ParamSpec]:
    matrix = task.get("matrix") or {}
    fanned = [*(matrix.get("params") or ()), *(one for each in matrix.get("include") or () for one in each["params"])]
    found = {param["name"]: type_of(decoded(param.get("value"))) for param in task.get("params") or ()}
    found |= {param["name"]: "string" for param in fanned}
    return [{"name": name, "type": kind} for name, kind in found.items()]
