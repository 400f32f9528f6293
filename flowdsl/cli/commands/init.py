"""`flowdsl init`: starts a project."""

from __future__ import annotations

import click

from flowdsl.cli.group import FilesCommand


@click.command("init", cls=FilesCommand)
@click.argument("folder", default=".", metavar="[DIR]")
@click.option("--name", metavar="NAME", help="The project's name. [the folder's]")
def command(*, folder: str, name: str | None) -> int:
    """Start a project: a pipeline that compiles, tests that pass, a CI job, a pre-commit hook.

    \b
    Example:
      flowdsl init churn && cd churn && flowdsl compile pipelines/churn.py && pytest
    """
    from flowdsl.cli.init import init_command

    return init_command(folder, name)
