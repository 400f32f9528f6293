"""What is done with runs that exist: list, cancel, retry, delete."""

from __future__ import annotations

import copy
from collections.abc import Mapping

from flowdsl.diagnostics import ClusterError, UsageError
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.kinds import labels
from flowdsl.kinds.table import PIPELINE_RUN, TASK_RUN
from flowdsl.kube.conventions import OWNED_BY, REQUEST, RETRIED_TASK, RETRY_OF
from flowdsl.kubeclient.client import MANAGER, MERGE, Client
from flowdsl.kubeclient.errors import AnsweredError
from flowdsl.kubeclient.objects import Metadata, Object
from flowdsl.kubeclient.resources import base_of, path_of
from flowdsl.kubeclient.states import is_over, task_of
from flowdsl.view.events import condition

# Tekton's spec.status: docs/pipelineruns.md, "Gracefully cancelling" and "Gracefully stopping a PipelineRun".
NOW, AFTER_FINALLY, AFTER_RUNNING = "Cancelled", "CancelledRunFinally", "StoppedRunFinally"


def list_runs(client: Client, pipeline: str = "", selector: str = "", *, everywhere: bool = False) -> list[Object]:
    """The PipelineRuns of the namespace, or of all that may be read, the newest first.

    `pipeline` and `selector`, a label selector as kubectl has it, choose among them. Raises ClusterError.
    """
    chosen = ",".join(filter(None, (f"{labels.PIPELINE}={pipeline}" if pipeline else "", selector)))
    place = f"{base_of(PIPELINE_RUN.api_version)}/{PIPELINE_RUN.plural}"
    found = client.items(
        place if everywhere else path_of(PIPELINE_RUN, client.namespace),
        **({"labelSelector": chosen} if chosen else {}),
    )
    return sorted(
        found, key=lambda each: (each["metadata"].get("creationTimestamp", ""), each["metadata"]["name"]), reverse=True
    )


def get_run(client: Client, name: str, pipeline: str = "") -> Object:
    """A PipelineRun by its name; for `last` the newest, of one pipeline where it is named.

    Raises ClusterError where there is none: it may have been one that was deleted.
    """
    found = client.find(path_of(PIPELINE_RUN, client.namespace, name))
    if found:
        return found
    where = f"in namespace {client.namespace} of {client.where}"
    if name == "last":
        every = list_runs(client, pipeline)
        if every:
            return every[0]
        raise ClusterError(
            f"there is no run of pipeline {pipeline} {where}" if pipeline else f"there is no run {where}"
        )
    hint = did_you_mean(name, _spelt_alike(client, name), f"`flowdsl list{client.words}` shows those there are")
    raise ClusterError(f"there is no PipelineRun {name!r} {where}, or no more; {hint}")


def _spelt_alike(client: Client, name: str) -> list[str]:
    """Runs that somebody may have meant: what was generated at the end of a name is nobody's typing error."""
    stem = name.rpartition("-")[0]
    try:
        names = [each["metadata"]["name"] for each in list_runs(client)]
    except AnsweredError:  # who may read a run may have no right to list them: that is not what was asked
        return []
    return [each for each in names if each.rpartition("-")[0] != stem]


def ended_badly(run: Object, words: str = "") -> Object:
    """The run, which is over and did not succeed. Raises UsageError for any other: there is nothing to retry.

    `words` are the options that find its cluster again.
    """
    name, found = run["metadata"]["name"], condition(run).get("status")
    if found not in ("True", "False"):
        raise UsageError(f"{name} is not over; cancel it first, or watch it: flowdsl watch {name}{words}")
    if found == "True":
        raise UsageError(f"{name} succeeded: there is nothing to retry")
    return run


def some_failed(run: Object, failed: list[Object]) -> list[Object]:
    """The TaskRuns that failed. Raises UsageError where none did: the run failed by itself."""
    if not failed:
        raise UsageError(f"no task of {run['metadata']['name']} failed: {condition(run).get('message')}")
    return failed


