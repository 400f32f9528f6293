"""Projects of each kind compile and run here; `cluster/test_projects_on_plane.py` runs them under Tekton's controller."""

from __future__ import annotations

from pathlib import Path

import pytest
from packages_support import HERE
from projects_support import FITTED, WANTED, WANTED_OF_SHARED, Fitting, Project, shared


@pytest.mark.parametrize("file", WANTED)
def test_a_project_compiles_and_gives_its_results(file: str, tmp_path: Path) -> None:
    assert compiled_and_run(Project(tmp_path, file)) == WANTED[file]


@pytest.mark.parametrize("file", WANTED_OF_SHARED)
def test_a_project_of_others_compiles_and_gives_its_results(file: str, tmp_path: Path) -> None:
    assert compiled_and_run(shared(tmp_path, file)) == WANTED_OF_SHARED[file]


def compiled_and_run(project: Project) -> dict[str, str]:
    done = project.flow("compile", project.file)
    assert done.returncode == 0, done.stderr
    assert project.flow("compile", project.file, "--check").returncode == 0
    return project.results_here()


def test_a_training_with_a_pinned_package_gives_its_results(tmp_path: Path) -> None:
    project = Fitting(tmp_path, HERE)
    done = project.flow("lock", project.file)
    assert done.returncode == 0, done.stderr
    assert project.results_here() == FITTED
