"""Conditions on one number: which can hold together, in a compile (FLOW045) and to the simulator, in the user's words."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdsl import compile as compiled
from flowdsl import either, not_, pipeline, simulate, task, when
from flowdsl.decide.wire import CONDITIONS, Decision, decided, written
from flowdsl.diagnostics import FlowError
from flowdsl.worlds.joint import joints_of

IMAGE = "python:3.12-slim"


@task(image=IMAGE)
def score() -> float:
    return 0.5


@task(image=IMAGE)
def count() -> int:
    return 3


@task(image=IMAGE)
def use() -> None:
    print("used")


def nested(outer: Callable[..., bool], inner: Callable[..., bool]) -> list[str]:
    """What a compile says of a task under two conditions."""

    @pipeline
    def sample(low: float = 0.5, high: float = 0.9) -> None:
        measured, counted = score(), count()
        with when(outer(measured, counted, low, high)), when(inner(measured, counted, low, high)):
            use()

    try:
        compiled(sample)
    except FlowError as error:
        return [f"{each.code} {each.message}" for each in error.diagnostics]
    return []


DEAD: list[tuple[Callable[..., bool], Callable[..., bool]]] = [
    (lambda s, n, low, high: s > 2, lambda s, n, low, high: s < 1),
    (lambda s, n, low, high: s > 2, lambda s, n, low, high: s <= 2),
    (lambda s, n, low, high: s > 2, lambda s, n, low, high: s < 1),
    (lambda s, n, low, high: s == 0.5, lambda s, n, low, high: s > 0.5),
    (lambda s, n, low, high: s > low, lambda s, n, low, high: s <= low),
    (lambda s, n, low, high: s > low, lambda s, n, low, high: low >= s),
    (lambda s, n, low, high: s - low > 0.1, lambda s, n, low, high: s - low < 0.1),
    (lambda s, n, low, high: not_(s > 2), lambda s, n, low, high: s > 3),
    (lambda s, n, low, high: not_(s > 2), lambda s, n, low, high: not_(s <= 2)),
    (lambda s, n, low, high: n > 2, lambda s, n, low, high: n < 3),
    (lambda s, n, low, high: low > 2, lambda s, n, low, high: low < 1),
    (lambda s, n, low, high: (s > 2) & (n > 1), lambda s, n, low, high: s < 1),
]
ALIVE: list[tuple[Callable[..., bool], Callable[..., bool]]] = [
    (lambda s, n, low, high: s > 1, lambda s, n, low, high: s < 2),
    (lambda s, n, low, high: s >= 1, lambda s, n, low, high: s <= 1),
    (lambda s, n, low, high: s > 2, lambda s, n, low, high: s < 3),
    (lambda s, n, low, high: s > low, lambda s, n, low, high: s < high),
    (lambda s, n, low, high: s > 2, lambda s, n, low, high: n < 1),
    (lambda s, n, low, high: (s > 2) | (n > 1), lambda s, n, low, high: s < 1),
    (lambda s, n, low, high: n > 2, lambda s, n, low, high: n < 4),
]


@pytest.mark.parametrize(("outer", "inner"), DEAD)
def test_a_task_that_no_number_lets_run_is_refused(outer: Callable[..., bool], inner: Callable[..., bool]) -> None:
    (said,) = nested(outer, inner)
    assert said.startswith("FLOW045 the task use can never run: it needs that ")
    assert said.count(" holds") + said.count(" does not hold") == 2
    assert "decided-" not in said


@pytest.mark.parametrize(("outer", "inner"), ALIVE)
def test_what_some_number_or_none_lets_run_is_no_finding(
    outer: Callable[..., bool], inner: Callable[..., bool]
) -> None:
    assert nested(outer, inner) == []


@task(image=IMAGE)
def make(size: int = 1) -> str:
    return str(size)


@task(image=IMAGE)
def take(text: str) -> None:
    print(text)


def merged(first: Callable[..., bool], second: Callable[..., bool], **options: Any) -> tuple[list[str], int]:
    """The codes of `either` of two branches, and how often what takes it is there."""

    @pipeline
    def sample(low: float = 0.5, whole: int = 1) -> None:
        measured, counted, ignored = score(), count(), count.with_options(on_error="continue")()
        with when(first(measured, counted, ignored, whole)):
            one = make(1)
        with when(second(measured, counted, ignored, whole)):
            other = make(2)
        take(either(one, other, **options))

    try:
        documents: list[Any] = list(compiled(sample).documents)
    except FlowError as error:
        return [each.code for each in error.diagnostics], 0
    (spec,) = [each["spec"] for each in documents if each["kind"] == "Pipeline"]
    return [], sum(each["name"].startswith("take") for each in spec["tasks"])


MERGED: list[tuple[Callable[..., bool], Callable[..., bool], list[str]]] = [
    (lambda s, n, ignored, p: n > 1, lambda s, n, ignored, p: n <= 1, []),
    (lambda s, n, ignored, p: n > 1, lambda s, n, ignored, p: n < 2, []),
    (lambda s, n, ignored, p: n > 1, lambda s, n, ignored, p: not_(n > 1), []),
    (lambda s, n, ignored, p: n > 1, lambda s, n, ignored, p: n < 1, ["FLOW052"]),
    # What may be no number: NaN, what a task that fails has not written, whatever text a run is given.
    (lambda s, n, ignored, p: s > 1, lambda s, n, ignored, p: s <= 1, ["FLOW052"]),
    (lambda s, n, ignored, p: ignored > 1, lambda s, n, ignored, p: ignored <= 1, ["FLOW052"]),
    (lambda s, n, ignored, p: p > 1, lambda s, n, ignored, p: p <= 1, ["FLOW052"]),
]


@pytest.mark.parametrize(("first", "second", "codes"), MERGED)
def test_branches_leave_no_number_out(
    first: Callable[..., bool], second: Callable[..., bool], codes: list[str]
) -> None:
    assert merged(first, second)[0] == codes
    assert merged(first, second, default="none")[0] == []


def test_a_copy_for_numbers_that_can_not_be_is_not_made() -> None:
    within = merged(lambda s, n, ignored, p: s > 1, lambda s, n, ignored, p: s > 2, default="none")
    beside = merged(lambda s, n, ignored, p: s > 1, lambda s, n, ignored, p: s < 0, default="none")
    assert within == ([], 2)
    assert beside == ([], 3)


def test_a_scenario_tells_conditions_as_they_were_written() -> None:
    @pipeline
    def sample() -> None:
        measured = score()
        with when(measured > 0.9):
            use.with_options(name="upload")()
        with when(measured > 0.5):
            use.with_options(name="keep")()

    simulation = simulate(sample)
    told = str(simulation.always("upload"))
    assert "score.result > 0.9 does not hold → " in told
    assert "decided-" not in told
    # Where the one holds, so does the other: keep is never skipped, it may only fail or come later.
    without = str(simulation.never("upload", without="keep"))
    assert "keep is skipped" not in without


SIGNS = st.sampled_from(["<", "<=", ">", ">=", "=="])
NUMBERS = st.sampled_from([-1, -0.5, 0, 0.5, 1, 2])
TEXTS = st.sampled_from(
    ["-7", "-1", "-0.5", "-0.0", "0", "0.25", "0.5", "1", "1.0", "1e0", "2", "9", "nan", "inf", "x", ""]
)


@st.composite
def conditions(draw: st.DrawFn) -> Any:
    """A condition over two results, one of them whole, and a param."""
    names = ["result.a", "result.n", "param.p"]
    values = [["value", name, "int" if name == "result.n" else "float", name] for name in names]
    operands = [draw(st.sampled_from(values)), draw(st.sampled_from([*values, ["is", draw(NUMBERS)]]))]
    test: Any = [draw(SIGNS), *(operands if draw(st.booleans()) else operands[::-1])]
    for _ in range(draw(st.integers(0, 2))):
        sign = draw(st.sampled_from(["not", "and", "or"]))
        other = [draw(SIGNS), draw(st.sampled_from(values)), ["is", draw(NUMBERS)]]
        test = ["not", test] if sign == "not" else [sign, test, other]
    return test


@settings(max_examples=200)
@given(st.lists(conditions(), min_size=2, max_size=4), TEXTS, TEXTS, TEXTS)
def test_what_is_decided_of_any_values_is_among_what_can_be(found: list[Any], a: str, n: str, p: str) -> None:
    decisions = [Decision(f"decided-{number}", "", each) for number, each in enumerate(found)]
    step = {"name": "s", "image": "i", "env": [{"name": CONDITIONS, "value": written(decisions)}]}
    given_ = [{"name": "p", "value": "$(params.limit)"}]
    spec: Any = {"tasks": [{"name": "t", "params": given_, "taskSpec": {"steps": [step]}}]}
    texts = {"result.a": a, "result.n": n, "param.p": p}
    held = {f"$(tasks.t.results.{each.name})": "true" if decided(each, texts)[0] else "false" for each in decisions}
    for joint in joints_of(spec, ()):
        assert tuple(held[text] for text in joint.texts) in joint.rows, (found, texts, joint)


@pytest.mark.parametrize(
    "test", [5, [], ["<"], ["<", [], []], ["<", ["value"], ["is", math.inf]], ["and", 3], ["not"] * 3]
)
def test_conditions_that_somebody_changed_exclude_nothing(test: Any) -> None:
    decisions = [Decision("a", "", test), Decision("b", "", test)]
    step = {"name": "s", "image": "i", "env": [{"name": CONDITIONS, "value": written(decisions)}]}
    spec: Any = {"tasks": [{"name": "t", "taskSpec": {"steps": [step]}}]}
    assert joints_of(spec, ()) == ()


@task(image=IMAGE)
def maybe() -> int | None:
    return 3


@task(image=IMAGE, on_error="continue")
def continuing() -> int:
    return 3


class Several(NamedTuple):
    frames_seen: int
    seconds: float


@task(image=IMAGE)
def several() -> Several:
    return Several(1, 0.5)


SURE: list[tuple[Callable[[], Any], Callable[[Any], Any], bool]] = [
    (count, lambda made: made, True),
    (several, lambda made: made.frames_seen, True),
    (several, lambda made: made.seconds, False),  # may be NaN
    (maybe, lambda made: made, False),
    (count.with_options(on_error="continue"), lambda made: made, False),
    (continuing, lambda made: made, False),
]


@pytest.mark.parametrize(("producer", "measure", "sure"), SURE)
def test_branches_on_a_whole_number_that_is_always_there_leave_nothing_out(
    producer: Callable[[], Any], measure: Callable[[Any], Any], sure: bool
) -> None:
    @pipeline
    def sample() -> None:
        measured = measure(producer())
        with when(measured < 5):
            make(1)
        with when(measured >= 5):
            make(2)

    documents: list[Any] = list(compiled(sample).documents)
    (spec,) = [each["spec"] for each in documents if each["kind"] == "Pipeline"]
    (joint,) = joints_of(spec, documents)
    neither = [] if sure else [("false", "false")]
    assert sorted(joint.rows) == sorted([("true", "false"), ("false", "true"), *neither])
