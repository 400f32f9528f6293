"""Run folders: making, opening, listing and locking them."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs
import yaml

from flowdsl.emit import emit_yaml, write_files
from flowdsl.runner.modes import make_folder, open_file, write_file

RUNS = Path(".flowdsl") / "runs"


@attrs.define
class RunFolder:
    """The folder of one run."""

    path: Path
    _lock: int | None = None

    @classmethod
    def create(cls, path: Path, documents: Iterable[Mapping[str, Any]], about: Mapping[str, Any]) -> RunFolder:
        """Make the folder of a new run. Raises FileExistsError where there is a run already."""
        if (path / "run.json").exists():
            raise FileExistsError(path)
        make_folder(path)
        ignore = path.parent.parent / ".gitignore"
        if path.parent.parent.name == RUNS.parent.name and not ignore.exists():
            # Runs are nothing to commit.
            write_file(ignore, b"*\n")
        folder = cls(path)
        kept = [dict(each) for each in documents if each.get("kind") != "Secret"]
        write_files({path / "documents.yaml": emit_yaml(kept)}, private=True)
        folder.write_about({"created": time.time(), **about})
        return folder

    def lock(self) -> bool:
        """Take the run for this process; False where another one has it. It ends with the process at the latest."""
        if self._lock is None:
            self._lock = open_file(self.path / "lock", os.O_RDWR)
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

    def about(self) -> dict[str, Any]:
        """Where the run came from."""
        found: dict[str, Any] = json.loads((self.path / "run.json").read_text(encoding="utf-8"))
        return found

    def write_about(self, about: Mapping[str, Any]) -> None:
        """Write where the run came from."""
        write_files({self.path / "run.json": (json.dumps(about, indent=2) + "\n").encode()}, private=True)

    def documents(self) -> list[dict[str, Any]]:
        """The documents that were run."""
        return _load_all(self.path / "documents.yaml")

    def pipeline_run(self) -> dict[str, Any]:
        """The PipelineRun with its status; empty where there is none yet."""
        try:
            found = _load_all(self.path / "pipelinerun.yaml")
        except FileNotFoundError:
            return {}
        return found[0] if found else {}

    def write_pipeline_run(self, document: Mapping[str, Any]) -> None:
        """Write the PipelineRun."""
        write_files({self.path / "pipelinerun.yaml": emit_yaml([dict(document)])}, private=True)

    def task_run(self, name: str) -> dict[str, Any]:
        """A TaskRun that is over. Raises FileNotFoundError."""
        found: dict[str, Any] = json.loads((self.path / "taskruns" / f"{name}.json").read_text(encoding="utf-8"))
        return found

    def task_runs(self) -> list[dict[str, Any]]:
        """All TaskRuns that are over, in the order of their start."""
        found = [json.loads(path.read_text(encoding="utf-8")) for path in (self.path / "taskruns").glob("*.json")]
        return sorted(found, key=lambda each: (each["status"].get("startTime", ""), each["metadata"]["name"]))

    @property
    def name(self) -> str:
        """The run's name."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            return str(self.about()["name"])
        return self.path.name


def find_runs(root: Path) -> list[RunFolder]:
    """The runs below a folder, the newest first."""
    found = [RunFolder(path.parent) for path in root.glob("*/run.json")]
    return sorted(found, key=lambda each: (each.path / "run.json").stat().st_mtime, reverse=True)


def _load_all(path: Path) -> list[dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open("rb") as file:
        return [each for each in yaml.load_all(file, loader) if each is not None]
