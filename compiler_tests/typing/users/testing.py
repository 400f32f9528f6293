"""Tests of users': a run with fakes gives what the pipeline's function returns; strategies go to hypothesis."""

from __future__ import annotations

from flowdsl import pipeline, task
from flowdsl.testing import FlowRun, strategies_for


@task(image="python:3.12-slim")
def train(day: str) -> float:
    return len(day) / 2


@pipeline
def flow(day: str) -> float:
    return train(day)


def right(flow_run: FlowRun) -> float:
    done = flow_run(flow, tasks={"train": lambda day: 0.5}, fail={"train": 1}, day="2026-01-31")
    print(done.ran, done.skipped, list(strategies_for(train)))
    return done.value


def wrong(flow_run: FlowRun) -> None:
    flow_run(flow, day="1").value.upper()  # mypy: attr-defined; pyright: reportAttributeAccessIssue
    flow_run(flow, tasks={"train": 0.5})  # mypy: dict-item; pyright: reportArgumentType, reportCallIssue
