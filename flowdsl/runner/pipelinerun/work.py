"""One TaskRun from its object to its status, in a thread of the engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from flowdsl.kube.conventions import CACHE_HIT, OUTPUTS, RUN_VOLUME
from flowdsl.machine.catalogue import REGISTERED
from flowdsl.machine.custom import custom_of
from flowdsl.machine.nodes import TASK_RUN_CANCELLED, ChildRun, Node
from flowdsl.machine.outcome import Outcome
from flowdsl.machine.times import stamp
from flowdsl.runner import cache, removal
from flowdsl.runner.contract import BoundWorkspace, Cluster, Stop, TaskRunner, TaskRunWork
from flowdsl.runner.pipelinerun.customrun import custom_run, custom_status
from flowdsl.runner.pipelinerun.ledger import Ledger
from flowdsl.runner.pipelinerun.record import Recorder
from flowdsl.runner.pipelinerun.telling import Listener
from flowdsl.runner.pipelinerun.volumes import VolumeError, Volumes
from flowdsl.runner.private import Private
from flowdsl.view.events import Event, condition

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


class Worker:
    """Runs TaskRuns through the other half of the runner."""

    def __init__(
        self,
        task_runner: TaskRunner,
        cluster: Cluster,
        recorder: Recorder,
        emit: Callable[[Event], None],
        prefix: str,
        kept: cache.Cache | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self.cache = kept
        self._ledger = ledger
        self._private = Private()
        self.task_runner = task_runner
        self.cluster = cluster
        self._recorder = recorder
        self._emit = emit
        self._prefix = prefix

    def close(self) -> None:
        """Take away what no run may leave."""
        self._private.close()

    def run(self, run: ChildRun, stop: Stop) -> shapes.TaskRunStatus:
        """Run it, and make sure that it is not run again."""
        document = run.document
        assert document is not None, "it is made before the run is handed over"
        bindings = document["spec"].get("workspaces") or []
        volumes = self._recorder.volumes(run.name)
        task = run.node.task
        name = (task.name if task is not None else "") or run.node.name
        # Before it runs: what is looked at may change meanwhile.
        basis = self._ledger.basis(run, document) if self._ledger is not None else None
        if run.stale:
            # Killed from here on, what it made before is gone, whatever its code is when the run goes on.
            self._recorder.outdated(run.name)
        try:
            if bindings:
                # What an attempt left that was killed: an emptyDir begins empty.
                removal.remove(volumes)
            with Volumes(self.cluster, volumes, self._private) as found:
                bound = found.bind(bindings)
                if run.stale and _has_own_folder(run.node):
                    _clear(bound)
                work = TaskRunWork(document, name, bound, self._recorder.folder(run.name))
                status = self._cached(run, work, stop)
        except VolumeError as error:
            status = _not_created(run, str(error), error.reason)
        except OSError as error:
            status = _not_created(run, str(error))
        finally:
            if bindings:
                removal.remove(volumes)
        status = custom_status(status) if custom_of(run.node.spec) is not None else as_ignored(run, status)
        self._recorder.finished(run.name, run.node.name, status, basis)
        return status

    def _cached(self, run: ChildRun, work: TaskRunWork, stop: Stop) -> shapes.TaskRunStatus:
        """What the cache has for it, if it asked for that; else run it."""
        if self.cache is None or not cache.wanted(work.task_run):
            return self._run(run, work, stop)
        try:
            key = cache.key_of(work.task_run, work.workspaces, self.cache.plan, self.cluster.config_map)
        except OSError:
            # A file that it can't be told apart by: nothing is known of it, then.
            return self._run(run, work, stop)
        found = self.cache.find(key, work.workspaces)
        if found is not None:
            run.cached = True
            work.task_run["metadata"].setdefault("annotations", {})[CACHE_HIT] = key
            now = stamp(time.time())
            return {**cache.decided_now(work.task_run, found), "startTime": now, "completionTime": now}
        status = self._run(run, work, stop)
        # What holds a Secret stays in memory.
        if condition({"status": status}).get("status") == "True" and self.cluster.masker.data(status) is status:
            self.cache.keep(key, status, work.workspaces)
        return status

    def _run(self, run: ChildRun, work: TaskRunWork, stop: Stop) -> shapes.TaskRunStatus:
        listener = Listener(self._emit, self._prefix + run.node.name)
        status = self.task_runner.run(work, self.cluster, listener, stop)
        task = run.node.task
        # Its own script decides nothing: it is what it gives that the conditions are decided by.
        return cache.decided_now(work.task_run, status) if task is not None and task.origin == REGISTERED else status

    def write(self, run: ChildRun, document: shapes.TaskRun, status: shapes.TaskRunStatus) -> None:
        """Write the finished object; the run goes on meanwhile."""
        if custom_of(run.node.spec) is not None:
            self._recorder.write(custom_run(run.node.spec, document, status, run.status_message))
            run.document = None
            return
        spec = document["spec"].copy()
        if "taskRef" in spec:
            # As on a cluster: what the reference led to stands in the status.
            spec.pop("taskSpec", None)
        if run.status_message and condition({"status": status}).get("reason") == TASK_RUN_CANCELLED:
            spec["status"], spec["statusMessage"] = TASK_RUN_CANCELLED, run.status_message
        self._recorder.write({**document, "spec": spec, "status": status})
        run.document = None


def _has_own_folder(node: Node) -> bool:
    """Whether nothing but what a task hands on lies in its workspace for that: the place that the compiler gives it.

    By a workspace of that name in YAML that others wrote, tasks may share what they have. The runs of a matrix share
    the folder, and some of them may count.
    """
    return not node.matrixed and any(
        each["name"] == OUTPUTS
        and each.get("workspace", "").startswith(RUN_VOLUME)
        and each.get("subPath", "").rpartition("/")[2] == node.name
        for each in node.spec.get("workspaces") or ()
    )


def _clear(workspaces: Sequence[BoundWorkspace]) -> None:
    """Take away the files that an execution handed on that does not count: else they would be among the new ones."""
    for space in workspaces:
        if space.name == OUTPUTS and not space.read_only:
            removal.empty(space.path)


def as_ignored(run: ChildRun, status: shapes.TaskRunStatus) -> shapes.TaskRunStatus:
    """The reason of a step's failure is FailureIgnored where the task's onError is continue (pkg/pod/status.go)."""
    conditions = status.get("conditions") or ()
    if not run.node.ignores_failure or all(each.get("reason") != "Failed" for each in conditions):
        return status
    changed = [_ignored(each) for each in conditions]
    return {**status, "conditions": changed}


def _ignored(condition: shapes.Condition) -> shapes.Condition:
    return {**condition, "reason": "FailureIgnored"} if condition.get("reason") == "Failed" else condition


def _not_created(run: ChildRun, message: str, reason: str = "PodCreationFailed") -> shapes.TaskRunStatus:
    return nothing_ran(reason, f'failed to create task run pod "{run.name}": {message}')


def nothing_ran(reason: str, message: str) -> shapes.TaskRunStatus:
    """The status of a TaskRun that failed now, before anything of it ran."""
    seconds = time.time()
    now = stamp(seconds)
    return {
        "conditions": [Outcome("False", reason, message).condition(seconds)],
        "startTime": now,
        "completionTime": now,
    }
