"""A cache that outlives the runs: a claim of its own, bound to a workspace."""

from __future__ import annotations

import hashlib

from flowdsl import PVC, Workspace, pipeline, task


@task(image="python:3.12-slim", cpu="500m", memory="256Mi")
def resolve(requirements: str, cache: Workspace = Workspace(description="Keeps what was resolved before.")) -> str:
    """What the requirements resolve to; taken from the cache where it was resolved before."""
    entry = cache / hashlib.sha256(requirements.encode()).hexdigest()
    if entry.exists():
        print("from the cache")
    else:
        print("resolved anew")
        entry.write_text("\n".join(sorted(requirements.split())))
    return entry.name


@pipeline
def cache_volume(
    requirements: str = "numpy==2.1.0 attrs==24.2.0",
    cache: Workspace = PVC("resolver-cache", storage="10Gi"),
) -> dict[str, str]:
    """Resolve requirements once."""
    return {"key": resolve(requirements, cache=cache)}


if __name__ == "__main__":
    cache_volume.cli()
