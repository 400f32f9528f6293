"""A run with gates: what the cache has is judged by today's thresholds, and a stopped run says why it stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from run_support import flowdsl

SOURCE = """\
import os
from flowdsl import *

@task(image="python:3.12-slim", cache=True)
def evaluate(accuracy: str = "0.5") -> float:
    print("measuring")
    return float(accuracy)

@task(image="python:3.12-slim")
def upload() -> None:
    print("uploading")

@task(image="python:3.12-slim")
def put_aside(flag: Workspace = Workspace.auto()) -> None:
    raise SystemExit(7)

@pipeline
def ungated(accuracy: str = "0.5"):
    evaluate(accuracy)

@pipeline
def gated(accuracy: str = "0.5", limit: float = 0.9):
    with when(evaluate(accuracy) > limit):
        upload()

@pipeline
def sorted_out(accuracy: str = "0.5", limit: float = 0.9):
    found = evaluate(accuracy)
    with when(found > limit):
        upload()
    with otherwise():
        put_aside()
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "gates.py").write_text(SOURCE)
    return tmp_path


def test_the_cache_has_what_was_measured_and_not_what_was_decided(project: Path) -> None:
    first = flowdsl(project, "run", "gates.py:ungated").stdout
    assert "measuring" in first
    for limit, uploads in (("0.9", False), ("0.4", True), ("0.6", False)):
        shown = flowdsl(project, "run", "gates.py:gated", "--set", f"limit={limit}").stdout
        assert "evaluate: done before" in shown
        assert ("[upload] uploading" in shown) == uploads
    assert "measuring" in flowdsl(project, "run", "gates.py:gated", "--set", "accuracy=0.51").stdout
    # What a gated task has measured is there for the one without a gate, too.
    assert "done before" in flowdsl(project, "run", "gates.py:ungated", "--set", "accuracy=0.51").stdout


def test_a_resumed_run_decides_as_it_did(project: Path) -> None:
    first = flowdsl(project, "run", "gates.py:sorted_out", code=1).stdout
    assert "result > limit does not hold (result = 0.5; limit = 0.9)" in first
    again = flowdsl(project, "run", "--resume", "last", code=1).stdout
    assert "evaluate: done before" in again
    assert "uploading" not in again
    assert "put-aside: failed" in again


@pytest.mark.parametrize("text", ["nan", "inf", "1e400"])
def test_a_measure_that_is_no_number_passes_no_gate(project: Path, text: str) -> None:
    done = flowdsl(project, "run", "gates.py:gated", "--set", f"accuracy={text}", "--output", "json")
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines
    uploads = "uploading" in done.stdout
    assert uploads == (text != "nan")
    if text == "nan":
        assert "result is 'nan'" in done.stdout + "".join(
            path.read_text() for path in (project / ".flowdsl").rglob("*.log")
        )
