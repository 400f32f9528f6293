"""The programs that resolve and install: uv where it is, else pip. Never a resolver of our own."""

from __future__ import annotations

import functools
import importlib.util
import re
import shutil
import sys
from collections.abc import Mapping, Sequence

import attrs

from flowdsl.packages import programs

# To the last @ before the path: a password may have one.
_SIGNED_IN = re.compile(r"(?<=://)[^/\s]+@")
_AS_MODULE = (
    "import sys; sys.path = [each for each in sys.path if each]; "
    "import runpy; runpy.run_module({name!r}, run_name='__main__', alter_sys=True)"
)
"""`python -m NAME`, where the folder that one stands in is not looked through: it may have a pip.py of anybody's."""
_UNREACHED = re.compile(r"^error: Failed to fetch|Retry\(total=0,.*connection broken by", re.MULTILINE)
"""What uv says of an index that it can't reach, and pip before its last try; then pip finds no version."""
NOTHING_THERE = "(from versions: none)"
"""What pip says of a package that an index has not, of an index that does not let it in, and, told to try once alone
(PIP_RETRIES=0), of one that it can't reach."""
_LAST = 4000
"""Characters of a program's output that are told."""
_OURS_ALONE = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_PYTHON",
    "VIRTUAL_ENV",
)


class ToolError(Exception):
    """A program failed, or there is none. Its text is for people, without credentials."""


class UnreachedError(ToolError):
    """A program could not reach its index, or did not end in time; what was asked for may be right."""


@attrs.frozen
class Tool:
    """A program by the words that call it: `uv`, or `python -m pip`."""

    name: str
    command: tuple[str, ...]
    limit: float = 30 * 60
    """Seconds that one call may take."""
    project: str = ""
    """The folder of what is locked: uv reads the settings of the project that it is in, wherever one stands."""

    def run(self, arguments: Sequence[str], environ: Mapping[str, str], *, stdin: str = "") -> str:
        """Run it; what it prints. Raises ToolError with the end of what it says, UnreachedError for an index."""
        try:
            done = programs.finish(programs.start([*self.command, *arguments], environ), self.limit, stdin)
        except OSError as error:
            raise ToolError(f"{self.name} can't be started: {error.strerror}") from error
        except programs.TooLongError as error:
            raise UnreachedError(f"{error}; is its index there?") from error
        if done.code != 0:
            said = done.error or done.output
            failure = UnreachedError if _UNREACHED.search(said) else ToolError
            raise failure(f"{self.name} ended with {done.code}:\n{tail(said)}")
        return done.output


def python_module(python: str, name: str) -> tuple[str, ...]:
    """The words that run a module of a Python, never a file of the current folder."""
    return (python, "-c", _AS_MODULE.format(name=name))


def pip_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The user's variables without those that say where pip or a Python installs, or are another Python's.

    `PIP_USER=0` is set because a pip.conf may say `user = true`.
    """
    return {name: value for name, value in environ.items() if name not in _OURS_ALONE} | {"PIP_USER": "0"}


def find_uv(environ: Mapping[str, str]) -> Tool | None:
    """uv: on the PATH, or as a package beside this Python."""
    found = shutil.which("uv", path=environ.get("PATH", ""))
    if found is None and _is_installed("uv"):
        return Tool("uv", python_module(sys.executable, "uv"))
    return Tool("uv", (found,)) if found else None


def find_pip() -> Tool | None:
    """The pip of this Python."""
    return Tool("pip", python_module(sys.executable, "pip")) if _is_installed("pip") else None


def _is_installed(package: str) -> bool:
    """Whether this Python has a package; a file of the user's by its name, such as uv.py, is none."""
    return importlib.util.find_spec(package) is not None and _version(package) is not None


def _version(package: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return None


def find_tool(environ: Mapping[str, str]) -> Tool:
    """uv or pip. Raises ToolError where neither is there."""
    found = find_uv(environ) or find_pip()
    if found is None:
        raise ToolError("there is neither uv on the PATH nor pip in this Python; install one: `python -m ensurepip`")
    return found


@functools.cache
def pip_version() -> tuple[int, int]:
    """The version of pip in this Python; (0, 0) where it can't be told."""
    found = re.match(r"(\d+)\.(\d+)", _version("pip") or "")
    return (int(found[1]), int(found[2])) if found else (0, 0)


def tail(text: str) -> str:
    """The end of a program's output, its URLs without credentials."""
    lines = [line.rstrip() for line in _SIGNED_IN.sub("***@", text).splitlines() if line.strip()]
    notices = ("WARNING: Running pip as", "[notice]", "WARNING: The directory")
    return "\n".join(line for line in lines if not line.startswith(notices))[-_LAST:]
