"""Fan out over what an earlier task found: the list is known only when the run is under way."""

from __future__ import annotations

from flowdsl import pipeline, task


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def list_shards(number: int) -> list[str]:
    return [f"shard-{index:02d}" for index in range(number)]


@task(image="python:3.12-slim", cpu="500m", memory="256Mi")
def convert(shard: str) -> int:
    print(f"converting {shard}")
    return len(shard)


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def total(sizes: list[int]) -> int:
    return sum(sizes)


@pipeline
def dynamic_fan_out(number: int = 4) -> dict[str, int]:
    """Convert every shard there is."""
    shards = list_shards(number)
    sizes = convert.map(shard=shards)
    return {"total": total(sizes.result)}


if __name__ == "__main__":
    dynamic_fan_out.cli()
