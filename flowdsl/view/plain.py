"""A run as plain lines: for logs, CI, and terminals without rich."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from typing import TextIO

from flowdsl.diagnostics.escape import block, line, printed
from flowdsl.view.events import (
    CANCELLED,
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
    Notice,
    Planned,
    RunFinished,
    RunStarted,
    TaskChanged,
    condition,
)
from flowdsl.view.planned import planned_lines
from flowdsl.view.progress import Progress, duration
from flowdsl.view.said import plain

WORDS = {
    WAITING: "waits",
    QUEUED: "waits for room",
    RUNNING: "runs",
    SUCCEEDED: "succeeded",
    RESTORED: "done before",
    FAILED: "failed",
    IGNORED: "failed, ignored",
    CANCELLED: "cancelled",
    SKIPPED: "skipped",
}


class PlainView:
    """One line for each thing that happens. `logs` says whether the steps' own lines are shown."""

    def __init__(self, stream: TextIO | None = None, *, logs: bool = True) -> None:
        self._stream = stream or sys.stdout
        self._logs = logs
        self._progress = Progress()
        self._lock = threading.Lock()

    def handle(self, event: Event) -> None:
        """Print the event, if it is one that people read."""
        with self._lock:
            shown = self._shown(event)
            self._progress.take(event)
            text = self._text(event, shown)
            if text:
                self._stream.write(block(text) + "\n")
                self._stream.flush()

    def close(self) -> None:
        """Nothing is left open."""

    def _shown(self, event: Event) -> str | None:
        """The state that was last printed of the run that an event is about."""
        if isinstance(event, TaskChanged) and event.task in self._progress.rows:
            return self._progress.rows[event.task].runs.get(event.run)
        return None

    def _text(self, event: Event, before: str | None) -> str:
        if isinstance(event, RunStarted):
            where = f"  ({line(event.where)})" if event.where else ""
            many = "task" if len(event.tasks) == 1 else "tasks"
            return f"run {line(event.name)} of {line(event.pipeline)}: {len(event.tasks)} {many}{where}"
        if isinstance(event, LogLine):
            return f"  [{line(event.task)}] {printed(plain(event.text))}" if self._logs else ""
        if isinstance(event, Planned):
            return planned_lines(event)
        if isinstance(event, Notice):
            return f"{event.level}: {block(event.text)}"
        if isinstance(event, RunFinished):
            return summary(event, self._progress)
        # A step that comes up changes nothing that a line is worth.
        again = event.state == before == RUNNING and not event.reason
        return "" if again or event.state in (WAITING, QUEUED) else self._change(event)

    def _change(self, event: TaskChanged) -> str:
        row = self._progress.rows[event.task]
        name = event.task if len(row.runs) < 2 else event.run or event.task
        words = [f"{name}: {WORDS[event.state]}"]
        if event.attempt and event.state == RUNNING:
            words.append(f"(retry {event.attempt})")
        if event.state in (SUCCEEDED, FAILED, IGNORED, CANCELLED) and row.started:
            words.append(f"after {duration(event.time - row.started)}")
        why = row.said.get(event.run, "") if event.state in (FAILED, IGNORED) else ""
        if event.state in (FAILED, IGNORED, CANCELLED, SKIPPED) and (event.reason or event.message or why):
            told = event.message if event.state == FAILED and event.message else event.reason
            words.append(f"- {f'{why} ({told})' if why and told else why or told}")
        return line(" ".join(words))


def summary(event: RunFinished, progress: Progress) -> str:
    """The last words on a run: how it ended, what it gave, where the rest is."""
    found = condition(event.pipeline_run)
    took = f" after {duration(event.time - progress.started)}" if progress.started else ""
    ended = {"True": "succeeded", "False": "failed"}.get(str(found.get("status")), "ended")
    if found.get("reason") in ("Cancelled", "CancelledRunFinally", "StoppedRunFinally"):
        ended = "was cancelled"
    metadata, status = event.pipeline_run.get("metadata"), event.pipeline_run.get("status")
    name = metadata.get("name", progress.name) if isinstance(metadata, Mapping) else progress.name
    # A reason that is the word before it tells nothing.
    reason = str(found.get("reason") or "")
    rest = ["" if reason.lower() == ended else reason, str(found.get("message") or "")]
    lines = [line(f"{row.info.name}: {why}") for row in progress.rows.values() for why in row.failures()]
    lines.append(line(": ".join([f"run {name} {ended}{took}", *filter(None, rest)])))
    for result in (status.get("results") if isinstance(status, Mapping) else None) or ():
        lines.append(line(f"  {result['name']} = {_short(result['value'])}"))
    if event.hint:
        lines.append(block(event.hint))
    return "\n".join(lines)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    shown = line(text.strip().replace("\n", "⏎"))
    return shown if len(shown) <= 120 else shown[:117] + "..."
