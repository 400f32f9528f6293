"""`flowdsl rbac`: the least rights that the commands on a cluster need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.say import give
from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.errors import EXIT_OK

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target


@click.command("rbac")
@click.option("--user", default="", metavar="NAME", help="A user of the cluster.")
@click.option("--service-account", "account", default="", metavar="[NS:]NAME", help="A ServiceAccount.")
@click.option("--read-only", is_flag=True, help="For watch, logs, list and diff --live alone.")
@click.option("--check-secrets", is_flag=True, help="Let submit see whether Secrets exist.")
@click.option("--queues", is_flag=True, help="Let doctor read the quotas of Kueue's queues.")
@click.option("--events", is_flag=True, help="What starts runs, too: triggers, timers, roles.")
@options.on_cluster
def command(
    *, target: Target, user: str, account: str, read_only: bool, check_secrets: bool, queues: bool, events: bool
) -> int:
    """Print the least rights that these commands need, as a Role and its binding.

    \b
    Example:
      flowdsl rbac --namespace ml --service-account ci:runner | kubectl apply -f -
    """
    from flowdsl.cli.cluster import connected
    from flowdsl.emit import emit_yaml
    from flowdsl.kubeclient import rbac

    if bool(user) == bool(account):
        raise UsageError("name who gets the rights: --user NAME or --service-account NAMESPACE:NAME")
    # Needs no cluster where a namespace is given.
    namespace = target.namespace or connected(target).namespace
    found = rbac.documents(
        namespace,
        user or account,
        is_account=bool(account),
        read_only=read_only,
        check_secrets=check_secrets,
        queues=queues,
        events=events,
    )
    give(emit_yaml(found))
    return EXIT_OK
