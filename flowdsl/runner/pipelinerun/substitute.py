"""The Pipeline of a run with the variables replaced that are known before anything runs (apply.go)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowdsl.kinds.values import Value, decoded
from flowdsl.runner.pipelinerun.failure import RunFailure
from flowdsl.runner.pipelinerun.params import replacements
from flowdsl.runner.pipelinerun.variables import Replacements, param_keys, texts


def substituted(
    raw: Mapping[str, Any], given: Mapping[str, Value], run: Mapping[str, Any], name: str, pipeline: str
) -> dict[str, Any]:
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
    spec = dict(raw)
    for key in ("tasks", "finally"):
        # One after the other, as Tekton does: a param's value may hold a context variable.
        spec[key] = [
            apply(apply(apply(_normal(task), params, own=True), context), workspaces) for task in raw.get(key) or ()
        ]
    return {key: value for key, value in spec.items() if value or key not in ("tasks", "finally")}


def _normal(task: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the task with the values of its params as text, as Tekton decodes them."""

    def read(params: Any) -> list[dict[str, Any]]:
        return [{**param, "value": decoded(param.get("value"))} for param in params or ()]

    found = dict(task)
    if task.get("params"):
        found["params"] = read(task["params"])
    if task.get("matrix"):
        include = [{**each, "params": read(each.get("params"))} for each in task["matrix"].get("include") or ()]
        matrix = {"params": read(task["matrix"].get("params")), "include": include}
        found["matrix"] = {key: value for key, value in matrix.items() if value}
    return found


def apply(task: dict[str, Any], known: Replacements, *, own: bool = False, embedded: bool = True) -> dict[str, Any]:
    """A pipeline task with variables replaced where Tekton replaces them (replaceVariablesInPipelineTasks).

    With `own`, params given to an embedded task hide the pipeline's of the same name within it. Without `embedded`,
    the variables do not reach into an embedded task.
    """
    if not any("$(" in text for text in texts(task)):
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
    for key in ("taskRef", "pipelineRef"):
        if task.get(key):
            task[key] = _reference(task[key], known)
    if embedded and task.get("taskSpec"):
        task["taskSpec"] = _hiding(known, task.get("params") or () if own else ()).embedded(task["taskSpec"])
    return task


def _matrix(matrix: Mapping[str, Any], known: Replacements) -> dict[str, Any]:
    found = dict(matrix)
    if matrix.get("params"):
        found["params"] = known.params(matrix["params"])
    if matrix.get("include"):
        strings = Replacements(known.strings)
        found["include"] = [{**each, "params": strings.params(each.get("params") or [])} for each in matrix["include"]]
    return found


def _reference(reference: Mapping[str, Any], known: Replacements) -> dict[str, Any]:
    found = dict(reference)
    if reference.get("params"):
        found["params"] = known.params(reference["params"])
    if reference.get("name"):
        found["name"] = known.text(reference["name"])
    return found


def _hiding(known: Replacements, params: Any) -> Replacements:
    hidden = [param for param in params if any(key in known.strings for key in param_keys(param["name"]))]
    hidden += [param for param in params if f"params.{param['name']}" in (known.arrays.keys() | known.objects.keys())]
    if not hidden:
        return known
    copy = Replacements(dict(known.strings), dict(known.arrays), dict(known.objects))
    for param in hidden:
        copy.add(param_keys(param["name"]), param["value"])
    return copy
