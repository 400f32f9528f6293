"""Fetch the model's source: the task `fetch-source`, which is the catalog's git-clone."""

from __future__ import annotations

from typing import NamedTuple

from flowdsl import Workspace, hub, task_ref


class Checkout(NamedTuple):
    """What git-clone gives."""

    commit: str
    url: str


# git-clone has its own repository since 1.0, and its own catalog on Artifact Hub; 0.10 in the old one is deprecated.
@task_ref(hub("git-clone", catalog="git-clone", version="1.7.0"), timeout="10m", retries=2)
def fetch_source(
    url: str, revision: str = "", depth: str = "1", submodules: str = "true", output: Workspace = Workspace.auto()
) -> Checkout:
    """Clone the source of the model."""
    raise NotImplementedError
