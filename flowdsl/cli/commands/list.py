"""`flowdsl list`: the runs on a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.source import Source

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target


@click.command("list")
@click.argument("pipeline", default="", metavar="[PIPELINE]")
@options.output
@options.on_cluster
@click.pass_obj
def command(bound: object, /, *, target: Target, pipeline: str, output: str) -> int:
    """The runs on a cluster, the newest first."""
    from flowdsl.cli.cluster_commands import list_command

    own = Source.of(bound, ()).bound_pipeline
    return list_command(pipeline or (own.name if own else ""), target, output=output)
