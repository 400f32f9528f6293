"""Images of a private registry: the pods' account names the pull secret, and is emitted with the run."""

from __future__ import annotations

from flowdsl import ServiceAccount, pipeline, task


@task(image="registry.internal/tools/python:3.12.4", cpu="100m", memory="64Mi")
def version() -> str:
    import sys

    return sys.version.split()[0]


# Made once by hand: kubectl create secret docker-registry registry-pull --docker-server=registry.internal ...
@pipeline(service_account=ServiceAccount("puller", image_pull_secrets=["registry-pull"]))
def private_registry() -> dict[str, str]:
    """Run in an image that needs a login to pull."""
    return {"version": version()}


if __name__ == "__main__":
    private_registry.cli()
