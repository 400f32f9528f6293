"""Runs of branches that merge: what takes `either(...)` has the value of the branch that ran, in every such run."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_support import flowdsl

SOURCE = """\
import os
from pathlib import Path
from flowdsl import *

@task(image="python:3.12-slim", cache=True)
def film(text: str) -> File:
    print("filming", text)
    Path("clip.txt").write_text(text)
    return Path("clip.txt")

@task(image="python:3.12-slim", retries=1, env={"TRY": "$(context.task.retry-count)"})
def second_try(text: str) -> File:
    Path("clip.txt").write_text(text + os.environ["TRY"])
    if os.environ["TRY"] == "0":
        raise SystemExit(1)
    return Path("clip.txt")

@task(image="python:3.12-slim")
def fails(text: str) -> File:
    raise SystemExit(1)

@task(image="python:3.12-slim")
def score(text: str) -> float:
    return float(text)

@task(image="python:3.12-slim")
def show(clip: File) -> str:
    return "<" + clip.read_text() + ">"

@task(image="python:3.12-slim")
def tell(text: str, flag: Workspace = Workspace.auto()) -> None:
    print("telling", text)

@task(image="python:3.12-slim")
def late(text: str) -> None:
    print("late", text)
    if text == "stop" and not Path(os.environ["GO"]).exists():
        raise SystemExit(1)

@pipeline
def merged(mode: str = "a", measure: str = "0.95", limit: float = 0.9):
    with when(mode == "a"):
        one = film("one")
    with elif_(mode == "b"):
        two = second_try("two")
    with elif_(mode == "c"):
        three = fails("three")
    with otherwise():
        four = film("four")
    shown = show(either(one, two, three, four))
    late("after").after(shown)
    with when(score(measure) > limit):
        good = show.with_options(name="good")(four)
    tell(either(good, shown))
    with when(mode == "a", score(measure) > 0.99):
        best = show.with_options(name="best")(one)
    tell.with_options(name="note")(either(best, default="nothing"))
    with on_finish():
        tell.with_options(name="end")(either(best, default=mode))
    clip = either(one, two, three, four)
    return {"clip": clip, "shown": shown, "best": either(best, default="none"), "all": [either(good, shown), "+"]}
"""
CASES = {
    "first": (("mode=a",), "<one>", "nothing", "a"),
    "retried": (("mode=b",), "<two1>", "nothing", "b"),
    "last-and-gate": (("mode=z",), "<four>", "nothing", "z"),
    "first-of-two": (("mode=a", "measure=0.999"), "<one>", "<one>", "<one>"),
    "no-number": (("mode=z", "measure=nan"), "<four>", "nothing", "z"),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "branches.py").write_text(SOURCE)
    return tmp_path


def said(shown: str, word: str) -> list[tuple[str, str]]:
    """Which tasks said what."""
    lines = [line.strip() for line in shown.splitlines()]
    found = [line[1:].split("] ", 1) for line in lines if line.startswith("[") and f"] {word} " in line]
    return sorted((task, text.removeprefix(f"{word} ")) for task, text in found)


@pytest.mark.parametrize("case", CASES)
def test_what_takes_it_has_the_value_of_the_branch_that_ran(case: str, project: Path) -> None:
    given, told_last, best, end = CASES[case]
    options = [part for each in given for part in ("--set", each)]
    shown = flowdsl(project, "run", "branches.py:merged", *options).stdout
    told = said(shown, "telling")
    assert [text for task, text in told if task.startswith("tell")] == [told_last]
    told_shown = told_last
    assert [text for task, text in told if task.startswith("note")] == [best]
    assert [text for task, text in told if task.startswith("end")] == [end]
    assert said(shown, "late") == [("late", "after")]
    lines = [line.strip() for line in shown.splitlines()]
    assert f"best = {best.replace('nothing', 'none')}" in lines
    assert [line for line in lines if line.startswith("shown = ")] == [f"shown = {told_shown}"]
    (place,) = (line.partition(": ")[2] for line in lines if line.startswith("clip: "))
    assert f"<{(project / place).read_text()}>" == told_shown
    assert sum(line.startswith("all = ") for line in lines) == 1


def test_a_branch_that_fails_ends_the_run_and_nothing_takes_its_value(project: Path) -> None:
    shown = flowdsl(project, "run", "branches.py:merged", "--set", "mode=c", code=1).stdout
    assert "fails: failed" in shown
    assert [task for task, _ in said(shown, "telling") if task.startswith("tell")] == []


def test_a_cached_value_and_a_resumed_run_take_the_branch_of_their_own_run(project: Path) -> None:
    flowdsl(project, "run", "branches.py:merged", "--set", "mode=a")
    other = flowdsl(project, "run", "branches.py:merged", "--set", "mode=z").stdout
    assert "filming four" in other
    assert "<one>" not in other
    again = flowdsl(project, "run", "branches.py:merged", "--set", "mode=a").stdout
    assert "film: done before" in again
    assert [text for task, text in said(again, "telling") if task.startswith("tell")] == ["<one>"]


def test_a_resumed_run_goes_on_in_the_branch_that_ran(project: Path) -> None:
    source = SOURCE.replace('late("after")', 'late("stop")')
    (project / "branches.py").write_text(source.replace('os.environ["GO"]', repr(str(project / "go"))))
    flowdsl(project, "run", "branches.py:merged", "--set", "mode=b", code=1)
    (project / "go").touch()
    shown = flowdsl(project, "run", "--resume", "last").stdout
    assert "second-try: done before" in shown
    assert said(shown, "late") == [("late", "stop")]


LISTS = """\
from pathlib import Path
from flowdsl import *

