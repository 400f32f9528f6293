"""A TaskRun from its first attempt to its last."""

from __future__ import annotations

import hashlib
import os
import time
from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from flowdsl.kube.conventions import NAME_MOST
from flowdsl.runner.contract import Cluster, Observer, Stop, TaskRunWork
from flowdsl.runner.modes import make_folder
from flowdsl.runner.packages import Environments
from flowdsl.runner.taskrun import apply
from flowdsl.runner.taskrun import sidecars as side
from flowdsl.runner.taskrun import status as write
from flowdsl.runner.taskrun.container import Ready, make_ready
from flowdsl.runner.taskrun.executor import Executor
from flowdsl.runner.taskrun.output import LOG_LIMIT
from flowdsl.runner.taskrun.params import RefusedError
from flowdsl.runner.taskrun.pod import Pod
from flowdsl.runner.taskrun.prepare import Places, Prepared, prepare, step_name, timeout_of
from flowdsl.runner.taskrun.slots import Slot, Slots
from flowdsl.runner.taskrun.step import Limits, Outcome, StepRun, Surroundings, now
from flowdsl.runner.taskrun.variables import Tables, params_table

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


def pod_name(task_run: str, retries: int) -> str:
    """The pod's name: the TaskRun's and a suffix, shortened with a hash where it gets too long."""
    suffix = f"-pod-retry{retries}" if retries else "-pod"
    if len(task_run) + len(suffix) <= NAME_MOST:
        return task_run + suffix
    digest = hashlib.md5(task_run.encode(), usedforsecurity=False).hexdigest()
    return f"{task_run[: NAME_MOST - len(suffix) - 32].rstrip('-')}{digest}{suffix}"[:NAME_MOST]


def duration_text(seconds: float) -> str:
    """A duration as Go prints it: 1h0m0s, 1m30s, 1.5s, 200ms."""
    if 0 < seconds < 1:
        return f"{seconds * 1000:.6f}".rstrip("0").rstrip(".") + "ms"
    minutes, rest = divmod(seconds, 60)
    text = f"{rest:.9f}".rstrip("0").rstrip(".") + "s"
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}h{minutes}m{text}" if hours else f"{minutes}m{text}" if minutes else text


def why_ended(task_run: str, timeout: float, stop: Stop) -> tuple[str, str]:
    """The reason and the message of a TaskRun that its run ended, or that took longer than it may."""
    if stop.requested:
        return stop.reason, stop.message
    return "TaskRunTimeout", f'TaskRun "{task_run}" failed to finish within "{duration_text(timeout)}"'


@attrs.define
class Runner:
    """Runs TaskRuns with one executor; see `flowdsl.runner.contract.TaskRunner`."""

    executor: Executor
    log_limit: int = LOG_LIMIT
    # The packages of scripts that want some; an executor of images leaves them to the scripts.
    packages: Environments | None = None
    slots: Slots = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        supervisor = self.executor.supervisor
        self.slots = Slots(supervisor.scratch, supervisor.private)

    def describe(self) -> str:
        """One line: what runs the steps."""
        return self.executor.describe()

    def close(self) -> None:
        """End the executor; what still runs is killed."""
        if self.packages is not None:
            self.packages.close()
        self.executor.close()

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, work: TaskRunWork, cluster: Cluster, observer: Observer, stop: Stop) -> shapes.TaskRunStatus:
        """See `flowdsl.runner.contract.TaskRunner`."""
        name = work.task_run["metadata"]["name"]
        most = int(work.task_run["spec"].get("retries") or 0)
        earlier: list[shapes.TaskRunStatus] = []
        while True:
            observer.attempt(name, len(earlier))
            status = Attempt(self, work, cluster, observer, stop, len(earlier)).run()
            if status["conditions"][0]["status"] == "True" or stop.requested or len(earlier) >= most:
                break
            keep_logs(work, len(earlier))
            earlier.append(status)
        if earlier:
            status["retriesStatus"] = earlier
        return status


def keep_logs(work: TaskRunWork, attempt: int) -> None:
    """The logs of an attempt that is followed by another go into a folder of their own."""
    logs = sorted(work.folder.glob("*.log"))
    if logs:
        folder = work.folder / f"attempt-{attempt}"
        make_folder(folder)
        for log in logs:
            os.replace(log, folder / log.name)


