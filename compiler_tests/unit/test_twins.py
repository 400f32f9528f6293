"""Python's own functions of values of the run: the hint names what says the same in a condition, or where to do it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowdsl import compile as compiled
from flowdsl import load
from flowdsl.diagnostics import FlowError

HEAD = """
import math
import statistics

from flowdsl import pipeline, task, when


@task(image="python:3.12-slim")
def ev(seed: int = 1) -> float:
    return 1.0


@task(image="python:3.12-slim")
def up() -> None: ...


@pipeline
def flow() -> None:
    a = ev()
    b = ev(2)
    c = ev.map(seed=[1, 2])
"""
HINTS = {
    "max(a, b) > 0.5": "`max_(a, b)`",
    "max(a, 0.3) > 0.5": "`max_(a, 0.3)`",
    "min([a, b]) > 0.5": "`min_(a, b)`",
    "max(c) > 0.5": "`max_(c)`",
    "statistics.median([a, b]) > 0.5": "`median_of(a, b)`",
    "sorted([a, b])[0] > 0.5": "`min_(...)`",
    "sum(c) > 2": "`a + b`",
    "len(c) > 2": "a task that is given the list",
    "round(a, 2) > 1": "`abs(a - b) < 0.005`",
    "math.isclose(a, b)": "`abs(a - b) < 0.005`",
    "int(a) > 1": "is one already",
    # What no function asked is told as ever.
    "a > b and max(1, 2) > 1": "`with when(a > b, max(1, 2) > 1):`",
}


@pytest.mark.parametrize("condition", HINTS)
def test_the_hint_names_what_says_the_same(condition: str, tmp_path: Path) -> None:
    file = tmp_path / "flow.py"
    file.write_text(f"{HEAD}    with when({condition}):\n        up()\n")
    with pytest.raises(FlowError) as told:
        compiled(load(file))
    first = told.value.diagnostics[0]
    assert HINTS[condition] in (first.hint or "")
    assert first.location is not None
    assert first.location.line == len(HEAD.splitlines()) + 1


@pytest.mark.parametrize("condition", ["sum([a, b]) > 0.5", "abs(a - b) > 0.5", "len([a, b]) > a"])
def test_what_python_makes_conditions_of_is_one(condition: str, tmp_path: Path) -> None:
    file = tmp_path / "flow.py"
    file.write_text(f"{HEAD}    with when({condition}):\n        up()\n")
    assert compiled(load(file)).documents
