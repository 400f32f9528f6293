"""Where the two halves of the runner meet: the PipelineRun's half hands a TaskRun over, the TaskRun's half runs it.

The cut is Tekton's own: its PipelineRun reconciler creates TaskRun objects, its TaskRun reconciler turns each into a
pod. What stands for the API server and its volumes is `Cluster`; who listens is `Observer`.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import attrs

from flowdsl.runner.masking import Masker

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


@attrs.frozen
class BoundWorkspace:
    """A workspace of a TaskRun as a folder of this machine, the binding's sub-path already in it.

    `volume` is what `$(workspaces.NAME.volume)` gives; `root` is its folder where `path` is a sub-path: what is mounted
    must lie below it, also if somebody puts a link in its place meanwhile. An optional workspace without a binding has
    none of these.
    """

    name: str
    path: Path
    read_only: bool = False
    volume: str = ""
    root: Path | None = None


@attrs.frozen
class TaskRunWork:
    """One TaskRun to run.

    `task_run` is a `tekton.dev/v1` TaskRun: metadata with name, namespace, uid, labels; a spec whose reference is
    resolved (`taskSpec` is there), with params after the pipeline's substitutions, `timeout`, `retries`, `stepSpecs`,
    `sidecarSpecs`, `podTemplate`. Defaults of the Task's own params and everything below the Task's level are still to
    be applied. `task` is the name of the Task for `$(context.task.name)`. `folder` is this TaskRun's own, and empty.
    """

    task_run: shapes.TaskRun
    task: str
    workspaces: tuple[BoundWorkspace, ...]
    folder: Path


class Cluster(Protocol):
    """The objects that a run refers to by name, as they stand on this machine."""

    @property
    def masker(self) -> Masker:
        """What must not be shown or written down: the values of every Secret there is, used or not."""

    def claim(self, name: str) -> Path:
        """The folder of a PersistentVolumeClaim. Raises LookupError where there is none."""

    def secret(self, name: str) -> Mapping[str, bytes]:
        """The data of a Secret. Raises LookupError where there is none. Never log or store what it gives."""

    def config_map(self, name: str) -> Mapping[str, bytes]:
        """The data of a ConfigMap. Raises LookupError where there is none."""

    def step_action(self, reference: shapes.Ref) -> shapes.StepActionSpec:
        """The spec of a StepAction that a step's `ref` names. Raises LookupError where there is none."""


class Observer(Protocol):
    """Who watches a run. Calls come from the threads that run the tasks; they must be quick."""

    def step_started(self, task_run: str, step: str) -> None:
        """A step's process is up."""

    def step_finished(self, task_run: str, step: str, exit_code: int, reason: str) -> None:
        """A step ended; the reason is the container's: Completed, Error, Continued, Skipped, TimeoutExceeded."""

    def line(self, task_run: str, step: str, text: str) -> None:
        """One line that a step printed, secrets masked, cut to a sensible length."""

    def attempt(self, task_run: str, number: int) -> None:
        """An attempt begins: 0 is the first, 1 the first retry."""


class Stop:
    """Asks a TaskRun to end before its time; set once, from any thread.

    `reason` and `message` become those of the TaskRun's condition: TaskRunCancelled, TaskRunTimeout.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self.reason = ""
        self.message = ""

    def request(self, reason: str, message: str) -> None:
        """Ask; the first asking counts."""
        if not self._event.is_set():
            self.reason, self.message = reason, message
            self._event.set()

    @property
    def requested(self) -> bool:
        """Whether it was asked."""
        return self._event.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until asked or until the time is over; whether it was asked."""
        return self._event.wait(seconds)


class TaskRunner(Protocol):
    """Runs TaskRuns; many at once, each in a thread of its caller."""

    def run(self, work: TaskRunWork, cluster: Cluster, observer: Observer, stop: Stop) -> shapes.TaskRunStatus:
        """Run to the end, retries included; the TaskRun's `status` as Tekton writes it, JSON-ready.

        It has conditions, startTime, completionTime, steps, results, sidecars, retriesStatus, taskSpec (as run).
        Never raises for what a task does; no process of the TaskRun is left when it returns.
        """
