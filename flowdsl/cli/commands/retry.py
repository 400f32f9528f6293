"""`flowdsl retry`: a failed run on a cluster, again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target


@click.command("retry")
@click.argument("name", metavar="RUN")
@click.option("--failed-only", is_flag=True, help="Each failed task by itself, as a TaskRun.")
@click.option("--watch", is_flag=True, help="Show the new run until it is over.")
@options.output
@options.on_cluster
def command(*, target: Target, name: str, failed_only: bool, watch: bool, output: str) -> int:
    """Run a failed run again, with the same params.

    Tekton cannot go on with a finished run, so a new PipelineRun runs every task. --failed-only runs just the failed
    tasks, with the results they were given; what comes after them, and finally, does not run.
    """
    from flowdsl.cli.cluster_commands import retry_command

    return retry_command(name, target, failed_only=failed_only, watch=watch, output=output)
