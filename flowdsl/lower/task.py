"""A TaskDef as a Tekton Task: docs/tasks.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.ir.nodes import ParamDecl, ResultDecl, TaskDef
from flowdsl.ir.options import Body, Sidecar, Step, TaskOptions
from flowdsl.ir.texts import as_text
from flowdsl.ir.types import PATHS, Data, Kind
from flowdsl.kinds.table import TASK
from flowdsl.kube.conventions import ENUMS, OUTPUTS, PACKAGES, PACKAGES_PATH, VARIANT_OF
from flowdsl.lower.bundle import bundle_mounts, bundle_volumes
from flowdsl.lower.containers import compute_resources, env_list, mounts_and_volumes, security_context
from flowdsl.lower.environment import array_args, decisions_env, packages_env, task_env
from flowdsl.lower.fields import ABSENT, filled, object_meta, plain, with_extra, with_opt_ins

if TYPE_CHECKING:
    from flowdsl.kinds import shapes
    from flowdsl.kinds.shapes import EnvVar, Param, ParamSpec, TaskResult, TaskSpec, VolumeMount


def task_document(task: TaskDef, metadata: shapes.ObjectMeta, *, fans_out: bool, enums: bool) -> shapes.Task:
    """The Task object. `fans_out`: a matrix uses it; `enums`: param enums are opted in to (alpha)."""
    chosen = enums and any(param.type.kind is Kind.CHOICE for param in task.params)
    opted = with_opt_ins(metadata, {ENUMS}) if chosen else metadata
    return {
        "apiVersion": TASK.api_version,
        "kind": TASK.name,
        "metadata": _meta(task, opted),
        "spec": task_spec(task, fans_out=fans_out, enums=enums),
    }


def _meta(task: TaskDef, given: shapes.ObjectMeta) -> shapes.ObjectMeta:
    """The metadata of a Task, which says of what it is a variant.

    A verbatim one says it where the name was made for it: one that its use names is what was there before.
    """
    variant_of = task.base or (task.shared if task.function is not None else "")
    if not variant_of or (task.options.verbatim and task.use is not None and task.use.variant):
        return object_meta(task.object_name, given, task.options)
    said = {VARIANT_OF: variant_of}
    if task.options.verbatim:
        own = attrs.evolve(task.options, annotations={**said, **task.options.annotations})
        return object_meta(task.object_name, given, own)
    noted: shapes.ObjectMeta = {**given, "annotations": {**given.get("annotations", {}), **said}}
    return object_meta(task.object_name, noted, task.options)


def in_order(task: TaskDef) -> bool:
    """Whether the Task's document has every field where the API's documents have it, and no object of the user's.

    True where nothing in it is given as a mapping: the functions here write fields in that order.
    """
    options = task.options
    as_it_is = options.metadata or options.extra or options.volumes or options.step_template or options.packages_cache
    return not (
        as_it_is
        or options.steps
        or options.sidecars
        or not isinstance(options.security, str)
        or (options.env and any(isinstance(value, Mapping) for value in options.env.values()))
    )


def task_spec(task: TaskDef, *, fans_out: bool, enums: bool) -> TaskSpec:
    """The TaskSpec alone, for embedding."""
    options = task.options
    env = [] if options.verbatim else task_env(task, fans_out=fans_out)
    mounts, volumes = mounts_and_volumes(options.volumes)
    if options.packages_cache:
        volumes.append({"name": PACKAGES, "persistentVolumeClaim": {"claimName": options.packages_cache}})
    if task.bundle is not None:
        volumes += bundle_volumes(task)
    spec: TaskSpec = {
        "displayName": task.display_name,
        "description": task.description,
        "params": [param_spec(param, enums=enums) for param in task.params],
        "steps": _steps(task, options, env),
        "stepTemplate": _template(options, mounts),
        "sidecars": [_sidecar(sidecar, options.gpu_resource) for sidecar in options.sidecars],
        "volumes": volumes,
        "workspaces": _workspaces(task),
        "results": [result_spec(result) for result in task.results],
    }
    return with_extra(spec, options.extra)


def param_spec(param: ParamDecl, *, enums: bool) -> ParamSpec:
    """A ParamSpec, for a Task or a Pipeline."""
    spec: ParamSpec = {"name": param.name}
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


def params_of(values: Mapping[str, Data]) -> list[Param]:
    """Params with values as the user gave them."""
    return [{"name": name, "value": as_text(value)} for name, value in values.items()]


def result_spec(result: ResultDecl) -> TaskResult:
    """A result as a Task or a StepAction declares it."""
    spec: TaskResult = {"name": result.name}
    description = result.description
    if result.type.kind in PATHS and not description:
        description = f"Path of the {result.type.kind.value.lower()} on the workspace '{OUTPUTS}'."
    if description:
        spec["description"] = description
    spec["type"] = result.type.tekton
    if result.type.kind is Kind.OBJECT:
        spec["properties"] = {key: {"type": "string"} for key, _ in result.type.properties}
    if result.value:
        spec["value"] = plain(result.value)
    return spec


def _workspaces(task: TaskDef) -> list[shapes.WorkspaceDeclaration]:
    found: list[shapes.WorkspaceDeclaration] = [
        {"name": param.name, "readOnly": True, "optional": param.default is not None or ABSENT}
        for param in task.params
        if param.type.kind in PATHS or param.type.holds_files
    ]
    found += [
        {
            "name": space.name,
            "description": space.description,
            "mountPath": space.mount_path,
            "readOnly": space.read_only or ABSENT,
            "optional": space.optional or ABSENT,
        }
        for space in task.workspaces
    ]
    if task.makes_files:
        found.append({"name": OUTPUTS, "description": "Files that the task makes."})
    return [filled(each) for each in found]


def _template(options: TaskOptions, mounts: list[VolumeMount]) -> shapes.StepTemplate:
    template = options.step_template
    security = security_context("" if options.verbatim else options.security)
    if template is None:
        alone: shapes.StepTemplate = {"volumeMounts": mounts, "securityContext": security}
        return filled(alone)
    extra = dict(template.extra)
    if isinstance(more := extra.get("volumeMounts"), (list, tuple)):
        extra["volumeMounts"] = [*mounts, *more]
    found: shapes.StepTemplate = {
        "image": template.image,
        "workingDir": template.working_dir,
        "env": env_list(template.env),
        "volumeMounts": mounts,
        "securityContext": security,
    }
    return with_extra(found, extra)


def _steps(task: TaskDef, options: TaskOptions, env: list[EnvVar]) -> list[shapes.Step]:
    main = _main_step(task, options, env)
    if not options.steps:
        return [main] if main else []
    parts = list(options.steps)
    if main and not any(part is Body for part in parts):
        parts.append(Body)
    resource = options.gpu_resource
    return [
        _step(part, env, resource) if isinstance(part, Step) else main
        for part in parts
        if isinstance(part, Step) or main
    ]


def _main_step(task: TaskDef, options: TaskOptions, env: list[EnvVar]) -> shapes.Step:
    """The step of the function itself: its script, its module, or the container the options describe."""
    if not task.has_step:
        return {}
    command, args = list(options.command), list(options.args)
    if options.module:
        command, args = [options.python, "-m", options.module], [*args, *array_args(task)]
    elif task.has_body:
        args = array_args(task)
    mounts: list[VolumeMount] = [{"name": PACKAGES, "mountPath": PACKAGES_PATH}] if options.packages_cache else []
    if task.bundle is not None:
        mounts += bundle_mounts(task)
    step: shapes.Step = {
        "name": task.shared or task.base or task.name,
        "image": task.image or options.image,
        "command": command,
        "args": args,
        "workingDir": options.working_dir,
        "env": env_list(options.env) + packages_env(options) + decisions_env(task) + env,
        "computeResources": compute_resources(options.cpu, options.memory, options.gpu, options.gpu_resource),
        "volumeMounts": mounts,
        "script": task.script if task.has_body else options.script,
        "onError": options.on_error,
    }
    return filled(step)


def _step(step: Step, env: list[EnvVar], gpu_resource: str) -> shapes.Step:
    fields: shapes.Step = {
        "name": step.name,
        "image": step.image,
        "command": list(step.command),
        "args": list(step.args),
        "workingDir": step.working_dir,
        "env": env_list(step.env) + ([] if step.ref else env),
        "computeResources": compute_resources(step.cpu, step.memory, step.gpu, gpu_resource),
        "securityContext": security_context(step.security),
        "script": step.script,
        "timeout": step.timeout,
        "onError": step.on_error,
        "ref": _ref(step.ref),
        "params": params_of(step.params),
    }
    return with_extra(fields, step.extra)


def _ref(ref: str | Mapping[str, Data]) -> shapes.Ref:
    if isinstance(ref, str):
        return {"name": ref} if ref else {}
    return cast("shapes.Ref", dict(ref))


def _sidecar(sidecar: Sidecar, gpu_resource: str) -> shapes.Sidecar:
    probe: shapes.Probe = {"httpGet": {"path": sidecar.ready, "port": sidecar.port or 80}} if sidecar.ready else {}
    fields: shapes.Sidecar = {
        "name": sidecar.name,
        "image": sidecar.image,
        "command": list(sidecar.command),
        "args": list(sidecar.args),
        "ports": [{"containerPort": sidecar.port}] if sidecar.port else [],
        "env": env_list(sidecar.env),
        "computeResources": compute_resources(sidecar.cpu, sidecar.memory, sidecar.gpu, gpu_resource),
        "readinessProbe": probe,
        "securityContext": security_context(sidecar.security),
        "script": sidecar.script,
    }
    return with_extra(fields, sidecar.extra)
