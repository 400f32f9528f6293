"""`flowdsl import`: Tekton YAML as a Python module."""

from __future__ import annotations

import click

from flowdsl.cli import options
from flowdsl.cli.group import FilesCommand


@click.command("import", cls=FilesCommand)
@click.argument("paths", nargs=-1, metavar="FILE|DIR|-...")
@click.option("-o", "--to", metavar="PATH", help="The module to write, or a folder. [standard output]")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 with a diff if the module at -o is stale.")
@click.option("--stubs", is_flag=True, help="Only typed references to the Tasks, for catalogs.")
@click.option("--force", is_flag=True, help="Overwrite a module that differs.")
@options.exclude
@options.alpha
@options.output
def command(
    *,
    paths: tuple[str, ...],
    to: str | None,
    check: bool,
    stubs: bool,
    force: bool,
    exclude: tuple[str, ...],
    alpha: tuple[str, ...],
    output: str,
) -> int:
    """Turn Tekton YAML into a Python module that compiles to the same documents.

    \b
    Examples:
      flowdsl import tekton/ -o pipelines/build.py
      kubectl get pipeline build -o yaml | flowdsl import -
      flowdsl import --stubs catalog/ -o tasks.py
    """
    from flowdsl.cli.import_ import import_command

    return import_command(
        paths, to=to, check=check, stubs=stubs, force=force, exclude=exclude, alpha=alpha, output=output
    )
