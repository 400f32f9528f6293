"""A pipeline that another calls has the signature and the result of its function."""

from __future__ import annotations

from typing import NamedTuple

from flowdsl import pipeline, task, when


class Scores(NamedTuple):
    lse_d: float
    passed: bool


@task(image="python:3.12-slim")
def evaluate(model: str) -> float:
    return float(len(model))


@task(image="python:3.12-slim")
def good(model: str) -> bool:
    return model != "x"


@task(image="python:3.12-slim")
def tell(text: str) -> None:
    print(text)


@pipeline
def measured(model: str, limit: float = 8.5) -> Scores:
    return Scores(evaluate(f"{model}-{limit}"), good(model))


@pipeline(timeout="1h")
def by_name(model: str) -> dict[str, float]:
    return {"lse_d": evaluate(model)}


@pipeline
def outer(model: str = "m") -> None:
    lse_d, passed = measured(model, limit=9.0)
    also: float = measured.with_options(name="again")(model).lse_d
    number: float = by_name(model)["lse_d"]
    with when(passed):
        tell(f"{lse_d} {also} {number}")


@pipeline
def wrong(model: str = "m", steps: int = 1) -> None:
    measured()  # mypy: call-arg; pyright: reportCallIssue
    measured(steps)  # mypy: arg-type; pyright: reportArgumentType
    tell(measured(model).lse)  # mypy: attr-defined; pyright: reportAttributeAccessIssue
    tell(by_name(model)["lse_d"])  # mypy: arg-type; pyright: reportArgumentType
    measured.with_options(nam="again")(model)  # mypy: call-arg; pyright: reportCallIssue


if __name__ == "__main__":
    outer.cli()
    wrong.cli("compile")  # mypy: arg-type; pyright: reportArgumentType
