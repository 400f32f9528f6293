"""The Recorder of a run folder."""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from flowdsl.runner import removal
from flowdsl.runner.masking import Masker
from flowdsl.runner.modes import FOLDER, make_folder, write_file
from flowdsl.runner.store.folder import TASK_RUNS, RunFolder
from flowdsl.runner.store.journal import JOURNAL, Journal, read_journal
from flowdsl.runner.store.shapes import Entry

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

_CANCELLED = "TaskRunCancelled"


class FolderRecorder:
    """Keeps a run in its folder. `again` says which finished TaskRuns are to run once more when the run is resumed.

    Nothing is written that the masker knows. A result that was a Secret's value can't be had again, so that its TaskRun
    is run once more, too.
    """

    def __init__(
        self,
        folder: RunFolder,
        masker: Masker | None = None,
        *,
        again: Callable[[str, shapes.TaskRunStatus], bool] | None = None,
    ) -> None:
        self._folder = folder
        self._masker = masker or Masker()
        self._done = finished_before(folder, again or (lambda _, status: was_cancelled(status)))
        for name in (TASK_RUNS, "work", "claims"):
            make_folder(folder.path / name)
        self._journal = Journal(folder.path / JOURNAL)
        self._lock = threading.Lock()

    @property
    def known(self) -> frozenset[str]:
        """The TaskRuns that will not run again."""
        return frozenset(self._done)

    def restored(self, task_run: str) -> shapes.TaskRunStatus | None:
        """What the journal has of it."""
        return self._done.get(task_run)

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

    def finished(self, task_run: str, task: str, status: shapes.TaskRunStatus) -> None:
        """Write the line that says so."""
        kept = status.copy()
        kept.pop("taskSpec", None)
        masked = self._masker.data(kept)
        entry: Entry = {"taskRun": task_run, "task": task, "status": masked}
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

    def restored(self, task_run: str) -> shapes.TaskRunStatus | None:
        """As the parent."""
        return self._parent.restored(task_run)

    def folder(self, task_run: str) -> Path:
        """As the parent."""
        return self._parent.folder(task_run)

    def volumes(self, task_run: str) -> Path:
        """As the parent."""
        return self._parent.volumes(task_run)

    def finished(self, task_run: str, task: str, status: shapes.TaskRunStatus) -> None:
        """As the parent."""
        self._parent.finished(task_run, task, status)

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


def was_cancelled(status: shapes.TaskRunStatus) -> bool:
    """Whether a TaskRun was ended from outside: such a one runs again when the run is resumed."""
    return any(each.get("reason") == _CANCELLED for each in status.get("conditions") or ())


def did_not_succeed(status: shapes.TaskRunStatus) -> bool:
    """Whether a TaskRun is to run again where the whole run had ended before."""
    return all(each.get("status") != "True" for each in status.get("conditions") or ())


def finished_before(
    folder: RunFolder, again: Callable[[str, shapes.TaskRunStatus], bool]
) -> dict[str, shapes.TaskRunStatus]:
    """The status of every TaskRun of the journal that is not to run again, the last line of each counting."""
    found: dict[str, shapes.TaskRunStatus] = {}
    for entry in read_journal(folder.path / JOURNAL):
        name, status = entry["taskRun"], entry["status"]
        found[name] = status
        if entry.get("masked") or again(str(entry.get("task", "")), status):
            del found[name]
    return found
