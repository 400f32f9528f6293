"""The TaskRun of a pipeline task (createTaskRun in Tekton's PipelineRun reconciler)."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar, cast

from flowdsl.kinds import labels
from flowdsl.kinds.table import PIPELINE_RUN, TASK_RUN
from flowdsl.kube.conventions import DEFAULT_TIMEOUT
from flowdsl.machine.catalogue import EQUIVALENT, bare_spec
from flowdsl.machine.custom import custom_of, told_params
from flowdsl.machine.failure import RunFailure
from flowdsl.machine.nodes import ChildRun
from flowdsl.machine.plan import Plan, Timeouts
from flowdsl.machine.times import go_duration
from flowdsl.machine.variables import Replacements, texts

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


T = TypeVar("T", bound=Mapping[str, object])


def task_run(plan: Plan, run: ChildRun) -> shapes.TaskRun:
    """The TaskRun, its reference resolved: `spec.taskSpec` is there, `spec.taskRef` too where it came from one."""
    node, task = run.node, run.node.task
    assert task is not None, "only tasks have TaskRuns"
    pipeline_run = plan.run
    override = _task_run_spec(pipeline_run, node.name)
    metadata = override.get("metadata") or {}
    embedded = node.spec.get("taskSpec")
    # An embedded task as it stands now, its references replaced; unless something else stands for it.
    custom = custom_of(node.spec)
    whole = embedded is None or custom is not None or task.origin == EQUIVALENT
    task_spec = task.spec if whole or embedded is None else bare_spec(embedded)
    told = told_params(custom, task_spec) if custom is not None else []
    annotations = {
        **task.annotations,
        **_inherited(pipeline_run["metadata"].get("annotations") or {}),
        **(metadata.get("annotations") or {}),
    }
    if node.ignores_failure:
        annotations[labels.ON_ERROR] = "continue"
    spec: shapes.TaskRunSpec = {
        "params": [*own_params(run), *told],
        "serviceAccountName": override["serviceAccountName"],
        "podTemplate": override["podTemplate"],
        "stepSpecs": override.get("stepSpecs", []),
        "sidecarSpecs": override.get("sidecarSpecs", []),
        "computeResources": override.get("computeResources", {}),
        "retries": node.spec.get("retries", 0),
        "taskRef": node.spec.get("taskRef", {}),
        "taskSpec": task_spec.copy(),
        "timeout": _timeout(plan.timeouts, run, override),
        "workspaces": task_workspaces(plan, run, task_spec),
    }
    meta: shapes.ObjectMeta = {
        "name": run.name,
        "namespace": plan.namespace,
        "uid": str(uuid.uuid4()),
        "labels": {**task.labels, **_labels(plan, run), **(metadata.get("labels") or {})},
        "annotations": annotations,
        "ownerReferences": [owner(plan)],
    }
    return {
        "apiVersion": TASK_RUN.api_version,
        "kind": TASK_RUN.name,
        "metadata": filled(meta),
        "spec": filled(spec),
    }


def filled(fields: T) -> T:
    """The fields that hold something."""
    return cast("T", {key: value for key, value in fields.items() if value})


def own_params(run: ChildRun) -> list[shapes.Param]:
    """The params of a child: those of its combination of a matrix, then those of its task."""
    extra: list[shapes.Param] = [{"name": name, "value": value} for name, value in run.extra.items()]
    return extra + (run.node.spec.get("params") or [])


def owner(plan: Plan) -> shapes.OwnerReference:
    """The reference of a child to its PipelineRun."""
    return {
        "apiVersion": PIPELINE_RUN.api_version,
        "kind": PIPELINE_RUN.name,
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


def _task_run_spec(pipeline_run: shapes.PipelineRun, task: str) -> shapes.PipelineTaskRunSpec:
    """What the PipelineRun says of one task's TaskRuns, over what it says of all (GetTaskRunSpec)."""
    spec = pipeline_run.get("spec") or {}
    template = spec.get("taskRunTemplate") or {}
    found: shapes.PipelineTaskRunSpec = {
        "serviceAccountName": template.get("serviceAccountName") or "default",
        "podTemplate": template.get("podTemplate") or {},
    }
    for each in spec.get("taskRunSpecs") or ():
        if each.get("pipelineTaskName") == task:
            pod: shapes.PodTemplate = {**found["podTemplate"], **(each.get("podTemplate") or {})}
            account = each.get("serviceAccountName") or found["serviceAccountName"]
            found = {**each, "podTemplate": pod, "serviceAccountName": account}
    return found


def _timeout(timeouts: Timeouts, run: ChildRun, override: shapes.PipelineTaskRunSpec) -> str:
    """The TaskRun's timeout: the override's, the task's, the run's where that is longer than an hour, else an hour."""
    given = override.get("timeout") or run.node.spec.get("timeout")
    if given:
        return str(given)
    shared = timeouts.final if run.node.final else timeouts.tasks
    if shared is not None and (shared == 0 or shared > DEFAULT_TIMEOUT):
        return go_duration(shared)
    return go_duration(DEFAULT_TIMEOUT)


def task_workspaces(plan: Plan, run: ChildRun, task_spec: shapes.TaskSpec) -> list[shapes.WorkspaceBinding]:
    """The bindings of a TaskRun (getTaskrunWorkspaces). Raises RunFailure where one that is needed is not there."""
    spec = run.node.spec
    wanted = list(spec.get("workspaces") or ())
    if spec.get("taskSpec") and custom_of(spec) is None:
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
    found: list[shapes.WorkspaceBinding] = []
    for each in wanted:
        source = each.get("workspace") or each["name"]
        binding = plan.bindings.get(source)
        if binding is not None:
            if "volumeClaimTemplate" in binding:
                claim = claim_name(binding, plan.run["metadata"]["uid"])
                sub_path = binding.get("subPath", "")
                binding = {"name": source, "subPath": sub_path, "persistentVolumeClaim": {"claimName": claim}}
            path = "/".join(part.strip("/") for part in (binding.get("subPath"), each.get("subPath")) if part)
            bound: shapes.WorkspaceBinding = {**binding, "name": each["name"], "subPath": context.text(path)}
            if not bound["subPath"]:
                del bound["subPath"]
            found.append(bound)
        elif not (declared.get(each["name"]) or {}).get("optional"):
            message = f'expected workspace "{source}" to be provided by pipelinerun for pipeline task "{run.node.name}"'
            raise RunFailure("CreateRunFailed", message)
    return found


def claim_name(binding: shapes.WorkspaceBinding, run_uid: str) -> str:
    """The name of the claim that a workspace's volumeClaimTemplate makes: the same for every task of a run."""
    template = (binding["volumeClaimTemplate"].get("metadata") or {}).get("name") or "pvc"
    digest = hashlib.sha256(f"{run_uid}/{binding['name']}".encode()).hexdigest()
    return f"{template}-{digest[:10]}"


def _used(task_spec: shapes.TaskSpec) -> list[str]:
    """The workspaces whose variables the steps of an embedded task use (FindWorkspacesUsedByTask)."""
    found: dict[str, None] = {}
    for text in texts([task_spec.get("steps"), task_spec.get("sidecars"), task_spec.get("stepTemplate")]):
        for part in text.split("$(workspaces.")[1:]:
            name = part.split(")")[0].split(".")[0]
            found[name] = None
    return list(found)
