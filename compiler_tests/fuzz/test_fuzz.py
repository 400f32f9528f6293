"""The short form of `fuzz.py`: a few tries of each command, others at each run of the tests."""

from __future__ import annotations

import pytest
from fuzz import one
from fuzz_targets import TARGETS
from hypothesis import given, settings
from hypothesis import strategies as st

TRIES = {"lint": 60, "import": 60, "diff": 60, "run": 8}


@pytest.mark.parametrize("target", TARGETS)
def test_no_input_breaks_a_command(target: str) -> None:
    @settings(max_examples=TRIES[target], database=None)
    @given(st.integers(0, 2**31))
    def tries(number: int) -> None:
        assert one(target, number) == [], f"python compiler_tests/fuzz/fuzz.py --only {target} --try {number}"

    tries()
