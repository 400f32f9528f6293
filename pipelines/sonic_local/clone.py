"""Clone the source with this machine's own git: the task that a local run has in place of the catalog's `git-clone`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from sonic_tasks import PYTHON

from flowdsl import Workspace, task


class Checkout(NamedTuple):
    """What git-clone gives."""

    commit: str
    url: str


@task(image=PYTHON, timeout="10m")
def git_clone(
    url: str, revision: str = "", depth: str = "1", submodules: str = "true", output: Workspace = Workspace()
) -> Checkout:
    """Fetch one revision (a branch, a tag, a commit; the remote's HEAD without one) into `output`, emptied first."""
    for found in output.iterdir():
        shutil.rmtree(found) if found.is_dir() and not found.is_symlink() else found.unlink()
    shallow = [] if depth == "0" else [f"--depth={depth}"]
    git(output, "init", "--quiet")
    git(output, "fetch", "--quiet", *shallow, "--", url, revision or "HEAD")
    git(output, "checkout", "--quiet", "--detach", "FETCH_HEAD")
    if submodules == "true":
        git(output, "submodule", "update", "--init", "--recursive", *shallow)
    commit = git(output, "rev-parse", "HEAD").strip()
    print(f"{url} is at {commit}")
    return Checkout(commit, url)


def git(folder: Path, *arguments: str) -> str:
    """What git prints; the task ends with git's own words where it fails."""
    ran = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(f"error: git {arguments[0]}: {' '.join(ran.stderr.split()) or ran.returncode}")
    return ran.stdout
