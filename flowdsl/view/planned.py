"""What a run that goes on will do, in words."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.diagnostics.escape import line
from flowdsl.view.events import (
    ASKED,
    CANCELLED,
    CHANGED,
    FAILED,
    NEEDS,
    NEW,
    SAME,
    SECRET,
    SKIPPED,
    Planned,
    PlannedTask,
)

_WORDS = {
    SAME: "same",
    CHANGED: "changed: runs again",
    NEEDS: "needs it: runs again",
    FAILED: "failed: runs again",
    CANCELLED: "was cancelled: runs again",
    ASKED: "runs again, as asked",
    SECRET: "runs again: a result was a Secret, which is kept nowhere",
    NEW: "has not run yet",
    SKIPPED: "skipped",
}
_MOST = 5
"""Reasons that a line names."""


def planned_lines(event: Planned) -> str:
    """A line for each task."""
    return "\n".join(_lines(event))


def _lines(event: Planned) -> Iterator[str]:
    again = sum(each.state not in (SAME, SKIPPED) for each in event.tasks)
    yield f"plan: {again} of {len(event.tasks)} {'task' if len(event.tasks) == 1 else 'tasks'} to run"
    width = max((len(line(each.task)) for each in event.tasks), default=0)
    for each in event.tasks:
        yield f"  {line(each.task):<{width}}  {line(_words(each))}"


def _words(task: PlannedTask) -> str:
    about = [*task.about[:_MOST], *(["..."] if len(task.about) > _MOST else [])]
    if task.state == NEW and about:
        return f"{_WORDS[NEW]} (waits for {', '.join(about)})"
    some = [f"{task.again} of {task.runs}"] if 0 < task.again < task.runs else []
    reason = ", ".join([*some, *about])
    return f"{_WORDS[task.state]} ({reason})" if reason else _WORDS[task.state]
