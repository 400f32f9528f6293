"""One cause, one finding: a type that can't be read is told where it stands, and nothing else is told because of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowdsl.cli import main

FILE = """from dataclasses import dataclass
from flowdsl import File, pipeline, task


@dataclass
class Box:
    file: File
    n: int


@task(image="i")
def use(x: int, y: float = 1.0) -> None:
    print(x)


@task(image="i")
def made({parameter}) -> {result}:
    return print(x)


@pipeline
def p({given}) -> None:
    got = made({argument})
    {line}
"""


@pytest.mark.parametrize(
    ("filled", "told"),
    [
        ({"parameter": "x, y: int = 1", "argument": "1, y=2"}, "parameter 'x' has no type"),
        ({"parameter": "y: int, *, x", "argument": "1, x=2"}, "parameter 'x' has no type"),
        ({"parameter": "x: set[int]", "argument": "{1}"}, "parameter 'x': type set[int] can't cross Tekton"),
        ({"parameter": "x: Box", "argument": "3"}, "parameter 'x': type Box (a File in it must be"),
        ({"result": "set[int]", "line": "use(got)"}, "return type set[int] can't be a Tekton result"),
        ({"result": "set[int]", "line": "use(got.n)"}, "return type set[int] can't be a Tekton result"),
        ({"result": "set[int]", "line": "a, b = got; use(a)"}, "return type set[int] can't be a Tekton result"),
        ({"result": "set[int]", "line": "use(got[0])"}, "return type set[int] can't be a Tekton result"),
        ({"given": "q", "line": "use(q)"}, "parameter 'q' has no type"),
        ({"given": "q: set[int]", "line": "use(q)"}, "parameter 'q': type set[int] can't cross Tekton"),
        ({"given": "*, q: Box", "line": "use(q.n)"}, "parameter 'q': type Box (a File in it must be"),
    ],
)
def test_one_cause_is_one_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], filled: dict[str, str], told: str
) -> None:
    usual = {"parameter": "x: int = 1", "result": "int", "given": "", "argument": "", "line": "use(1)"}
    (tmp_path / "flow.py").write_text(FILE.format(**{**usual, **filled}))
    assert main(["compile", str(tmp_path / "flow.py")]) == 1
    said = capsys.readouterr().err
    assert f"error[FLOW001]: {told}" in said
    assert "found 1 error\n" in said


def test_other_causes_are_told_beside_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled = {"parameter": "x, y: int", "result": "int", "given": "", "argument": "1, 'y', z=3", "line": "use('a')"}
    (tmp_path / "flow.py").write_text(FILE.format(**filled))
    assert main(["compile", str(tmp_path / "flow.py")]) == 1
    said = capsys.readouterr().err
    assert [line.partition(":")[0] for line in said.splitlines() if line.startswith("error")] == [
        "error[FLOW001]",
        "error[FLOW003]",
        "error[FLOW005]",
        "error[FLOW005]",
    ]
