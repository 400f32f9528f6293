"""The facets of Tekton's own kinds: what of a spec is a param, an image, an edge, a gate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Protocol, cast

from flowdsl.differ.facets import Facets, Take, Taking, in_order, settled
from flowdsl.kinds.kind import resolve
from flowdsl.kinds.table import find

_RESULT = re.compile(r"\$\(tasks\.([a-zA-Z0-9-]+)\.results[.\[]")
_DECIDED = re.compile(r"\$\(tasks\.([a-z0-9-]+)\.results\.([A-Za-z0-9._-]+)\)")
_EXPANDED = re.compile(r"\$\(\w+\)")
_STEP_FIELDS = {
    "image": "image",
    "script": "script",
    "command": "command",
    "args": "args",
    "computeResources": "resources",
    "timeout": "timeout",
    "onError": "onError",
    "workingDir": "workingDir",
    "ref": "reference",
    "securityContext": "security",
    "imagePullPolicy": "imagePullPolicy",
}


def of_task(taking: Taking, spec: dict[str, object], path: tuple[str, ...] = (), *, public: bool = True) -> None:
    """A TaskSpec. `public`: others use it by name, so that its params are a contract; else it is one pipeline's own."""
    prefix = "" if public and not taking.is_variant else "inner "
    _texts(taking, spec, path)
    for kind, field in (("param", "params"), ("result", "results"), ("workspace", "workspaces")):
        _declared(taking, spec, field, prefix + kind, path)
    names = []
    for name, step in taking.each(spec, "steps"):
        names.append(name)
        _container(taking, "step", name, step, path)
    if len(names) > 1:
        taking.note("order", (*path, "steps"), names)
    for name, sidecar in taking.each(spec, "sidecars"):
        _container(taking, "sidecar", name, sidecar, path)
    template = taking.mapping(spec, "stepTemplate")
    if template:
        _container(taking, "stepTemplate", "", template, path)
    for name, volume in taking.each(spec, "volumes"):
        taking.note("volume", (*path, name), volume)
    taking.remains(spec, (*path, "spec"))
    spec.clear()


def _texts(taking: Taking, holder: dict[str, object], path: tuple[str, ...]) -> None:
    for field in ("description", "displayName"):
        taking.take("text", (*path, field), holder, field)


def _declared(taking: Taking, spec: dict[str, object], field: str, kind: str, path: tuple[str, ...]) -> None:
    for name, item in taking.each(spec, field):
        _texts(taking, item, (*path, field, name))
        taking.note(kind, (*path, name), item)


def _container(taking: Taking, kind: str, name: str, container: dict[str, object], path: tuple[str, ...]) -> None:
    """A step, sidecar or step template; its variables and mounts are facets of their own."""
    here = (*path, name) if name else path
    taking.note(kind, here, True)
    for field, facet in _STEP_FIELDS.items():
        taking.take(facet, here, container, field)
    variables = taking.each(container, "env")
    for variable, value in variables:
        taking.note("env", (*here, variable), value.get("value") if set(value) == {"value"} else value)
    if any(_EXPANDED.search(text) for _, value in variables if isinstance(text := value.get("value"), str)):
        # Kubernetes expands $(NAME) to variables that come before.
        taking.note("order", (*here, "env"), [variable for variable, _ in variables])
    for where, mount in taking.each(container, "volumeMounts", "mountPath"):
        taking.note("mount", (*here, where), mount)
    for param, value in taking.each(container, "params"):
        taking.note("argument", (*here, param), value.get("value"))
    taking.remains(container, (*here, kind))
    container.clear()


def of_pipeline(taking: Taking, spec: dict[str, object], path: tuple[str, ...] = (), *, public: bool = True) -> None:
    """A PipelineSpec; `public` as for a task's."""
    prefix = "" if public else "inner "
    _texts(taking, spec, path)
    for kind, field in (("param", "params"), ("result", "results"), ("workspace", "workspaces")):
        _declared(taking, spec, field, prefix + kind, path)
    for field in ("tasks", "finally"):
        for name, task in taking.each(spec, field):
            _pipeline_task(taking, name, task, path, final=field == "finally")
    taking.remains(spec, (*path, "spec"))
    spec.clear()


