"""`pipelines/speech_quality`, a package with relative imports, package data and pinned packages: compiled, linted, run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from examples_support import can_install

ROOT = Path(__file__).parents[2]
FLOW = ROOT / "pipelines" / "speech_quality" / "flow.py"


def flowdsl(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flowdsl", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "COLUMNS": "200"},
    )


def test_the_committed_yaml_and_lock_are_what_the_package_compiles_to() -> None:
    done = flowdsl(ROOT, "compile", str(FLOW), "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_lint_finds_nothing() -> None:
    done = flowdsl(ROOT, "lint", str(FLOW.parent))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("room", "said", "skipped"),
    [
        ("40", "in_a_room.wav goes to the training data: SNR 45.", "turn-down"),
        ("5", "to be recorded again: SNR 10.", "accept"),
    ],
)
def test_it_runs_here(tmp_path: Path, room: str, said: str, skipped: str) -> None:
    can_install(FLOW)
    done = flowdsl(tmp_path, "run", str(FLOW), "--set", f"room={room}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert said in done.stdout
    assert f"{skipped}: skipped" in done.stdout


def test_a_limit_of_the_data_file_decides(tmp_path: Path) -> None:
    """A copy whose limits.json asks for more: the file travels, and what the task reads is what it says."""
    can_install(FLOW)
    copy = tmp_path / "speech_quality"
    copy.mkdir()
    for each in FLOW.parent.iterdir():
        if each.is_file():
            (copy / each.name).write_bytes(each.read_bytes())
    (copy / "limits.json").write_text('{"quietest": -10.0, "loudest": 0.0, "clipped": 0.001}')
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "speech.wav").write_bytes((ROOT / "pipelines/assets/speech.wav").read_bytes())
    done = flowdsl(tmp_path, "run", "speech_quality/flow.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "accept: skipped" in done.stdout
