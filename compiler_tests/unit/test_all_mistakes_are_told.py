"""A pipeline with several wrong conditions and branches: each is told, at its line, and nothing that only follows from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.diagnostics import FlowError
from flowdsl.library.loading import load_pipeline

HEAD = """\
from typing import NamedTuple
from flowdsl import *

class Scores(NamedTuple):
    score: float
    passed: bool

@task(image="python:3.12-slim")
def gate() -> Scores: return Scores(1.0, True)

@task(image="python:3.12-slim")
def make(text: str = "", at: float = 1.0) -> str: return "m"

@pipeline
def inner(text: str): return make(text)

@pipeline
def p(mode: str = "a"):
    g = gate()
    with when(mode == "a"):
        a = make()
    with otherwise():
        b = make()
"""


def told(body: str, folder: Path) -> list[str]:
    """Code and line, from that of the body, of all that is found."""
    file = folder / "user.py"
    file.write_text(HEAD + "".join(f"    {line}\n" for line in body.splitlines()), encoding="utf-8")
    with pytest.raises(FlowError) as caught:
        compile_pipeline(load_pipeline(f"{file}:p"), CompileOptions())
    first = HEAD.count("\n")
    return sorted(f"{each.location.line - first} {each.code}" for each in caught.value.diagnostics)


def test_five_mistakes_are_five_findings(tmp_path: Path) -> None:
    body = """\
with when(g.score > "x"):
    make()
best = either(a, g.score)
with when(either(a, b) == "x"):
    make(best)
with elif_():
    make()
with when(isin("x", mode)):
    make()
"""
    assert told(body, tmp_path) == ["1 FLOW036", "3 FLOW051", "4 FLOW053", "6 FLOW035", "8 FLOW006"]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        # What follows from a mistake is none of its own.
        (
            "x = either(a)\nx.y[1] / 'z'\nmake(x, at=x > 3).after(x)\nmake([x])\ninner(x)\nreturn {'x': x}",
            ["1 FLOW051"],
        ),
        (
            "x = either(a)\nwith when(x > 3):\n    y = make()\nwith otherwise():\n    z = make()\nmake(either(y, z))",
            ["1 FLOW051"],
        ),
        ("x, y = either(a)\nmake(f'{x}-{y}')\nmake(at='x')", ["1 FLOW051", "3 FLOW005"]),
        ("with when(either(a, b) > 1, g.score > 'x'):\n    make()", ["1 FLOW036", "1 FLOW053"]),
        ("with when(not g.passed):\n    make()\nwith when(3):\n    make()", ["1 FLOW006", "3 FLOW006"]),
        ("with when(g.passed and g.score > 'x'):\n    make()", ["1 FLOW006", "1 FLOW036"]),
        ("if g.passed:\n    x = make()\nelse:\n    y = make()\nmake(y)\n", ["1 FLOW006"]),
        ("while g.passed:\n    make()\nmake(at='x')", ["1 FLOW006"]),
        ("with otherwise():\n    make()\nwith otherwise():\n    make()", ["1 FLOW035", "3 FLOW035"]),
        ("make.with_options(when=g.score)()\nmake.with_options(when=[g.score > 'x'])()", ["1 FLOW006", "2 FLOW036"]),
        ("make(mode + 1)\nmake(str(g.score) * mode)\nmake(at=g.score * 2)", ["1 FLOW008", "2 FLOW036", "3 FLOW008"]),
        ("x = make.map(text=either(a))\nmake(at='x')", ["1 FLOW051", "2 FLOW005"]),
        # What caught it goes on, and what was refused is told all the same.
        ("try:\n    x = either(a)\nexcept Exception:\n    x = a\nmake(x)", ["2 FLOW051"]),
        # What can't go on ends the trace, with all that was found.
        ("x = either(a)\nlen(x)\nmake(at='x')", ["1 FLOW051"]),
        ("x = either(a)\nfor each in x:\n    make()", ["1 FLOW051"]),
        ("x = either(a)\nint('x')", ["1 FLOW051"]),
        ("x = either(a)\ng.scor\nmake(at='x')", ["1 FLOW051", "2 FLOW009"]),
    ],
)
def test_what_is_told(body: str, found: list[str], tmp_path: Path) -> None:
    assert told(body, tmp_path) == found