def _pipeline_task(taking: Taking, name: str, task: dict[str, object], path: tuple[str, ...], *, final: bool) -> None:
    here = (*path, name)
    taking.note("task", here, "finally" if final else "tasks")
    for before in sorted(_waits_for(task)):
        taking.note("edge", (*here, before), True)
    task.pop("runAfter", None)
    _texts(taking, task, here)
    for field, kind in (("taskRef", "reference"), ("pipelineRef", "reference"), ("timeout", "timeout")):
        taking.take(kind, here, task, field)
    taking.take("retries", here, task, "retries")
    taking.take("onError", here, task, "onError")
    gates = task.get("when")
    if isinstance(gates, list):
        del task["when"]
        taking.note("gate", here, in_order(_as_written(taking, each) for each in gates))
    if isinstance(task.get("matrix"), dict):
        taking.note("matrix", here, task.pop("matrix"))
    for param, value in taking.each(task, "params"):
        taking.note("argument", (*here, param), value.get("value"))
    for workspace, binding in taking.each(task, "workspaces"):
        taking.note("binding", (*here, workspace), {"workspace": workspace, **binding})
    if inner := taking.mapping(task, "taskSpec"):
        of_task(taking, inner, here, public=False)
    if inner := taking.mapping(task, "pipelineSpec"):
        of_pipeline(taking, inner, here, public=False)
    taking.remains(task, (*here, "task"))
    task.clear()


def _as_written(taking: Taking, gate: object) -> object:
    """A condition as its author wrote it, where the Pipeline says so; else the expression of Tekton's."""
    if not isinstance(gate, dict) or gate.get("values") != ["true"] or set(gate) != {"input", "operator", "values"}:
        return settled(gate)
    found = _DECIDED.fullmatch(str(gate["input"]))
    shown = taking.conditions.get(f"{found[1]}.{found[2]}") if found else None
    words = {"in": "{}", "notin": "not_({})"}.get(str(gate["operator"]))
    return settled(gate) if shown is None or words is None else words.format(shown)


def _waits_for(task: dict[str, object]) -> set[str]:
    """The tasks that this one waits for, by `runAfter` or by a result it uses: the order is the same either way."""
    listed = task.get("runAfter")
    before = {str(name) for name in listed} if isinstance(listed, list) else set()
    used = [task.get(field) for field in ("params", "when", "matrix", "taskSpec")]
    return before | {name for text in _strings(used) for name in _RESULT.findall(text)}


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


class Inner(Protocol):
    """What takes an embedded spec apart."""

    def __call__(
        self, taking: Taking, spec: dict[str, object], path: tuple[str, ...] = (), *, public: bool = True
    ) -> None:
        """As `of_task`."""


def _run(taking: Taking, spec: dict[str, object], reference: str, embedded: str, take: Inner) -> None:
    taking.take("reference", (), spec, reference)
    for name, value in taking.each(spec, "params"):
        taking.note("argument", (name,), value.get("value"))
    for name, binding in taking.each(spec, "workspaces"):
        taking.note("binding", (name,), binding)
    for field, timeout in taking.mapping(spec, "timeouts").items():
        taking.note("timeout", (field,), timeout)
    taking.take("timeout", (), spec, "timeout")
    taking.take("retries", (), spec, "retries")
    if inner := taking.mapping(spec, embedded):
        take(taking, inner, (), public=False)
    for task, each in taking.each(spec, "taskRunSpecs", "pipelineTaskName"):
        _task_run_spec(taking, task, each)
    taking.remains(spec, ("spec",))
    spec.clear()


def _task_run_spec(taking: Taking, task: str, each: dict[str, object]) -> None:
    taking.take("resources", (task,), each, "computeResources")
    taking.take("timeout", (task,), each, "timeout")
    for step, own in taking.each(each, "stepSpecs"):
        taking.take("resources", (task, step), own, "computeResources")
    taking.remains(each, ("spec", "taskRunSpecs", task))


def of_step_action(taking: Taking, spec: dict[str, object]) -> None:
    """A StepActionSpec."""
    _texts(taking, spec, ())
    for kind, field in (("param", "params"), ("result", "results")):
        _declared(taking, spec, field, kind, ())
    _container(taking, "step", "", spec, ())


def of_pipeline_run(taking: Taking, spec: dict[str, object]) -> None:
    """A PipelineRunSpec."""
    _run(taking, spec, "pipelineRef", "pipelineSpec", of_pipeline)


def of_task_run(taking: Taking, spec: dict[str, object]) -> None:
    """A TaskRunSpec."""
    _run(taking, spec, "taskRef", "taskSpec", of_task)


def facets(document: Mapping[str, object]) -> Facets:
    """The facets of a cleaned document."""
    taking = Taking(document)
    taking.metadata()
    kind = find(document.get("kind"), document.get("apiVersion"))
    spec = taking.rest if kind is not None and kind.bare else taking.rest.get("spec")
    if kind is not None and kind.facets and isinstance(spec, dict):
        cast("Take", resolve(kind.facets))(taking, spec)
    taking.remains(taking.rest, ())
    return taking.found
