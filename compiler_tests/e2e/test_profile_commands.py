"""`--profile` as a user has it: every command that compiles, YAML of its own, CI, a cluster's namespace, mistakes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ci_support import ci, git
from cluster_support import Person
from fake_api import FakeApi

import flowdsl
from flowdsl.cli import main
from flowdsl.diagnostics import UsageError

SOURCE = """\
from flowdsl import pipeline, task


@task(image="ghcr.io/lab/train:1")
def train(bucket: str) -> str:
    return bucket


@pipeline(run={"bucket": "dev"})
def flow(bucket: str) -> None:
    train(bucket)
"""
PROJECT = """\
[tool.flowdsl.task]
memory = "1Gi"

[tool.flowdsl.profiles.prod]
namespace = "ml-prod"
prefix = "prod-"
images = { "ghcr.io/lab/" = "registry.prod/lab/" }
params = { bucket = "clips" }

[tool.flowdsl.profiles.prod.tasks.train]
memory = "64Gi"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "train.py").write_text(SOURCE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_compile_writes_and_checks_a_file_for_each_profile(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "train.py"]) == 0
    assert main(["compile", "train.py", "--profile", "prod"]) == 0
    plain, prod = text(folder / "train.yaml"), text(folder / "train.prod.yaml")
    assert "ghcr.io/lab/train:1" in plain
    assert "1Gi" in plain
    for word in ("registry.prod/lab/train:1", "64Gi", "ml-prod", "prod-train", "prod-flow", "clips"):
        assert word in prod
        assert word not in plain
    assert main(["compile", "train.py", "--profile", "prod", "--check"]) == 0
    (folder / "train.prod.yaml").write_text(prod.replace("64Gi", "32Gi"))
    capsys.readouterr()
    assert main(["compile", "train.py", "--profile", "prod", "--check"]) == 1
    out = capsys.readouterr().out
    assert "-        memory: 32Gi" in out.replace("-            memory", "-        memory")
    assert main(["compile", "train.py", "--check"]) == 0
    assert text(folder / "train.yaml") == plain


