"""A failure names the user's file and line: while a task runs, of a run that was kept, and of one on a cluster."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster_support import Person, end, start, task_state, until
from fake_api import FakeApi
from run_support import flowdsl

TRAIN = """\
'''Trains.'''
import inspect
import logging
import multiprocessing
import warnings

from flowdsl import pipeline, task
from words.split import split


class Model:
    '''A model.'''

    layers = 3


def worker(n):
    return Model.layers * n


@task(image="python:3.12-slim", retries=1)
def train(n: int) -> str:
    logging.basicConfig(format="%(filename)s:%(lineno)d %(message)s")
    logging.warning("logged")
    warnings.warn("warned")
    print(inspect.getsource(Model).count("layers"), inspect.getsource(worker).splitlines()[1].strip())
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(worker, [1, 2]))
    return split("abc", n)


@task(image="python:3.12-slim")
def wants(n: int) -> None:
    print(n)


@pipeline
def p() -> None:
    train(99)
"""
SPLIT = """\
'''Splits.'''


def split(text, n):
    return text[n]
"""
WHY = "src/words/split.py:5: IndexError: string index out of range"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    files = {"pyproject.toml": "", "jobs/train.py": TRAIN, "src/words/__init__.py": "", "src/words/split.py": SPLIT}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "src"))
    return tmp_path


def test_a_run_and_what_is_kept_of_it(project: Path) -> None:
    out = flowdsl(project, "run", "jobs/train.py", code=1).stdout
    assert "[train] train.py:24 logged" in out
    assert "[train] jobs/train.py:25: UserWarning: warned" in out
    assert "[train] 1 return Model.layers * n" in out
    assert "[train] [3, 6]" in out
    assert '[train]   File "jobs/train.py", line 29, in train' in out
    assert '[train]   File "src/words/split.py", line 5, in split' in out
    assert "_flowdsl_main" not in out
    lines = out.splitlines()
    ended = next(number for number, line in enumerate(lines) if line.startswith("run ") and " failed after " in line)
    assert lines[ended - 1] == f"train: {WHY}"
    assert any(f'- {WHY} ("step-train" exited with code 1: Error)' in line for line in lines)

    shown = flowdsl(project, "runs", "show").stdout
    assert f': {WHY} ("step-train" exited with code 1: Error)' in shown
    logs = flowdsl(project, "runs", "logs").stdout
    assert 'File "src/words/split.py", line 5, in split' in logs
    assert "/flowdsl-" not in logs

    # A run of yesterday, whose code is another today.
    (project / "src/words/split.py").write_text(SPLIT.replace("\n\n\n", "\n\n\nA = 1\n"))
    shown = flowdsl(project, "runs", "show").stdout
    assert f": {WHY}, and src/words/split.py has changed since (" in shown
    (project / "src/words/split.py").unlink()
    assert f": {WHY} (" in flowdsl(project, "runs", "show").stdout


def test_a_program_reads_it(project: Path) -> None:
    text = "import flowdsl, pathlib; print(flowdsl.run(pathlib.Path('jobs/train.py')).task('train').why)"
    done = subprocess.run([sys.executable, "-c", text], cwd=project, capture_output=True, text=True, check=True)
    assert done.stdout == f"{WHY}\n"


def test_what_is_wrong_with_a_parameter_is_told_as_well(project: Path) -> None:
    out = flowdsl(project, "compile", "jobs/train.py", "-o", "out.yaml")
    text = (project / "out.yaml").read_text()
    assert str(project) not in text + out.stdout
    (project / "out.yaml").write_text(text.replace('value: "99"', "value: many"))
    lines = flowdsl(project, "run", "out.yaml", code=1).stdout.splitlines()
    assert "train: parameter n: expected int, got 'many'" in lines


@pytest.fixture
def person(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Person]:
    pytest.importorskip("kubernetes", reason="the extra `cluster` is not installed")
    api = FakeApi()
    api.start()
    yield Person(api, tmp_path, capsys)
    api.stop()


@pytest.mark.parametrize("way", ["logs", "watch"])
def test_a_cluster(way: str, person: Person) -> None:
    api = person.api
    printed = [
        "Traceback (most recent call last):",
        '  File "/tekton/home/flowdsl-ab12_x9z/task/jobs/train.py", line 29, in train',
        '  File "/tekton/home/flowdsl-ab12_x9z/mods/src/words/split.py", line 5, in split',
        "IndexError: string index out of range",
        f"flowdsl: train: {WHY}",
    ]

    def live() -> None:
        until(api, "taskruns", "watch=1")
        task_state(api, "r", "Unknown", "Running", running={"startedAt": "2026-01-01T00:00:00Z"})
        until(api, "/pods/pod/log")
        for text in printed:
            api.log("pod", "step-main", "2026-01-01T00:00:01Z", text)
        api.end_log("pod", "step-main")
        end(api, "r", "False", "Failed")

    start(api, "r")
    thread = threading.Thread(target=live)
    thread.start()
    code, out, err = person.types(*(["logs", "r", "-f"] if way == "logs" else ["watch", "r"]))
    thread.join()
    assert code == (0 if way == "logs" else 1), err
    assert 'File "jobs/train.py", line 29, in train' in out
    assert 'File "src/words/split.py", line 5, in split' in out
    assert "/flowdsl-" not in out
    if way == "watch":
        lines = out.splitlines()
        ended = next(number for number, line in enumerate(lines) if line.startswith("run r failed"))
        assert lines[ended - 1] == f"a: {WHY}"
