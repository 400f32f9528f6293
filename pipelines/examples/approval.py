"""Wait for a person: a custom task (here openshift-pipelines' approval gate) between a build and a deployment."""

from __future__ import annotations

from flowdsl import named, pipeline, task, task_ref


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def build() -> str:
    return "registry.internal/app@sha256:" + "0" * 64


@task_ref(named("", api_version="openshift-pipelines.org/v1alpha1", kind="ApprovalTask"), timeout="24h")
def approve(approvers: list[str], description: str) -> None: ...


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def deploy(image: str) -> None:
    print("deploying", image)


@pipeline(timeout="25h")
def approval(approvers: list[str] = ["alice", "bob"]) -> None:  # noqa: B006 - the array's default
    """Build, ask, deploy."""
    image = build()
    asked = approve(approvers=approvers, description=f"deploy {image}?")
    deploy.with_options(after=[asked])(image)


if __name__ == "__main__":
    approval.cli()
