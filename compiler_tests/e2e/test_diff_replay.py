"""`flowdsl diff --replay`: what a run that was kept would be with another graph."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from flowdsl.cli import main

BEFORE = """
from flowdsl import pipeline, task, when

@task(image="python:3.12-slim")
def evaluate() -> float:
    return 0.8

@task(image="python:3.12-slim")
def upload() -> None:
    print("upload")

@task(image="python:3.12-slim", timeout="1h")
def tell(what: str = "a") -> None:
    print("tell", what)

@task(image="python:3.12-slim")
def last(score: float) -> None:
    print(score)

@pipeline
def sample(limit: float = 0.5):
    score = evaluate()
    with when(score > limit):
        upload()
    tell()
    last(score)
"""


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A project with one run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flow.py").write_text(BEFORE)
    assert main(["compile", "flow.py", "-o", "before.yaml"]) == 0
    assert main(["run", "flow.py", "--name", "first", "--no-logs"]) == 0
    capsys.readouterr()
    return tmp_path


def replayed(folder: Path, capsys: pytest.CaptureFixture[str], *changes: tuple[str, str]) -> list[str]:
    text = BEFORE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "flow.py").write_text(text)
    main(["compile", "flow.py", "-o", "after.yaml"])
    capsys.readouterr()
    code = main(["diff", "before.yaml", "after.yaml", "--replay", "first", "--output", "json"])
    out = json.loads(capsys.readouterr().out)
    assert code == (1 if out["differences"] else 0)
    changes_: list[str] = out["replay"]["changes"]
    return changes_


def test_nothing_changes_where_nothing_did(ran: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replayed(ran, capsys) == []
    assert main(["diff", "before.yaml", "after.yaml", "--replay", "last"]) == 0
    assert "every task would do what it did" in capsys.readouterr().out
    assert main(["diff", "before.yaml", "after.yaml", "--replay", "last", "--output", "markdown"]) == 0
    assert "every task would do what it did" in capsys.readouterr().out


def test_a_threshold_is_tried_on_the_recorded_value(ran: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replayed(ran, capsys, ("limit: float = 0.5", "limit: float = 0.7"), ("score > limit", "score > 0.9")) == [
        "upload would be skipped: When Expressions evaluated to false"
    ]
    assert replayed(ran, capsys, ("score > limit", "score > 0.7")) == []


def test_what_runs_again_is_new_or_gone_is_told(ran: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changes = (('print("tell", what)', 'print("told", what)'), ("    last(score)", "    upload()\n    upload()"))
    assert replayed(ran, capsys, *changes) == [
        "upload-2 is new and would run",
        "upload-3 is new and would run",
        "tell would run again: its code, image or params are others; what it gave may change",
        "last is gone",
    ]


FAN_OUT = """
from flowdsl import pipeline, task

@task(image="python:3.12-slim")
def score(part: str) -> str:
    if part == "10":
        raise SystemExit("nothing of 10")
    return part

@task(image="python:3.12-slim")
def publish(parts: list[str]) -> None:
    print(parts)

@pipeline
def sample():
    publish(score.map(part=[str(number) for number in range(12)]))
"""


def test_each_run_of_a_fan_out_is_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # By name -10 comes before -2. The recorded times are whole seconds, so that all may have started at one.
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flow.py").write_text(FAN_OUT)
    assert main(["compile", "flow.py", "-o", "before.yaml"]) == 0
    assert main(["run", "flow.py", "--name", "first", "--no-logs"]) == 1
    for file in (tmp_path / ".flowdsl/runs/first/taskruns").glob("*.json"):
        found = json.loads(file.read_text())
        long = file.stem.endswith("-3")
        found["status"] |= {
            "startTime": "2026-01-01T00:00:00Z",
            "completionTime": f"2026-01-01T00:0{'7' if long else '1'}:00Z",
        }
        file.write_text(json.dumps(found))
    (tmp_path / "flow.py").write_text(FAN_OUT.replace("range(12)", "range(10)"))
    assert main(["compile", "flow.py", "-o", "after.yaml"]) == 0
    capsys.readouterr()
    assert main(["diff", "before.yaml", "after.yaml", "--replay", "first", "--output", "json"]) == 1
    replay = json.loads(capsys.readouterr().out)["replay"]
    assert any(each.startswith("publish would run, which was skipped") for each in replay["changes"])
    assert replay["seconds"] == {"before": 420.0, "after": 420.0, "untimed": ["publish"]}


def test_a_param_that_the_run_has_no_value_for_ends_it_at_once(ran: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (told,) = replayed(ran, capsys, ("def sample(limit: float = 0.5):", "def sample(other: str, limit: float = 0.5):"))
    assert told.startswith("the run would end at once: ")
    assert "other" in told


@pytest.mark.parametrize(
    ("name", "said"), [("frist", "did you mean 'first'"), ("../../etc", "there is no run"), ("", None)]
)
def test_wrong_names(ran: Path, capsys: pytest.CaptureFixture[str], name: str, said: str | None) -> None:
    code = main(["diff", "before.yaml", "before.yaml", "--replay", name])
    assert code == (2 if said else 0)
    assert said is None or said in capsys.readouterr().err


def test_a_record_that_was_tampered_with_is_no_traceback(ran: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in (ran / ".flowdsl/runs/first/taskruns").glob("*.json"):
        file.write_text('{"metadata": 7}')
    assert main(["diff", "before.yaml", "before.yaml", "--replay", "first"]) == 0
    assert "Traceback" not in "".join(capsys.readouterr())
    os.unlink(ran / ".flowdsl/runs/first/documents.yaml")
    assert main(["diff", "before.yaml", "before.yaml", "--replay", "first"]) in (1, 2)
