"""What a run lacks is said before its first task; the folders that it made are named as its files are."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowdsl.cli import main

FLOW = """
from pathlib import Path
from flowdsl import ConfigMap, Directory, LocalRun, Secret, Workspace, pipeline, task


@task(image="python:3.12-slim")
def first(n: int) -> Directory:
    out = Path("out")
    out.mkdir()
    (out / "a.txt").write_text("x" * n)
    return out


@task(image="python:3.12-slim", env={{"TOKEN": Secret("hub", "token"), "MAYBE": Secret("maybe", "x", optional=True)}})
def push(made: Directory, conf: Workspace, key: Secret = Secret("keys", "k")) -> None:
    print("pushed", (made / "a.txt").read_text())


@task(image="python:3.12-slim", env={{"LEVEL": ConfigMap("app", "level")}})
def other() -> None:
    print("other")


@task(image="python:3.12-slim")
def stands_in() -> None:
    print("stands in")


@pipeline(local={local})
def shop(n: int = 3, conf: Workspace = Secret("conf")) -> None:
    push(first(n), conf)
    other()
"""
ALL = (
    'LocalRun(secrets={"hub": {"token": "t"}, "keys": {"k": "v"}, "conf": {"c": "d"}}, '
    'config_maps={"app": {"level": "1"}})'
)


def ran(folder: Path, capfd: pytest.CaptureFixture[str], local: str) -> tuple[int, str, list[str]]:
    """The exit code, all that is said, and the notes that stand before the first task."""
    file = folder / "shop.py"
    file.write_text(FLOW.format(local=local))
    code = main(["run", str(file)])
    said = capfd.readouterr()
    text = said.out + said.err
    head = said.out.partition(": runs")[0] + said.err
    return code, text, [line for line in head.splitlines() if "is not here" in line]


def test_what_is_missing_is_said_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, notes = ran(tmp_path, capfd, "None")
    assert code == 1
    told = [line.split("note: ")[1].split(" would fail")[0] for line in notes]
    assert sorted(told) == [
        "ConfigMap app is not here, and task other",
        "Secret conf is not here, and the run",
        "Secret hub is not here, and task push",
        "Secret keys is not here, and task push",
    ]
    assert all("LocalRun(" in line for line in notes)


def test_nothing_is_said_of_what_is_there_and_folders_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, text, notes = ran(tmp_path, capfd, ALL)
    assert (code, notes) == (0, [])
    assert "pushed xxx" in text
    (line,) = [line.strip() for line in text.splitlines() if line.strip().startswith("first.result: ")]
    assert line.endswith("/first/out/")
    assert (tmp_path / line.split(": ")[1] / "a.txt").read_text() == "xxx"


def test_nothing_is_said_of_a_task_that_something_stands_in_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    local = ALL.replace("config_maps", 'tasks={"other": stands_in}, config_maps').replace('"app"', '"another"')
    code, _, notes = ran(tmp_path, capfd, local)
    assert (code, notes) == (0, [])
