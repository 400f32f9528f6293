"""The local runner makes of every case what Tekton's controller made of it.

The cases and Tekton's recorded outcomes are the cluster tier's (`compiler_tests/cluster/cases`), which also checks that
the records still hold. Here nothing but Python is needed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "cluster"))

from cases import Case, all_cases
from local import differences, run_locally

# Where a run on one machine is meant to differ, and how it answers instead. Each entry holds a part of what is printed.
DELIBERATE = {
    # Tekton starts and fails with ParameterMissing; a person at a keyboard is asked before anything starts.
    "params-missing": "the run has no value for list",
    # Tekton's pod waits for the Secret until a time limit ends it; nobody could make one here meanwhile.
    "ws-no-claim": "no-such-secret",
}


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_the_outcome_is_tektons(case: Case, tmp_path: Path) -> None:
    found = run_locally(case, tmp_path)
    told = differences(case.recorded, found)
    if case.name in DELIBERATE:
        assert told, "no difference any more: take it off the list"
        assert DELIBERATE[case.name] in (tmp_path / "printed").read_text()
        return
    assert not told, "\n".join(told)


def test_readme_says_how_many_are_compared() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    assert f"{len(all_cases())} PipelineRuns are compared" in readme
    assert f" {len(all_cases()) - len(DELIBERATE)} come out the same" in readme


def test_deliberate_differences_are_of_cases_that_exist() -> None:
    assert {case.name for case in all_cases()} >= DELIBERATE.keys()
