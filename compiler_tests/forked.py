"""Calls `flowdsl` often: in processes of their own that are forked from one which has loaded it.

    done = forked.call(["run", "it.yaml"], folder)  # as subprocess.run([sys.executable, "-m", "flowdsl", "run", "it.yaml"])
    done = forked.call(["compile"], folder, program="flow.py")  # as subprocess.run([sys.executable, "flow.py", "compile"])
    forked.programs(folder)  # `flowdsl` and `python` for a shell whose PATH begins with that folder

To load what flowdsl's commands need takes most of a second, and a thousand tests start one. What a start costs and does is for
others to try (`e2e/test_light_import.py`, and all tests that start Python themselves). Where nothing can be forked a call starts
Python anew.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shlex
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
from forked_client import begin, ended, variables

HERE = Path(__file__).parent
LOADED = (
    "flowdsl.cli.app", "flowdsl.cli.running", "flowdsl.compiler.compile", "flowdsl.linter.engine",
    "flowdsl.passes", "flowdsl.runner.taskrun.launch", "networkx",
)  # fmt: skip
_SERVERS: dict[str, _Server] = {}
"""By the variables they were started with; they end with this process."""
_LOCK = threading.Lock()


def call(
    arguments: Sequence[str],
    folder: Path,
    timeout: float = 600,
    *,
    program: str = "flowdsl",
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """What a program with these arguments prints in a folder, and its exit code. Raises subprocess.TimeoutExpired.

    It has the caller's environment unless another is given, and nothing to read.
    """
    given = dict(os.environ if environment is None else environment)
    if not hasattr(os, "fork"):
        command = [sys.executable, *(["-m", "flowdsl"] if program == "flowdsl" else [program]), *arguments]
        return subprocess.run(
            command,
            cwd=folder,
            env=given,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
    with contextlib.ExitStack() as held:
        out, err = (held.enter_context(tempfile.TemporaryFile()) for _ in range(2))
        nothing = held.enter_context(open(os.devnull, "rb"))
        streams = (nothing.fileno(), out.fileno(), err.fileno())
        asked = held.enter_context(begin(_server(given).address, [program, *arguments], str(folder), given, streams))
        asked.settimeout(timeout)
        try:
            code = ended(asked)
        except TimeoutError:
            raise subprocess.TimeoutExpired([program, *arguments], timeout) from None
        if code is None:
            raise RuntimeError("the process that forks has gone")
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    return subprocess.CompletedProcess([program, *arguments], code, *texts)


def programs(folder: Path, environment: Mapping[str, str]) -> None:
    """Write `flowdsl` and `python`, for shells with this environment. Whatever is no command of flowdsl goes to Python itself."""
    for name in ("flowdsl", "python"):
        words = [sys.executable]
        if hasattr(os, "fork"):
            server = _server(environment)
            words = [
                sys.executable,
                "-S",
                "-E",
                str(HERE / "forked_client.py"),
                server.address,
                server.started_with,
                sys.executable,
                name,
            ]
        elif name == "flowdsl":
            words += ["-m", "flowdsl"]
        file = folder / name
        file.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
        file.chmod(0o755)


@attrs.define
class _Server:
    """One process that forks."""

    started_with: str
    place: str
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return os.path.join(self.place, "s")


def _server(environment: Mapping[str, str]) -> _Server:
    """That for processes whose Python starts in the way that these variables say."""
    wanted = variables(environment)
    with _LOCK:
        found = _SERVERS.get(wanted)
        if found is None or found.process.poll() is not None:
            found = _SERVERS[wanted] = _started(wanted, environment)
    return found


def _started(wanted: str, environment: Mapping[str, str]) -> _Server:
    # Short: the path of a socket has 107 bytes at most.
    place = tempfile.mkdtemp(prefix="forked-", dir="/tmp")
    python = {name: value for name, value in environment.items() if name.startswith("PYTHON")}
    others = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    process = subprocess.Popen(
        [sys.executable, str(HERE / "forked_server.py"), os.path.join(place, "s"), *LOADED],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=others | python, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    if process.stdout.readline() != b"ready\n":
        raise RuntimeError("the process that forks does not start")
    atexit.register(process.communicate)  # closes its input, with which it ends
    return _Server(wanted, place, process)
