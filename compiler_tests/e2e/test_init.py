"""`flowdsl init`: what it writes compiles, tests and runs at once; nothing that is there is touched."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from flowdsl.cli import main

ROOT = Path(__file__).parents[2]


def ran(folder: Path, *command: str) -> str:
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def plugin() -> list[str]:
    """What a test needs where the flowdsl that is installed is older than its pytest plugin."""
    known = any(each.value == "flowdsl.testing.plugin" for each in entry_points(group="pytest11"))
    return [] if known else ["-p", "flowdsl.testing.plugin"]


def test_a_new_project_compiles_tests_and_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "Churn Model"]) == 0
    project = tmp_path / "Churn Model"
    ran(project, "-m", "flowdsl", "compile", "pipelines/churn_model.py", "--check")
    ran(project, "-m", "flowdsl", "lint", "--fail-on", "warning", "pipelines")
    ran(project, "-m", "flowdsl", "ci", "--comment", "none", "pipelines/")
    assert "7 passed" in ran(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin())
    for how in (["-m", "flowdsl", "run", "pipelines/churn_model.py"], ["-m", "pipelines.churn_model", "run"]):
        assert "the mean is 0.514" in ran(project, *how)


def test_what_a_new_project_shares_has_one_import_that_works_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a command that knows the working folder by nothing but the file, from another folder, and in pytest alone."""
    project = tmp_path / "churn"
    assert main(["init", str(project)]) == 0
    assert "from pipelines.helpers import mean_of\n" in (project / "pipelines" / "churn.py").read_text()
    flowdsl, pytest_ = (Path(sys.executable).with_name(each) for each in ("flowdsl", "pytest"))
    if not flowdsl.exists() or not pytest_.exists():
        pytest.skip("flowdsl is not installed beside this Python")
    for folder, command in (
        (project, [flowdsl, "run", "pipelines/churn.py"]),
        (tmp_path, [flowdsl, "compile", "churn/pipelines/churn.py", "--check"]),
        (project / "pipelines", [flowdsl, "compile", "churn.py", "--check"]),
        (project, [pytest_, "-q", "-p", "no:cacheprovider", *plugin()]),
    ):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_new_project_is_clean_to_a_linter(tmp_path: Path) -> None:
    pytest.importorskip("ruff", reason="ruff is not installed: pip install 'flowdsl[dev]'")
    assert main(["init", str(tmp_path / "churn")]) == 0
    ran(tmp_path / "churn", "-m", "ruff", "check", "--select", "E,F,UP,B", "--line-length", "120", ".")


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "README.md").write_text("mine")
    assert main(["init", str(tmp_path), "--name", "churn"]) == 2
    assert f"there already: {tmp_path}/README.md; nothing was written" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert (tmp_path / "README.md").read_text() == "mine"


@pytest.mark.parametrize("name", ["9", "Upper", "class", "a_b", "-a", "a" * 41, ""])
def test_names_that_can_not_be(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    folder = tmp_path / "9"
    assert main(["init", str(folder), *(["--name", name] if name else [])]) == 2
    assert "can't be a project's name" in capsys.readouterr().err
    assert not folder.exists()


@pytest.mark.parametrize("name", ["json", "random", "draw", "when", "context", "int", "helpers", "pipelines"])
def test_names_that_the_new_module_uses_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    folder = tmp_path / name
    assert main(["init", str(folder)]) == 2
    assert "its module uses that name itself; pass another --name" in capsys.readouterr().err
    assert not folder.exists()


def test_the_next_command_enters_a_folder_with_spaces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "my churn")]) == 0
    assert f"next: cd '{tmp_path}/my churn' && " in capsys.readouterr().err


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    assert main(["init", str(tmp_path / "a")]) == 2


def test_the_job_of_a_new_project_is_the_one_in_pipelines_ci() -> None:
    template = ROOT / "flowdsl" / "library" / "templates" / "github.yml.txt"
    assert template.read_bytes() == (ROOT / "pipelines" / "ci" / "github.yml").read_bytes()
