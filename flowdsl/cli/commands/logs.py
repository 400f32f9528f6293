"""`flowdsl logs`: what the steps of a run on a cluster printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.output import need_reader
from flowdsl.cli.say import say
from flowdsl.cli.source import pipeline_at
from flowdsl.diagnostics import escape
from flowdsl.diagnostics.errors import EXIT_OK
from flowdsl.diagnostics.escape import line

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target


@click.command("logs")
@options.newest_run
@options.tasks
@options.follow
@options.on_cluster
@click.pass_obj
def command(bound: object, /, *, target: Target, name: str, tasks: tuple[str, ...], follow: bool) -> int:
    """Print what the steps of a run printed, all of it or that of some tasks."""
    from flowdsl.cli.cluster import connected
    from flowdsl.kubeclient.control import get_run
    from flowdsl.kubeclient.printed import print_logs
    from flowdsl.view.said import plain

    def show(task: str, step: str, text: str) -> None:
        if not tasks or task in tasks:
            say(f"[{line(task)} : {line(step)}] {escape.printed(plain(text))}")
        need_reader()

    client = connected(target)
    print_logs(client, get_run(client, name, pipeline_at(bound)), tasks, show, need_reader, follow=follow)
    return EXIT_OK
