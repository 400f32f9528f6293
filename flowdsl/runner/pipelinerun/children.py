"""The PipelineRun of a task that runs a pipeline (pipelines in pipelines, an alpha feature of Tekton)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds import labels
from flowdsl.machine.failure import RunFailure
from flowdsl.machine.nodes import ChildRun
from flowdsl.machine.plan import Plan
from flowdsl.runner.pipelinerun.taskrun import own_params, owner, task_workspaces

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


def child_document(plan: Plan, run: ChildRun, uid: str) -> shapes.PipelineRun:
    """The child PipelineRun. Raises RunFailure where a workspace is missing."""
    spec = run.node.spec
    child = run.node.child or {}
    # A workspace that is missing is the child's to complain of, as in Tekton.
    optional: shapes.TaskSpec = {
        "workspaces": [{"name": each["name"], "optional": True} for each in spec.get("workspaces") or ()]
    }
    return {
        "metadata": {
            "name": run.name,
            "namespace": plan.namespace,
            "uid": uid,
            "labels": {labels.PIPELINE_RUN: plan.name, labels.PIPELINE_TASK: run.node.name},
            "ownerReferences": [owner(plan)],
        },
        "spec": {
            "pipelineSpec": child.get("spec") or {},
            "params": own_params(run),
            "workspaces": task_workspaces(plan, run, optional),
            "taskRunTemplate": (plan.run.get("spec") or {}).get("taskRunTemplate") or {},
        },
    }


def pipelines_above(plan: Plan, run: ChildRun, above: tuple[str, ...]) -> tuple[str, ...]:
    """The pipelines that a child is run by, the nearest first, its own before them; `above` are those of its parent."""
    return (_pipeline_name(run), *(above or (plan.pipeline,)))


def check_cycle(plan: Plan, run: ChildRun, above: tuple[str, ...]) -> None:
    """A pipeline does not run itself, however far below (detectPipelineRefCycle). Raises RunFailure."""
    if not run.node.spec.get("pipelineRef"):
        return
    target, chain = _pipeline_name(run), above or (plan.pipeline,)
    if target in chain:
        told = " ".join(chain[: chain.index(target)])
        message = f'pipeline "{target}" is already running in ancestor chain [{told}]'
        raise RunFailure("CreateRunFailed", f"detected cycle in pipeline-in-pipeline: {message}")


def _pipeline_name(run: ChildRun) -> str:
    """The name of a child's Pipeline; one that stands in its task goes by the run's."""
    return str(((run.node.child or {}).get("metadata") or {}).get("name") or run.name)
