"""The projects of `compiler_tests/projects`, each in a folder of its own, and what comes of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packages_support import ROOT, pip_environment, wheel

PROJECTS = ROOT / "compiler_tests" / "projects"
# The file of each pipeline, and what a run gives with the params that it has by default.
WANTED: dict[str, dict[str, str]] = {
    "modules/parcels/flow.py": {"cents": "1888", "refused": "1"},
    "distribution/rain.py": {"total": "22"},
    "distribution/wind.py": {"total": "5"},
    "factory/scores.py": {"plain": "3", "vowels": "5", "squared": "16"},
    "data/greet.py": {"known": "3"},
}
# Written outside of this repository, each with what it is to give: beside the checkout where there are any.
SHARED = ROOT.parent / "shared" / "cases" / "projects"
WANTED_OF_SHARED: dict[str, dict[str, str]] = {
    "modules/count.py": {"n": "4"},
    "library/churn.py": {"total": "3"},
    "library/fraud.py": {"total": "42"},
    "factory/scaled.py": {"one": "2", "ten": "20", "hundred": "200"},
    "resources/known.py": {"known": "2"},
}
FIT = "packages/fit.py"
FITTED = {"slope": "3.0", "made_with": "1.4", "at_10": "30.0"}
SLOPE = """
def slope(xs, ys):
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys)) / sum((a - x) ** 2 for a in xs)
"""


class Project:
    """The project of `projects` that `file` is in, copied below `folder`; commands are typed in the copy."""

    def __init__(self, folder: Path, file: str, projects: Path = PROJECTS) -> None:
        kind, _, self.file = file.partition("/")
        self.folder = folder / kind
        shutil.copytree(projects / kind, self.folder)
        self.env = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder / "cache")}

    def flow(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "flowdsl", *words]
        return subprocess.run(command, cwd=self.folder, env=self.env, capture_output=True, text=True, check=False)

    def results_here(self) -> dict[str, str]:
        """What a run on this machine gives."""
        done = self.flow("run", self.file, "--output", "json")
        assert done.returncode == 0, done.stdout + done.stderr
        (over,) = [each for each in map(json.loads, done.stdout.splitlines()) if each["event"] == "RunFinished"]
        return results_of(over["pipelineRun"])


def shared(folder: Path, file: str) -> Project:
    """A project that was written outside of this repository. The test is skipped where there are none."""
    if not SHARED.is_dir():
        pytest.skip(f"the shared projects are not at {SHARED}")
    return Project(folder, file, SHARED)


def results_of(pipeline_run: dict[str, Any]) -> dict[str, str]:
    """The results of a PipelineRun, by name."""
    return {each["name"]: each["value"] for each in pipeline_run["status"].get("results", [])}


class Fitting(Project):
    """The project with a pinned package, for images that have this `python`; `wheels` is the folder of its index."""

    def __init__(self, folder: Path, python: str) -> None:
        super().__init__(folder, FIT)
        self.wheels = folder / "wheels"
        self.env |= pip_environment(self.wheels, folder)
        self.publish(SLOPE)
        image = f'[tool.flowdsl.task]\nimage = "python:{python}-slim"\n'
        (self.folder / "pyproject.toml").write_text(image)

    def publish(self, code: str) -> None:
        """Put the package into the index, with this code: another code makes another hash of the same version."""
        wheel(self.wheels, "leastsquares", "1.4", code=code)
