"""Running pip, uv and container engines: bounded in time, and ended with all that they have started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import attrs

_GRACE = 5
"""Seconds that a program has to end by itself."""


class TooLongError(Exception):
    """A program was ended because it took too long; the text says so."""


@attrs.frozen
class Done:
    """A program that has ended: its exit code, and what it said. `error` is empty where both were one stream."""

    code: int
    output: str
    error: str


def start(
    command: Sequence[str], environ: Mapping[str, str], *, merged: bool = False, keep: Collection[int] = ()
) -> subprocess.Popen[str]:
    """Start a program in a session of its own: Ctrl-C reaches this process alone, which ends it. Raises OSError.

    `merged` has what it says in one stream; `keep` are descriptors that it inherits.
    """
    return subprocess.Popen(
        command,
        env=dict(environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if merged else subprocess.PIPE,
        pass_fds=tuple(keep),
        text=True,
        errors="replace",
        start_new_session=True,
    )


def finish(program: subprocess.Popen[str], limit: float, stdin: str = "") -> Done:
    """Wait for a program, at most `limit` seconds. Raises TooLongError; whatever is raised, all of it has ended."""
    try:
        output, error = program.communicate(stdin, timeout=limit)
    except subprocess.TimeoutExpired:
        end(program)
        name = Path(str(program.args[0] if isinstance(program.args, (list, tuple)) else program.args)).name
        raise TooLongError(f"{name} was ended after {_span(limit)}, which is the longest it may take") from None
    except BaseException:  # Ctrl-C, too
        end(program)
        raise
    finally:
        for pipe in filter(None, (program.stdin, program.stdout, program.stderr)):
            with contextlib.suppress(OSError):
                pipe.close()
    return Done(program.returncode, output, error or "")


def run(command: Sequence[str], environ: Mapping[str, str], limit: float, *, merged: bool = False) -> Done:
    """Both. Raises OSError, TooLongError."""
    return finish(start(command, environ, merged=merged), limit)


def end(program: subprocess.Popen[str]) -> None:
    """End a program and its children: asked first, then made to."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(program.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.wait(_GRACE)


def _span(seconds: float) -> str:
    return f"{seconds / 60:g} minutes" if seconds >= 60 else f"{seconds:g} seconds"
