"""A matrix of versions and platforms, with one combination more that is not in the grid."""

from __future__ import annotations

from flowdsl import pipeline, task


@task(image="python:3.12-slim", cpu="500m", memory="256Mi", timeout="20m")
def build(python: str, platform: str, flags: str = "") -> str:
    return f"wheel-{python}-{platform}{flags}"


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def publish(wheels: list[str]) -> None:
    for wheel in wheels:
        print("publishing", wheel)


@pipeline
def matrix_build() -> None:
    """Build for every Python and platform, and once with debug symbols."""
    wheels = build.map(
        python=["3.11", "3.12"],
        platform=["amd64", "arm64"],
        include=[{"name": "debug", "python": "3.13", "platform": "amd64", "flags": "-debug"}],
    )
    publish(wheels.result)


if __name__ == "__main__":
    matrix_build.cli()
