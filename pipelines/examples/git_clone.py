"""A catalog's task with a typed signature, and a task of one's own on what it fetched."""

from __future__ import annotations

from typing import NamedTuple

from flowdsl import Workspace, hub, pipeline, task, task_ref, workspace_of


class Checkout(NamedTuple):
    """What git-clone gives."""

    commit: str
    url: str


@task_ref(hub("git-clone", catalog="git-clone", version="1.7.0"), retries=2)
def git_clone(url: str, revision: str = "", depth: str = "1", output: Workspace = Workspace.auto()) -> Checkout:
    raise NotImplementedError


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def count_lines(source: Workspace, commit: str) -> int:
    """The lines of all Python files."""
    lines = sum(len(path.read_bytes().splitlines()) for path in source.rglob("*.py"))
    print(f"{lines} lines at {commit}")
    return lines


@pipeline(run={"url": "https://git.example.com/app.git"})
def git_clone_and_count(url: str, revision: str = "main") -> dict[str, int]:
    """Clone a repository and count its lines."""
    checkout = git_clone(url=url, revision=revision)
    return {"lines": count_lines(source=workspace_of(checkout, "output"), commit=checkout.commit)}


if __name__ == "__main__":
    git_clone_and_count.cli()
