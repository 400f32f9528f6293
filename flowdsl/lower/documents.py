"""Runs and StepActions of a manifest as Tekton objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowdsl.ir.documents import RunOptions
from flowdsl.ir.nodes import PipelineWorkspace, TaskDef
from flowdsl.ir.options import TaskOptions
from flowdsl.ir.texts import as_text
from flowdsl.kinds.kind import Kind
from flowdsl.kinds.table import STEP_ACTION, TASK_RUN
from flowdsl.lower.containers import env_list, security_context
from flowdsl.lower.run import bound
from flowdsl.lower.task import filled, object_meta, param_spec, result_spec, with_extra


def run_of(
    kind: Kind, options: RunOptions, what: Mapping[str, Any], shared: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A PipelineRun or TaskRun; `what` is its reference or its embedded spec, by Tekton's field name.

    `shared` is metadata that it has with others: a namespace, annotations.
    """
    names = {"name": options.name, "generateName": options.generate_name, **(shared or {})}
    annotations = {**names.get("annotations", {}), **options.annotations}
    meta = {**names, "labels": dict(options.labels), "annotations": annotations, **options.metadata}
    pod = {"serviceAccountName": options.service_account, "podTemplate": dict(options.pod_template)}
    spec: dict[str, Any] = {
        **what,
        "params": [{"name": name, "value": as_text(value)} for name, value in options.params.items()],
        "workspaces": [bound(PipelineWorkspace(name, source)) for name, source in options.workspaces.items()],
    }
    if kind is TASK_RUN:
        spec |= {**pod, "timeout": options.timeout}
    else:
        timeouts = {
            "pipeline": options.timeout,
            "tasks": options.tasks_timeout,
            "finally": options.finally_timeout,
        }
        spec |= {"taskRunTemplate": filled(pod), "timeouts": filled(timeouts)}
    return {
        "apiVersion": kind.api_version,
        "kind": kind.name,
        "metadata": filled(meta),
        "spec": with_extra(spec, options.extra),
    }


def step_action_document(task: TaskDef, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """A StepAction: docs/stepactions.md."""
    options: TaskOptions = task.options
    spec = {
        "description": task.description,
        "image": options.image,
        "params": [param_spec(param, enums=False) for param in task.params],
        "command": list(options.command),
        "args": list(options.args),
        "workingDir": options.working_dir,
        "env": env_list(options.env),
        "securityContext": security_context(options.security),
        "script": options.script,
        "results": [result_spec(result) for result in task.results],
    }
    return {
        "apiVersion": STEP_ACTION.api_version,
        "kind": STEP_ACTION.name,
        "metadata": filled(object_meta({"name": task.name}, metadata, options)),
        "spec": with_extra(spec, options.extra),
    }
