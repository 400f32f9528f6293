"""A TaskDef as a Tekton Task: docs/tasks.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flowdsl.ir.nodes import ParamDecl, ResultDecl, TaskDef, Text
from flowdsl.ir.options import Body, PipelineOptions, Sidecar, Step, TaskOptions
from flowdsl.ir.texts import as_text
from flowdsl.ir.types import PATHS, Kind
from flowdsl.kinds.table import TASK
from flowdsl.kube.conventions import ALPHA
from flowdsl.lower.containers import compute_resources, env_list, mounts_and_volumes, security_context
from flowdsl.lower.environment import array_args, task_env

CACHE = "flowdsl.dev/cache"
_NUMBERS = (int, float, bool)


def task_document(task: TaskDef, metadata: Mapping[str, Any], *, fans_out: bool, enums: bool) -> dict[str, Any]:
    """The Task object. `fans_out`: a matrix uses it; `enums`: param enums are opted in to (alpha)."""
    chosen = enums and any(param.type.kind is Kind.CHOICE for param in task.params)
    opted = with_opt_ins(metadata, {"enable-param-enum"}) if chosen else metadata
    meta = object_meta({"name": task.name}, opted, task.options)
    return {
        "apiVersion": TASK.api_version,
        "kind": TASK.name,
        "metadata": filled(meta),
        "spec": task_spec(task, fans_out=fans_out, enums=enums),
    }


def in_order(task: TaskDef) -> bool:
    """Whether the Task's document has every field where the API's documents have it, and no object of the user's.

    True where nothing in it is given as a mapping: the functions here write fields in that order.
    """
    options: TaskOptions = task.options
    as_it_is = options.metadata or options.extra or options.volumes or options.step_template
    return not (
        as_it_is
        or options.steps
        or options.sidecars
        or not isinstance(options.security, str)
        or any(isinstance(value, Mapping) for value in options.env.values())
    )


def annotations_of(options: TaskOptions | PipelineOptions) -> dict[str, str]:
    """The annotations of an object; TaskRuns inherit a Task's, and local runs look there for `cache`."""
    cache = {CACHE: "true"} if isinstance(options, TaskOptions) and options.cache else {}
    return {**options.annotations, **cache}


def task_spec(task: TaskDef, *, fans_out: bool, enums: bool) -> dict[str, Any]:
    """The TaskSpec alone, for embedding."""
    options: TaskOptions = task.options
    env = [] if options.verbatim else task_env(task, fans_out=fans_out)
    mounts, volumes = mounts_and_volumes(options.volumes)
    return with_extra(
        {
            "displayName": task.display_name,
            "description": task.description,
            "params": [param_spec(param, enums=enums) for param in task.params],
            "steps": _steps(task, options, env),
            "stepTemplate": _template(options, mounts),
            "sidecars": [_sidecar(sidecar, options.gpu_resource) for sidecar in options.sidecars],
            "volumes": volumes,
            "workspaces": _workspaces(task),
            "results": [result_spec(result) for result in task.results],
        },
        options.extra,
    )


def with_opt_ins(metadata: Mapping[str, Any], alpha: Iterable[str]) -> Mapping[str, Any]:
    """Metadata that says which alpha features the object was written for, where it uses any."""
    names = ",".join(sorted(alpha))
    return {**metadata, "annotations": {ALPHA: names}} if names else metadata


def object_meta(name: Mapping[str, Any], given: Mapping[str, Any], options: TaskOptions | PipelineOptions) -> Any:
    """An object's metadata: its name, what holds for all objects, its own. Verbatim ones get no label of flowdsl's."""
    shared = {key: value for key, value in given.items() if key not in ("labels", "annotations")}
    ours = {} if options.verbatim else given
    labels = {**ours.get("labels", {}), **options.labels}
    annotations = {**ours.get("annotations", {}), **annotations_of(options)}
    return {**name, **shared, "annotations": annotations, "labels": labels, **options.metadata}


