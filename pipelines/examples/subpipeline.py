"""A pipeline used within another: its tasks become part of the outer one, under its name."""

from __future__ import annotations

from flowdsl import pipeline, task


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def train(dataset: str) -> float:
    return len(dataset) / 10


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def check(score: float) -> None:
    print("score", score)


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def announce(text: str) -> None:
    print(text)


@pipeline
def train_and_check(dataset: str) -> dict[str, float]:
    """What every model goes through."""
    score = train(dataset)
    check(score)
    return {"score": score}


@pipeline
def subpipeline() -> None:
    """Two models the same way, then say so."""
    faces = train_and_check(dataset="faces")
    voices = train_and_check(dataset="voices")
    announce(f"faces {faces['score']}, voices {voices['score']}")


if __name__ == "__main__":
    subpipeline.cli()
