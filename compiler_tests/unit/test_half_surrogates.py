"""Half of a surrogate pair is in no document: it is refused where it comes in, and is no bug."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flowdsl.cli import main

PROGRAM = """
from flowdsl import pipeline, task

@task(image="i")
def a(x: list[str], n: str) -> str:
    return n

@pipeline
def p(x: list[str] = ["a"], n: str = DEFAULT):
    a(x=x, n=n)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, default: str = '"a"') -> None:
    (folder / "mine.py").write_text(PROGRAM.replace("DEFAULT", default))


@pytest.mark.parametrize("given", ["n=\udcff", 'x=["\udcff"]', "n\udcff=a"])
@pytest.mark.parametrize("command", [("run", "mine.py"), ("compile", "mine.py", "-o", "-")])
def test_on_the_command_line(
    given: str, command: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    assert main([*command, "--set", given]) == 2
    assert "is no UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize("command", [("run", "mine.py"), ("compile", "mine.py", "-o", "-")])
def test_spelled_in_json(command: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder)
    assert main([*command, "--set", 'x=["\\ud800"]']) in (1, 2)
    assert "bug" not in capsys.readouterr().err


def test_in_a_program(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, r'"\ud800"')
    assert main(["compile", "mine.py", "-o", "-"]) == 1
    told = capsys.readouterr().err
    assert "error[FLOW113]" in told
    assert "mine.py:8" in told


def test_spelled_in_json_for_yaml(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = {"params": [{"name": "x", "type": "array"}], "tasks": [{"name": "a", "taskRef": {"name": "t"}}]}
    document = {"apiVersion": "tekton.dev/v1", "kind": "Pipeline", "metadata": {"name": "p"}, "spec": spec}
    (folder / "p.yaml").write_text(json.dumps(document))
    assert main(["run", "p.yaml", "--set", 'x=["\\ud800"]']) == 2
    assert "bug" not in capsys.readouterr().err
