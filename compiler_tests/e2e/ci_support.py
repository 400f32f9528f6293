"""A project under git for the tests of `flowdsl ci`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import forked


def git(folder: Path, *words: str) -> None:
    names = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True)


def change(folder: Path, old: str, new: str, *, compiled: bool = True) -> None:
    file = folder / "pipelines" / "churn.py"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    if compiled:
        forked.call(["compile", str(file)], folder).check_returncode()
    git(folder, "commit", "-qam", "change")


def ci(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return forked.call(["ci", "--comment", "none", *words], folder)


def project(place: Path) -> Path:
    """A clone on a pull-request branch that made a param required; its origin, which has main, lies beside it."""
    origin, folder = place / "origin", place / "checkout"
    forked.call(["init", str(origin), "--name", "churn"], place).check_returncode()
    git(origin, "init", "-q", "-b", "main")
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", "start")
    git(place, "clone", "-q", str(origin), str(folder))
    git(folder, "checkout", "-q", "-b", "feature")
    change(
        folder,
        "count: int = 1000, seed: int = 1, threshold: float = 0.4",
        "count: int, seed: int = 1, threshold: float = 0.5",
    )
    return folder
