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


N, M, WORD = ["value", "n", "float", "n"], ["value", "m", "int", "m"], ["value", "word", "text", "word"]
NO_NUMBER = {"n": "nan", "m": "1.0", "word": "v1"}


@pytest.mark.parametrize(
    ("test", "held"),
    [
        (["<", N, ["is", 0.5]], False),
        (["<=", N, ["is", 0.5]], True),
        ([">", N, ["is", 0.5]], False),
        ([">=", N, ["is", 0.5]], True),
        (["==", N, ["is", 0.5]], True),
        (["<", M, N], False),
        (["<", N, M], True),
        (["in", WORD, ["is", "v12"], ["is", "v1"]], True),
        (["in", WORD, ["is", "v12"]], False),
        (["matches", WORD, ["is", "v"]], False),
        (["matches", WORD, ["is", "v[0-9]"]], True),
        (["startswith", WORD, ["is", "x"], ["is", "v"]], True),
        (["==", ["-", M, N], ["is", 2.5]], True),
        (["==", ["/", M, N], ["is", 6]], True),
        (["==", ["median", M, N, ["is", 1]], ["is", 1]], True),
        (["not", ["<", N, ["is", 0.5]]], True),
    ],
    ids=str,
)
def test_what_holds_of_values(test: Any, held: bool) -> None:
    texts = {"n": "0.5", "m": "3", "word": "v1"}
    assert decided(Decision("decided-1", "", test), texts) == (held, ())


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">=", "=="])
@pytest.mark.parametrize(
    "value", [N, M, ["value", "x", "float", "x"], ["value", "long", "int", "long"], ["/", ["is", 1], ["is", 0]]]
)
def test_what_can_not_be_read_is_neither_true_nor_false(sign: str, value: Any) -> None:
    texts = {**NO_NUMBER, "long": "1" * 401}
    unsure, true = [sign, value, ["is", 1]], ["is", True]
    for test in (unsure, ["not", unsure], ["and", unsure, ["true", true]], ["not", ["and", unsure, ["true", true]]]):
        held, why = decided(Decision("decided-1", "", test), texts)
        assert not held
        assert why
    assert decided(Decision("decided-1", "", ["or", unsure, ["true", true]]), texts)[0], "whatever the other part is"
