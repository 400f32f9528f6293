"""The same hostile values through every command that prints: no line is a command, nothing reaches the terminal raw."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from flowdsl.cli import main
from flowdsl.library.comments import MARKER

HOSTILE = (
    "x\n::error file=a.py::owned",
    "x\r\n##[error]owned ##vso[task.complete result=Failed]",
    "\x1b[2J\x1b]0;owned\x07\x9b2J",
    "a\u2028::warning::owned\u0085::warning::owned\u202eb",
    "[owned](https://evil.example) @everyone #1 <img src=https://evil.example/x> `a` | b\n# owned",
)
EACH = pytest.mark.parametrize("value", HOSTILE, ids=["command", "old command", "terminal", "separators", "markup"])
ACTS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
COMMANDS = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)


def harmless(text: str) -> None:
    assert text.strip()
    assert not ACTS.search(text), repr(ACTS.search(text))
    assert not COMMANDS.search(text), text


def documents(value: str, more: str = "") -> list[dict[str, Any]]:
    step = {
        "name": value,
        "image": f"img{value}{more}",
        "script": f"echo\n{value}\n{more}\n",
        "env": [{"name": value, "value": value + more}],
    }
    spec = {
        "params": [{"name": value, "default": value + more}],
        "steps": [step],
        "description": value + more,
        value: value,
    }
    tasks = [{"name": value, "taskRef": {"name": value}, "params": [{"name": value, "value": f"$(params.{value})"}]}]
    return [
        {
            "apiVersion": "tekton.dev/v1",
            "kind": "Task",
            "metadata": {"name": value, "labels": {value: value}},
            "spec": spec,
        },
        {
            "apiVersion": "tekton.dev/v1",
            "kind": "Pipeline",
            "metadata": {"name": value},
            "spec": {"tasks": tasks, "x": more},
        },
        {"apiVersion": "tekton.dev/v1", "kind": value, "metadata": {"name": value}},
        {"apiVersion": value, "kind": value, "metadata": {"name": value}},
    ]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(path: Path, items: list[dict[str, Any]]) -> str:
    path.write_text(yaml.safe_dump_all(items), encoding="utf-8")
    return str(path)


def said(capsys: pytest.CaptureFixture[str], *words: str, codes: tuple[int, ...] = (0, 1)) -> str:
    """What a command prints."""
    assert main([*words]) in codes
    told = capsys.readouterr()
    assert "flowdsl has a bug" not in told.err
    return told.out + told.err


@EACH
def test_lint(place: Path, capsys: pytest.CaptureFixture[str], value: str) -> None:
    name = "a" + re.sub(r"[/\x00]", "", value)[:100] + ".yaml"
    written(place / name, documents(value))
    for options in ([], ["--fix", "--diff"], ["--output", "json"], ["--output", "sarif"]):
        harmless(said(capsys, "lint", "--select", "ALL", *options, "."))
    for each in said(capsys, "lint", "--output", "github", ".").splitlines():
        assert not ACTS.search(each)
        if each.startswith("::"):
            assert re.match(r"::(error|warning|note|notice) file=[^,:]*,line=\d+(,col=\d+)?,title=FLOW\d+::", each), (
                each
            )
        else:
            harmless(each)


@EACH
def test_diff(place: Path, capsys: pytest.CaptureFixture[str], value: str) -> None:
    one, two = written(place / "a.yaml", documents(value)), written(place / "b.yaml", documents(value, "more"))
    harmless(said(capsys, "diff", one, two))
    harmless(said(capsys, "diff", "--output", "json", one, two))
    text = said(capsys, "diff", "--output", "markdown", one, two)
    harmless(text)
    outside = re.sub(r"(`+).*?(?<!`)\1(?!`)", "", re.sub(r"(?ms)^(`{3,})diff$.*?^\1$", "", text))
    assert "evil" not in re.sub(r"<code>[^<]*</code>", "", outside)
    assert "@everyone" not in re.sub(r"<code>[^<]*</code>", "", outside)
    assert "owned" not in re.sub(r"<code>[^<]*</code>", "", outside)


@EACH
def test_import(place: Path, capsys: pytest.CaptureFixture[str], value: str) -> None:
    harmless(said(capsys, "import", written(place / "a.yaml", documents(value))))


@EACH
def test_kept_runs(place: Path, capsys: pytest.CaptureFixture[str], value: str) -> None:
    folder = place / "runs" / "r"
    (folder / "work" / "r-a").mkdir(parents=True)
    (folder / "taskruns").mkdir()
    (folder / "run.json").write_text(json.dumps({"name": "r", "created": 1.0, "source": []}))
    condition = [{"type": "Succeeded", "status": "False", "reason": value, "message": value}]
    status = {
        "conditions": condition, "results": [{"name": value, "value": value}],
        "childReferences": [{"name": "r-a"}], "skippedTasks": [{"name": value, "reason": value}],
    }  # fmt: skip
    run = {"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "metadata": {"name": "r"}, "status": status}
    (folder / "pipelinerun.yaml").write_text(yaml.safe_dump(run))
    task = {"kind": "TaskRun", "metadata": {"name": "r-a"}, "spec": {}, "status": {"conditions": condition}}
    (folder / "taskruns" / "r-a.json").write_text(json.dumps(task))
    (folder / "work" / "r-a" / "main.log").write_bytes(f"{value}\n{value}".encode())
    for words in (
        ["list"],
        ["list", "--output", "json"],
        ["show", "r"],
        ["show", "r", "--output", "json"],
        ["logs", "r"],
    ):
        harmless(said(capsys, "runs", *words, "--runs", "runs", codes=(0,)))


@EACH
def test_the_comment_of_ci(place: Path, capsys: pytest.CaptureFixture[str], value: str) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    written(place / "a.yaml", documents(value))
    git("add", ".")
    git("commit", "-qm", "one")
    written(place / "a.yaml", documents(value, "more"))
    (place / ("p" + re.sub(r"[/\x00]", "", value)[:60] + ".py")).write_text("x = 1\n")
    told = said(capsys, "ci", "--base", "main", "--comment", "none", "--report", "report.md", ".")
    harmless(told)
    text = (place / "report.md").read_text(encoding="utf-8")
    assert text.startswith(MARKER)
    harmless(text)


@pytest.mark.parametrize(
    "words", [["lint", "x\n::error::y"], ["diff", "a\x1b[2J", "b"], ["explain", "x\n::error::y.py"]]
)
def test_what_is_said_of_a_bad_call(place: Path, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    harmless(said(capsys, *words, codes=(2,)))
