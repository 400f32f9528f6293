"""`flowdsl cancel`: ends a run on a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target


@click.command("cancel")
@click.argument("name", metavar="RUN")
@click.option("--graceful", is_flag=True, help="Running tasks end, finally runs.")
@click.option("--stop", is_flag=True, help="Running tasks go on to their end, then finally runs.")
@options.on_cluster
def command(*, target: Target, name: str, graceful: bool, stop: bool) -> int:
    """End a run before its time. Without an option its tasks end now, and finally does not run."""
    from flowdsl.cli.cluster_commands import cancel_command

    return cancel_command(name, target, graceful=graceful, stop=stop)
