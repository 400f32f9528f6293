"""Tekton's controller still makes of every case what is recorded, so that what our runner is held to is no fiction."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from api import Api
from cases import Case, all_cases
from runs import run_cases, task_runs_of

# On a loaded machine a limit of time may meet a pod that has not begun, and an order of starting is not kept: what comes
# out otherwise among eleven others is run again by itself. A difference in what Tekton means comes again, too.
TRIES = 3


@pytest.fixture(scope="module")
def outcomes(api: Api) -> dict[str, dict[str, Any]]:
    found = run_cases(api, all_cases())
    for number in range(2, TRIES + 1):
        again = {f"{case.name}-{number}": case for case in all_cases() if found[case.name] != case.recorded}
        made = run_cases(api, [renamed(case, name) for name, case in again.items()], at_once=1)
        found |= {case.name: made[name] for name, case in again.items()}
    return found


def renamed(case: Case, name: str) -> Case:
    """The same run as an object of its own."""
    metadata = {**case.run["metadata"], "name": name}
    return attrs.evolve(case, name=name, run={**case.run, "metadata": metadata})


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_it_is_as_recorded(case: Case, outcomes: dict[str, dict[str, Any]]) -> None:
    assert outcomes[case.name] == case.recorded


def most_at_once(task_runs: list[dict[str, Any]]) -> int:
    """The most of them that ran at one time, by their start and end; where one ends as another begins, they follow."""
    times = [(each["status"]["startTime"], each["status"]["completionTime"]) for each in task_runs]
    return max(sum(start <= moment < end for start, end in times) for moment, _ in times)


@pytest.mark.usefixtures("outcomes")
def test_no_more_run_at_once_than_the_fan_out_says(api: Api) -> None:
    task_runs = task_runs_of(api, "merge-list-at-most-two")
    assert len(task_runs) == 6
    assert most_at_once(task_runs) <= 2


def test_there_are_enough() -> None:
    assert len(all_cases()) >= 60
