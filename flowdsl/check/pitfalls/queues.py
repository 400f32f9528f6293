"""Pods that wait in a queue of Kueue's, which admits them by what they request."""

from __future__ import annotations

from collections.abc import Iterable

from flowdsl.check.pitfalls.index import Entry, Index, task_spec
from flowdsl.check.pitfalls.shapes import PipelineAt
from flowdsl.diagnostics.rule import HARDENING, Rule
from flowdsl.kinds.containers import ResourceRequirements
from flowdsl.kinds.pipelines import EmbeddedTask
from flowdsl.kinds.tasks import TaskSpec
from flowdsl.kube.conventions import QUEUE

QUEUED_WITHOUT_REQUESTS = Rule.pitfall(
    "FLOW347", "queued-without-requests", "a task in a queue that requests nothing", quiet=HARDENING
)


def check(pipeline: PipelineAt, entry: Entry, index: Index) -> None:
    """FLOW347: the queue counts requests (https://kueue.sigs.k8s.io/docs/concepts/workload/#resource-requests)."""
    metadata = getattr(entry.model, "metadata", None)
    queue = ((metadata.labels if metadata else None) or {}).get(QUEUE)
    if not queue:
        return
    for path, task in pipeline.tasks():
        spec: TaskSpec | EmbeddedTask | None = task.taskSpec
        if task.taskRef is not None:
            spec = task_spec(index.task(task.taskRef, (*path, "taskRef"), entry))
        if spec is not None and spec.steps and not _requests(spec):
            message = f"task {task.name!r} waits in queue {queue!r} and requests nothing: it counts as nothing there"
            hint = "give its steps requests: cpu= and memory= of @task"
            entry.report.add(QUEUED_WITHOUT_REQUESTS, path, message, hint)


def _requests(spec: TaskSpec | EmbeddedTask) -> bool:
    template = spec.stepTemplate.computeResources if spec.stepTemplate else None
    steps = (each.computeResources for each in spec.steps or ())
    return any(_says(each) for each in (template, *steps, *_beside(spec)))


def _beside(spec: TaskSpec | EmbeddedTask) -> Iterable[ResourceRequirements | None]:
    return (each.computeResources for each in spec.sidecars or ())


def _says(resources: ResourceRequirements | None) -> bool:
    return resources is not None and bool(resources.requests or resources.limits)
