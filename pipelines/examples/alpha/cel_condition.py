"""A condition that needs more than equality, in CEL. Alpha: the cluster needs `enable-cel-in-whenexpression`."""

from __future__ import annotations

from flowdsl import cel, pipeline, task, when


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def deploy(branch: str) -> None:
    print("deploying", branch)


@pipeline(alpha=["enable-cel-in-whenexpression"])
def cel_condition(branch: str = "release-1.4") -> None:
    """Deploy main and every release branch."""
    with when(cel(f"'{branch}' == 'main' || '{branch}'.startsWith('release-')")):
        deploy(branch)


if __name__ == "__main__":
    cel_condition.cli()
