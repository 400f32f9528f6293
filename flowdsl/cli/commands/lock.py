"""`flowdsl lock`: pin the packages of a pipeline's tasks, with hashes, in the file beside it."""

from __future__ import annotations

import click

from flowdsl.cli import options
from flowdsl.cli.source import Source


@click.command("lock")
@options.file
@click.option("--check", is_flag=True, help="Write nothing; exit 1 with a diff if the lock file is stale.")
@click.option("--upgrade", is_flag=True, help="Take the newest versions; else what is locked stays.")
@click.option("--python", "pythons", multiple=True, metavar="X.Y", help="Lock for this Python here, too. Repeatable.")
@options.output
def command(source: Source, *, check: bool, upgrade: bool, pythons: tuple[str, ...], output: str) -> int:
    """Pin the packages of tasks (`@task(packages=[...])`) with hashes, for their images and for this machine.

    uv resolves where it is there, else pip. The lock file lies beside the Python file: train.lock of train.py.

    \b
    Examples:
      flowdsl lock train.py
      flowdsl lock train.py --upgrade --python 3.10 --python 3.13
      flowdsl lock train.py --check
    """
    from flowdsl.cli.lock import lock_command

    return lock_command(source.targets()[0], check=check, upgrade=upgrade, pythons=pythons, output=output)
