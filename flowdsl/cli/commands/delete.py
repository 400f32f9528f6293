"""`flowdsl delete`: runs, or what was applied for a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target


@click.command("delete")
@click.argument("names", nargs=-1, metavar="[RUN]...")
@click.option("--pipeline", default="", metavar="NAME", help="What was applied for this pipeline.")
@click.option("--dry-run", type=click.Choice(["server"]), help="The cluster checks, and keeps all.")
@options.on_cluster
def command(*, target: Target, names: tuple[str, ...], pipeline: str, dry_run: str | None) -> int:
    """Delete runs, with their pods and logs; or what was applied for a pipeline, but its claims."""
    from flowdsl.cli.cluster_commands import delete_command

    return delete_command(names, target, pipeline=pipeline, dry_run=dry_run is not None)
