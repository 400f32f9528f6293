"""The gate and the assets: it names what was measured on, and compares with nothing that was measured on others."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sonic_flow.tasks.gate import gate
from sonic_flow.tests.test_gate import measured

INPUTS = {"portrait": "a1", "speech": "b2"}


@pytest.fixture
def place(tmp_path: Path) -> dict[str, Any]:
    return {"assets": tmp_path, "record": tmp_path}


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        ({"inputs": {**INPUTS, "speech": "c3"}}, "baseline.json was measured on another speech (c3, here b2)"),
        (
            {"inputs": {}},
            "baseline.json was measured on another portrait (not noted, here a1) and another speech (not noted, here b2)",
        ),
        (
            {"inputs": {**INPUTS, "portrait": "\x1b[2J" + "7" * 60}},
            "baseline.json was measured on another portrait (\ufffd[2J77777777, here a1)",
        ),
        ({}, "baseline.json does not say what it was measured on"),
        ({"inputs": ["a1"]}, "baseline.json does not say what it was measured on"),
    ],
)
def test_a_baseline_of_other_files_is_refused(
    place: dict[str, Any], capsys: pytest.CaptureFixture[str], origin: dict[str, Any], said: str
) -> None:
    (place["assets"] / "baseline.json").write_text(json.dumps({"metrics": measured(fid=10.0), "origin": origin}))
    with pytest.raises(SystemExit, match=f"^error: {re.escape(said)}; record one on these files"):
        gate(measured(), {}, INPUTS, **place)
    assert gate(measured(), {}, INPUTS, **place, require_baseline=False).verdict == "passed"
    assert f"warning: {said}: it is left out" in capsys.readouterr().out


def test_a_baseline_of_the_same_files_is_compared_with(place: dict[str, Any]) -> None:
    content = {"metrics": measured(fid=10.0), "origin": {"inputs": INPUTS}}
    (place["assets"] / "baseline.json").write_text(json.dumps(content))
    assert gate(measured(), {}, INPUTS, **place).beyond_baseline > 0


def test_it_names_the_assets_in_its_log_and_its_record(
    place: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = {"portrait": "a1" * 32, "speech": "b2" * 32}
    content = {"metrics": measured(), "origin": {"inputs": inputs}}
    (place["assets"] / "baseline.json").write_text(json.dumps(content))
    gate(measured(), {}, inputs, **place)
    assert "assets: portrait a1a1a1a1a1a1, speech b2b2b2b2b2b2\n" in capsys.readouterr().out
    assert json.loads((place["record"] / "gate.json").read_text())["assets"] == inputs
