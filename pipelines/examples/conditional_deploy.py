"""Deploy only from main, and only what passed. A skipped task is no failure; what needs its result is skipped too."""

from __future__ import annotations

from flowdsl import pipeline, task, when


@task(image="python:3.12-slim", cpu="500m", memory="256Mi")
def test(revision: str) -> bool:
    print("testing", revision)
    return True


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def deploy(revision: str, environment: str) -> str:
    return f"https://{environment}.example.com/{revision}"


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def smoke(url: str) -> None:
    print("looking at", url)


@pipeline
def conditional_deploy(revision: str = "0123abc", branch: str = "main") -> None:
    """Test always; deploy what passed on main; look at it."""
    passed = test(revision)
    with when(passed, branch == "main"):
        url = deploy(revision, environment="staging")
    smoke(url)  # flowdsl: ignore[FLOW327] - nothing to look at where nothing was deployed


if __name__ == "__main__":
    conditional_deploy.cli()
