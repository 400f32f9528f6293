"""Conditions as a step's variable carries them: read as they were written, and read as nothing where somebody changed them."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.decide.wire import Decision, decided, decisions_of, read, written


@pytest.mark.parametrize(
    "test",
    [[], ["nothing"], ["in"], ["value"], 3, None, ["and", 1], ["<", ["is", 1], ["is", "a"]], [">", ["is", 1]], {"a": 1},
     ["true", ["value", "x", "list int", "x"]], ["matches", ["is", "a"], ["is", "["]], [["and"] * 3] * 3],
)  # fmt: skip
def test_a_condition_that_somebody_changed_does_not_hold(test: Any) -> None:
    held, why = decided(Decision("decided-1", "", test), {"x": ["1"]})
    assert not held
    assert why or test[:1] in (["in"], ["true"])
    assert read("[[1]]") == read("x") == read("[" * 10_000) == ()


def test_what_is_written_is_read_again() -> None:
    rows = (Decision("decided-1", "a > 1", [">", ["value", "result.a", "int", "a"], ["is", 1]]),)
    assert read(written(rows)) == rows
    assert [each.test for each in read(written(rows))] == [each.test for each in rows]
    assert decisions_of(None) == decisions_of({"steps": [{"env": [{"name": "X"}]}]}) == ()
