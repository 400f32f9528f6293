"""Tekton's controller still makes of every case what is recorded, so that what our runner is held to is no fiction."""

from __future__ import annotations

from typing import Any

import pytest
from api import Api
from cases import Case, all_cases
from runs import run_cases


@pytest.fixture(scope="module")
def outcomes(api: Api) -> dict[str, dict[str, Any]]:
    return run_cases(api, all_cases())


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_it_is_as_recorded(case: Case, outcomes: dict[str, dict[str, Any]]) -> None:
    assert outcomes[case.name] == case.recorded


def test_there_are_enough() -> None:
    assert len(all_cases()) >= 60
