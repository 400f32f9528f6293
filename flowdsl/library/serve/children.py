"""A run as a process of its own: `flowdsl run`, or `flowdsl run --resume` where it had begun."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import attrs

from flowdsl.emit import emit_yaml, write_files
from flowdsl.events.matching import Fields
from flowdsl.events.reporting import OWN_PARAMS
from flowdsl.library.kept_runs import summary
from flowdsl.library.serve.served import Served
from flowdsl.library.serve.tables import CANCELLED, FAILED, RUNNING, SUCCEEDED
from flowdsl.runner.modes import make_folder, open_file
from flowdsl.runner.store import DamagedError, RunFolder
from flowdsl.runner.store.folder import RUN_FILE
from flowdsl.view.events import condition

_TAIL = 4000
"""Bytes of what a command printed that are shown where its run did not come to be."""


@attrs.frozen
class Launcher:
    """Starts runs, and says what became of them. `profile` is that of a compile."""

    folder: Path
    runs: Path
    profile: str
    environment: Mapping[str, str] = attrs.field(repr=False)

    def start(self, served: Served | None, name: str, run: Fields) -> subprocess.Popen[bytes]:
        """Start a run, or go on with one that had begun. Raises OSError."""
        make_folder(self.folder / "output")
        words = self._resumed(name) if self.has_begun(name) else self._new(served, name, run)
        output = open_file(self.output_of(name), os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
        try:
            return subprocess.Popen(
                [sys.executable, "-m", "flowdsl", "run", *words, "--no-logs"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(self.environment),
                # What a terminal sends to this process's group is not for the run: it is ended in order.
                start_new_session=True,
            )
        finally:
            os.close(output)

    def output_of(self, name: str) -> Path:
        """Where the command of a run prints to."""
        return self.folder / "output" / f"{name}.log"

    def has_begun(self, name: str) -> bool:
        """Whether there is something of a run to go on with."""
        return os.path.lexists(self.runs / name / RUN_FILE)

    def became(self, name: str) -> tuple[str, str]:
        """The state of a run that is over, and a message; RUNNING for one that some process runs now."""
        if not self.has_begun(name):
            return FAILED, self._printed(name)
        folder = RunFolder(self.runs / name)
        try:
            if folder.is_running():
                return RUNNING, ""
            found = condition(folder.pipeline_run())
            said = summary(folder)["message"]
        except (DamagedError, OSError) as error:
            return FAILED, str(error)
        if found.get("status") == "True":
            return SUCCEEDED, said
        return CANCELLED if str(found.get("reason", "")).startswith("Cancel") else FAILED, said or self._printed(name)

    def is_over(self, name: str) -> bool:
        """Whether a run that had begun has ended by itself."""
        if not self.has_begun(name):
            return False
        folder = RunFolder(self.runs / name)
        try:
            return not folder.is_running() and condition(folder.pipeline_run()).get("status") in ("True", "False")
        except (DamagedError, OSError):
            return True

    def _printed(self, name: str) -> str:
        try:
            with open(self.output_of(name), "rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL))
                return file.read().decode(errors="replace").strip()
        except OSError:
            return "the command that runs it ended without a word"

    def _resumed(self, name: str) -> list[str]:
        # What an event started is that: code that changed meanwhile is for the next one.
        return ["--resume", str(self.runs / name), "--frozen"]

    def _new(self, served: Served | None, name: str, run: Fields) -> list[str]:
        if served is None:
            raise FileNotFoundError("what started it is not served any more")
        if served.is_python:
            return [*served.words, *self._values(name, run)]
        return self._documents(name, served, run)

    def _values(self, name: str, run: Fields) -> list[str]:
        """The options by which a pipeline's run is that run."""
        given = (run.get("spec") or {}).get("params") or ()
        # Nobody is told of a run of this machine: its pipeline has no params for that.
        params = {str(each["name"]): each["value"] for each in given if each["name"] not in OWN_PARAMS}
        # JSON is YAML: a value is the text that it was.
        file = self.folder / "params" / f"{name}.json"
        write_files({file: json.dumps(params).encode()}, private=True)
        place = run["metadata"].get("namespace")
        words = ["--name", name, *(["--namespace", str(place)] if place else [])]
        words += ["--params-file", str(file)] if params else []
        return words + (["--profile", self.profile] if self.profile else [])

    def _documents(self, name: str, served: Served, run: Fields) -> list[str]:
        """YAML with the run, and what it refers to."""
        file = self.folder / "params" / f"{name}.yaml"
        write_files({file: emit_yaml([*served.to_run(), dict(run)])}, private=True)
        return [f"{file}:{name}", "--name", name]

    def clean(self, name: str) -> None:
        """Remove what was written for a run that is over; what is kept of it lies in its own folder."""
        for each in ("json", "yaml"):
            (self.folder / "params" / f"{name}.{each}").unlink(missing_ok=True)


def end(process: int) -> None:
    """Ask the process of a run to end."""
    try:
        os.kill(process, signal.SIGTERM)
    except (ProcessLookupError, PermissionError):
        return


def end_group(process: int) -> None:
    """End a run's process and all that is left in its session's group, at once."""
    try:
        os.killpg(process, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def is_run(process: int, name: str) -> bool:
    """Whether a process is the command that runs that run: its number may have gone to another since."""
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"flowdsl" in words and any(word.rpartition(b"/")[2] == name.encode() for word in words)
