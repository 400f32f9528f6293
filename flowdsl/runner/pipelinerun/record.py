"""What a run writes down, and what it finds of an earlier part of itself."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import attrs

from flowdsl.machine.nodes import CANCELLED_REASONS

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


@attrs.frozen
class Basis:
    """What a TaskRun was made of: a name for this execution, its inputs, each as a hash, and what it came after."""

    execution: str
    inputs: Mapping[str, str]
    after: Mapping[str, str]


@attrs.frozen
class Before:
    """A TaskRun that ended in an earlier part of a run. `again` says why it runs once more, whatever its inputs are.

    Without a basis it was kept by a version of flowdsl that wrote none.
    """

    status: shapes.TaskRunStatus
    basis: Basis | None = None
    again: str = ""
    task: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether it did."""
        return any(each.get("status") == "True" for each in self.status.get("conditions") or ())

    @property
    def cancelled(self) -> bool:
        """Whether it was ended from outside: such a one runs again when the run goes on."""
        return any(each.get("reason") in CANCELLED_REASONS for each in self.status.get("conditions") or ())


class Recorder(Protocol):
    """Where a run keeps its objects. Calls come from the run's own thread, `finished` and `write` from any."""

    def folder(self, task_run: str) -> Path:
        """An empty folder for a TaskRun's own use."""

    def volumes(self, task_run: str) -> Path:
        """Where a TaskRun's own volumes go; taken away after it."""

    def outdated(self, task_run: str) -> None:
        """A TaskRun of an earlier part begins anew: what is recorded of it does not count, whatever happens next."""

    def finished(self, task_run: str, task: str, status: shapes.TaskRunStatus, basis: Basis | None = None) -> None:
        """A TaskRun ended: from here on it is not run again, whatever happens to this process."""

    def write(self, document: shapes.TaskRun | shapes.CustomRun) -> None:
        """The TaskRun, or CustomRun, with its status."""

    def written(self, task_run: str) -> bool:
        """Whether the TaskRun was written: the process may have died between the journal's line and it."""

    def write_run(self, document: shapes.PipelineRun) -> None:
        """The PipelineRun as it stands."""

    def uid(self, name: str) -> str:
        """The uid of a child PipelineRun: the same when the run is resumed."""

    def nested(self, name: str) -> Recorder:
        """A recorder for a child PipelineRun."""


class Forgetful:
    """A recorder without a disk but for the folders, for tests and measurements."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.runs: list[shapes.PipelineRun] = []
        self.task_runs: dict[str, shapes.TaskRun] = {}

    def folder(self, task_run: str) -> Path:
        """A name; nothing is made."""
        return self.root / task_run

    def volumes(self, task_run: str) -> Path:
        """A name; nothing is made."""
        return self.root / "volumes" / task_run

    def outdated(self, task_run: str) -> None:
        """Not kept."""

    def finished(self, task_run: str, task: str, status: shapes.TaskRunStatus, basis: Basis | None = None) -> None:
        """Not kept."""

    def write(self, document: shapes.TaskRun) -> None:
        """Keep it in memory."""
        self.task_runs[document["metadata"]["name"]] = document

    def written(self, task_run: str) -> bool:
        """Whether it is in memory."""
        return task_run in self.task_runs

    def write_run(self, document: shapes.PipelineRun) -> None:
        """Keep it in memory."""
        self.runs.append(document)

    def uid(self, name: str) -> str:
        """A uid made of the name."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, name))

    def nested(self, name: str) -> Forgetful:
        """The same one."""
        return self
