"""The TaskRun of a pipeline task (createTaskRun in Tekton's PipelineRun reconciler)."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from flowdsl.kinds import labels
from flowdsl.kinds.table import PIPELINE_RUN, TASK_RUN
from flowdsl.runner.pipelinerun.failure import RunFailure
from flowdsl.runner.pipelinerun.nodes import ChildRun
from flowdsl.runner.pipelinerun.plan import Plan, Timeouts
from flowdsl.runner.pipelinerun.times import DEFAULT_TIMEOUT, go_duration
from flowdsl.runner.pipelinerun.variables import Replacements, texts


def task_run(plan: Plan, run: ChildRun) -> dict[str, Any]:
    """The TaskRun, its reference resolved: `spec.taskSpec` is there, `spec.taskRef` too where it came from one."""
    node, task = run.node, run.node.task
    assert task is not None, "only tasks have TaskRuns"
    pipeline_run = plan.run
    override = _task_run_spec(pipeline_run, node.name)
    metadata = override.get("metadata") or {}
    params = [{"name": name, "value": value} for name, value in run.extra.items()] + (node.spec.get("params") or [])
    embedded = node.spec.get("taskSpec")
    task_spec = task.spec if embedded is None else {k: v for k, v in embedded.items() if k not in _NOT_SPEC}
    annotations = {
        **task.annotations,
        **_inherited(pipeline_run["metadata"].get("annotations") or {}),
        **(metadata.get("annotations") or {}),
    }
    if node.ignores_failure:
        annotations[labels.ON_ERROR] = "continue"
    spec: dict[str, Any] = {
        "params": params,
        "serviceAccountName": override["serviceAccountName"],
        "podTemplate": override["podTemplate"],
        "stepSpecs": override.get("stepSpecs"),
        "sidecarSpecs": override.get("sidecarSpecs"),
        "computeResources": override.get("computeResources"),
        "retries": node.spec.get("retries"),
        "taskRef": node.spec.get("taskRef"),
        "taskSpec": dict(task_spec),
        "timeout": _timeout(plan.timeouts, run, override),
        "workspaces": task_workspaces(plan, run, task_spec),
    }
    return {
        **TASK_RUN.header,
        "metadata": {
            "name": run.name,
            "namespace": plan.namespace,
            "uid": str(uuid.uuid4()),
            "labels": {**task.labels, **_labels(plan, run), **(metadata.get("labels") or {})},
            **({"annotations": annotations} if annotations else {}),
            "ownerReferences": [owner(plan)],
        },
        "spec": {key: value for key, value in spec.items() if value},
    }


_NOT_SPEC = ("metadata", "apiVersion", "kind")


def owner(plan: Plan) -> dict[str, Any]:
    """The reference of a child to its PipelineRun."""
    return {
        **PIPELINE_RUN.header,
        "name": plan.name,
        "uid": plan.run["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def _labels(plan: Plan, run: ChildRun) -> dict[str, str]:
    found = {
        **(plan.run["metadata"].get("labels") or {}),
        labels.PIPELINE_RUN: plan.name,
        labels.PIPELINE_RUN_UID: plan.run["metadata"]["uid"],
        labels.PIPELINE_TASK: run.node.name,
        labels.MEMBER_OF: "finally" if run.node.final else "tasks",
    }
    if run.node.task is not None and run.node.task.name:
        found[labels.TASK] = run.node.task.name
    return found


def _inherited(annotations: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in annotations.items() if not key.startswith(labels.MACHINERY)}


def _task_run_spec(pipeline_run: Mapping[str, Any], task: str) -> dict[str, Any]:
    """What the PipelineRun says of one task's TaskRuns, over what it says of all (GetTaskRunSpec)."""
    spec = pipeline_run.get("spec") or {}
    template = spec.get("taskRunTemplate") or {}
    found: dict[str, Any] = {
        "serviceAccountName": template.get("serviceAccountName") or "default",
        "podTemplate": template.get("podTemplate") or {},
    }
    for each in spec.get("taskRunSpecs") or ():
        if each.get("pipelineTaskName") == task:
            pod = {**found["podTemplate"], **(each.get("podTemplate") or {})}
            account = each.get("serviceAccountName") or found["serviceAccountName"]
            found = {**each, "podTemplate": pod, "serviceAccountName": account}
    return found


def _timeout(timeouts: Timeouts, run: ChildRun, override: Mapping[str, Any]) -> str:
    """The TaskRun's timeout: the override's, the task's, the run's where that is longer than an hour, else an hour."""
    given = override.get("timeout") or run.node.spec.get("timeout")
    if given:
        return str(given)
    shared = timeouts.final if run.node.final else timeouts.tasks
    if shared is not None and (shared == 0 or shared > DEFAULT_TIMEOUT):
        return go_duration(shared)
    return go_duration(DEFAULT_TIMEOUT)


def task_workspaces(plan: Plan, run: ChildRun, task_spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The bindings of a TaskRun (getTaskrunWorkspaces). Raises RunFailure where one that is needed is not there."""
    spec = run.node.spec
    wanted = [dict(each) for each in spec.get("workspaces") or ()]
    if spec.get("taskSpec"):
        named = {each["name"] for each in wanted}
        wanted += [{"name": name} for name in _used(task_spec) if name not in named]
    declared = {space["name"]: space for space in task_spec.get("workspaces") or ()}
    context = Replacements(
        {
            "context.pipelineRun.name": plan.name,
            "context.pipelineRun.namespace": plan.namespace,
            "context.pipelineRun.uid": plan.run["metadata"]["uid"],
            "context.pipeline.name": plan.pipeline,
        }
    )
    found = []
    for each in wanted:
        source = each.get("workspace") or each["name"]
        binding = plan.bindings.get(source)
        if binding is not None:
            if "volumeClaimTemplate" in binding:
                claim = {"claimName": claim_name(binding, plan.run["metadata"]["uid"])}
                binding = {"name": source, "subPath": binding.get("subPath"), "persistentVolumeClaim": claim}
            path = "/".join(part.strip("/") for part in (binding.get("subPath"), each.get("subPath")) if part)
            bound = {**binding, "name": each["name"], "subPath": context.text(path)}
            found.append({key: value for key, value in bound.items() if key != "subPath" or value})
        elif not (declared.get(each["name"]) or {}).get("optional"):
            message = f'expected workspace "{source}" to be provided by pipelinerun for pipeline task "{run.node.name}"'
            raise RunFailure("CreateRunFailed", message)
    return found


def claim_name(binding: Mapping[str, Any], run_uid: str) -> str:
    """The name of the claim that a workspace's volumeClaimTemplate makes: the same for every task of a run."""
    template = (binding["volumeClaimTemplate"].get("metadata") or {}).get("name") or "pvc"
    digest = hashlib.sha256(f"{run_uid}/{binding['name']}".encode()).hexdigest()
    return f"{template}-{digest[:10]}"


def _used(task_spec: Mapping[str, Any]) -> list[str]:
    """The workspaces whose variables the steps of an embedded task use (FindWorkspacesUsedByTask)."""
    found: dict[str, None] = {}
    for text in texts([task_spec.get("steps"), task_spec.get("sidecars"), task_spec.get("stepTemplate")]):
        for part in text.split("$(workspaces.")[1:]:
            name = part.split(")")[0].split(".")[0]
            found[name] = None
    return list(found)
