"""Fan out over datasets: one TaskRun for each, and one task that gets all their results as a list."""

from __future__ import annotations

from flowdsl import pipeline, task


@task(image="python:3.12-slim", cpu="500m", memory="256Mi")
def score(dataset: str) -> float:
    # Stands for the real measurement: the same name gives the same score.
    return sum(map(ord, dataset)) % 100 / 100


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def summarise(scores: list[float]) -> float:
    return sum(scores) / len(scores)


@pipeline
def fan_out_datasets(datasets: list[str] = ["hdtf", "celebv", "vfhq"]) -> dict[str, float]:  # noqa: B006 - the array's default
    """Score every dataset, then take the mean."""
    scores = score.map(dataset=datasets)
    mean = summarise(scores.result)
    return {"mean": mean}


if __name__ == "__main__":
    fan_out_datasets.cli()
