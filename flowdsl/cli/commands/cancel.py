"""`flowdsl cancel`: ends a run on a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.say import say
from flowdsl.cli.source import pipeline_at
from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.errors import EXIT_OK

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target


@click.command("cancel")
@click.argument("name", metavar="RUN")
@click.option("--graceful", is_flag=True, help="Running tasks end, finally runs.")
@click.option("--stop", is_flag=True, help="Running tasks go on to their end, then finally runs.")
@options.on_cluster
@click.pass_obj
def command(bound: object, /, *, target: Target, name: str, graceful: bool, stop: bool) -> int:
    """End a run before its time. Without an option its tasks end now, and finally does not run."""
    from flowdsl.cli.cluster import connected
    from flowdsl.kubeclient import control

    if graceful and stop:
        raise UsageError("choose --graceful (running tasks end) or --stop (running tasks go on)")
    client = connected(target)
    how = control.AFTER_FINALLY if graceful else control.AFTER_RUNNING if stop else control.NOW
    say(control.cancel(client, control.get_run(client, name, pipeline_at(bound)), how))
    return EXIT_OK
