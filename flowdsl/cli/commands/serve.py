"""`flowdsl serve`: a listener and a scheduler on this machine."""

from __future__ import annotations

import os

import click

from flowdsl.cli import options
from flowdsl.cli.group import FilesCommand
from flowdsl.cli.say import say
from flowdsl.diagnostics.errors import EXIT_CANCELLED, EXIT_INTERNAL, EXIT_OK
from flowdsl.diagnostics.escape import line


@click.command("serve", cls=FilesCommand)
@click.argument("paths", nargs=-1, required=True, metavar="FILE|FOLDER...")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8571, help="Where to listen; 0: any that is free. [8571]"
)
@click.option(
    "--host", default="127.0.0.1", metavar="ADDRESS", help="For others than this machine: 0.0.0.0. [127.0.0.1]"
)
@click.option(
    "--hostname", "names", multiple=True, metavar="NAME", help="Another name that events come by: a tunnel's."
)
@click.option("--secret-file", "files", multiple=True, metavar="NAME=FILE", help="What a Secret holds, by its name.")
@click.option(
    "--secret-env", "variables", multiple=True, metavar="NAME=VARIABLE", help="The same, from the environment."
)
@click.option("--max-runs", type=click.IntRange(min=1), default=4, metavar="N", help="Runs at once, at the most. [4]")
@click.option("--keep", type=click.IntRange(min=1), default=1000, metavar="N", help="Deliveries that are kept. [1000]")
@click.option("--state", default="", metavar="FOLDER", help="Where deliveries are kept. [.flowdsl/serve]")
@click.option("-n", "--namespace", default="", metavar="NS", help="That of what starts. [the profile's, or default]")
@options.profile
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="json: an event a line.")
def command(
    *,
    paths: tuple[str, ...],
    port: int,
    host: str,
    names: tuple[str, ...],
    files: tuple[str, ...],
    variables: tuple[str, ...],
    max_runs: int,
    keep: int,
    state: str,
    namespace: str,
    profile: str,
    output: str,
) -> int:
    """Listen for events, keep schedules and run what they start, on this machine.

    Takes pipelines with `on=[...]`, or YAML that `compile --events` wrote, and does what the listener and the CronJobs
    do on a cluster; a page shows what came and what became of it. Ctrl-C ends it; what is not over goes on next time.

    \b
    Examples:
      flowdsl serve pipelines/ --secret-file sonic-webhook=webhook.txt
      flowdsl serve sonic.triggers-cron.yaml --secret-env sonic-webhook=WEBHOOK
    """
    from flowdsl.cli.output import hurry
    from flowdsl.cli.serving import Shown
    from flowdsl.library.serve.answers import is_local
    from flowdsl.library.serve.service import ServeOptions, service
    from flowdsl.library.stopping import Stop, signals

    chosen = ServeOptions(
        host=host, port=port, names=names, secret_files=files, secret_variables=variables, state=state, keep=keep,
        most=max_runs, namespace=namespace, profile=profile, environment=os.environ,
    )  # fmt: skip
    shown = Shown(output == "json")
    stop = Stop(hurry)
    with signals(stop), service(paths, chosen, shown.event, shown.mistake) as found:
        shown.findings(found.notes)
        if not is_local(host):
            say(f"note: others reach the listeners at {line(host)}; the page is for this machine alone", err=True)
        shown.begins(found)
        found.run(lambda: stop.count > 0, lambda: stop.count > 1)
    if shown.mistaken:
        return EXIT_INTERNAL
    return EXIT_CANCELLED if stop.interrupted else EXIT_OK
