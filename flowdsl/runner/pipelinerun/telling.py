"""From what happens in the engine to the events that people see."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flowdsl.machine.machine import Machine
from flowdsl.machine.nodes import CANCELLED_REASONS, ChildRun
from flowdsl.view import events
from flowdsl.view.events import Event, LogLine, TaskChanged


class Teller:
    """Sends what changed. Its own thread's; `Listener` is for those that run tasks."""

    def __init__(self, emit: Callable[[Event], None], machine: Machine, prefix: str) -> None:
        self._emit = emit
        self._machine = machine
        self._prefix = prefix
        self._skips = 0

    def restored(self, run: ChildRun) -> None:
        """It was done in an earlier part of the run."""
        self._change(run, events.RESTORED if run.succeeded else _state(run))

    def finished(self, run: ChildRun) -> None:
        """It is over."""
        self._change(run, events.RESTORED if run.cached and run.succeeded else _state(run))

    def queued(self, runs: Iterable[ChildRun]) -> None:
        """They wait for room on this machine."""
        for run in runs:
            self._emit(TaskChanged(self._prefix + run.node.name, events.QUEUED, run.name))

    def skipped(self) -> None:
        """The tasks that were skipped since the last call."""
        for node in self._machine.skipped[self._skips :]:
            self._emit(TaskChanged(self._prefix + node.name, events.SKIPPED, reason=node.reason))
        self._skips = len(self._machine.skipped)

    def _change(self, run: ChildRun, state: str) -> None:
        found = run.condition
        reason, message = str(found.get("reason", "")), str(found.get("message", ""))
        self._emit(TaskChanged(self._prefix + run.node.name, state, run.name, reason, message))


def _state(run: ChildRun) -> str:
    if run.succeeded:
        return events.SUCCEEDED
    if run.condition.get("reason") in CANCELLED_REASONS:
        return events.CANCELLED
    return events.IGNORED if run.node.ignores_failure else events.FAILED


class Listener:
    """The Observer of one TaskRun."""

    def __init__(self, emit: Callable[[Event], None], task: str) -> None:
        self._emit = emit
        self._task = task
        self._attempt = 0

    def step_started(self, task_run: str, step: str) -> None:
        """The task runs this step now."""
        self._emit(TaskChanged(self._task, events.RUNNING, task_run, attempt=self._attempt, step=step))

    def step_finished(self, task_run: str, step: str, exit_code: int, reason: str) -> None:
        """What the step ended with is told with the task."""

    def line(self, task_run: str, step: str, text: str) -> None:
        """Hand the line on."""
        self._emit(LogLine(self._task, task_run, step, text))

    def attempt(self, task_run: str, number: int) -> None:
        """The task runs, or runs again."""
        self._attempt = number
        reason = "ToBeRetried" if number else ""
        self._emit(TaskChanged(self._task, events.RUNNING, task_run, reason, attempt=number))
