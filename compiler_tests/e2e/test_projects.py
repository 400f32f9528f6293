"""Projects of each kind compile and run here; `cluster/test_projects_on_plane.py` runs them under Tekton's controller."""

from __future__ import annotations

from pathlib import Path

import pytest
from packages_support import HERE
from projects_support import FITTED, WANTED, Fitting, Project


@pytest.mark.parametrize("file", WANTED)
def test_a_project_compiles_and_gives_its_results(file: str, tmp_path: Path) -> None:
    project = Project(tmp_path, file)
    done = project.flow("compile", project.file)
    assert done.returncode == 0, done.stderr
    assert project.flow("compile", project.file, "--check").returncode == 0
    assert project.results_here() == WANTED[file]


def test_a_training_with_a_pinned_package_gives_its_results(tmp_path: Path) -> None:
    project = Fitting(tmp_path, HERE)
    done = project.flow("lock", project.file)
    assert done.returncode == 0, done.stderr
    assert project.results_here() == FITTED
