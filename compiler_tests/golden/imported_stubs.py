"""Imported from Tekton YAML."""

from typing import Annotated, NamedTuple, TypedDict

from flowdsl import Param, Result, Workspace, named, task_ref


BuildImageOptions = TypedDict("BuildImageOptions", {"target": str, "build-arg": str})


class BuildImage(NamedTuple):
    IMAGE_DIGEST: Annotated[str, Result(description="Digest of the image")]
    count_: Annotated[list[str], Result(name="count")]


@task_ref(named("build-image"))
def build_image(
    image: Annotated[str, Param(description="The image to build")],
    docker_file: Annotated[str, Param(name="docker-file")] = "./Dockerfile",
    class_: Annotated[list[str], Param(name="class")] = [],
    options: BuildImageOptions = {"target": "release", "build-arg": ""},
    source: Workspace = Workspace(description="The sources", mount_path="/src"),
    cache: Workspace = Workspace(read_only=True, optional=True),
) -> BuildImage:
    """Build an image and push it.

    Runs without a daemon.
    """
    raise NotImplementedError
