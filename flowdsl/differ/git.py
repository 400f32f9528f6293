"""What is asked of git: revisions, the files of one, where two parted."""

from __future__ import annotations

import subprocess
from pathlib import Path

from flowdsl.diagnostics import UsageError

_SECONDS = 120


def git(*words: str) -> bytes:
    """What a git command prints. Raises UsageError where it fails."""
    done = run(*words)
    if done.returncode != 0:
        raise UsageError(f"git {words[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def run(*words: str) -> subprocess.CompletedProcess[bytes]:
    """A git command, whatever comes of it. Raises UsageError where there is no git."""
    try:
        return subprocess.run(["git", *words], capture_output=True, check=False, timeout=_SECONDS)
    except FileNotFoundError as error:
        raise UsageError("git is not installed; name two files or folders") from error


def is_revision(word: str) -> bool:
    """Whether git knows a commit by this word."""
    return run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{word}^{{commit}}").returncode == 0


def prefix() -> str:
    """Where in the repository the working folder is."""
    return git("rev-parse", "--show-prefix").decode().strip()


def top() -> Path:
    """The repository's uppermost folder."""
    return Path(git("rev-parse", "--show-toplevel").decode().strip())


def parting(revision: str) -> str:
    """The commit at which what is checked out left a revision. Raises UsageError where git knows none."""
    if not is_revision(revision):
        raise UsageError(f"git knows no revision {revision!r}: fetch it first")
    done = run("merge-base", revision, "HEAD")
    if done.returncode != 0:
        raise UsageError(
            f"{revision} and HEAD have no commit in common: fetch the whole history (git fetch --unshallow)"
        )
    return done.stdout.decode().strip()
