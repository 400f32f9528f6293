"""The smallest pipeline: two tasks, one edge. A task is a function; passing a result draws the edge."""

from __future__ import annotations

from flowdsl import pipeline, task


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def greet(name: str) -> str:
    return f"Hello, {name}!"


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def shout(text: str) -> None:
    print(text.upper())


@pipeline
def hello(name: str = "world") -> None:
    """Say hello."""
    shout(greet(name))


if __name__ == "__main__":
    hello.cli()
