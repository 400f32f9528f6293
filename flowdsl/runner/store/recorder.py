"""The Recorder of a run folder."""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from flowdsl.runner import removal
from flowdsl.runner.masking import Masker
from flowdsl.runner.modes import FOLDER, make_folder, write_file
from flowdsl.runner.pipelinerun.record import Basis, Before
from flowdsl.runner.store.folder import TASK_RUNS, RunFolder
from flowdsl.runner.store.journal import JOURNAL, Journal, read_journal
from flowdsl.runner.store.shapes import Entry
from flowdsl.view.events import ASKED, CANCELLED, FAILED, SECRET

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

_MARKED = (FAILED, CANCELLED, ASKED)
"""Reasons to run once more that are gone with the part of the run that had them."""


class FolderRecorder:
    """Keeps a run in its folder. `again` says why a TaskRun that is over is to run once more; "" where it is not.

    Nothing is written that the masker knows. A result that was a Secret's value can't be had again, so that its TaskRun
    is run once more, too.
    """

    def __init__(
        self,
        folder: RunFolder,
        masker: Masker | None = None,
        *,
        again: Callable[[str, Before], str] | None = None,
    ) -> None:
        self._folder = folder
        self._masker = masker or Masker()
        self.before: Mapping[str, Before] = finished_before(folder, again or _cancelled)
        """The TaskRuns that ended in an earlier part of the run, by name."""
        for name in (TASK_RUNS, "work", "claims"):
            make_folder(folder.path / name)
        self._journal = Journal(folder.path / JOURNAL)
        self._lock = threading.Lock()

    def mark(self) -> None:
        """Write which TaskRuns run once more, so that they still do if this part of the run is killed before."""
        for name, before in self.before.items():
            if before.again in _MARKED:
                self._mark(name, before, before.again)

    def outdated(self, task_run: str) -> None:
        """Write that it runs once more: killed before it is over, it was cancelled."""
        before = self.before[task_run]
        if before.again not in _MARKED:
            self._mark(task_run, before, CANCELLED)

    def _mark(self, task_run: str, before: Before, again: str) -> None:
        entry = _entry(task_run, before.task, before.status, before.basis)
        self._journal.append({**entry, "again": again})

    def folder(self, task_run: str) -> Path:
        """`work/NAME`, emptied of what an interrupted attempt left."""
        path = self._folder.path / "work" / task_run
        try:
            path.mkdir(FOLDER)
        except FileExistsError:
            removal.remove(path)
            path.mkdir(FOLDER, exist_ok=True)
        return path

    def volumes(self, task_run: str) -> Path:
        """`volumes/NAME`."""
        return self._folder.path / "volumes" / task_run

    def finished(self, task_run: str, task: str, status: shapes.TaskRunStatus, basis: Basis | None = None) -> None:
        """Write the line that says so."""
        kept = status.copy()
        kept.pop("taskSpec", None)
        masked = self._masker.data(kept)
        entry = _entry(task_run, task, masked, basis)
        lost = masked is not kept and masked.get("results") != kept.get("results")
        self._journal.append({**entry, "masked": True} if lost else entry)

    def write(self, document: shapes.Document) -> None:
        """Write `taskruns/NAME.json` in one step."""
        name = document["metadata"]["name"]
        target = self._folder.path / TASK_RUNS / f"{name}.json"
        temporary = target.with_name(f".{name}.tmp")
        # Not indented: that would take Python's own encoder, ten times as slow as the one in C.
        text = json.dumps(self._masker.data(document), ensure_ascii=False) + "\n"
        write_file(temporary, text.encode("utf-8", "backslashreplace"))
        os.replace(temporary, target)

    def written(self, task_run: str) -> bool:
        """Whether `taskruns/NAME.json` is there."""
        return (self._folder.path / TASK_RUNS / f"{task_run}.json").exists()

    def write_run(self, document: shapes.PipelineRun) -> None:
        """Write `pipelinerun.yaml`."""
        with self._lock:
            self._folder.write_pipeline_run(self._masker.data(document))

    def uid(self, name: str) -> str:
        """A uid made of the run's folder and the name."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._folder.path.resolve()}/{name}"))

    def nested(self, name: str) -> Nested:
        """A recorder of the same folder; the child's own object lies beside the TaskRuns."""
        return Nested(self)

    def close(self) -> None:
        """Flush what is open."""
        self._journal.close()


class Nested:
    """The recorder of a child PipelineRun: all but its own object goes where the parent's goes."""

    def __init__(self, parent: FolderRecorder) -> None:
        self._parent = parent

    def folder(self, task_run: str) -> Path:
        """As the parent."""
        return self._parent.folder(task_run)

    def volumes(self, task_run: str) -> Path:
        """As the parent."""
        return self._parent.volumes(task_run)

    def outdated(self, task_run: str) -> None:
        """As the parent."""
        self._parent.outdated(task_run)

    def finished(self, task_run: str, task: str, status: shapes.TaskRunStatus, basis: Basis | None = None) -> None:
        """As the parent."""
        self._parent.finished(task_run, task, status, basis)

    def write(self, document: shapes.Document) -> None:
        """As the parent."""
        self._parent.write(document)

    def written(self, task_run: str) -> bool:
        """As the parent."""
        return self._parent.written(task_run)

    def write_run(self, document: shapes.PipelineRun) -> None:
        """Write the child PipelineRun beside the TaskRuns."""
        self._parent.write(document)

    def uid(self, name: str) -> str:
        """As the parent."""
        return self._parent.uid(name)

    def nested(self, name: str) -> Nested:
        """One further down."""
        return Nested(self._parent)


def finished_before(folder: RunFolder, again: Callable[[str, Before], str]) -> dict[str, Before]:
    """Every TaskRun of the journal, the last line of each counting, with why it is to run once more."""
    found: dict[str, Before] = {}
    for entry in read_journal(folder.path / JOURNAL):
        before = Before(entry["status"], _basis(entry), task=str(entry.get("task", "")))
        why = again(before.task, before) or _marked(entry) or (SECRET if entry.get("masked") else "")
        found[entry["taskRun"]] = attrs.evolve(before, again=why)
    return found


def _marked(entry: Entry) -> str:
    """Why an entry is to run once more, as an earlier part has written."""
    why = entry.get("again", "")
    return why if why in _MARKED else FAILED if why else ""


def _entry(task_run: str, task: str, status: shapes.TaskRunStatus, basis: Basis | None) -> Entry:
    entry: Entry = {"taskRun": task_run, "task": task, "status": status}
    if basis is None:
        return entry
    return {**entry, "execution": basis.execution, "inputs": dict(basis.inputs), "after": dict(basis.after)}


def _basis(entry: Entry) -> Basis | None:
    if "inputs" not in entry:
        return None
    return Basis(entry.get("execution", ""), entry["inputs"], entry.get("after", {}))


def _cancelled(_task: str, before: Before) -> str:
    return CANCELLED if before.cancelled else ""
