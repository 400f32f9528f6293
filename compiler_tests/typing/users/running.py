"""A run from Python gives what the pipeline's function returns."""

from __future__ import annotations

from pathlib import Path

import flowdsl
from flowdsl import pipeline, task


@task(image="python:3.12-slim")
def train(day: str) -> float:
    return len(day) / 2


@pipeline
def flow(day: str) -> float:
    return train(day)


def right() -> float:
    done = flowdsl.run(flow, day="2026-01-31")
    skipped: list[str] = [each.reason for each in done.skipped.values()]
    logs: str = done.logs["train"]
    files: dict[str, Path] = dict(done.files)
    print(done.ran, skipped, logs, files, done.status, done.seconds)
    flowdsl.run(Path("flow.yaml"), params={"day": "2026-01-31"}).results["result"]
    return done.value


def wrong() -> None:
    done = flowdsl.run(flow, day="2026-01-31")
    done.value.upper()  # mypy: attr-defined; pyright: reportAttributeAccessIssue
    print(done.skiped)  # mypy: attr-defined; pyright: reportAttributeAccessIssue
    flowdsl.run(flow, jobs="many")  # mypy: call-overload; pyright: reportArgumentType, reportCallIssue
