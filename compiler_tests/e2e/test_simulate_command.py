"""`flowdsl simulate` as a user calls it: right, wrong and hostile input, exit codes, JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flowdsl.cli import main

PIPELINE = """
from flowdsl import pipeline, task, when

@task(image="python:3.12-slim")
def evaluate() -> str:
    return "good"

@task(image="python:3.12-slim")
def gate() -> None:
    print("gate")

@task(image="python:3.12-slim")
def upload() -> None:
    print("upload")

@pipeline
def sample():
    score = evaluate.with_options(on_error="continue")()
    with when(score == "good"):
        passed = gate()
    upload().after(passed)

@pipeline
def other():
    upload()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flows.py").write_text(PIPELINE)
    return tmp_path


def test_it_tells_the_shortest_scenario_and_its_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "flows.py:sample"]) == 1
    out = capsys.readouterr().out
    assert "warning[FLOW047]: upload can run although gate did not succeed  (flows.py:21)" in out
    assert 'evaluate.result is not "good" → gate is skipped by its when → upload runs' in out
    assert main(["simulate", "flows.py:other"]) == 0
    assert "no findings" in capsys.readouterr().out


def test_yaml_is_told_the_same_at_its_own_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "flows.py:sample", "-o", "sample.yaml"]) == 0
    capsys.readouterr()
    assert main(["simulate", "sample.yaml", "--output", "json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["simulated"]
    assert found["exhaustive"] is True
    (finding,) = found["findings"]
    assert (finding["code"], finding["file"]) == ("FLOW047", "sample.yaml")
    assert (folder / "sample.yaml").read_text().splitlines()[finding["line"] - 1].strip() == "- name: upload"
    assert finding["scenario"][-1] == "upload runs"


def test_the_page_names_every_key(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "flows.py:sample", "--never", "upload:gate", "--output", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    (found,) = told["simulated"]
    (finding,), (broken,) = found["findings"], told["broken"]
    own = finding.keys() - {"column", "endLine", "endColumn", "help", "fix"}
    keys = [*told, *found, *found["longestPath"], *broken, *own]
    page = (Path(__file__).parents[2] / "docs/simulate.md").read_text(encoding="utf-8")
    section = page.split("## As JSON")[1].split("\n## ")[0]
    assert [key for key in keys if f"`{key}`" not in section] == []


def test_the_graph_page_shows_it_and_other_pictures_do_not(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "flows.py:sample", "-o", "sample.html"]) == 0
    page = (folder / "sample.html").read_text()
    assert "What a run can come to" in page
    assert "evaluate.result is not &quot;good&quot; → gate is skipped by its when → upload runs" in page
    assert main(["graph", "flows.py:other", "-o", "other.html"]) == 0
    assert "What a run can come to" not in (folder / "other.html").read_text()
    assert main(["graph", "flows.py:sample", "-o", "sample.svg"]) == 0
    assert "can come to" not in (folder / "sample.svg").read_text()


def test_what_is_asked_for_and_does_not_hold_is_a_finding(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "flows.py:other", "--always", "upload"]) == 0
    assert main(["simulate", "flows.py:sample", "--never", "upload:evaluate", "--always", "gate"]) == 1
    out = capsys.readouterr().out
    assert "not so: upload can run without evaluate: evaluate fails, onError continue" in out
    assert "not so: gate does not always run" in out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nothing.py"], 2, "nothing.py"),
        (["flows.py:sample", "--never", "uplod:gate"], 2, "did you mean 'upload'"),
        (["broken.yaml"], 1, "FLOW"),
        (["task.yaml"], 2, "no Pipeline"),
        ([], 2, "name a pipeline"),
    ],
)
def test_wrong_calls(folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str) -> None:
    (folder / "broken.yaml").write_text("apiVersion: tekton.dev/v1\nkind: Pipeline\nmetadata: {name: p}\nspec: {}\n")
    steps = "spec: {steps: [{image: 'alpine:3'}]}"
    (folder / "task.yaml").write_text(f"apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {{name: t}}\n{steps}\n")
    assert main(["simulate", *words]) == code
    assert said in "".join(capsys.readouterr())


def test_what_others_wrote_reaches_the_terminal_escaped(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = """apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  params: [{name: m, default: fast}]
  tasks:
    - name: upload
      taskRef: {name: t}
      when:
        - {input: "$(params.m)", operator: in, values: ["\\e[2J::error::x"]}
        - {input: "$(params.m)", operator: in, values: [full]}
"""
    (folder / "hostile.yaml").write_text(text)
    assert main(["simulate", "hostile.yaml"]) == 1
    out = capsys.readouterr().out
    assert "FLOW045" in out
    assert "\x1b" not in out


@pytest.mark.parametrize(("asked", "missing"), [("upload:", "gate"), (":gate", "task"), (":", "task")])
def test_a_question_without_its_half_is_a_wrong_call(
    folder: Path, capsys: pytest.CaptureFixture[str], asked: str, missing: str
) -> None:
    assert main(["simulate", "flows.py:sample", "--never", asked]) == 2
    assert f"--never {asked} names no {missing}" in capsys.readouterr().err
