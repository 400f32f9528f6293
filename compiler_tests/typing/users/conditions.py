"""Conditions as users write them."""

from __future__ import annotations

from typing import NamedTuple

from flowdsl import (
    elif_,
    isin,
    matches,
    max_,
    median_of,
    min_,
    not_,
    otherwise,
    pipeline,
    startswith,
    task,
    when,
)


class Scores(NamedTuple):
    accuracy: float
    n: int
    label: str
    passed: bool


@task(image="python:3.12-slim")
def evaluate(seed: int = 1) -> Scores:
    return Scores(0.9, 1, "good", True)


@task(image="python:3.12-slim")
def tell(text: str) -> None:
    print(text)


@pipeline
def gated(lowest: float = 0.9, least: int = 2, branch: str = "main") -> None:
    scores = evaluate()
    good: bool = (scores.accuracy > lowest) & scores.passed & (scores.n >= least)
    with when(good):
        tell("good")
    with elif_(abs(scores.accuracy - lowest) / 2 < 0.1, scores.n * 2 - 1 != least):
        tell("near")
    with otherwise():
        tell("bad")
    with when(not_(scores.passed) | (scores.accuracy > 0.1), isin(branch, "main", scores.label)):
        tell("odd")
    with when(matches(branch, r"v[0-9]+") | startswith(scores.label, "a", "b")):
        tell.with_options(when=scores.n < 3)("x")
    tell.with_options(when=[scores.n < 3, scores.accuracy <= 1]).map(text=["a"])
    runs = evaluate.map(seed=[1, 2, 3])
    with when(median_of(evaluate(seed).accuracy for seed in range(3)) > max_(lowest, 0.5), min_(runs.accuracy) > 0.1):
        tell("steady")


@pipeline
def wrong(lowest: float = 0.9, branch: str = "main") -> None:
    scores = evaluate()
    with when(scores.accuracy > branch):  # mypy: operator; pyright: reportOperatorIssue
        tell("x")
    with when(scores.accuracy):  # mypy: arg-type; pyright: reportArgumentType
        tell("x")
    with when(scores.accuracy - lowest):  # mypy: arg-type; pyright: reportArgumentType
        tell("x")
    with otherwise(scores.passed):  # mypy: call-arg; pyright: reportCallIssue
        tell("x")
    with when(matches(scores.n, "x")):  # mypy: arg-type; pyright: reportArgumentType
        tell("x")
    with when(startswith(branch, 1)):  # mypy: arg-type; pyright: reportArgumentType
        tell("x")
    with when(median_of(scores.label) > 1):  # mypy: arg-type; pyright: reportArgumentType
        tell("x")
    with elif_(branch):  # mypy: arg-type; pyright: reportArgumentType
        tell("x")
