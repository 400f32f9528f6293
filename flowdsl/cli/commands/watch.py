"""`flowdsl watch`: a run on a cluster, until it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.source import pipeline_at

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target


@click.command("watch")
@options.newest_run
@options.logs
@options.output
@options.on_cluster
@click.pass_obj
def command(bound: object, /, *, target: Target, name: str, logs: bool, output: str) -> int:
    """Watch a run until it is over, as `run` shows one here. Without a name: the newest.

    Ctrl-C ends the watching; the run goes on.
    """
    from flowdsl.cli.cluster import connected, watch_run
    from flowdsl.kubeclient.control import get_run

    client = connected(target)
    return watch_run(client, str(get_run(client, name, pipeline_at(bound))["metadata"]["name"]), output, logs=logs)