def cancel(client: Client, run: Object, how: str) -> str:
    """Ask Tekton to end a run; what it means, in words."""
    name = run["metadata"]["name"]
    if is_over(run):
        return f"{name} is over already: {condition(run).get('reason')}"
    body = {"spec": {"status": how}}
    client.call("PATCH", path_of(PIPELINE_RUN, client.namespace, name), {"fieldManager": MANAGER}, body, kind=MERGE)
    return {
        NOW: f"{name} is being cancelled: running tasks end now, finally does not run",
        AFTER_FINALLY: f"{name} is being cancelled: running tasks end now, then finally runs",
        AFTER_RUNNING: f"{name} is being stopped: running tasks go on to their end, then finally runs",
    }[how]


def task_runs(client: Client, run: str) -> list[Object]:
    """The TaskRuns of the PipelineRun of that name. Raises ClusterError."""
    return client.items(path_of(TASK_RUN, client.namespace), labelSelector=f"{labels.PIPELINE_RUN}={run}")


def failed_tasks(client: Client, run: Object) -> list[Object]:
    """The TaskRuns of a run that did not succeed."""
    return [each for each in task_runs(client, run["metadata"]["name"]) if condition(each).get("status") == "False"]


def again(run: Object) -> dict[str, object]:
    """A new PipelineRun with the spec of an old one. Tekton cannot go on with a finished run: all its tasks run."""
    metadata = run["metadata"]
    return {
        **PIPELINE_RUN.header,
        "metadata": {
            "generateName": _base(metadata),
            "labels": _own(metadata.get("labels")),
            "annotations": {**_own(metadata.get("annotations")), RETRY_OF: metadata["name"]},
        },
        "spec": {key: copy.deepcopy(value) for key, value in _spec(run).items() if key != "status"},
    }


def task_again(task_run: Object) -> dict[str, object]:
    """A TaskRun of its own with the spec of a failed one: its params hold the results it was given.

    It belongs to no PipelineRun: what comes after it in the pipeline does not run.
    """
    metadata = task_run["metadata"]
    return {
        **TASK_RUN.header,
        "metadata": {
            "generateName": f"{metadata['name'][:50]}-retry-",
            "labels": {**_own(metadata.get("labels")), RETRIED_TASK: task_of(task_run)},
            "annotations": {RETRY_OF: metadata["name"]},
        },
        "spec": {
            key: copy.deepcopy(value)
            for key, value in _spec(task_run).items()
            if key not in ("status", "statusMessage")
        },
    }


def _spec(run: Object) -> Mapping[str, object]:
    return run.get("spec") or {}


def _base(metadata: Metadata) -> str:
    return str(metadata.get("generateName") or metadata["name"][:50] + "-")


def _own(marks: Mapping[str, str] | None) -> dict[str, str]:
    """Labels or annotations that people gave, without those that Tekton and we add to each run."""
    return {
        key: value
        for key, value in (marks or {}).items()
        if not key.startswith((*labels.TEKTONS, OWNED_BY)) and key != REQUEST
    }


def delete_run(client: Client, run: Object, *, dry_run: bool = False) -> None:
    """Delete a run; its TaskRuns, pods and claims from templates go with it."""
    metadata = run["metadata"]
    path = path_of(PIPELINE_RUN, client.namespace, metadata["name"])
    client.delete(path, metadata.get("uid", ""), dry_run=dry_run)


def delete_pipeline(client: Client, name: str, *, dry_run: bool = False) -> list[str]:
    """Delete what `apply` made for a pipeline; objects that other pipelines hold, and claims, stay."""
    from flowdsl.kubeclient.apply import ApplyOptions, prune

    changes = prune(client, set(), ApplyOptions(name, dry_run=dry_run, spare=False))
    if not changes:
        raise ClusterError(f"nothing in namespace {client.namespace} was applied for pipeline {name!r}")
    return [f"{each.what} {each.action}" for each in changes]
