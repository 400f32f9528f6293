"""`flowdsl submit`: one run on a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.say import give, say
from flowdsl.cli.source import Source
from flowdsl.diagnostics import escape
from flowdsl.diagnostics.errors import EXIT_OK
from flowdsl.diagnostics.escape import line

if TYPE_CHECKING:
    from flowdsl.kubeclient.apply import Change
    from flowdsl.kubeclient.client import Target


@click.command("submit")
@options.files
@options.params
@options.alpha
@options.profile
@options.applying
@click.option("--watch", is_flag=True, help="Show the run until it is over; its end gives the exit code.")
@click.option("--name", default="", metavar="NAME", help="The run's name. [generated]")
@click.option("--request-id", "request", default="", metavar="ID", help="The same ID never makes a second run.")
@click.option("--check/--no-check", default=True, help="Whether claims, Secrets and accounts must exist first.")
@options.logs
@options.output
@options.on_cluster
def command(
    source: Source,
    *,
    target: Target,
    params: dict[str, str],
    alpha: tuple[str, ...],
    profile: str,
    dry_run: bool,
    force: bool,
    prune: bool,
    watch: bool,
    name: str,
    request: str,
    check: bool,
    logs: bool,
    output: str,
) -> int:
    """Apply a pipeline and start a run of it.

    A person at a terminal is asked for params that have no value. Sent twice, after an answer that was lost, it still
    makes one run; for two calls of this command, --request-id says that they mean the same run.

    \b
    Examples:
      python pipelines/sonic.py submit --set branch=dev --watch
      flowdsl submit pipelines/sonic.py --params-file params.yaml --request-id "$CI_JOB_ID"
    """
    from flowdsl.cli.cluster import ask_missing, connected, watch_run
    from flowdsl.library.inputs import Values, to_apply
    from flowdsl.library.submitting import Start, start_run

    inputs = to_apply(source.needed(), Values(params, target.namespace, frozenset(alpha), profile))
    client = connected(target, inputs)
    ask_missing(inputs)
    start = Start(name=name, request=request, check=check, dry_run=dry_run, force=force, prune=prune)
    created, new = start_run(client, inputs, start, _tell)
    shown = created["metadata"]["name"]
    if dry_run:
        say(f"PipelineRun {shown} would be created", err=True)
        return EXIT_OK
    if not new:
        say(f"PipelineRun {shown} was created by this request before; nothing is created twice", err=True)
    if watch:
        return watch_run(client, shown, output, logs=logs)
    if output == "json":
        give(escape.json_text({"name": shown, "new": new}), nl=True)
    else:
        say(line(shown))
    say(f"watch it: flowdsl watch {shown}{client.words}", err=True)
    return EXIT_OK


def _tell(change: Change) -> None:
    if change.action != "unchanged":
        say(f"{line(change.what)} {change.action}", err=True)
