"""Making one environment: a virtual environment of this Python with what a lock says, by hash, and nothing else."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import attrs

from flowdsl.packages import programs
from flowdsl.packages.lockfile import Resolution
from flowdsl.packages.tools import Tool, ToolError, find_tool, pip_environment, pip_version, python_module, tail
from flowdsl.packages.uv_pylock import uv_environment, uv_options
from flowdsl.runner import removal

READY = "flowdsl-ready"
"""The file that is made last, in an environment that is whole."""
_LONGEST = 60 * 60  # seconds of one program: torch with CUDA takes minutes
_TICK = 0.1  # seconds
_FIRST_WITH_PYTHON = (22, 3)
_NEWEST = 20


@attrs.define
class Builder:
    """Makes environments below a folder. `environ` is the user's: index, proxies, caches of pip or uv."""

    root: Path
    environ: Mapping[str, str] = attrs.field(repr=False)
    tell: Callable[[str], None] = lambda _: None
    _stopped: threading.Event = attrs.field(factory=threading.Event)
    _running: set[subprocess.Popen[str]] = attrs.field(factory=set)

    def folder(self, resolution: Resolution) -> Path:
        """Where the environment is, or will be."""
        return self.root / resolution.key

    def build(self, resolution: Resolution) -> Path:
        """The environment, made if it isn't there; of several that ask at once, in any process, one makes it.

        Raises ToolError with the end of what pip or uv says.
        """
        folder = self.folder(resolution)
        if is_whole(folder):
            return folder
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._alone(resolution) as lock:
                if not is_whole(folder):
                    self._make(folder, resolution, lock)
        except OSError as error:
            named = f": {error.filename}" if error.filename else ""
            raise ToolError(f"no environment can be made: {error.strerror}{named}") from error
        return folder

    def stop(self) -> None:
        """End what is being made; it will be made anew."""
        self._stopped.set()
        for each in list(self._running):
            programs.end(each)

    @contextlib.contextmanager
    def _alone(self, resolution: Resolution) -> Iterator[int]:
        """While it lasts no other process makes this environment; a descriptor that keeps it so."""
        lock = os.open(self.root / f"{resolution.key}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        told = False
        try:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if not told:
                        self.tell(f"packages: another run installs {named(resolution)}; waiting for it")
                    told = True
                if self._stopped.wait(_TICK):
                    raise ToolError("it was stopped")
            yield lock
        finally:
            os.close(lock)

    def _make(self, folder: Path, resolution: Resolution, lock: int) -> None:
        if os.path.lexists(folder) and not removal.remove(folder):
            raise ToolError(f"{folder} was left by a run that was ended, and can't be removed")
        tool = find_tool(self.environ)
        self.tell(f"packages: installing {named(resolution)} with {tool.name}")
        began = time.monotonic()
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="flowdsl-", suffix=".txt") as file:
            file.write(resolution.text)
            file.flush()
            try:
                for command in _commands(tool, folder, Path(file.name), self.environ):
                    self._run(command, tool, lock)
            except BaseException:
                removal.remove(folder)
                raise
        for minor in range(8, _NEWEST):
            # An image's `python3.12` is this Python here; that it is another one has been said.
            with contextlib.suppress(FileExistsError):
                (folder / "bin" / f"python3.{minor}").symlink_to("python")
        (folder / READY).touch()
        self.tell(f"packages: installed {named(resolution)} in {time.monotonic() - began:.1f} s")

    def _run(self, command: list[str], tool: Tool, lock: int) -> None:
        """Run a program. It holds the lock as long as it lives: where this process is killed it may write on."""
        env = pip_environment(self.environ)
        program = programs.start(command, uv_environment(env) if tool.name == "uv" else env, merged=True, keep=(lock,))
        self._running.add(program)
        try:
            if self._stopped.is_set():
                programs.end(program)
            done = programs.finish(program, _LONGEST)
        except programs.TooLongError as error:
            raise ToolError(str(error)) from error
        finally:
            self._running.discard(program)
        if self._stopped.is_set():
            raise ToolError("it was stopped")
        if done.code != 0:
            raise ToolError(f"{tool.name} ended with {done.code}:\n{tail(done.output)}")


def is_whole(folder: Path) -> bool:
    """Whether an environment was made to its end, and the Python that it is of is still there."""
    return (folder / READY).is_file() and os.access(folder / "bin" / "python", os.X_OK)


def named(resolution: Resolution) -> str:
    """A few of the packages, for people."""
    names = [f"{pin.name} {pin.version}" for pin in resolution.pins]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return (", ".join(names[:3]) or "no packages") + more


def _commands(tool: Tool, folder: Path, file: Path, environ: Mapping[str, str]) -> Iterator[list[str]]:
    python = str(folder / "bin" / "python")
    install = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--requirement", str(file)]
    if tool.name == "uv":
        yield [*tool.command, "venv", "--quiet", "--python", sys.executable, str(folder)]
        if file.stat().st_size:
            yield [*tool.command, "pip", "install", "--quiet", "--python", python, *uv_options(environ), *install]
        return
    late = pip_version() >= _FIRST_WITH_PYTHON
    yield [*python_module(sys.executable, "venv"), *(["--without-pip"] if late else []), str(folder)]
    pip = [*tool.command, "--python", python] if late else [*python_module(python, "pip")]
    if file.stat().st_size:
        yield [*pip, "install", "--quiet", "--no-input", "--disable-pip-version-check", *install]
