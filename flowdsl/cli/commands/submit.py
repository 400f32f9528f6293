"""`flowdsl submit`: one run on a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.source import Source

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target


@click.command("submit")
@options.files
@options.params
@options.alpha
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
    from flowdsl.cli.cluster_commands import submit_command
    from flowdsl.cli.cluster_inputs import Given

    given = Given(source.files, params, target.namespace, frozenset(alpha))
    return submit_command(
        source.bound_pipeline,
        given,
        target,
        name=name,
        request=request,
        check=check,
        watch=watch,
        output=output,
        logs=logs,
        dry_run=dry_run,
        force=force,
        prune=prune,
    )
