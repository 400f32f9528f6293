"""`flowdsl list`: the runs on a cluster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import click

from flowdsl.cli import options
from flowdsl.cli.say import give, say
from flowdsl.cli.source import Source
from flowdsl.diagnostics import escape
from flowdsl.diagnostics.errors import EXIT_OK
from flowdsl.diagnostics.escape import line

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import PipelineRun
    from flowdsl.kubeclient.client import Target


@click.command("list")
@click.argument("pipeline", default="", metavar="[PIPELINE]")
@options.output
@options.on_cluster
@click.pass_obj
def command(bound: object, /, *, target: Target, pipeline: str, output: str) -> int:
    """The runs on a cluster, the newest first."""
    from flowdsl.cli.cluster import connected
    from flowdsl.kubeclient.control import list_runs

    own = Source.of(bound, ()).bound_pipeline
    client = connected(target)
    rows = [_row(each) for each in list_runs(client, pipeline or (own.name if own else ""))]
    if output == "json":
        give(escape.json_text(rows, indent=2), nl=True)
        return EXIT_OK
    if not rows:
        say(f"there are no runs in namespace {client.namespace} of {client.where}", err=True)
    width = max((len(line(each["name"])) for each in rows), default=0)
    for each in rows:
        shown = {key: line(value) for key, value in each.items()}
        say(f"{shown['name']:<{width}}  {shown['created']}  {shown['state']:<14} {shown['message']}")
    return EXIT_OK


def _row(run: Mapping[str, object]) -> dict[str, str]:
    from flowdsl.view.events import condition

    found = condition(run)
    metadata = cast("PipelineRun", run)["metadata"]
    return {
        "name": metadata["name"],
        "created": metadata.get("creationTimestamp", ""),
        "state": str(found.get("reason", "Waiting")),
        "message": str(found.get("message", "")),
    }
