"""Order without data: `.after`, for tasks that only must not run before others."""

from __future__ import annotations

from flowdsl import pipeline, task


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def lock(environment: str) -> None:
    print("locked", environment)


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def migrate(environment: str) -> None:
    print("migrated", environment)


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def restart(environment: str) -> None:
    print("restarted", environment)


@pipeline
def explicit_order(environment: str = "staging") -> None:
    """Lock, migrate, restart."""
    locked = lock(environment)
    migrated = migrate.with_options(after=[locked])(environment)
    restart.with_options(after=[migrated])(environment)


if __name__ == "__main__":
    explicit_order.cli()
