"""The Pipeline of a run with the variables replaced that are known before anything runs (apply.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar, cast

from flowdsl.kinds.values import Value, decoded
from flowdsl.machine.failure import RunFailure
from flowdsl.machine.params import replacements
from flowdsl.machine.variables import Replacements, has_variables, param_keys, texts

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


_TASKS = ("tasks", "finally")
Referring = TypeVar("Referring", "shapes.TaskRef", "shapes.PipelineRef")


def substituted(
    raw: shapes.PipelineSpec, given: Mapping[str, Value], run: shapes.PipelineRun, name: str, pipeline: str
) -> shapes.PipelineSpec:
    """The PipelineSpec after substitution. Raises RunFailure for defaults that can't be resolved."""
    try:
        params = replacements(raw.get("params") or (), given)
    except ValueError as error:
        message = f"Failed to apply parameters to Pipeline {pipeline}: {error}"
        raise RunFailure("PipelineValidationFailed", message, user=True) from None
    metadata = run["metadata"]
    context = Replacements(
        {
            "context.pipelineRun.name": metadata["name"],
            "context.pipelineRun.namespace": metadata["namespace"],
            "context.pipelineRun.uid": metadata["uid"],
            "context.pipeline.name": name,
        }
    )
    bound = {binding["name"] for binding in (run.get("spec") or {}).get("workspaces") or ()}
    spaces = {space["name"] for space in raw.get("workspaces") or ()} | bound
    workspaces = Replacements({f"workspaces.{space}.bound": str(space in bound).lower() for space in spaces})

    def replaced(tasks: list[shapes.PipelineTask] | None) -> list[shapes.PipelineTask]:
        # One after the other, as Tekton does: a param's value may hold a context variable.
        return [
            apply(apply(apply(task, params, own=True), context), workspaces) if has_variables(task) else task
            for task in map(_normal, tasks or ())
        ]

    spec: shapes.PipelineSpec = {
        **raw,
        "tasks": replaced(raw.get("tasks")),
        "finally": replaced(raw.get("finally")),
    }
    return cast("shapes.PipelineSpec", {key: each for key, each in spec.items() if each or key not in _TASKS})


def _normal(task: shapes.PipelineTask) -> shapes.PipelineTask:
    """A copy of the task with the values of its params as text, as Tekton decodes them."""
    found = task.copy()
    if task.get("params"):
        found["params"] = _decoded(task["params"])
    if task.get("matrix"):
        found["matrix"] = {}
        if params := _decoded(task["matrix"].get("params")):
            found["matrix"]["params"] = params
        if include := task["matrix"].get("include"):
            found["matrix"]["include"] = [{**each, "params": _decoded(each.get("params"))} for each in include]
    return found


def _decoded(params: list[shapes.Param] | None) -> list[shapes.Param]:
    return [{**param, "value": decoded(param.get("value"))} for param in params or ()]


def apply(
    task: shapes.PipelineTask, known: Replacements, *, own: bool = False, embedded: bool = True
) -> shapes.PipelineTask:
    """A pipeline task with variables replaced where Tekton replaces them (replaceVariablesInPipelineTasks).

    With `own`, params given to an embedded task hide the pipeline's of the same name within it. Without `embedded`,
    the variables do not reach into an embedded task.
    """
    if not has_variables(task) or not any(map(known.reaches, texts(task))):
        return task
    if task.get("params"):
        task["params"] = known.params(task["params"])
    if task.get("matrix"):
        task["matrix"] = _matrix(task["matrix"], known)
    elif task.get("displayName"):
        task["displayName"] = known.text(task["displayName"])
    if task.get("workspaces"):
        task["workspaces"] = [
            {**each, "subPath": known.text(each["subPath"])} if each.get("subPath") else each
            for each in task["workspaces"]
        ]
    if task.get("when"):
        task["when"] = known.when(task["when"])
    if task.get("onError"):
        task["onError"] = known.text(task["onError"])
    if task.get("taskRef"):
        task["taskRef"] = _reference(task["taskRef"], known)
    if task.get("pipelineRef"):
        task["pipelineRef"] = _reference(task["pipelineRef"], known)
    if embedded and task.get("taskSpec"):
        task["taskSpec"] = _hiding(known, task.get("params") or () if own else ()).embedded(task["taskSpec"])
    return task


def _matrix(matrix: shapes.Matrix, known: Replacements) -> shapes.Matrix:
    found = matrix.copy()
    if matrix.get("params"):
        found["params"] = known.params(matrix["params"])
    if matrix.get("include"):
        strings = Replacements(known.strings)
        found["include"] = [{**each, "params": strings.params(each.get("params") or [])} for each in matrix["include"]]
    return found


def _reference(reference: Referring, known: Replacements) -> Referring:
    found = reference.copy()
    if reference.get("params"):
        found["params"] = known.params(reference["params"])
    if reference.get("name"):
        found["name"] = known.text(reference["name"])
    return found


def _hiding(known: Replacements, params: Iterable[shapes.Param]) -> Replacements:
    hidden = [param for param in params if any(key in known.strings for key in param_keys(param["name"]))]
    hidden += [param for param in params if f"params.{param['name']}" in (known.arrays.keys() | known.objects.keys())]
    if not hidden:
        return known
    copy = Replacements(dict(known.strings), dict(known.arrays), dict(known.objects))
    for param in hidden:
        copy.add(param_keys(param["name"]), param["value"])
    return copy
