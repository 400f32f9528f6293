"""Conditions compare by the type of a value; a task that was not called is told."""

from __future__ import annotations

import pytest

from flowdsl import isin, pipeline, task, when
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.diagnostics import FlowError
from flowdsl.frontend.pipeline import Pipeline

IMAGE = "python:3.12-slim"


@task(image=IMAGE)
def gate() -> bool:
    return True


@task(image=IMAGE)
def tell(text: str) -> str:
    return text


def whens(made: Pipeline) -> list[dict]:
    spec = next(each for each in compile_pipeline(made, CompileOptions()).documents if each["kind"] == "Pipeline")[
        "spec"
    ]
    return next(each for each in spec["tasks"] if each["name"] == "tell")["when"]


@task(image=IMAGE)
def rate(x: float = 1) -> float:
    return x


@pytest.mark.parametrize(
    ("given", "values"),
    [
        (lambda node, r, n, b: isin(n, 2, 3.0), ["2", "3"]),
        (lambda node, r, n, b: n == 2.0, ["2"]),
        (lambda node, r, n, b: b == True, ["true"]),  # noqa: E712 - what people write
        (lambda node, r, n, b: b != "false", ["false"]),
    ],
)
def test_a_literal_has_the_text_that_an_equal_value_has(given, values: list[str]) -> None:
    @pipeline
    def sample(r: float = 1, n: int = 2, b: bool = True) -> None:
        with when(given(rate(1), r, n, b)):
            tell("x")

    (guard,) = whens(sample)
    assert guard["values"] == values


@pytest.mark.parametrize(
    "given",
    [
        lambda n, b: b == "True",
        lambda n, b: b == 1,
        lambda n, b: n == True,  # noqa: E712
    ],
)
def test_what_is_never_equal_is_told(given) -> None:
    @pipeline
    def sample(n: int = 2, b: bool = True) -> None:
        with when(given(n, b)):
            tell("x")

    with pytest.raises(FlowError, match="which is never"):
        compile_pipeline(sample, CompileOptions())


@pytest.mark.parametrize(
    ("use", "said"),
    [
        (lambda: tell(f"{gate}"), "can't stand inside a string"),
        (lambda: tell(str(gate)), "can't stand inside a string"),
        (lambda: tell(rate.seconds), "itself has no `.seconds`"),
    ],
)
def test_a_task_that_is_not_called(use, said: str) -> None:
    @pipeline
    def sample() -> None:
        use()

    with pytest.raises(FlowError, match=said):
        compile_pipeline(sample, CompileOptions())
    assert str(gate) == "<task gate>"
    with pytest.raises(AttributeError):
        _ = gate.seconds
