"""Timeouts at every level: a step, a task, all tasks, the finally tasks, the run."""

from __future__ import annotations

from flowdsl import Body, Step, on_finish, pipeline, task


@task(
    image="python:3.12-slim",
    cpu="100m",
    memory="64Mi",
    timeout="10m",
    steps=[Step(name="warm-up", image="alpine:3.20", script="echo warm\n", timeout="1m", cpu="100m"), Body],
)
def measure() -> float:
    return 0.5


@task(image="python:3.12-slim", cpu="100m", memory="64Mi", timeout="2m")
def clean_up() -> None:
    print("clean")


@pipeline(timeout="1h", tasks_timeout="50m", finally_timeout="10m")
def timeouts() -> None:
    """Nothing here can hang for ever."""
    measure()
    with on_finish():
        clean_up()


if __name__ == "__main__":
    timeouts.cli()
