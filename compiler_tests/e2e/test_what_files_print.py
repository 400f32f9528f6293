"""What a user's file prints goes to standard error: standard output is what the command writes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml

import flowdsl
from flowdsl.cli import main

NOISY = """
import sys

print("noise of the file")
import helper_that_prints
from flowdsl import LocalRun, pipeline, task


@task(image="python:3.12-slim")
def price(count: int) -> float:
    return count * 2.5


def local():
    print("noise of local")
    return LocalRun()


@pipeline
def inner(count: int) -> None:
    print("noise of inner")
    price(count)


@pipeline(local=local)
def shop(count: int = 3) -> None:
    print("noise of shop")
    sys.stdout.write("noise of write\\n")
    price(count)
    inner(count)
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "helper_that_prints", raising=False)
    (tmp_path / "helper_that_prints.py").write_text("print('noise of a helper')\n")
    (tmp_path / "shop.py").write_text(NOISY)
    return "shop.py"


@pytest.mark.parametrize(
    "words",
    [
        ["compile", "FILE", "-o", "-"],
        ["compile", "FILE", "-o", "-", "--output", "json"],
        ["compile", "FILE", "--output", "json"],
        ["compile", "FILE", "-o", "-", "--format", "json"],
        ["lint", "FILE", "--output", "json"],
        ["lint", "FILE", "--output", "sarif"],
        ["explain", "FILE", "--output", "json"],
        ["graph", "FILE", "--format", "mermaid"],
        ["lock", "FILE", "--output", "json"],
        ["diff", "FILE", "FILE", "--output", "json"],
        ["run", "FILE", "--output", "json"],
    ],
    ids=" ".join,
)
def test_standard_output_is_what_the_command_writes(
    file: str, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert main([file if each == "FILE" else each for each in words]) == 0, capsys.readouterr().err
    said = capsys.readouterr()
    assert "noise" not in said.out
    if words[0] != "diff":  # the file is compiled in a process of its own, which keeps what it says to itself
        for what in ("the file", "a helper", "shop", "write", "inner"):
            assert f"noise of {what}\n" in said.err
    if words[0] == "run":
        assert "noise of local\n" in said.err
    if words[-1] in ("json", "sarif") and words[0] != "run":
        json.loads(said.out)
    elif words[0] == "compile":
        assert {each["kind"] for each in yaml.safe_load_all(said.out)} == {"Task", "Pipeline", "PipelineRun"}


def test_a_program_keeps_its_standard_output(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    loaded = flowdsl.load(Path(file))
    flowdsl.compile(loaded)
    print("mine")
    assert capsys.readouterr().out == "mine\n"
