"""`.ci/floors.py`: what counts, when it fails, what `--write` writes."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from source import ROOT

PROGRAM = ROOT / ".ci" / "floors.py"


def counted(functions: dict[str, tuple[int, int]]) -> dict[str, Any]:
    parts = {
        name: {"summary": {"covered_lines": covered, "num_statements": total}}
        for name, (covered, total) in functions.items()
    }
    return {"functions": parts}


@pytest.fixture
def floors(tmp_path: Path) -> dict[str, Any]:
    files = {
        "flowdsl/ir/a.py": counted({"": (0, 50), "f": (9, 10)}),
        "flowdsl/ir/b.py": counted({"C.g": (9, 10)}),
        "flowdsl/api.py": counted({"": (3, 3)}),
    }
    (tmp_path / "report.json").write_text(json.dumps({"files": files}))
    (tmp_path / "floors.toml").write_text('"flowdsl" = 100\n"flowdsl/ir" = 89\n')
    program = runpy.run_path(str(PROGRAM))
    program["main"].__globals__["FLOORS"] = tmp_path / "floors.toml"
    return {**program, "report": str(tmp_path / "report.json"), "floors": tmp_path / "floors.toml"}


def test_lines_that_run_with_an_import_do_not_count(floors: dict[str, Any]) -> None:
    """Whether a measured test is the first to import a module differs from run to run."""
    assert floors["measured"](Path(floors["report"])) == {"flowdsl": (0, 0), "flowdsl/ir": (18, 20)}


def test_a_floor_that_is_missed_fails(floors: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert floors["main"]([floors["report"]]) == 0
    floors["floors"].write_text('"flowdsl" = 100\n"flowdsl/ir" = 91\n')
    assert floors["main"]([floors["report"]]) == 1
    assert "flowdsl/ir is below its floor" in capsys.readouterr().err
    floors["floors"].write_text('"flowdsl/ir" = 89\n')
    assert floors["main"]([floors["report"]]) == 1, "a package without a floor"


def test_floors_are_written_two_points_below_and_never_sink(floors: dict[str, Any]) -> None:
    assert floors["main"]([floors["report"], "--write"]) == 0
    assert floors["floors"].read_text().splitlines()[1:] == ['"flowdsl" = 100', '"flowdsl/ir" = 89']
    floors["floors"].write_text("")
    assert floors["main"]([floors["report"], "--write"]) == 0
    assert floors["floors"].read_text().splitlines()[1:] == ['"flowdsl" = 98', '"flowdsl/ir" = 88']
