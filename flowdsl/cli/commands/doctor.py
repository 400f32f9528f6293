"""`flowdsl doctor`: whether a cluster is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.source import Source

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target


@click.command("doctor")
@options.files
@options.params
@options.alpha
@click.option("--tekton-namespace", "system", default="tekton-pipelines", show_default=True)
@options.output
@options.on_cluster
def command(
    source: Source, *, target: Target, params: dict[str, str], alpha: tuple[str, ...], system: str, output: str
) -> int:
    """Is the cluster ready? Tekton and its flags, your rights; and for a pipeline, all that it names.

    \b
    Examples:
      flowdsl doctor --context prod
      flowdsl doctor pipelines/sonic.py --namespace ml
    """
    from flowdsl.cli.cluster_commands import doctor_command
    from flowdsl.cli.cluster_inputs import Given

    given = Given(source.files, params, target.namespace, frozenset(alpha))
    return doctor_command(source.bound_pipeline, given, target, system=system, output=output)
