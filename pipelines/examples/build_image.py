"""Clone, build with the catalog's buildah, and hand the image on by its digest, so that what was tested is deployed."""

from __future__ import annotations

from typing import NamedTuple

from flowdsl import Secret, Workspace, hub, pipeline, task, task_ref, workspace_of


class Image(NamedTuple):
    """What buildah gives."""

    IMAGE_DIGEST: str
    IMAGE_URL: str


@task_ref(hub("git-clone", catalog="git-clone", version="1.7.0"), retries=2)
def git_clone(url: str, revision: str = "", output: Workspace = Workspace.auto()) -> str:
    raise NotImplementedError


@task_ref(hub("buildah", catalog="tekton-catalog-tasks", version="0.9.0"), timeout="1h")
def buildah(
    IMAGE: str,  # noqa: N803 - the catalog's own names
    DOCKERFILE: str = "./Dockerfile",  # noqa: N803
    source: Workspace = Workspace.auto(),
    dockerconfig: Workspace = Workspace(optional=True),
) -> Image:
    raise NotImplementedError


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def roll_out(image: str, digest: str) -> None:
    print(f"rolling out {image.partition('@')[0]}@{digest}")


@pipeline(run={"url": "https://git.example.com/app.git", "tag": "1.4.0"})
def build_image(url: str, tag: str, revision: str = "main", registry: Workspace = Secret("registry-push")) -> None:
    """Build an image from a repository and roll it out."""
    sources = workspace_of(git_clone(url=url, revision=revision), "output")
    image = buildah(IMAGE=f"registry.internal/app:{tag}", source=sources, dockerconfig=registry)
    roll_out(image.IMAGE_URL, image.IMAGE_DIGEST)


if __name__ == "__main__":
    build_image.cli()
