"""How a run ended, as a program reads it: of a run on this machine, and of one on a cluster."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

import attrs

from flowdsl.view.events import condition

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import (
        PipelineRun,
        PipelineRunResult,
        PipelineRunStatus,
        TaskRun,
        TaskRunResult,
        TaskRunStatus,
    )

Value: TypeAlias = "str | list[str] | dict[str, str]"
"""The value of a result: Tekton's string, array or object, all of text."""
Status: TypeAlias = Literal["Succeeded", "Failed", "Skipped", "Unfinished"]
"""`Unfinished`: nothing is known of its end, as it was not reached or its record is damaged."""
_BY_CONDITION: Mapping[object, Status] = {"True": "Succeeded", "False": "Failed"}


@attrs.frozen(kw_only=True)
class TaskRecord:
    """How a task of the pipeline ended. A task with a matrix has a record for each of its runs.

    `name` is the one in the pipeline, `run` the TaskRun's, empty where the task was skipped. `reason` and `message` are
    those of the TaskRun's condition, or why it was skipped, in Tekton's words:
    https://github.com/tektoncd/pipeline/blob/v1.15.0/docs/pipelineruns.md#monitoring-execution-status
    `seconds` is from its start to its end; None where either is not known. `retries` counts the attempts before the
    last one. `why` is, of a run on this machine, the reason that a task of Python code gave in its log when it failed,
    the user's file and line first: `jobs/train.py:31: ValueError: no samples`; or, of one that its own conditions
    skipped, the values that were not as wanted.
    """

    name: str
    run: str = ""
    status: Status
    reason: str = ""
    message: str = ""
    why: str = ""
    seconds: float | None = None
    retries: int = 0
    results: Mapping[str, Value] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True, repr=False)
class RunRecord:
    """How a run ended: `status`, and Tekton's `reason` (`Completed`: succeeded, with tasks skipped) and `message`.

    `tasks` come in the order in which they were begun, those skipped last. `results` are the pipeline's. `seconds` is
    from the run's start to its end; None where either is not known. `folder` (absolute) holds all that is kept of a
    run on this machine; None for one on a cluster.
    """

    name: str
    namespace: str
    status: Status
    reason: str
    message: str
    seconds: float | None
    tasks: tuple[TaskRecord, ...]
    results: Mapping[str, Value]
    folder: Path | None = None

    @property
    def succeeded(self) -> bool:
        """Whether it did."""
        return self.status == "Succeeded"

    @property
    def ran(self) -> tuple[str, ...]:
        """The names of the tasks that were begun, in that order, each once."""
        return tuple(dict.fromkeys(each.name for each in self.tasks if each.status != "Skipped"))

    @property
    def skipped(self) -> Mapping[str, TaskRecord]:
        """The tasks that were skipped, by name: `record.skipped["train"].reason`."""
        return _Named(self, "Skipped", "was not skipped")

    @property
    def failed(self) -> Mapping[str, TaskRecord]:
        """The tasks that failed, by name, of several runs of one the last; those whose failure is ignored, too."""
        return _Named(self, "Failed", "did not fail")

    def task(self, name: str) -> TaskRecord:
        """The record of a task by its name in the pipeline, of several the last. Raises KeyError."""
        found = [each for each in self.tasks if each.name == name]
        if not found:
            names = ", ".join(dict.fromkeys(each.name for each in self.tasks)) or "none"
            raise KeyError(f"the run has no task {name!r}; it has {names}")
        return found[-1]

    def __repr__(self) -> str:
        """In a line what a failed assertion shows: how it ended, and what did not run as usual."""
        told = [f"{each.name} {_ended(each)}" for each in self.tasks if each.status != "Succeeded"]
        return f"<run {self.name} {self.status}: {'; '.join(told) or self.message}>"


class _Named(dict[str, TaskRecord]):
    """The tasks of a run with one status, by name. One that has another is told with what became of it."""

    def __init__(self, record: RunRecord, status: Status, otherwise: str) -> None:
        super().__init__({each.name: each for each in record.tasks if each.status == status})
        self._record, self._status, self._otherwise = record, status, otherwise

    def __missing__(self, name: str) -> TaskRecord:
        found = self._record.task(name)
        those = f"{self._status.lower()}: {', '.join(self) or 'none'}"
        raise KeyError(f"{name} {self._otherwise}: it {_ended(found)}; {those}")


def told(task: TaskRecord) -> str:
    """Why a task ended as it did: `jobs/train.py:31: ValueError: no samples`; "" for one that went well."""
    if task.status == "Succeeded":
        return ""
    if task.status == "Failed":
        return task.why or task.message
    return f"{task.reason} ({task.why})" if task.why else task.reason


def _ended(task: TaskRecord) -> str:
    return f"{task.status}: {why}" if (why := told(task)) else task.status


def record_of(run: PipelineRun, task_runs: Iterable[TaskRun], folder: Path | None = None) -> RunRecord:
    """The record of a PipelineRun with its status; `task_runs` are the objects of its tasks that are over."""
    metadata, status = run.get("metadata") or {}, run.get("status") or cast("PipelineRunStatus", {})
    known = {(each.get("metadata") or {}).get("name", ""): each for each in task_runs}
    children = status.get("childReferences") or ()
    tasks = [_task(each.get("pipelineTaskName", ""), each.get("name", ""), known) for each in children]
    skipped = status.get("skippedTasks") or ()
    tasks += [TaskRecord(name=each["name"], status="Skipped", reason=each["reason"]) for each in skipped]
    found = condition(cast("Mapping[str, object]", run))
    return RunRecord(
        name=metadata.get("name", ""),
        namespace=metadata.get("namespace", ""),
        status=_BY_CONDITION.get(found.get("status"), "Unfinished"),
        reason=str(found.get("reason", "")),
        message=str(found.get("message", "")),
        seconds=_seconds(status),
        tasks=tuple(tasks),
        results=_results(status.get("results") or ()),
        folder=folder,
    )


def _task(name: str, run: str, known: Mapping[str, TaskRun]) -> TaskRecord:
    document = known.get(run)
    if document is None:
        return TaskRecord(name=name, run=run, status="Unfinished")
    status = document.get("status") or cast("TaskRunStatus", {})
    found = condition(cast("Mapping[str, object]", document))
    return TaskRecord(
        name=name,
        run=run,
        status=_BY_CONDITION.get(found.get("status"), "Unfinished"),
        reason=str(found.get("reason", "")),
        message=str(found.get("message", "")),
        seconds=_seconds(status),
        retries=len(status.get("retriesStatus") or ()),
        results=_results(status.get("results") or ()),
    )


def _results(found: Iterable[PipelineRunResult | TaskRunResult]) -> dict[str, Value]:
    return {each["name"]: each["value"] for each in found if "value" in each}


def _seconds(status: PipelineRunStatus | TaskRunStatus) -> float | None:
    began, ended = moment(status.get("startTime")), moment(status.get("completionTime"))
    return None if began is None or ended is None else ended - began


def moment(text: object) -> float | None:
    """Seconds since the epoch of a time as Kubernetes writes it (RFC 3339); None for what is none."""
    try:
        return datetime.datetime.fromisoformat(str(text).replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None
