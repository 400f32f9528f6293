"""`flowdsl delete`: runs, or what was applied for a pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.say import say
from flowdsl.cli.source import pipeline_at
from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.errors import EXIT_OK
from flowdsl.diagnostics.escape import line

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target


@click.command("delete")
@click.argument("names", nargs=-1, metavar="[RUN]...")
@click.option("--pipeline", default="", metavar="NAME", help="What was applied for this pipeline.")
@click.option("--dry-run", type=click.Choice(["server"]), help="The cluster checks, and keeps all.")
@options.on_cluster
@click.pass_obj
def command(bound: object, /, *, target: Target, names: tuple[str, ...], pipeline: str, dry_run: str | None) -> int:
    """Delete runs, with their pods and logs; or what was applied for a pipeline, but its claims."""
    from flowdsl.cli.cluster import connected
    from flowdsl.kubeclient import control

    if bool(names) == bool(pipeline):
        raise UsageError("name the runs to delete, or --pipeline NAME for what was applied for it")
    client = connected(target)
    mark = " (dry run)" if dry_run else ""
    if pipeline:
        for told in control.delete_pipeline(client, pipeline, dry_run=bool(dry_run)):
            say(line(told) + mark)
        return EXIT_OK
    runs = [control.get_run(client, name, pipeline_at(bound)) for name in names]
    # `last` may be a run that is named, too.
    for run in {run["metadata"]["name"]: run for run in runs}.values():
        control.delete_run(client, run, dry_run=bool(dry_run))
        say(f"PipelineRun {line(run['metadata']['name'])} deleted{mark}")
    return EXIT_OK
