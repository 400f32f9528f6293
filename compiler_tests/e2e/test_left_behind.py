"""The local twin of `cluster/test_left_behind_on_plane.py`: a claim is filled with what an earlier run left on it."""

from __future__ import annotations

import sys
from pathlib import Path

import flowdsl

sys.path.insert(0, str(Path(__file__).parents[1] / "cluster"))

from left_behind import RUNS, on_a_volume


def test_a_second_run_takes_the_files_of_the_first(tmp_path: Path) -> None:
    before = None
    for branch, taken in RUNS.items():
        folder = tmp_path / branch
        outcome = flowdsl.run(on_a_volume(tmp_path, before), branch=branch, folder=folder)
        assert outcome.succeeded, outcome
        assert outcome.skipped.keys() == RUNS.keys() - {branch}
        assert outcome.value == taken
        before = folder
