"""Questions to a simulation, as tests ask them."""

from __future__ import annotations

from pathlib import Path

from flowdsl import pipeline, simulate, task


@task(image="python:3.12-slim")
def gate() -> bool:
    return True


@pipeline
def sample() -> None:
    gate()


def questions() -> None:
    assert simulate(sample).never("upload", without="gate")
    assert simulate(Path("sample.yaml"), pipeline="sample").always("report")
    verdict = simulate(sample).possible("gate", without=["a", "b"])
    text: str = " → ".join(verdict.scenario) if verdict else verdict.statement
    codes: list[str] = [each.code for each in simulate(sample).findings]
    simulate(sample).never(gate)  # mypy: arg-type; pyright: reportArgumentType
    simulate(sample).always("a", without="b")  # mypy: call-arg; pyright: reportCallIssue
    assert [text, *codes]
