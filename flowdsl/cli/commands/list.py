"""`flowdsl list`: the runs on a cluster."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.say import give, say
from flowdsl.cli.source import pipeline_at
from flowdsl.diagnostics import UsageError, escape
from flowdsl.diagnostics.errors import EXIT_OK
from flowdsl.diagnostics.escape import line

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target
    from flowdsl.kubeclient.listed import Row


@click.command("list")
@click.argument("pipeline", default="", metavar="[PIPELINE]")
@click.option("-A", "--all-namespaces", "everywhere", is_flag=True, help="Of all namespaces.")
@click.option("-l", "--selector", default="", metavar="LABELS", help="Those with these labels: team=ml,stage!=dev.")
@click.option("--since", default="", metavar="DURATION", help="Those made within it: 90m, 24h.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="The newest N.")
@options.output
@options.on_cluster
@click.pass_obj
def command(
    bound: object,
    /,
    *,
    target: Target,
    pipeline: str,
    everywhere: bool,
    selector: str,
    since: str,
    limit: int | None,
    output: str,
) -> int:
    """The runs on a cluster, the newest first.

    \b
    Examples:
      flowdsl list sonic --since 24h
      flowdsl list -A -l team=ml --output json
    """
    from flowdsl.cli.cluster import connected
    from flowdsl.kubeclient.control import list_runs
    from flowdsl.kubeclient.listed import row_of

    now = time.time()
    oldest = now - _seconds(since) if since else 0.0
    pipeline = pipeline or pipeline_at(bound)
    client = connected(target)
    found = list_runs(client, pipeline, selector, everywhere=everywhere)
    rows = [row for row in map(row_of, found) if row.made >= oldest][:limit]
    if output == "json":
        give(escape.json_text([row.as_data() for row in rows], indent=2), nl=True)
        return EXIT_OK
    if not rows:
        where = "any namespace" if everywhere else f"namespace {client.namespace}"
        such = "such " if any((pipeline, selector, since)) else ""
        say(f"there are no {such}runs in {where} of {client.where}", err=True)
        return EXIT_OK
    _show(rows, now, everywhere=everywhere)
    return EXIT_OK


def _seconds(since: str) -> float:
    from flowdsl.kube.durations import parse_duration

    with contextlib.suppress(ValueError):
        if (found := parse_duration(since)) > 0:
            return found / 1e9
    raise UsageError(f"--since takes a duration, such as 90m or 24h, got {line(since)!r}")


def _show(rows: list[Row], now: float, *, everywhere: bool) -> None:
    head = (*(["NAMESPACE"] if everywhere else []), "NAME", "PIPELINE", "STARTED", "DURATION", "STATUS", "MESSAGE")
    table = [head]
    for row in rows:
        cells = (row.name, row.pipeline or "-", row.started_ago(now), row.duration(now), row.state, row.message)
        table.append(tuple(line(cell) for cell in (*([row.namespace] if everywhere else []), *cells)))
    widths = [max(len(each[place]) for each in table) for place in range(len(head) - 1)]
    for each in table:
        say("  ".join([*(f"{cell:<{width}}" for cell, width in zip(each, widths, strict=False)), each[-1]]).rstrip())
