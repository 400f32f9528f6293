"""What the views know of a run: the state of every task, put together from events."""

from __future__ import annotations

import attrs

from flowdsl.view.events import (
    CANCELLED,
    ENDED,
    FAILED,
    IGNORED,
    QUEUED,
    RESTORED,
    RUNNING,
    SKIPPED,
    SUCCEEDED,
    WAITING,
    Event,
    LogLine,
    RunStarted,
    TaskChanged,
    TaskInfo,
)
from flowdsl.view.said import plain, said

# Of several runs of one task the one that people should hear of first gives the task its state.
_LOUDEST = (FAILED, CANCELLED, RUNNING, QUEUED, IGNORED, SUCCEEDED, RESTORED, SKIPPED, WAITING)


@attrs.define
class Row:
    """One task as a view shows it. Times are seconds since the epoch; 0 where there is none."""

    info: TaskInfo
    state: str = WAITING
    reason: str = ""
    message: str = ""
    attempt: int = 0
    step: str = ""
    started: float = 0.0
    ended: float = 0.0
    last_line: str = ""
    runs: dict[str, str] = attrs.field(factory=dict)
    said: dict[str, str] = attrs.field(factory=dict)
    """By run: why the script failed, by the last line it printed."""

    def seconds(self, now: float) -> float:
        """How long it has run, or ran."""
        return max(0.0, (self.ended or now) - self.started) if self.started else 0.0

    def change(self, event: TaskChanged) -> None:
        """Take in a change of the task, or of one of its runs."""
        if event.run:
            self.runs[event.run] = event.state
        state = min(self.runs.values(), key=_LOUDEST.index) if self.runs else event.state
        if event.state == RUNNING and not self.started:
            self.started = event.time
        if event.state in ENDED:
            self.ended = event.time if state in ENDED else 0.0
        if event.state == state or not event.run:
            self.reason, self.message = event.reason, event.message
        self.state, self.attempt, self.step = state, event.attempt, event.step

    def failures(self) -> list[str]:
        """Why its runs failed that did: the user's file and line, as the script has told them."""
        return [why for run, why in self.said.items() if self.runs.get(run) in (FAILED, IGNORED)]


@attrs.define
class Progress:
    """The rows of a run in the pipeline's order."""

    name: str = ""
    pipeline: str = ""
    started: float = 0.0
    rows: dict[str, Row] = attrs.field(factory=dict)

    def take(self, event: Event) -> None:
        """Take in one event."""
        if isinstance(event, RunStarted):
            self.name, self.pipeline, self.started = event.name, event.pipeline, event.time
            self.rows = {info.name: self.rows.get(info.name) or Row(info) for info in event.tasks}
        elif isinstance(event, TaskChanged):
            self.row(event.task).change(event)
        elif isinstance(event, LogLine) and event.text.strip():
            row = self.row(event.task)
            row.last_line = plain(event.text)
            if why := said(event.text):
                row.said[event.run] = why

    def row(self, task: str) -> Row:
        """The row of a task, made where it is new."""
        return self.rows.setdefault(task, Row(TaskInfo(task)))


def duration(seconds: float) -> str:
    """A duration for people: `0.4s`, `12s`, `3m05s`, `2h04m`."""
    if seconds < 10:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
