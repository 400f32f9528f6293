"""`flowdsl watch`: a run on a cluster, until it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target


@click.command("watch")
@options.newest_run
@options.logs
@options.output
@options.on_cluster
def command(*, target: Target, name: str, logs: bool, output: str) -> int:
    """Watch a run until it is over, as `run` shows one here. Without a name: the newest.

    Ctrl-C ends the watching; the run goes on.
    """
    from flowdsl.cli.cluster_commands import watch_command

    return watch_command(name, target, output=output, logs=logs)