def filled(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that say something: empty text, lists and mappings are left out."""
    return {name: value for name, value in fields.items() if value or type(value) in _NUMBERS}


def with_extra(fields: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something, and the own ones as they are: they stand for ours, None for no such field."""
    if not extra:
        return filled(fields)
    own = {name: value for name, value in extra.items() if value is not None}
    return {**filled({name: value for name, value in fields.items() if name not in extra}), **own}


def plain(value: Text) -> Any:
    """A value as JSON data."""
    if isinstance(value, str):
        return value
    return dict(value) if isinstance(value, Mapping) else list(value)


def param_spec(param: ParamDecl, *, enums: bool) -> dict[str, Any]:
    """A ParamSpec, for a Task or a Pipeline."""
    spec: dict[str, Any] = {"name": param.name}
    if param.description:
        spec["description"] = param.description
    spec["type"] = param.type.tekton
    if param.type.kind is Kind.OBJECT:
        spec["properties"] = {key: {"type": "string"} for key, _ in param.type.properties}
    if enums and param.type.kind is Kind.CHOICE:
        spec["enum"] = list(param.type.choices)
    if param.default is not None:
        spec["default"] = plain(param.default)
    return spec


def result_spec(result: ResultDecl) -> dict[str, Any]:
    """A result as a Task or a StepAction declares it."""
    spec: dict[str, Any] = {"name": result.name}
    description = result.description
    if result.type.kind in PATHS and not description:
        description = f"Path of the {result.type.kind.value.lower()} on the workspace 'outputs'."
    if description:
        spec["description"] = description
    spec["type"] = result.type.tekton
    if result.type.kind is Kind.OBJECT:
        spec["properties"] = {key: {"type": "string"} for key, _ in result.type.properties}
    if result.value:
        spec["value"] = plain(result.value)
    return spec


def _workspaces(task: TaskDef) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        filled({"name": param.name, "readOnly": True, "optional": param.default is not None or None})
        for param in task.params
        if param.type.kind in PATHS
    ]
    found += [
        filled(
            {
                "name": space.name,
                "description": space.description,
                "mountPath": space.mount_path,
                "readOnly": space.read_only or None,
                "optional": space.optional or None,
            }
        )
        for space in task.workspaces
    ]
    if task.makes_files:
        found.append({"name": "outputs", "description": "Files that the task makes."})
    return found


def _template(options: TaskOptions, mounts: list[dict[str, Any]]) -> dict[str, Any]:
    template = options.step_template
    security = {} if options.verbatim else security_context(options.security)
    if template is None:
        return filled({"volumeMounts": mounts, "securityContext": security})
    extra: dict[str, object] = dict(template.extra)
    own = extra.pop("volumeMounts", [])
    return with_extra(
        {
            "image": template.image,
            "workingDir": template.working_dir,
            "env": env_list(template.env),
            "volumeMounts": [*mounts, *own] if isinstance(own, (list, tuple)) else own,
            "securityContext": security,
        },
        extra,
    )


def _steps(task: TaskDef, options: TaskOptions, env: list[dict[str, Any]]) -> list[dict[str, Any]]:
    main = _main_step(task, options, env)
    if not options.steps:
        return [main] if main else []
    parts = list(options.steps)
    if main and not any(part is Body for part in parts):
        parts.append(Body)
    return [_step(part, env) if isinstance(part, Step) else main for part in parts if isinstance(part, Step) or main]


def _main_step(task: TaskDef, options: TaskOptions, env: list[dict[str, Any]]) -> dict[str, Any]:
    """The step of the function itself: its script, its module, or the container the options describe."""
    works = task.has_body or options.command or options.args or options.script or options.module
    if not works and any(isinstance(part, Step) for part in options.steps):
        return {}
    command, args = list(options.command), list(options.args)
    if options.module:
        command, args = [options.python, "-m", options.module], [*args, *array_args(task)]
    elif task.has_body:
        args = array_args(task)
    return filled(
        {
            "name": task.name,
            "image": options.image,
            "command": command,
            "args": args,
            "workingDir": options.working_dir,
            "env": env_list(options.env) + env,
            "computeResources": compute_resources(options.cpu, options.memory, options.gpu, options.gpu_resource),
            "script": task.script if task.has_body else options.script,
            "onError": options.on_error,
        }
    )


def _step(step: Step, env: list[dict[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": step.name,
        "image": step.image,
        "command": list(step.command),
        "args": list(step.args),
        "workingDir": step.working_dir,
        "env": env_list(step.env) + ([] if step.ref else env),
        "computeResources": compute_resources(step.cpu, step.memory),
        "securityContext": security_context(step.security) if step.security else {},
        "script": step.script,
        "timeout": step.timeout,
        "onError": step.on_error,
        "ref": {"name": step.ref} if isinstance(step.ref, str) and step.ref else step.ref,
        "params": [{"name": name, "value": as_text(value)} for name, value in step.params.items()],
    }
    return with_extra(fields, step.extra)


def _sidecar(sidecar: Sidecar, gpu_resource: str) -> dict[str, Any]:
    probe = {"httpGet": {"path": sidecar.ready, "port": sidecar.port or 80}} if sidecar.ready else {}
    fields: dict[str, Any] = {
        "name": sidecar.name,
        "image": sidecar.image,
        "command": list(sidecar.command),
        "args": list(sidecar.args),
        "ports": [{"containerPort": sidecar.port}] if sidecar.port else [],
        "env": env_list(sidecar.env),
        "computeResources": compute_resources(sidecar.cpu, sidecar.memory, sidecar.gpu, gpu_resource),
        "readinessProbe": probe,
        "securityContext": security_context(sidecar.security) if sidecar.security else {},
        "script": sidecar.script,
    }
    return with_extra(fields, sidecar.extra)
