"""How a task's parameters reach its process: by environment and, for arrays, by arguments. Never as script text.

Kubernetes expands `$(NAME)` in a variable's value to a variable that stands *before* it. Secrets therefore come last:
no parameter's value can name one and have it pasted in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.decide.wire import CONDITIONS, FIELDS
from flowdsl.ir.nodes import ParamDecl, TaskDef
from flowdsl.ir.options import TaskOptions
from flowdsl.ir.types import PATHS, Kind
from flowdsl.ir.variables import ARRAY_MARK, OUTPUT_DIR, OUTPUT_ROOT, PARAM, RESULT, variable
from flowdsl.ir.volumes import ConfigMap, Secret
from flowdsl.kube.conventions import OUTPUTS, PACKAGES_IMAGE, PACKAGES_PATH
from flowdsl.lower.containers import env_entry

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import EnvVar


def task_env(task: TaskDef, *, fans_out: bool) -> list[EnvVar]:
    """The variables every step of the task gets."""
    env: list[EnvVar] = []
    for param in task.params:
        if param.name != PACKAGES_IMAGE or task.build is None:  # which is for the pod, not for what runs in it
            env += _param_env(param)
    for space in task.workspaces:
        name = variable(PARAM, space.python)
        env.append({"name": name, "value": f"$(workspaces.{space.name}.path)"})
        if space.optional:
            env.append({"name": f"{name}_BOUND", "value": f"$(workspaces.{space.name}.bound)"})
    env += [
        {"name": variable(RESULT, result.name), "value": f"$(results.{result.name}.path)"} for result in task.results
    ]
    if task.makes_files:
        root = f"$(workspaces.{OUTPUTS}.path)"
        # The runs of a fan-out share the sub-path of their task, so that each needs a folder of its own.
        own = f"{root}/$(context.taskRun.name)" if fans_out else root
        env += [{"name": OUTPUT_ROOT, "value": root}, {"name": OUTPUT_DIR, "value": own}]
    for item in task.env:
        kind = Secret if item.kind is Kind.SECRET else ConfigMap
        env.append(env_entry(variable(PARAM, item.name), kind(item.object_name, item.key, optional=item.optional)))
    return env


def _param_env(param: ParamDecl) -> list[EnvVar]:
    name = variable(PARAM, param.python)
    if param.type.kind is Kind.ARRAY:
        folder: EnvVar = {"name": f"{name}_DIR", "value": f"$(workspaces.{param.name}.path)"}
        return [folder] if param.type.holds_files else []
    if param.type.kind is Kind.OBJECT:
        return [
            {"name": variable(name, key), "value": f"$(params.{param.name}.{key})"} for key, _ in param.type.properties
        ]
    env: list[EnvVar] = [{"name": name, "value": f"$(params.{param.name})"}]
    if param.type.kind in PATHS:
        env.append({"name": f"{name}_DIR", "value": f"$(workspaces.{param.name}.path)"})
    return env


def packages_env(options: TaskOptions) -> list[EnvVar]:
    """Where the script of a task keeps what it installs, where that stays for the next step."""
    return [{"name": "FLOWDSL_PACKAGES_CACHE", "value": PACKAGES_PATH}] if options.packages_cache else []


def decisions_env(task: TaskDef) -> list[EnvVar]:
    """The conditions that the task's script decides."""
    if not task.decisions and not task.decided_fields:
        return []
    found = ((CONDITIONS, task.decisions), (FIELDS, task.decided_fields))
    return [{"name": name, "value": text} for name, text in found if text]


def array_args(task: TaskDef) -> list[str]:
    """The arguments that carry the task's arrays: Tekton can put an array nowhere else."""
    args = []
    for param in task.params:
        if param.type.kind is Kind.ARRAY:
            args += [f"{ARRAY_MARK}{param.python}", f"$(params.{param.name}[*])"]
    return args
