"""`flowdsl images`: images that have the packages of tasks, for those with `packages_image`."""

from __future__ import annotations

import click

from flowdsl.cli import options
from flowdsl.cli.source import Source

_engine = click.option("--engine", default="", metavar="NAME", help="docker, podman or buildah. [what is there]")


@click.group("images")
def command() -> None:
    """Build images that have the packages of tasks (`@task(packages_image=...)`)."""


@command.command("list")
@options.file
@options.profile
@options.output
def list_(source: Source, *, profile: str, output: str) -> int:
    """The images by name, with the Dockerfiles that they are built by."""
    from flowdsl.cli.images import list_images

    return list_images(source.targets()[0], profile=profile, output=output)


@command.command("build")
@options.file
@options.profile
@_engine
def build(source: Source, *, profile: str, engine: str) -> int:
    """Build those that the engine has not."""
    from flowdsl.cli.images import build_images

    return build_images(source.targets()[0], profile=profile, engine=engine, push=False)


@command.command("push")
@options.file
@options.profile
@_engine
def push(source: Source, *, profile: str, engine: str) -> int:
    """Build those that the engine has not, and push all."""
    from flowdsl.cli.images import build_images

    return build_images(source.targets()[0], profile=profile, engine=engine, push=True)
