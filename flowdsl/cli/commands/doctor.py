"""`flowdsl doctor`: whether a cluster is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.say import give, say
from flowdsl.cli.source import Source
from flowdsl.diagnostics import escape
from flowdsl.diagnostics.errors import EXIT_CLUSTER, EXIT_OK
from flowdsl.diagnostics.escape import line

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target


@click.command("doctor")
@options.files
@options.params
@options.alpha
@options.profile
@options.events
@click.option("--tekton-namespace", "system", default="tekton-pipelines", show_default=True, help="Where Tekton runs.")
@options.output
@options.on_cluster
def command(
    source: Source,
    *,
    target: Target,
    params: dict[str, str],
    alpha: tuple[str, ...],
    profile: str,
    events: tuple[str, ...] | None,
    system: str,
    output: str,
) -> int:
    """Is the cluster ready? Tekton and its flags, your rights; and for a pipeline, all that it names.

    With --events (or the project's `targets`) also what starts it: Tekton Triggers and its version, interceptors, the
    Secrets that senders are checked with, the listener, and whether its address can be reached from here.

    \b
    Examples:
      flowdsl doctor --context prod
      flowdsl doctor pipelines/sonic.py --namespace ml
      flowdsl doctor pipelines/sonic.py --events triggers --namespace ml
    """
    from flowdsl.cli.cluster import connected
    from flowdsl.kubeclient import doctor
    from flowdsl.kubeclient.check import ERROR
    from flowdsl.library.inputs import Values, to_apply

    given = source.needed() if profile or events else source.given()
    values = Values(params, target.namespace, frozenset(alpha), profile, events)
    inputs = to_apply(given, values) if given is not None else None
    checks = doctor.examine(connected(target, inputs), inputs.documents if inputs else [], system=system)
    if output == "json":
        found = [{"level": each.level, "text": each.text, "hint": each.hint} for each in checks]
        give(escape.json_text(found, indent=2), nl=True)
    else:
        for each in checks:
            say(f"{each.level + ':':<9}{line(each.text)}" + (f"\n         {line(each.hint)}" if each.hint else ""))
    return EXIT_CLUSTER if any(each.level == ERROR for each in checks) else EXIT_OK
