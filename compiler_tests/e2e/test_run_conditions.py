"""A run with gates: what the cache has is judged by today's thresholds, and a stopped run says why it stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from run_support import flowdsl
from stopped_run import HOME, drawn, shown

from flowdsl.library.why_stopped import with_reasons
from flowdsl.view.events import RunFinished, as_data

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

@task(image="python:3.12-slim")
def tell(text: str) -> None:
    print("upload is", text)

@pipeline
def told(accuracy: str = "0.5", limit: float = 0.9, both: float = 1.5):
    first, second = evaluate(accuracy), evaluate.with_options(name="second")(accuracy)
    with when(first > limit):
        kept = upload()
    with when(first + second > both):
        upload()
    with on_finish():
        tell(status(kept))

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


def test_a_resumed_run_decides_by_other_thresholds_without_measuring_again(project: Path) -> None:
    flowdsl(project, "run", "gates.py:told", "--no-cache", "--name", "it")
    opened = flowdsl(project, "run", "--resume", "it", "--set", "limit=0.4", "--set", "both=0.9").stdout
    assert opened.count("uploading") == 2
    assert "measuring" not in opened
    assert "upload is Succeeded" in opened
    assert "decide-upload-2: done before" in opened
    recorded = json.loads((project / ".flowdsl/runs/it/taskruns/it-evaluate.json").read_text())
    assert {"name": "decided-1", "type": "string", "value": "true"} in recorded["status"]["results"]
    # They are the run's from now on.
    again = flowdsl(project, "run", "--resume", "it").stdout
    assert "skipped" not in again
    assert "uploading" not in again
    closed = flowdsl(project, "run", "--resume", "it", "--set", "limit=0.6").stdout
    assert "upload: skipped" in closed
    assert "upload-2: done before" in closed
    assert "upload is None" in closed


def test_a_stopped_run_says_by_which_value_here_and_later(project: Path) -> None:
    ended = flowdsl(project, "run", "gates.py:told", "--name", "it").stdout.rpartition("run it succeeded")[2]
    why = "evaluate.result is 0.5, the gate wants > limit (0.9)"
    assert f"upload did not run: {why}" in ended
    assert "upload-2 did not run: evaluate.result + second.result is 1, the gate wants > both (1.5)" in ended
    assert f"skipped: {why}" in flowdsl(project, "runs", "show", "it").stdout
    kept = json.loads(flowdsl(project, "runs", "show", "it", "--output", "json").stdout)
    assert kept["stopped"]["upload"] == why
    # Whoever watches a run on a cluster is told the same, of the same documents.
    taskruns = [json.loads(each.read_text()) for each in (project / ".flowdsl/runs/it/taskruns").glob("*.json")]
    watched = with_reasons(RunFinished({key: kept[key] for key in kept if key != "stopped"}), lambda: taskruns)
    assert isinstance(watched, RunFinished)
    assert watched.stopped == kept["stopped"]
    assert f"upload did not run: {why}" in watched.hint
    assert as_data(watched)["stopped"] == kept["stopped"]
    # Decided again, it tells the thresholds of today.
    again = flowdsl(project, "run", "--resume", "it", "--set", "limit=0.6").stdout
    assert "upload did not run: evaluate.result is 0.5, the gate wants > limit (0.6)" in again
    assert "the gate wants > limit (0.6)" in flowdsl(project, "runs", "show", "it").stdout


def test_the_picture_of_the_page_on_gates_is_what_its_sample_prints() -> None:
    assert HOME.read_text("utf-8") == drawn(shown())


def test_a_stopped_run_names_what_is_no_number(project: Path) -> None:
    ended = flowdsl(project, "run", "gates.py:gated", "--set", "accuracy=nan").stdout
    assert "upload did not run: evaluate.result is 'nan', which passes no gate" in ended
    events = flowdsl(project, "run", "gates.py:gated", "--set", "accuracy=nan", "--output", "json").stdout
    assert json.loads(events.splitlines()[-1])["stopped"] == {
        "upload": "evaluate.result is 'nan', which passes no gate"
    }


@pytest.mark.parametrize(
    ("value", "code", "told"),
    [
        ("limit=much", 1, "error[FLOW021]: param 'limit': expected float, got 'much'"),
        ("limits=0.4", 1, "did you mean 'limit'?"),
    ],
)
def test_what_a_resumed_run_takes_no_other_value_for(project: Path, value: str, code: int, told: str) -> None:
    flowdsl(project, "run", "gates.py:told", "--name", "it")
    kept = (project / ".flowdsl/runs/it/documents.yaml").read_bytes()
    assert told in flowdsl(project, "run", "--resume", "it", "--set", value, code=code).stderr
    assert (project / ".flowdsl/runs/it/documents.yaml").read_bytes() == kept


def test_a_run_of_yaml_takes_other_thresholds_too(project: Path) -> None:
    flowdsl(project, "compile", "gates.py:gated", "-o", "gated.yaml")
    (project / "gates.py").unlink()
    assert "uploading" not in flowdsl(project, "run", "gated.yaml", "--name", "it").stdout
    again = flowdsl(project, "run", "--resume", "it", "--set", "limit=0.4").stdout
    assert "uploading" in again
    assert "measuring" not in again
    other = flowdsl(project, "run", "--resume", "it", "--set", "accuracy=0.41").stdout
    assert "evaluate  changed: runs again (param accuracy)" in other
    assert "measuring" in other


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


OF_FIELDS = """\
from dataclasses import dataclass
from typing import NamedTuple
from flowdsl import *

@dataclass(frozen=True)
class Limit:
    at: float = 8.5
    worse: float = 0.05

@dataclass(frozen=True)
class Limits:
    lips: Limit = Limit()

class Scores(NamedTuple):
    lips: float
    baseline: Limits

@task(image="python:3.12-slim")
def measure() -> Scores:
    print("measuring")
    return Scores(7.0, Limits(Limit(6.9)))

@task(image="python:3.12-slim")
def upload() -> None:
    print("uploading")

@pipeline
def p(limits: Limits = Limits()):
    scores = measure()
    with when(scores.lips < limits.lips.at, scores.lips < scores.baseline.lips.at * (1 + limits.lips.worse)):
        upload()
"""


def test_a_threshold_in_an_object_of_objects_is_decided_again_without_measuring(tmp_path: Path) -> None:
    (tmp_path / "user.py").write_text(OF_FIELDS, encoding="utf-8")
    first = flowdsl(tmp_path, "run", "user.py", "--name", "it", "--set", "limits.lips.at=6")
    assert first.returncode == 0, first.stderr
    assert "upload did not run: measure.lips is 7, the gate wants < limits.lips.at (6)" in first.stdout
    again = flowdsl(
        tmp_path, "run", "user.py", "--resume", "it", "--set", "limits.lips.at=8", "--set", "limits.lips.worse=0"
    )
    assert (
        "measure.lips is 7, the gate wants < measure.baseline.lips.at * (1 + limits.lips.worse) (6.9)" in again.stdout
    )
    last = flowdsl(tmp_path, "run", "user.py", "--resume", "it", "--set", "limits.lips.worse=0.05")
    assert "uploading" in last.stdout, last.stdout + last.stderr
    assert "measuring" not in again.stdout + last.stdout
