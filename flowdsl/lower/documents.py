"""Runs and StepActions of a manifest as Tekton objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flowdsl.ir.documents import RunOptions
from flowdsl.ir.nodes import TaskDef
from flowdsl.ir.pods import pod_fields
from flowdsl.kinds.table import PIPELINE_RUN, STEP_ACTION, TASK_RUN
from flowdsl.lower.containers import env_list, security_context
from flowdsl.lower.fields import object_meta, overlaid, with_extra
from flowdsl.lower.run import bound, pods, timeouts
from flowdsl.lower.task import param_spec, params_of, result_spec

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


def pipeline_run(options: RunOptions, what: shapes.PipelineRunSpec, metadata: shapes.ObjectMeta) -> shapes.PipelineRun:
    """A PipelineRun; `what` is its reference or its embedded spec, `metadata` what it has in common with others."""
    spec: shapes.PipelineRunSpec = {
        **what,
        "params": params_of(options.params),
        "workspaces": _workspaces(options),
        "taskRunTemplate": pods(options.service_account, _pod_template(options)),
        "timeouts": timeouts(options.timeout, options.tasks_timeout, options.finally_timeout),
    }
    return {
        "apiVersion": PIPELINE_RUN.api_version,
        "kind": PIPELINE_RUN.name,
        "metadata": _metadata(options, metadata),
        "spec": with_extra(spec, options.extra),
    }


def task_run(options: RunOptions, what: shapes.TaskRunSpec, metadata: shapes.ObjectMeta) -> shapes.TaskRun:
    """A TaskRun, as `pipeline_run` makes the other."""
    spec: shapes.TaskRunSpec = {
        **what,
        "params": params_of(options.params),
        "workspaces": _workspaces(options),
        "serviceAccountName": options.service_account,
        "podTemplate": _pod_template(options),
        "timeout": options.timeout,
    }
    return {
        "apiVersion": TASK_RUN.api_version,
        "kind": TASK_RUN.name,
        "metadata": _metadata(options, metadata),
        "spec": with_extra(spec, options.extra),
    }


def _workspaces(options: RunOptions) -> list[shapes.WorkspaceBinding]:
    return [bound(name, source) for name, source in options.workspaces.items()]


def _pod_template(options: RunOptions) -> shapes.PodTemplate:
    return cast("shapes.PodTemplate", dict(pod_fields(options.pod_template)))


def _metadata(options: RunOptions, shared: shapes.ObjectMeta) -> shapes.ObjectMeta:
    meta: shapes.ObjectMeta = {
        "name": options.name,
        "generateName": options.generate_name,
        **shared,
        "labels": dict(options.labels),
        "annotations": {**shared.get("annotations", {}), **options.annotations},
    }
    return overlaid(meta, options.metadata)


def step_action_document(task: TaskDef, metadata: shapes.ObjectMeta) -> shapes.StepAction:
    """A StepAction: docs/stepactions.md."""
    options = task.options
    spec: shapes.StepActionSpec = {
        "description": task.description,
        "image": options.image,
        "params": [param_spec(param, enums=False) for param in task.params],
        "command": list(options.command),
        "args": list(options.args),
        "workingDir": options.working_dir,
        "env": env_list(options.env),
        "securityContext": security_context(options.security),
        "script": options.script,
        # A step's result has no value of its own, which admission says of one that was given.
        "results": [cast("shapes.StepResult", result_spec(result)) for result in task.results],
    }
    return {
        "apiVersion": STEP_ACTION.api_version,
        "kind": STEP_ACTION.name,
        "metadata": object_meta(task.name, metadata, options),
        "spec": with_extra(spec, options.extra),
    }
