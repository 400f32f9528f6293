"""Run folders: making, opening, listing and locking them."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

import attrs
import yaml

from flowdsl.emit import emit_yaml, write_files
from flowdsl.kinds.table import SECRET
from flowdsl.kube.words import word
from flowdsl.runner import beneath
from flowdsl.runner.modes import make_folder, open_file, write_file
from flowdsl.runner.store.shapes import ABOUT, PIPELINE_RUN, TASK_RUN, About, DamagedError, Shape, fits

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

TASK_RUNS = word("taskruns")
"""Where the objects of TaskRuns lie in the folder of a run."""
RUN_FILE, DOCUMENTS_FILE = "run.json", "documents.yaml"
"""Where a run came from, and the documents of it that are no Secrets."""
RUNS = Path(".flowdsl") / "runs"
MOST = 1 << 28  # bytes of a file that are read; all objects of a run of 5,000 tasks have a tenth of that
_LATEST = 1e11  # a time that a calendar has


def keep_uncommitted(folder: Path) -> None:
    """What lies in a folder of `.flowdsl` is nothing to commit: Git is told, where nobody has told it anything."""
    ignore = folder.parent / ".gitignore"
    if folder.parent.name == RUNS.parent.name and not ignore.exists():
        write_file(ignore, b"*\n")


@attrs.define
class RunFolder:
    """The folder of one run."""

    path: Path
    _lock: int | None = None

    @classmethod
    def create(cls, path: Path, documents: Iterable[Mapping[str, object]], about: About) -> RunFolder:
        """Make the folder of a new run. Raises FileExistsError where there is a run already."""
        if (path / RUN_FILE).exists():
            raise FileExistsError(path)
        make_folder(path)
        keep_uncommitted(path.parent)
        folder = cls(path)
        folder.write_documents(documents)
        folder.write_about({"created": time.time(), **about})
        return folder

    def lock(self) -> bool:
        """Take the run for this process; False where another one has it. It ends with the process at the latest.

        Raises DamagedError.
        """
        if self._lock is None:
            try:
                self._lock = open_file(self.path / "lock", os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
            except OSError as problem:
                raise DamagedError(self.path, "lock", problem.strerror or str(problem)) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.unlock()
            return False
        return True

    def unlock(self) -> None:
        """Let go of the run."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def is_running(self) -> bool:
        """Whether some process runs it now."""
        if self._lock is not None:
            return True
        free = self.lock()
        self.unlock()
        return not free

    def about(self) -> About:
        """Where the run came from. Raises DamagedError."""
        found = cast("About", self._read(RUN_FILE, _json, ABOUT))
        if not 0 <= found.get("created", 0) < _LATEST:
            raise DamagedError(self.path, RUN_FILE, "it does not hold what it should")
        return found

    def write_about(self, about: About) -> None:
        """Write where the run came from."""
        write_files({self.path / RUN_FILE: (json.dumps(about, indent=2) + "\n").encode()}, private=True)

    def write_documents(self, documents: Iterable[Mapping[str, object]]) -> None:
        """Write what is run, but for Secrets."""
        kept = [dict(each) for each in documents if not SECRET.is_of(each)]
        write_files({self.path / DOCUMENTS_FILE: emit_yaml(kept)}, private=True)

    def documents(self) -> list[dict[str, object]]:
        """The documents that were run. Raises DamagedError."""
        try:
            return cast("list[dict[str, object]]", self._read(DOCUMENTS_FILE, _yaml, [dict]))
        except FileNotFoundError:
            raise DamagedError(self.path, DOCUMENTS_FILE, "it is missing") from None

    def pipeline_run(self) -> shapes.PipelineRun:
        """The PipelineRun with its status; empty where there is none yet. Raises DamagedError."""
        try:
            found = cast("list[shapes.PipelineRun]", self._read("pipelinerun.yaml", _yaml, [PIPELINE_RUN]))
        except FileNotFoundError:
            return {}
        return found[0] if found else {}

    def _read(self, name: str, parse: Callable[[bytes], object], shape: Shape) -> object:
        """What a file of the run holds. Raises DamagedError; FileNotFoundError where it is missing."""
        try:
            found = parse(beneath.read(self.path, name, MOST))
        except FileNotFoundError:
            raise
        except OSError as problem:
            raise DamagedError(self.path, name, problem.strerror or str(problem)) from None
        except (ValueError, RecursionError, yaml.YAMLError):
            raise DamagedError(self.path, name, "it can't be read") from None
        if not fits(found, shape):
            raise DamagedError(self.path, name, "it does not hold what it should")
        return found

    def write_pipeline_run(self, document: shapes.PipelineRun) -> None:
        """Write the PipelineRun."""
        write_files({self.path / "pipelinerun.yaml": emit_yaml([document])}, private=True)

    def task_run(self, name: str) -> shapes.TaskRun:
        """A TaskRun that is over. Raises FileNotFoundError, DamagedError."""
        return cast("shapes.TaskRun", self._read(f"{TASK_RUNS}/{name}.json", _json, TASK_RUN))

    def task_runs(self) -> list[shapes.TaskRun]:
        """All objects of tasks that are over and whose file is whole, in the order of their start."""
        found = []
        for path in (self.path / TASK_RUNS).glob("[!.]*.json"):
            with contextlib.suppress(DamagedError, FileNotFoundError):
                found.append(self.task_run(path.stem))
        return sorted(found, key=lambda each: (each["status"].get("startTime", ""), each["metadata"]["name"]))

    def damaged(self) -> list[str]:
        """The objects of tasks whose file does not hold what it should."""
        found = []
        for path in (self.path / TASK_RUNS).glob("[!.]*.json"):
            try:
                self.task_run(path.stem)
            except DamagedError:
                found.append(path.stem)
        return found

    @property
    def changed(self) -> float:
        """When it was last written that the run is there, in seconds."""
        return _changed(self.path / RUN_FILE)

    @property
    def name(self) -> str:
        """The run's name."""
        with contextlib.suppress(DamagedError, OSError, KeyError):
            return str(self.about()["name"])
        return self.path.name


def find_runs(root: Path) -> list[RunFolder]:
    """The runs below a folder, damaged ones too, the newest first."""
    try:
        folders = [path for path in root.iterdir() if os.path.lexists(path / RUN_FILE)]
    except OSError:
        return []
    return sorted(map(RunFolder, folders), key=lambda each: each.changed, reverse=True)


def newest_run(root: Path) -> RunFolder | None:
    """The newest run that is not damaged; None where there is none."""
    for folder in find_runs(root):
        with contextlib.suppress(DamagedError, OSError):
            folder.about()
            folder.documents()
            folder.pipeline_run()
            return folder
    return None


def _changed(path: Path) -> float:
    with contextlib.suppress(OSError):
        return path.lstat().st_mtime
    return 0.0


def _json(data: bytes) -> object:
    return json.loads(data.decode("utf-8"))


def _yaml(data: bytes) -> list[object]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    # We write no aliases; a few of them in a file that somebody else made stand for any number of nodes.
    if b"*" in data and b"&" in data and any(isinstance(each, yaml.AliasEvent) for each in yaml.parse(data, loader)):
        raise ValueError("it has YAML aliases")
    return [each for each in yaml.load_all(data, loader) if each is not None]
