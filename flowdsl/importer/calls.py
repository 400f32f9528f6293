"""One task of a pipeline as a call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import attrs

from flowdsl.importer.code import Code, Dotted, call, literal, mapping, quoted, sequence
from flowdsl.importer.names import lower_name
from flowdsl.importer.references import Known, Scope, tasks_in
from flowdsl.importer.shapes import ARRAY, STRING, Shape, Unsupported, text_of
from flowdsl.importer.tasks import TaskFunction

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import IncludeParams, ParamValue, PipelineTask

_OPTIONS = {"retries": "retries", "timeout": "timeout", "onError": "on_error", "displayName": "display_name"}
_FIELDS = frozenset({"name", "taskRef", "taskSpec", "params", "matrix", "workspaces", "when", "runAfter", *_OPTIONS})
Tasks: TypeAlias = "list[tuple[int, PipelineTask]]"


@attrs.frozen
class Made:
    """A call, the name a variable for it would have, and the results it can be asked for."""

    code: Code
    variable: str
    results: Mapping[str, Known]


def order(tasks: Tasks) -> Tasks:
    """The tasks so that each comes behind those it refers to, otherwise in their own order."""
    names = {item["name"] for _, item in tasks}
    needs = {
        item["name"]: ({*tasks_in(dict(item)), *(item.get("runAfter") or ())} & names) - {item["name"]}
        for _, item in tasks
    }
    found: Tasks = []
    done: set[str] = set()
    waiting = list(tasks)
    while waiting:
        ready = next((each for each in waiting if needs[each[1]["name"]] <= done), None)
        if ready is None:
            raise Unsupported("tasks", "tasks that wait for each other")
        waiting.remove(ready)
        done.add(ready[1]["name"])
        found.append(ready)
    return found


def argument_values(item: PipelineTask) -> Iterable[tuple[str, ParamValue | None]]:
    """The params of a call by name."""
    for param in item.get("params") or ():
        yield param["name"], text_of(param["value"])


def fans_out(item: PipelineTask) -> Iterable[tuple[str, ParamValue]]:
    """The params of a matrix by name."""
    for param in (item.get("matrix") or {}).get("params") or ():
        yield param["name"], param["value"]


def included(item: PipelineTask) -> list[IncludeParams]:
    """The entries of a matrix's include."""
    return list((item.get("matrix") or {}).get("include") or ())


def make_call(
    item: PipelineTask,
    function: TaskFunction,
    scope: Scope,
    spaces: Mapping[str, str],
    keep: Callable[[str, str], None],
) -> Made:
    """The call of a function for a task. A field that does not fit the function stays as it is, and `keep` is told."""
    options, extra = _options(item, function)
    arguments: dict[str, Code] = {}
    matrix: dict[str, Code] = {}
    readers: dict[str, Callable[[], dict[str, Code]]] = {
        "runAfter": lambda: _after(item, scope),
        "params": lambda: _arguments(item, function, scope),
        "matrix": lambda: _matrix(item, function, scope),
        "workspaces": lambda: _workspaces(item, function, spaces),
    }
    for field, read in readers.items():
        try:
            found = read()
        except Unsupported as error:
            keep(field, error.reason)
            extra[field] = item.get(field)
            continue
        if field == "runAfter":
            options |= found
        else:
            (matrix if field == "matrix" else arguments).update(found)
    if extra:
        options["extra"] = literal(extra)
    head: Code = call(f"{function.name}.with_options", **options) if options else function.name
    variable, results = lower_name(item["name"]), function.signature.results
    if matrix:
        return Made(_map(head, {**arguments, **matrix}, function), variable, results)
    return Made(call(head, **arguments), variable, {} if "matrix" in item else results)


_INCLUDE = ""
"""Where `_matrix` puts the include's entries: no param has this name."""


def _map(head: Code, given: dict[str, Code], function: TaskFunction) -> Code:
    """`task.map(...)`: a task with a param named `include` takes the include's entries by position."""
    entries = given.pop(_INCLUDE, None)
    if entries is None:
        return call(Dotted(head, "map"), **given)
    if "include" in {python for python, _ in function.signature.params.values()}:
        return call(Dotted(head, "map"), entries, **given)
    return call(Dotted(head, "map"), **given, include=entries)