class Attempt:
    """One attempt: one pod."""

    def __init__(
        self, runner: Runner, work: TaskRunWork, cluster: Cluster, observer: Observer, stop: Stop, retries: int
    ) -> None:
        self.runner, self.work, self.cluster, self.observer, self.stop = runner, work, cluster, observer, stop
        self.retries = retries
        self.name: str = work.task_run["metadata"]["name"]
        self.pod_name = pod_name(self.name, retries)
        self.began = now()
        self.timeout = timeout_of(work.task_run)
        self.limits = Limits(time.monotonic() + self.timeout if self.timeout > 0 else None, stop)
        self.spec = work.task_run["spec"]["taskSpec"]
        self.slot: Slot | None = None

    def run(self) -> shapes.TaskRunStatus:
        """The attempt's status. Never raises for what a task does."""
        try:
            made = self._run()
        except RefusedError as refused:
            made = self._refused(refused.reason, refused.message)
        except OSError as problem:
            text = f"{problem.strerror}: {problem.filename}" if problem.filename else str(problem)
            made = self._refused("PodCreationFailed", text)
        finally:
            if self.slot is not None:
                self.runner.slots.give_back(self.slot)
        end = made["conditions"][0]["lastTransitionTime"]
        status: shapes.TaskRunStatus = {"startTime": write.stamp(self.began), "completionTime": end, **made}
        if made["steps"] or made["conditions"][0]["reason"] == "CreateContainerConfigError":
            # What is refused or stopped earlier never gets a pod.
            status["podName"] = self.pod_name
        status["taskSpec"] = self.spec.copy()
        return status

    def _refused(self, reason: str, message: str) -> shapes.TaskRunStatus:
        # Once Tekton knows the spec, its steps stand in the status, whether they come to run or not.
        known = () if reason == "TaskRunResolutionFailed" else self.spec["steps"]
        steps: list[shapes.StepState] = [{"name": step_name(one, index)} for index, one in enumerate(known)]
        return {"conditions": [write.condition("False", reason, message, now())], "steps": steps}

    def _run(self) -> shapes.TaskRunStatus:
        if self.limits.over:
            return self._ended_early([], [], [])
        host = self.runner.executor.host()
        self.slot = slot = self.runner.slots.take()
        places = Places() if host.literal else Places(str(slot.tekton), str(slot.workspace), literal=False)
        prepared = prepare(self.work, self.cluster, places, self.retries)
        self.spec = prepared.spec
        pod = self._pod(prepared, slot)
        names = [step_name(one, index) for index, one in enumerate(prepared.steps)]
        pod.make(names)
        packages = self.runner.packages
        ready = [
            make_ready(one, names[index], index, pod, host, packages=packages)
            for index, one in enumerate(prepared.steps)
        ]
        beside = [
            make_ready(one, one.get("name", ""), index, pod, host, sidecar=True)
            for index, one in enumerate(prepared.sidecars)
        ]
        around = Surroundings(
            pod,
            self.runner.executor,
            self.observer,
            self.name,
            self.limits,
            self.work.folder,
            prepared.results,
            self.runner.log_limit,
            packages,
        )
        return self._follow(ready, beside, around)

    def _pod(self, prepared: Prepared, slot: Slot) -> Pod:
        run = self.work.task_run["spec"]
        known = params_table(run["taskSpec"].get("params") or (), run.get("params") or ())
        template = apply.pod_template(run.get("podTemplate") or {}, Tables([known]))
        volumes = [*(prepared.spec.get("volumes") or ()), *(template.get("volumes") or ())]
        using: list[shapes.Step | shapes.Sidecar] = [*prepared.spec["steps"], *prepared.sidecars]
        return Pod(
            slot=slot,
            name=self.pod_name,
            task_run=self.work.task_run,
            cluster=self.cluster,
            env=template.get("env") or [],
            volumes={one["name"]: one for one in volumes},
            workspaces=prepared.workspaces,
            declared=prepared.spec.get("workspaces") or [],
            isolated=frozenset(used["name"] for one in using for used in one.get("workspaces") or ()),
            confined=self.runner.executor.host().confined,
        )

    def _follow(self, ready: list[Ready], beside: list[Ready], around: Surroundings) -> shapes.TaskRunStatus:
        running = side.start_all(beside, around)
        outcomes: list[Outcome] = []
        interrupted = False
        try:
            failed = False
            for one in ready:
                if interrupted or self.limits.over:
                    interrupted = True
                    break
                step = StepRun(one, around)
                outcome = step.skip() if failed else step.run()
                outcomes.append(outcome)
                interrupted = outcome.interrupted
                failed = failed or not outcome.command_succeeded
        finally:
            side.stop_all(running)
        if interrupted:
            return self._ended_early(ready, outcomes, running)
        annotations = self.work.task_run["metadata"].get("annotations") or {}
        status = write.finished(outcomes, running, around.results, annotations, now())
        if running:
            status["sidecars"] = [write.sidecar_state(one) for one in running]
        return status

    def _ended_early(
        self, ready: list[Ready], outcomes: list[Outcome], running: list[side.Sidecar]
    ) -> shapes.TaskRunStatus:
        end = now()
        reason, message = why_ended(self.name, self.timeout, self.stop)
        status: shapes.TaskRunStatus = {"conditions": [write.condition("False", reason, message, end)]}
        status["steps"] = [
            self._step_early(one, outcomes[index] if index < len(outcomes) else None, reason, end)
            for index, one in enumerate(ready)
        ]
        if running:
            status["sidecars"] = [write.sidecar_state(one) for one in running]
        return status

    def _step_early(self, ready: Ready, outcome: Outcome | None, reason: str, end: datetime) -> shapes.StepState:
        if outcome is not None and not outcome.interrupted:
            return write.step_state(outcome, [])
        began = outcome.started if outcome is not None else self.began
        return write.ended_with_pod(ready.name, ready.container, self.pod_name, reason, began, end)
