"""`flowdsl apply`: a pipeline's objects on a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.source import Source

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target


@click.command("apply")
@options.files
@options.params
@options.alpha
@options.applying
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
) -> int:
    """Apply a pipeline to a cluster, and delete what it no longer emits.

    Server-side apply under the name `flowdsl`. A field that somebody else owns is a conflict, shown with its owner.
    Claims are never deleted.

    \b
    Examples:
      python pipelines/sonic.py apply --namespace ml
      flowdsl apply pipelines/sonic.py --dry-run=server
    """
    from flowdsl.cli.cluster_commands import apply_command
    from flowdsl.cli.cluster_inputs import Given

    given = Given(source.files, params, target.namespace, frozenset(alpha))
    return apply_command(source.bound_pipeline, given, target, dry_run=dry_run, force=force, prune=prune)