def test_a_line_goes_over_a_profile(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["compile", "train.py", "--profile", "prod", "-o", "-", "--set", "bucket=x", "--namespace", "mine"]
    assert main(line) == 0
    documents = list(yaml.safe_load_all(capsys.readouterr().out))
    assert {each["metadata"]["namespace"] for each in documents} == {"mine"}
    assert documents[-1]["spec"]["params"] == [{"name": "bucket", "value": "x"}]


def test_several_pipelines_and_other_formats_have_names_of_their_own(folder: Path) -> None:
    more = "\n\n@pipeline\ndef train_all() -> None:\n    train('x')\n"
    (folder / "jobs.py").write_text(SOURCE + more)
    assert main(["compile", "jobs.py", "--profile", "prod", "--format", "json"]) == 0
    assert sorted(each.name for each in folder.glob("jobs*.json")) == [
        "jobs-flow.prod.json",
        "jobs-train-all.prod.json",
    ]


@pytest.mark.parametrize(
    ("words", "there"),
    [
        (["explain", "train.py"], "train"),
        (["graph", "train.py"], "train"),
        (["lint", "train.py"], ""),
        (["images", "list", "train.py"], ""),
        (["lock", "train.py"], ""),
        (["run", "train.py"], "asks for 64 GiB"),
        (["diff", "train.py", "train.prod.yaml"], ""),
    ],
)
def test_every_command_that_compiles_takes_a_profile(
    folder: Path, words: list[str], there: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compile", "train.py", "--profile", "prod"]) == 0
    capsys.readouterr()
    assert main([*words, "--profile", "prod"]) == 0
    assert there in capsys.readouterr().out
    assert main([*words, "--profile", "prd"]) in (1, 2)
    told = capsys.readouterr()
    assert "there is no profile 'prd'" in told.err + told.out  # lint has it among its findings


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_profile_is_not_taken_for_none(folder: Path, empty: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(folder.iterdir())
    assert main(["compile", "train.py", "--profile", empty]) == 2
    assert "'--profile': it is empty" in capsys.readouterr().err
    assert sorted(folder.iterdir()) == before


def test_the_command_line_of_a_pipeline_itself_takes_one(folder: Path) -> None:
    (folder / "train.py").write_text(SOURCE + "\n\nif __name__ == '__main__':\n    flow.cli()\n")
    line = [sys.executable, "train.py", "compile", "--profile", "prod"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (folder / "train.prod.yaml").exists()


@pytest.mark.parametrize("command", ["run", "lint", "diff"])
def test_yaml_has_no_profile(folder: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "train.py"]) == 0
    files = ["train.yaml"] if command != "diff" else ["train.yaml", "train.yaml"]
    assert main([command, *files, "--profile", "prod"]) == 2
    assert "is for what compiles" in capsys.readouterr().err


def test_a_local_run_has_names_without_the_prefix_and_its_own_stand_ins(folder: Path) -> None:
    stand_in = """
from flowdsl import LocalRun

@task
def here(bucket: str) -> str:
    return "stood in for " + bucket

flow = pipeline(run={"bucket": "dev"}, local=LocalRun(tasks={"train": here}))(flow.function)
"""
    (folder / "train.py").write_text(SOURCE + stand_in)
    record = flowdsl.run(flowdsl.load("train.py"), profile="prod", name="r")
    assert record.status == "Succeeded"
    kept = folder / ".flowdsl" / "runs" / "r"
    assert any("stood in for clips" in each.read_text(errors="replace") for each in kept.rglob("*") if each.is_file())


def test_mistakes_are_told_with_their_line_and_nothing_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "pyproject.toml").write_text(PROJECT.replace("namespace", "namespce").replace('"64Gi"', "64"))
    assert main(["compile", "train.py", "--profile", "prod"]) == 1
    told = capsys.readouterr().err
    assert "error[FLOW096]: tool.flowdsl.profiles.prod has no setting 'namespce'\n  --> pyproject.toml:5" in told
    assert "error[FLOW096]: option 'memory' takes str, got int 64\n  --> pyproject.toml:11" in told
    assert "did you mean 'namespace'?" in told
    assert list(folder.glob("*.yaml")) == []
    (folder / "pyproject.toml").write_text(PROJECT.replace("tasks.train", "tasks.trian"))
    assert main(["compile", "train.py", "--profile", "prod"]) == 0
    told = capsys.readouterr().err
    assert "warning[FLOW097]" in told
    assert "did you mean 'train'?" in told
    # What a file holds reaches no terminal as it is.
    (folder / "pyproject.toml").write_text('[tool.flowdsl.task]\n"\\u001b[31mx" = 1\n')
    assert main(["compile", "train.py"]) == 1
    assert "\x1b" not in capsys.readouterr().err


def test_the_library_takes_a_profile_where_the_commands_do(folder: Path) -> None:
    flow = flowdsl.load("train.py")
    assert flowdsl.compile(flow, profile="prod").namespace == "ml-prod"
    names = [str(each.data["metadata"]["name"]) for each in flowdsl.lint(flow, profile="prod") if each.name]
    assert "prod-train" in names
    with pytest.raises(UsageError, match="is for what compiles"):
        flowdsl.lint("kind: Task", profile="prod")


# A cluster.
@pytest.fixture
def person(folder: Path, capsys: pytest.CaptureFixture[str]) -> Person:
    pytest.importorskip("kubernetes", reason="the extra `cluster` is not installed")
    api = FakeApi()
    api.start()
    for space in ("ml", "ml-prod"):
        api.put(f"/api/v1/namespaces/{space}/serviceaccounts/default", {"kind": "ServiceAccount"})
    return Person(api, folder, capsys)


def test_a_cluster_is_worked_on_in_the_namespace_of_the_profile(person: Person) -> None:
    code, out, err = person.types("apply", "train.py", "--profile", "prod")
    assert (code, out) == (0, "Task prod-train created\nPipeline prod-flow created\n"), err
    assert person.api.names("tasks", "ml-prod") == ["prod-train"]
    assert person.api.names("tasks", "ml") == []
    code, out, err = person.types("submit", "train.py", "--profile", "prod")
    assert code == 0, err
    (run,) = person.api.names("pipelineruns", "ml-prod")
    assert run.startswith("prod-flow-")
    code, out, _ = person.types("doctor", "train.py", "--profile", "prod")
    assert "namespace ml-prod" in out
    code, _, err = person.types("apply", "train.py", "--profile", "prod", "-n", "ml")
    assert code == 0, err
    assert person.api.names("tasks", "ml") == ["prod-train"]
    assert person.types("apply", "train.py", "--profile", "prd")[0] == 1


# Pull requests.
def committed(folder: Path) -> None:
    for words in (["compile", "train.py"], ["compile", "train.py", "--profile", "prod"]):
        assert main(words) == 0
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "start"], ["checkout", "-qb", "work"]):
        git(folder, *words)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_ci_checks_and_compares_what_each_profile_compiles_to(folder: Path) -> None:
    committed(folder)
    done = ci(folder, "--base", "main", ".")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "compiles to the YAML beside it for profile prod" in done.stderr
    project = text(folder / "pyproject.toml")
    (folder / "pyproject.toml").write_text(project.replace("64Gi", "32Gi"))
    done = ci(folder, "--base", "main", "--fail-on", "behavioural", ".")
    assert done.returncode == 1
    assert "stale" in done.stderr
    plain, _, prod = done.stdout.partition("== differences from main, profile prod")
    assert "none" in plain
    assert "32Gi" in prod
    assert main(["compile", "train.py", "--profile", "prod"]) == 0
    report = ci(folder, "--base", "main", "--fail-on", "breaking", "--report", "diff.md", ".")
    assert report.returncode == 0, report.stdout + report.stderr
    assert "Differences from `main`, profile `prod`" in text(folder / "diff.md")
    # Named, and of a profile alone.
    (folder / "train.yaml").unlink()
    assert ci(folder, ".").returncode == 0
    assert ci(folder, "train.py").returncode == 1


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_each_side_of_a_difference_has_the_settings_of_its_revision(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    committed(folder)
    (folder / "pyproject.toml").write_text(PROJECT.replace('"1Gi"', '"2Gi"').replace("64Gi", "32Gi"))
    capsys.readouterr()
    assert main(["diff", "main", "--output", "json", "train.py"]) == 1
    plain = json.dumps(json.loads(capsys.readouterr().out))
    assert "2Gi" in plain
    assert "32Gi" not in plain
    assert main(["diff", "main", "--output", "json", "train.py", "--profile", "prod"]) == 1
    assert "32Gi" in capsys.readouterr().out
