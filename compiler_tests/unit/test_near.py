"""The name that was meant, of few names and of many."""

from __future__ import annotations

import pytest

from flowdsl.diagnostics.near import Names, did_you_mean, near

MANY = Names([*(f"build-the-image-{number:04}" for number in range(3000)), "evaluate", "deploy"])


@pytest.mark.parametrize("wrong", ["evaluat", "evaluatee", "evaluete", "evlauate", "evaluate"])
def test_of_many_names_the_one_that_is_a_letter_away(wrong: str) -> None:
    assert MANY.near(wrong) == "evaluate"
    assert near(wrong, ["evaluate", "deploy"]) == "evaluate"


def test_nothing_is_like_it() -> None:
    assert MANY.near("unheard") == ""
    assert did_you_mean("unheard", ["evaluate"], "there is evaluate") == "there is evaluate"
    assert Names([]).near("a") == ""


def test_of_few_names_more_than_a_letter_may_be_wrong_until_too_many_were_compared() -> None:
    few = Names(["evaluate-the-models", *(f"other-{number}" for number in range(399))])
    found = [few.near("evaluate-this-model") for _ in range(60)]
    assert found[:50] == ["evaluate-the-models"] * 50
    assert found[50:] == [""] * 10
    assert few.near("evaluate-the-model") == "evaluate-the-models"


def test_long_names_are_compared_less_often() -> None:
    long = Names(["evaluate-" * 21, *(f"{number:04}" * 48 for number in range(99))])
    wrong = "evaluate-" * 20 + "evaluator"
    assert [long.near(wrong) for _ in range(3)] == ["evaluate-" * 21, "evaluate-" * 21, ""]
    assert near("x" * 50_000, ["x" * 49_999 + "y"]) == "", "too long to compare"


def test_a_name_that_is_too_long_to_take_apart() -> None:
    assert Names([*(f"a-{number}" for number in range(600)), "x" * 5000]).near("x" * 5000) == "x" * 5000
