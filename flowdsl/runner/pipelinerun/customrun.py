"""What a run on this machine keeps of a custom task: a CustomRun, as Tekton creates it, though a stand-in ran.

`createCustomRun` in pkg/reconciler/pipelinerun/pipelinerun.go and pkg/apis/pipeline/v1beta1/customrun_types.go of
Tekton v1.15.0. A CustomRun has no steps: those of the stand-in are in `status.extraFields`, which is for what only its
controller knows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from flowdsl.kinds.table import CUSTOM_RUN, TASK_RUN
from flowdsl.machine.custom import CUSTOM_RUN_PARAM, custom_of
from flowdsl.machine.nodes import CUSTOM_RUN_CANCELLED, TASK_RUN_CANCELLED

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

CANCELLED = "RunCancelled"
"""`spec.status` of a CustomRun that its PipelineRun cancels."""
_REASONS = {TASK_RUN_CANCELLED: CUSTOM_RUN_CANCELLED, "TaskRunTimeout": "CustomRunTimedOut"}
_OF_SPEC = ("params", "retries", "serviceAccountName", "timeout", "workspaces")
_OF_STATUS = ("conditions", "startTime", "completionTime")
_OF_STAND_IN = ("steps", "sidecars", "taskSpec")


def custom_status(status: shapes.TaskRunStatus) -> shapes.TaskRunStatus:
    """The status of a stand-in with the reasons and the texts that a CustomRun has: its results are texts alone."""
    made: shapes.TaskRunStatus = {**status, "conditions": [_condition(each) for each in status.get("conditions") or ()]}
    if results := status.get("results"):
        made["results"] = [{**each, "type": "string", "value": _text(each["value"])} for each in results]
    if tried := status.get("retriesStatus"):
        made["retriesStatus"] = [custom_status(each) for each in tried]
    return made


def custom_run(
    task: shapes.PipelineTask, document: shapes.TaskRun, status: shapes.TaskRunStatus, message: str
) -> shapes.CustomRun:
    """The CustomRun that a cluster would have, finished; `message` says why it was cancelled, where it was."""
    what = custom_of(task) or {}
    spec = cast("shapes.CustomRunSpec", {key: value for key, value in document["spec"].items() if key in _OF_SPEC})
    if params := [each for each in spec.get("params") or () if each["name"] != CUSTOM_RUN_PARAM]:
        spec["params"] = params
    else:
        spec.pop("params", None)
    named = {key: value for key, value in what.items() if key in ("apiVersion", "kind", "name")}
    if task.get("taskRef"):
        spec["customRef"] = cast("shapes.CustomRef", named)
    else:
        spec["customSpec"] = cast("shapes.EmbeddedCustomRunSpec", what)
    if message and any(each.get("reason") == CUSTOM_RUN_CANCELLED for each in status.get("conditions") or ()):
        spec["status"], spec["statusMessage"] = CANCELLED, message.replace(TASK_RUN.name, CUSTOM_RUN.name)
    return {
        "apiVersion": CUSTOM_RUN.api_version,
        "kind": CUSTOM_RUN.name,
        "metadata": document["metadata"],
        "spec": spec,
        "status": _kept(status),
    }


def _kept(status: shapes.TaskRunStatus) -> shapes.CustomRunStatus:
    made = cast("shapes.CustomRunStatus", {key: value for key, value in status.items() if key in _OF_STATUS})
    if results := status.get("results"):
        made["results"] = [{"name": each["name"], "value": str(each["value"])} for each in results]
    if tried := status.get("retriesStatus"):
        made["retriesStatus"] = [_kept(each) for each in tried]
    if extra := {key: value for key, value in status.items() if key in _OF_STAND_IN}:
        made["extraFields"] = extra
    return made


def _condition(given: shapes.Condition) -> shapes.Condition:
    reason = given.get("reason", "")
    if reason not in _REASONS:
        return given
    message = str(given.get("message", "")).replace(TASK_RUN.name, CUSTOM_RUN.name)
    return {**given, "reason": _REASONS[reason], "message": message}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
