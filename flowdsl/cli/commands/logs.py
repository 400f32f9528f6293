"""`flowdsl logs`: what the steps of a run on a cluster printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target


@click.command("logs")
@options.newest_run
@options.tasks
@options.follow
@options.on_cluster
def command(*, target: Target, name: str, tasks: tuple[str, ...], follow: bool) -> int:
    """Print what the steps of a run printed, all of it or that of some tasks."""
    from flowdsl.cli.cluster_commands import logs_command

    return logs_command(name, tasks, target, follow=follow)
