"""The events of a run, as any source of them sends them: the local runner, or a watch on a cluster.

A source calls `view.handle(event)` from any thread, in this order:

1. `RunStarted` once, with every task of the pipeline in the pipeline's order (`finally` after the others). A watch
   that joins late sends it with what it finds and goes on with one `TaskChanged` a task.
   A run that goes on then says what it will do, once: `Planned`, with a `PlannedTask` for each task. Its `state`:

   - `same`: what is recorded counts, and it does not run;
   - `changed`: it runs again, since the inputs in `about` are others: `code`, `image`, `param NAME`, `packages`,
     `settings`;
   - `needs it`: it runs again, since a task in `about` that it comes after does;
   - `failed`, `cancelled`: it runs again, since it ended so; `asked`: somebody asked for it; `secret`: a result was a
     Secret, which is kept nowhere;
   - `new`: it has not run yet; `skipped`: its conditions do not let it run.
2. `TaskChanged` whenever the state of a task changes. `task` is the name in the pipeline; `run` is the TaskRun's
   name (empty before there is one; a task with a matrix has several, each sends its own). `state` is one of `STATES`:

   - `waiting` for other tasks; `queued` when it could run and the machine is full (a pod that is Pending);
   - `running`, with `attempt` above 0 for a retry and `step` for the step that is up;
   - `succeeded`, `failed`, `cancelled`: `reason` and `message` are those of the TaskRun's condition;
   - `ignored`: failed, and its `onError` is `continue`;
   - `skipped`: `reason` is Tekton's skipping reason; `restored`: succeeded in an earlier part of this run or cached.
3. `LogLine` for what steps print, without line ends, secrets masked by the source.
4. `Notice` for what a person should know and no task is to blame for (a GPU that is not there, a dropped watch).
5. `RunFinished` once, with the finished PipelineRun.

Times are seconds since the epoch; a source that knows the cluster's times gives those.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Protocol, Union

import attrs

WAITING = "waiting"
QUEUED = "queued"
RUNNING = "running"
SUCCEEDED = "succeeded"
RESTORED = "restored"
FAILED = "failed"
IGNORED = "ignored"
CANCELLED = "cancelled"
SKIPPED = "skipped"
STATES = (WAITING, QUEUED, RUNNING, SUCCEEDED, RESTORED, FAILED, IGNORED, CANCELLED, SKIPPED)
SAME = "same"
CHANGED = "changed"
NEEDS = "needs it"
NEW = "new"
ASKED = "asked"
SECRET = "secret"
PLANNED = (SAME, CHANGED, NEEDS, NEW, FAILED, CANCELLED, ASKED, SECRET, SKIPPED)
ENDED = frozenset({SUCCEEDED, RESTORED, FAILED, IGNORED, CANCELLED, SKIPPED})


@attrs.frozen
class TaskInfo:
    """A task of the pipeline: its name there, what people call it, whether it is in `finally`."""

    name: str
    title: str = ""
    final: bool = False


@attrs.frozen
class RunStarted:
    """A run begins, or is joined. `where` is a folder or a cluster's context, for people."""

    name: str
    pipeline: str
    tasks: tuple[TaskInfo, ...]
    where: str = ""
    time: float = attrs.field(factory=time.time)


@attrs.frozen
class PlannedTask:
    """What is going to become of a task in a run that goes on: a state of `PLANNED`, and what the reason is about.

    `again` counts those of its runs, of which a matrix has several, that run now, out of `runs`.
    """

    task: str
    state: str
    about: tuple[str, ...] = ()
    again: int = 0
    runs: int = 0


@attrs.frozen
class Planned:
    """A run goes on: what of it counts, and what runs again, in the pipeline's order."""

    tasks: tuple[PlannedTask, ...]
    time: float = attrs.field(factory=time.time)


@attrs.frozen
class TaskChanged:
    """A task, or one run of it, is now in another state."""

    task: str
    state: str
    run: str = ""
    reason: str = ""
    message: str = ""
    attempt: int = 0
    step: str = ""
    time: float = attrs.field(factory=time.time)


@attrs.frozen
class LogLine:
    """A line that a step printed."""

    task: str
    run: str
    step: str
    text: str
    time: float = attrs.field(factory=time.time)


@attrs.frozen
class Notice:
    """Something a person should know; `level` is `note` or `warning`."""

    text: str
    level: str = "note"
    time: float = attrs.field(factory=time.time)


@attrs.frozen
class RunFinished:
    """The run is over: the PipelineRun as a document, with its status, and where more is to be found.

    `stopped` has, by task that its own conditions did not let run, the values that were not as wanted, and what was.
    """

    pipeline_run: Mapping[str, object]
    hint: str = ""
    time: float = attrs.field(factory=time.time)
    stopped: Mapping[str, str] = attrs.field(factory=dict)


Event = Union[RunStarted, Planned, TaskChanged, LogLine, Notice, RunFinished]  # noqa: UP007 - an alias made at run time


class View(Protocol):
    """Who shows events. `handle` may be called from any thread; `close` ends the showing, more than once too."""

    def handle(self, event: Event) -> None:
        """Show one event."""

    def close(self) -> None:
        """Leave the terminal as it was."""


def condition(document: Mapping[str, object]) -> Mapping[str, str]:
    """The Succeeded condition of a PipelineRun or TaskRun; empty where it has none yet."""
    status = document.get("status")
    conditions = status.get("conditions") if isinstance(status, Mapping) else None
    for found in conditions or ():
        if isinstance(found, Mapping) and found.get("type") == "Succeeded":
            return found
    return {}


def as_data(event: Event) -> dict[str, object]:
    """The event as JSON-ready data: `event` names its type, empty fields are left out."""
    if isinstance(event, RunFinished):
        stopped = {"stopped": dict(event.stopped)} if event.stopped else {}
        return {"event": "RunFinished", "time": event.time, **stopped, "pipelineRun": dict(event.pipeline_run)}
    data = attrs.asdict(event, filter=lambda _, value: value not in ("", 0, ()))
    return {"event": type(event).__name__, **data}
