"""`flowdsl apply`: a pipeline's objects on a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.say import say
from flowdsl.cli.source import Source
from flowdsl.diagnostics.errors import EXIT_OK
from flowdsl.diagnostics.escape import line

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target

_NOTES = {
    "kept": " (its data is kept; delete it yourself)",
    "fixed": " (what it asks for can't be changed; make a claim of another name, or delete it yourself)",
    "spared": " (a run may still need it; a later apply deletes it)",
}


@click.command("apply")
@options.files
@options.params
@options.alpha
@options.profile
@options.events
@options.applying
@options.on_cluster
def command(
    source: Source,
    *,
    target: Target,
    params: dict[str, str],
    alpha: tuple[str, ...],
    profile: str,
    events: tuple[str, ...] | None,
    dry_run: bool,
    force: bool,
    prune: bool,
) -> int:
    """Apply a pipeline to a cluster, and delete what it no longer emits.

    Server-side apply under the name `flowdsl`. A field that somebody else owns is a conflict, shown with its owner.
    Claims are never deleted. --events applies what starts the pipeline (`on=[...]`), too; a project's
    `[tool.flowdsl.events] targets` are applied without being asked for.

    \b
    Examples:
      python pipelines/sonic.py apply --namespace ml
      flowdsl apply pipelines/sonic.py --dry-run=server
      flowdsl apply pipelines/sonic.py --events triggers --namespace ml
    """
    from flowdsl.cli.cluster import connected
    from flowdsl.kubeclient.resources import title
    from flowdsl.library.applying import apply_all
    from flowdsl.library.inputs import Values, to_apply

    inputs = to_apply(source.needed(), Values(params, target.namespace, frozenset(alpha), profile, events))
    client, documents = connected(target, inputs), inputs.documents
    changes = apply_all(client, documents, dry_run=dry_run, force=force, prune=prune)
    if not changes:
        runs = ", ".join(title(each) for each in documents)
        say(f"nothing was applied: there is only {line(runs)}, and `flowdsl submit` starts runs", err=True)
    for each in changes:
        say(f"{line(each.what)} {each.action}{' (dry run)' if dry_run else ''}{_NOTES.get(each.action, '')}")
    return EXIT_OK
