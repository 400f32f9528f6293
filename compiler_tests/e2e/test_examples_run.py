"""Every example that needs nothing but this machine runs on it, as the very YAML a cluster would get."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import forked
import pytest
from examples_support import can_install

FOLDER = Path(__file__).parents[2] / "pipelines" / "examples"
# Those that need more, each with what it is.
ELSEWHERE = {
    "approval": "a controller of ApprovalTasks",
    "build_image": "a repository and a registry",
    "git_clone": "a repository: tried below",
    "retry_backoff": "a network",
    "sidecar_database": "what the image of the sidecar runs",
}
HERE = [path for path in sorted(FOLDER.rglob("*.py")) if path.stem not in ELSEWHERE]


def run(path: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return forked.call(["run", *words], folder, program=str(path), environment={**os.environ, "COLUMNS": "200"})


@pytest.mark.parametrize("path", HERE, ids=lambda path: path.stem)
def test_it_runs_here(path: Path, tmp_path: Path) -> None:
    can_install(path)
    done = run(path, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_worse_model_is_not_promoted(tmp_path: Path) -> None:
    done = run(FOLDER / "champion_challenger.py", tmp_path)
    assert "lse_d: 7.1 -> 8.3; 5% worse is allowed" in done.stdout
    assert "is the champion now" not in done.stdout


def test_no_model_is_promoted_that_is_below_the_threshold(tmp_path: Path) -> None:
    can_install(FOLDER / "classifier.py")
    done = run(FOLDER / "classifier.py", tmp_path, "--set", "lowest=0.9999")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the champion stays: forest 0.9" in done.stdout
    assert "promote: skipped" in done.stdout


def test_a_clone_of_a_repository_of_this_machine(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / "a.py").write_text("one\ntwo\n")
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@example.com"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *words], cwd=repository, check=True)
    done = run(FOLDER / "git_clone.py", tmp_path, "--set", f"url=file://{repository}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 lines at " in done.stdout


def test_what_the_readme_begins_with_runs_in_a_checkout(tmp_path: Path) -> None:
    root = FOLDER.parents[1]
    sample = (root / "README.md").read_text("utf-8").partition("```python\n")[2].partition("```")[0]
    (tmp_path / "face.py").write_text(sample)
    done = run(tmp_path / "face.py", root, "--folder", str(tmp_path / "run"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[tell] 1.2 seconds" in done.stdout
    assert "video: " in done.stdout
    assert "[report] infer: Succeeded" in done.stdout


@pytest.mark.parametrize(
    "path", [*sorted(FOLDER.rglob("*.py")), FOLDER.parent / "sonic.py"], ids=lambda path: path.stem
)
def test_no_run_is_shorter_than_what_its_tasks_may_take(path: Path, tmp_path: Path) -> None:
    done = forked.call(["simulate"], tmp_path, program=str(path))
    assert "runs looked at" in done.stdout, done.stderr
    assert "FLOW049" not in done.stdout
