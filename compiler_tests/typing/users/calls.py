"""What a call in a pipeline gives has the type of the function's result."""

from __future__ import annotations

from typing import NamedTuple

from flowdsl import condition, context, isin, not_, on_finish, pipeline, reason, status, task, when


class Scores(NamedTuple):
    lse_d: float
    passed: bool
    words: list[str]


@task(image="python:3.12-slim")
def evaluate(model: str, *, limit: float = 8.5) -> Scores:
    return Scores(limit, limit > 8, [model])


@task(image="python:3.12-slim")
def tell(text: str) -> None:
    print(text)


@task(image="python:3.12-slim")
def count(words: list[str]) -> int:
    return len(words)


@pipeline
def calls(model: str = "m", branch: str = "main") -> dict[str, float]:
    scores = evaluate(model, limit=9.0)
    lse_d: float = scores.lse_d
    distance, passed, words = evaluate(model)
    first: str = words[0]
    number: int = count(words)
    with when(passed, branch == "main"):
        told = tell(f"{first} {distance} {number}")
    with when(not_(passed), isin(branch, "dev", "main"), condition(f"{branch}-{model}", "in", ["x"])):
        tell.with_options(name="after", after=[told, passed, scores], when=not_(passed))("x")
    tell.with_options(name="as-tekton-has-it", extra={"params": [{"name": "text", "value": "x"}]})()
    with on_finish():
        tell(f"{status(told)} {reason(scores)} {status(distance)} {context.tasks_status} {context.pipeline_run.uid}")
    return {"lse_d": lse_d}


@pipeline
def wrong(model: str = "m", steps: int = 1) -> None:
    evaluate()  # mypy: call-arg; pyright: reportCallIssue
    evaluate(steps)  # mypy: arg-type; pyright: reportArgumentType
    evaluate(model, limit="9")  # mypy: arg-type; pyright: reportArgumentType
    evaluate(model, limits=9.0)  # mypy: call-arg; pyright: reportCallIssue
    scores = evaluate(model)
    print(scores.lse)  # mypy: attr-defined; pyright: reportAttributeAccessIssue
    _, _ = evaluate(model)  # mypy: misc; pyright: reportAssignmentType
    text: str = scores.lse_d  # mypy: assignment; pyright: reportAssignmentType
    count(text)  # mypy: arg-type; pyright: reportArgumentType
    tell(scores.passed)  # mypy: arg-type; pyright: reportArgumentType
    with when(model):  # mypy: arg-type; pyright: reportArgumentType
        tell(text)
    with when(isin(model, "a"), "b"):  # mypy: arg-type; pyright: reportArgumentType
        tell(text)
    condition(model, "not in", ["a"])  # mypy: arg-type; pyright: reportArgumentType
    not_(model)  # mypy: arg-type; pyright: reportArgumentType
    tell(context.pipeline_run.id)  # mypy: attr-defined; pyright: reportAttributeAccessIssue
    tell(status())  # mypy: call-arg; pyright: reportCallIssue
    count(reason(scores))  # mypy: arg-type; pyright: reportArgumentType
    tell.with_options(when=model)("x")  # mypy: arg-type; pyright: reportArgumentType
    tell.with_options(nam="x")("x")  # mypy: call-overload; pyright: reportCallIssue
    tell.with_options(name="x")()  # mypy: call-arg; pyright: reportCallIssue
