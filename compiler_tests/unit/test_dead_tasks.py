"""A compile refuses tasks that can never run (FLOW045), and only those of which it is certain."""

from __future__ import annotations

import pytest

from flowdsl import isin, not_, otherwise, pipeline, task, when
from flowdsl.diagnostics import FlowError


@task(image="python:3.12-slim")
def score() -> str:
    return "a"


@task(image="python:3.12-slim")
def use(what: str = "") -> str:
    return what


def dead(function: object) -> list[str]:
    """The tasks that a compile of the function as a pipeline calls dead."""
    from flowdsl import compile as compiled

    try:
        compiled(pipeline(function))  # type: ignore[call-overload]
    except FlowError as error:
        return [each.message.split()[2] for each in error.diagnostics if each.code == "FLOW045"]
    return []


def test_guards_that_exclude_each_other() -> None:
    def nested(mode: str) -> None:
        with when(mode == "a"), when(mode == "b"):
            use()

    def contrary() -> None:
        value = score()
        with when(value == "a"), when(not_(value == "a")):
            use(value)

    def lists(mode: str) -> None:
        with when(isin(mode, "a", "b")), when(not_(isin(mode, "b", "a", "c"))):
            use()

    assert dead(nested) == ["use"]
    assert dead(contrary) == ["use"]
    assert dead(lists) == ["use"]


def test_what_two_branches_give_is_never_there_together() -> None:
    def both(mode: str) -> None:
        with when(mode == "a"):
            one = use("1")
        with otherwise():
            other = use("2")
        use(f"{one}{other}")

    assert dead(both) == ["use-3"]


@pytest.mark.parametrize("second", ["a", "b"])
def test_what_can_be_is_no_finding(second: str) -> None:
    def fine(mode: str, other: str) -> None:
        with when(mode == "a"):
            one = use("1")
        with when(other == second):
            use(one)
        with when(isin(mode, "a", "b")), when(isin(mode, "b", "c")):
            use("3")

    def ordered(mode: str) -> None:
        with when(mode == "a"):
            one = use("1")
        with when(mode == "b"):
            use("2").after(one)

    assert dead(fine) == []
    assert dead(ordered) == []