def _options(item: PipelineTask, function: TaskFunction) -> tuple[dict[str, Code], dict[str, object]]:
    said: dict[str, Code] = {}
    if item["name"] != function.task_name:
        said["name"] = quoted(item["name"])
    said |= function.asked
    given: Mapping[str, object] = item
    said |= {python: literal(given[field]) for field, python in _OPTIONS.items() if given.get(field)}
    return said, {field: value for field, value in item.items() if field not in _FIELDS and value is not None}


def _after(item: PipelineTask, scope: Scope) -> dict[str, Code]:
    after = item.get("runAfter") or []
    handles = [scope.handles[name] for name in after if name in scope.handles]
    if len(handles) < len(after) or len(set(after)) < len(after):
        raise Unsupported("runAfter", "a task that is not there, or is there twice")
    for handle in handles:
        handle.used = True
    return {"after": sequence(handle.variable for handle in handles)} if handles else {}


def _arguments(item: PipelineTask, function: TaskFunction, scope: Scope) -> dict[str, Code]:
    found: dict[str, Code] = {}
    for name, value in argument_values(item):
        python, shape = _declared(function, name)
        code = scope.value(value, shape)
        if code is None:
            raise Unsupported("params", f"the value of {name!r} does not fit the task's param")
        if python in found:
            raise Unsupported("params", f"{name!r} is given twice")
        found[python] = code
    given = {name for name, _ in (*argument_values(item), *fans_out(item))}
    given |= {param["name"] for entry in included(item) for param in entry.get("params") or ()}
    missing = sorted(function.signature.required - given)
    if missing:
        raise Unsupported("params", f"the task needs {', '.join(missing)}")
    return found


def _declared(function: TaskFunction, name: str) -> tuple[str, Shape]:
    found = function.signature.params.get(name)
    if found is None:
        raise Unsupported("params", f"the task has no param {name!r}")
    return found


def _workspaces(item: PipelineTask, function: TaskFunction, spaces: Mapping[str, str]) -> dict[str, Code]:
    found: dict[str, Code] = {}
    given = {binding["name"] for binding in item.get("workspaces") or ()}
    for binding in item.get("workspaces") or ():
        python = function.signature.spaces.get(binding["name"])
        variable = spaces.get(binding.get("workspace") or "")
        if python is None or variable is None or set(binding) - {"name", "workspace", "subPath"}:
            raise Unsupported("workspaces", f"the binding of {binding['name']!r}")
        sub_path = binding.get("subPath")
        found[python] = f"{variable}.sub_path({quoted(sub_path)})" if sub_path else variable
    missing = sorted(function.signature.required_spaces - given)
    if missing:
        raise Unsupported("workspaces", f"the task needs {', '.join(missing)}")
    return found


def _matrix(item: PipelineTask, function: TaskFunction, scope: Scope) -> dict[str, Code]:
    matrix: dict[str, Code] = {}
    if "matrix" not in item:
        return matrix
    if set(item["matrix"]) - {"params", "include"}:
        raise Unsupported("matrix", "fields beside params and include")
    for name, value in fans_out(item):
        python, shape = _declared(function, name)
        code = scope.value(value, ARRAY)
        one = isinstance(value, list) and len(value) == 1 and value[0].endswith("[*])")
        if shape != STRING or code is None or one or python in dict(argument_values(item)):
            raise Unsupported("matrix", f"the values of {name!r}")
        matrix[python] = code
    entries = []
    for entry in included(item):
        params = {_declared(function, param["name"]): param["value"] for param in entry.get("params") or ()}
        if any(shape != STRING or not isinstance(value, str) for (_, shape), value in params.items()):
            raise Unsupported("matrix", "include with values that are no strings")
        codes: dict[str, Code] = {python: scope.text(str(value)) for (python, _), value in params.items()}
        if entry.get("name"):
            if "name" in {python for python, _ in function.signature.params.values()}:
                raise Unsupported("matrix", "include with names, for a task with a param `name`")
            codes = {"name": quoted(entry["name"]), **codes}
        entries.append(mapping(codes))
    return matrix | ({_INCLUDE: sequence(entries)} if entries else {})
