"""A profile is one word, wherever the library takes one."""

from __future__ import annotations

import flowdsl
from flowdsl import pipeline, task


@task(image="python:3.12-slim")
def train() -> None:
    print("trained")


@pipeline
def flow() -> None:
    train()


def right() -> list[str]:
    compiled = flowdsl.compile(flow, profile="prod")
    flowdsl.run(flow, profile="prod")
    flowdsl.apply(flow, profile="prod")
    flowdsl.submit(flow, profile="prod")
    return [compiled.namespace, *(each.name for each in flowdsl.lint(flow, profile="prod"))]


def wrong() -> None:
    flowdsl.compile(flow, profile=["prod"])  # mypy: arg-type; pyright: reportArgumentType
    flowdsl.compile(flow, profil="prod")  # mypy: call-arg; pyright: reportCallIssue
    flowdsl.diff(flow, flow, profile="prod")  # mypy: call-arg; pyright: reportCallIssue
