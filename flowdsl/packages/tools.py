"""The programs that resolve and install: uv where it is, else pip. Never a resolver of our own."""

from __future__ import annotations

import functools
import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence

import attrs

# To the last @ before the path: a password may have one.
_SIGNED_IN = re.compile(r"(?<=://)[^/\s]+@")
_LAST = 4000
"""Characters of a program's output that are told."""


class ToolError(Exception):
    """A program failed, or there is none. Its text is for people, without credentials."""


@attrs.frozen
class Tool:
    """A program by the words that call it: `uv`, or `python -m pip`."""

    name: str
    command: tuple[str, ...]

    def run(self, arguments: Sequence[str], environ: Mapping[str, str], *, stdin: str = "") -> str:
        """Run it; what it prints. Raises ToolError with the end of what it says."""
        try:
            done = subprocess.run(
                [*self.command, *arguments],
                env=dict(environ),
                input=stdin,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
        except OSError as error:
            raise ToolError(f"{self.name} can't be started: {error.strerror}") from error
        if done.returncode != 0:
            raise ToolError(f"{self.name} ended with {done.returncode}:\n{tail(done.stderr or done.stdout)}")
        return done.stdout


def find_uv(environ: Mapping[str, str]) -> Tool | None:
    """uv: on the PATH, or as a package beside this Python."""
    found = shutil.which("uv", path=environ.get("PATH", ""))
    if found is None and importlib.util.find_spec("uv") is not None:
        return Tool("uv", (sys.executable, "-m", "uv"))
    return Tool("uv", (found,)) if found else None


def find_pip() -> Tool | None:
    """The pip of this Python."""
    return Tool("pip", (sys.executable, "-m", "pip")) if importlib.util.find_spec("pip") is not None else None


def find_tool(environ: Mapping[str, str]) -> Tool:
    """uv or pip. Raises ToolError where neither is there."""
    found = find_uv(environ) or find_pip()
    if found is None:
        raise ToolError("there is neither uv on the PATH nor pip in this Python; install one: `python -m ensurepip`")
    return found


@functools.cache
def pip_version() -> tuple[int, int]:
    """The version of pip in this Python; (0, 0) where it can't be told."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = re.match(r"(\d+)\.(\d+)", version("pip"))
    except PackageNotFoundError:
        found = None
    return (int(found[1]), int(found[2])) if found else (0, 0)


def tail(text: str) -> str:
    """The end of a program's output, its URLs without credentials."""
    lines = [line.rstrip() for line in _SIGNED_IN.sub("***@", text).splitlines() if line.strip()]
    notices = ("WARNING: Running pip as", "[notice]", "WARNING: The directory")
    return "\n".join(line for line in lines if not line.startswith(notices))[-_LAST:]
