"""`flowdsl init`: starts a project."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from flowdsl.cli.group import FilesCommand
from flowdsl.cli.say import say
from flowdsl.diagnostics.errors import EXIT_OK


@click.command("init", cls=FilesCommand)
@click.argument("folder", default=".", metavar="[DIR]")
@click.option("--name", metavar="NAME", help="The project's name. [the folder's]")
def command(*, folder: str, name: str | None) -> int:
    """Start a project: a pipeline that compiles, tests that pass, a CI job, a pre-commit hook.

    \b
    Example:
      flowdsl init churn && cd churn && flowdsl compile pipelines/churn.py && pytest
    """
    from flowdsl.library.projects import FOLDER, new_project

    made = new_project(folder, name)
    for path in made.files:
        say(f"wrote {path}", err=True)
    enter = "" if made.folder.resolve() == Path.cwd() else f"cd {shlex.quote(folder)} && "
    run = f"flowdsl run {FOLDER}/{made.module}.py"
    say(f"next: {enter}python -m pip install -e '.[test]' && pytest && {run}", err=True)
    return EXIT_OK
