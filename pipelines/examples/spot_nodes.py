"""Cheap nodes that may go away: selectors and tolerations for one task, and retries for when its node is taken."""

from __future__ import annotations

from flowdsl import pipeline, task

SPOT = [{"key": "node.example.com/spot", "operator": "Exists", "effect": "NoSchedule"}]


@task(
    image="python:3.12-slim",
    cpu="2",
    memory="4Gi",
    retries=3,
    node_selector={"node.example.com/spot": "true"},
    tolerations=SPOT,
)
def crunch(part: int) -> int:
    return part * part


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def add(squares: list[int]) -> int:
    return sum(squares)


@pipeline
def spot_nodes() -> dict[str, int]:
    """Crunch on spot nodes, add up on any."""
    squares = crunch.map(part=[1, 2, 3])
    return {"sum": add(squares.result)}


if __name__ == "__main__":
    spot_nodes.cli()
