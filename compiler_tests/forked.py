"""Calls `flowdsl` often: in processes of their own that are forked from one which has loaded it.

    done = forked.call(["run", "it.yaml"], folder)  # as subprocess.run([sys.executable, "-m", "flowdsl", "run", "it.yaml"])

To load what `flowdsl run` needs takes most of a second, and hundreds of tests start it. What a start costs and does is for
others to try (`e2e/test_light_import.py`, and all tests that start Python themselves). Where nothing can be forked a call starts
Python anew.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

LOADED = ("flowdsl.cli.app", "flowdsl.cli.running", "flowdsl.linter.engine", "flowdsl.runner.taskrun.launch")
_SERVERS = threading.local()


def call(arguments: Sequence[str], folder: Path, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    """What `flowdsl` with these arguments prints in a folder, and its exit code. Raises subprocess.TimeoutExpired.

    It has the caller's environment, and nothing to read.
    """
    if not hasattr(os, "fork"):
        command = [sys.executable, "-m", "flowdsl", *arguments]
        return subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=timeout
        )
    with tempfile.TemporaryDirectory(prefix="forked-") as place:
        told = {"arguments": list(arguments), "folder": str(folder), "environment": dict(os.environ), "place": place}
        code = _server().ask(told, timeout)
        out, err = (Path(place, name).read_text(encoding="utf-8", errors="replace") for name in ("out", "err"))
    return subprocess.CompletedProcess(["flowdsl", *arguments], code, out, err)


class _Server:
    """One process that forks: one call of a thread at a time."""

    def __init__(self, started_with: dict[str, str]) -> None:
        self.started_with = started_with
        self.process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    def ask(self, told: dict[str, Any], timeout: float) -> int:
        late = threading.Timer(timeout, self.kill)
        late.start()
        try:
            answer = self._answer(told)
        finally:
            late.cancel()
        if not answer:
            self.kill()
            raise subprocess.TimeoutExpired(told["arguments"], timeout)
        return int(answer)

    def _answer(self, told: dict[str, Any]) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(told) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        # Closes its channels, and waits.
        with self.process:
            pass


def _server() -> _Server:
    """That of this thread; another where Python itself would start in another way, or the last one has ended."""
    python = {name: value for name, value in os.environ.items() if name.startswith("PYTHON")}
    found: _Server | None = getattr(_SERVERS, "one", None)
    if found is None or found.started_with != python or found.process.poll() is not None:
        if found is not None:
            found.kill()
        found = _SERVERS.one = _Server(python)
    return found


def _asked(asked: IO[str], answers: IO[str]) -> dict[str, Any]:
    """In each process that is forked what it is to do; the process that forks ends here with whoever asks."""
    for line in asked:
        if (child := os.fork()) == 0:
            asked.close()
            answers.close()
            told: dict[str, Any] = json.loads(line)
            return told
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()
    sys.exit()


def _become(arguments: list[str], folder: str, environment: dict[str, str], place: str) -> None:
    """What `python -m flowdsl` finds when it starts."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in ((1, "out"), (2, "err")):
        opened = os.open(os.path.join(place, name), os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = ["flowdsl", *arguments]
    sys.path[0] = ""


def _main() -> int:
    from flowdsl.cli import main

    for name in LOADED:
        importlib.import_module(name)
    # What is asked and answered has channels of its own: 0, 1 and 2 are those of the calls.
    channels = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nothing, number)
    os.close(nothing)
    _become(**_asked(*channels))
    return main()


if __name__ == "__main__":
    sys.exit(_main())
