"""`flowdsl runs compare`: what differs between two runs, printed and as a page; whatever runs hold, nothing of it acts."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
from run_support import flowdsl

PROGRAM = """
from flowdsl import File, LocalRun, named, pipeline, task, task_ref
from pathlib import Path
from typing import NamedTuple


class Made(NamedTuple):
    video: File
    score: float
    commit: str


@task(image="python:3.12")
def make(steps: int, note: str) -> Made:
    path = Path("clip.mp4").resolve()
    path.write_bytes(b"a clip of %d steps" % steps)
    return Made(path, steps / 4, "c%d" % steps)


@task_ref(named("", kind="Rating", api_version="rating.example.dev/v1"))
def rate(steps: int) -> float:
    raise NotImplementedError


@task(image="python:3.12")
def rated(steps: int) -> float:
    return steps / 2


@pipeline(local=LocalRun(tasks={"rating.example.dev/v1/Rating": rated}))
def clips(steps: int = 4, note: str = "plain") -> None:
    make(steps, note)
    rate(steps)
"""
EVIL = "</td><script>alert(1)</script>\\x1b[31m"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    (folder / "clips.py").write_text(PROGRAM)
    for name, *params in (("first",), ("second", "steps=6", f"note={EVIL}")):
        given = [word for each in params for word in ("--set", each)]
        flowdsl(folder, "run", "clips.py", "--name", name, *given)
    return folder


def test_what_differs_is_printed_with_its_change(runs: Path) -> None:
    done = flowdsl(runs, "runs", "compare", "first", "second")
    assert "params: 2 of 2 differ" in done.stdout
    assert "  steps: 4 -> 6  (+50.0%)" in done.stdout
    assert "  make.score: 1.0 -> 1.5  (+50.0%)" in done.stdout
    assert "  make.commit: c4 -> c6" in done.stdout
    assert "  rate.result: 2.0 -> 3.0  (+50.0%)" in done.stdout, "of a custom task"
    assert "\x1b" not in done.stdout


def test_the_page_has_both_clips_and_no_markup_of_a_run(runs: Path) -> None:
    flowdsl(runs, "runs", "compare", "first", "second", "--page", "page.html")
    page = (runs / "page.html").read_text("utf-8")
    for steps in (4, 6):
        assert base64.b64encode(f"a clip of {steps} steps".encode()).decode() in page
    assert len(re.findall("<script>", page)) == 1
    assert "alert(1)&lt;/script&gt;" in page
    assert "default-src 'none'" in page
    assert not re.findall(r"(?:src|href)=[\"'](?!data:)", page)


def test_a_run_with_itself_differs_in_nothing(runs: Path) -> None:
    done = flowdsl(runs, "runs", "compare", "second", "second", "--output", "json")
    told = json.loads(done.stdout)
    assert [each["name"] for each in told["runs"]] == ["second", "second"]
    assert {each["name"] for each in told["params"]} == {"steps", "note"}
    assert all(each["first"] == each["second"] for title in ("params", "results", "tasks") for each in told[title])


def test_of_more_lines_than_are_shown_those_that_differ_come_first(runs: Path) -> None:
    same = {f"same{number}": number for number in range(2500)}
    for name, more in (("wide", {"last": 1}), ("wider", {"last": 2})):
        flowdsl(runs, "run", "clips.py", "--name", name, "--set", f"note={json.dumps({**same, **more})}")
    done = flowdsl(runs, "runs", "compare", "wide", "wider", "--page", "wide.html")
    assert "params: 1 of 2502 differ" in done.stdout
    assert "  note.last: 1 -> 2  (+100.0%)" in done.stdout
    assert "… 502 more, 0 of which differ" in (runs / "wide.html").read_text("utf-8")
    told = json.loads(flowdsl(runs, "runs", "compare", "wide", "wider", "--output", "json").stdout)
    assert (len(told["params"]), told["left_out"]) == (2000, {"params": 502, "results": 0, "tasks": 0})
    none = flowdsl(runs, "runs", "compare", "wide", "first")
    assert "params: 2502 of 2503 differ" in none.stdout
    assert "  … 502 more differ" in none.stdout


def test_a_clip_that_is_a_link_elsewhere_is_not_shown(runs: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(b"of somebody else")
    (clip,) = (runs / ".flowdsl" / "runs" / "first" / "claims").rglob("clip.mp4")
    kept = clip.read_bytes()
    clip.unlink()
    clip.symlink_to(secret)
    try:
        flowdsl(runs, "runs", "compare", "first", "second", "--page", "link.html")
        assert base64.b64encode(b"of somebody else").decode() not in (runs / "link.html").read_text("utf-8")
    finally:
        clip.unlink()
        clip.write_bytes(kept)


def test_a_run_that_is_not_there(runs: Path) -> None:
    done = flowdsl(runs, "runs", "compare", "first", "secnd", "--page", "none.html", code=2)
    assert "there is no run 'secnd'" in done.stderr
    assert "did you mean" in done.stderr
    assert not (runs / "none.html").exists()