@task(image="python:3.12-slim")
def part(i: int) -> File:
    Path("part.txt").write_text(str(i))
    return Path("part.txt")

@task(image="python:3.12-slim")
def folder(i: int) -> Directory:
    Path("d").mkdir()
    (Path("d") / "x").write_text(str(i))
    return Path("d")

@task(image="python:3.12-slim", cache=True)
def join(parts: list[File]) -> str:
    print("joining")
    return "+".join(each.read_text() for each in parts)

@task(image="python:3.12-slim")
def below(parts: tuple[Directory, ...]) -> str:
    return "+".join((each / "x").read_text() for each in parts)

@pipeline
def lists(mode: str = "a", first: int = 1):
    calls = join([part(i) for i in (first, 2, 3)])
    fanned = join(part.map(i=[9, 8, 7]))
    nothing = join([])
    with when(mode == "a"):
        one = part(10)
    with otherwise():
        two = part(20)
    merged = join.with_options(name="merged")([part(0), either(one, two)])
    return {"calls": calls, "fanned": fanned, "nothing": nothing, "below": below(folder.map(i=[3, 1]))}
"""


EMPTY = (
    LISTS[: LISTS.index("@pipeline")]
    + """\
@task(image="python:3.12-slim")
def doubled(part: File) -> File:
    Path("part.txt").write_text(part.read_text() * 2)
    return Path("part.txt")

@task(image="python:3.12-slim")
def numbers(n: int) -> list[int]:
    return list(range(n))

@pipeline
def p(n: int = 0, given: list[int] = []):
    parts = part.map(i=numbers(n), on_empty="run")
    late = join.with_options(name="late")([part(7)]).after(parts)
    twice = join.with_options(name="twice")(part.map(i=numbers.with_options(name="more")(2)))
    again = join.with_options(name="all")(doubled.map(part=parts))
    return {"again": again, "twice": twice, "made": join(parts), "given": join(part.map(i=given, on_empty="run")), "late": late}
"""
)


NAMES = ("again =", "twice =", "made =", "given =", "late =")


@pytest.mark.parametrize(
    ("given", "lines"),
    [
        ((), ("twice = 0+1", "made = ", "given = ", "late = 7")),
        (("n=3", "given=[5, 6]"), ("again = 00+11+22", "twice = 0+1", "made = 0+1+2", "given = 5+6", "late = 7")),
    ],
)
def test_a_fan_out_over_an_empty_list_gives_no_elements(
    given: tuple[str, ...], lines: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "lists.py").write_text(EMPTY)
    options = [part for each in given for part in ("--set", each)]
    shown = flowdsl(tmp_path, "run", "lists.py", *options).stdout
    assert [line.strip() for line in shown.splitlines() if line.strip().startswith(NAMES)] == [
        line.strip() for line in lines
    ]


def test_lists_of_files_are_in_order(tmp_path: Path) -> None:
    (tmp_path / "lists.py").write_text(LISTS)
    shown = flowdsl(tmp_path, "run", "lists.py").stdout
    for line in ("calls = 1+2+3", "fanned = 9+8+7", "below = 3+1", "nothing = "):
        assert f"  {line}" in shown
    again = flowdsl(tmp_path, "run", "lists.py", "--set", "first=5").stdout
    assert "calls = 5+2+3" in again, "what the cache has is of other files"


AT_ONCE = """\
import time
from pathlib import Path
from flowdsl import *

@task(image="python:3.12-slim", cpu="10m")
def counted(i: int, shared: Workspace) -> str:
    mine = Path(shared) / str(i)
    mine.touch()
    seen = len(list(Path(shared).iterdir()))
    time.sleep(0.2)
    mine.unlink()
    return f"{i}:{seen}"

@task(image="python:3.12-slim")
def merge(parts: list[str]) -> str: return " ".join(parts)

@pipeline
def p(shared: Workspace = PVC("shared")):
    return {"few": merge(counted.map(i=[5, 4, 3, 2, 1, 0], shared=shared, max_parallel=2))}
"""


def test_no_more_than_so_many_run_at_once_and_the_list_is_in_order(tmp_path: Path) -> None:
    (tmp_path / "few.py").write_text(AT_ONCE)
    shown = flowdsl(tmp_path, "run", "few.py").stdout
    (line,) = [each.strip() for each in shown.splitlines() if each.strip().startswith("few = ")]
    runs = [each.split(":") for each in line.removeprefix("few = ").split()]
    assert [number for number, _ in runs] == ["5", "4", "3", "2", "1", "0"]
    assert {int(seen) for _, seen in runs} <= {1, 2}
