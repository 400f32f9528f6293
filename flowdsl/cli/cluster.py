"""What the commands on a cluster share: a client that says why it waits, a run as people watch it, params asked for."""

from __future__ import annotations

import sys

import click

from flowdsl.cli.output import need_reader
from flowdsl.cli.say import say
from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.errors import EXIT_CANCELLED, EXIT_FINDINGS, EXIT_OK
from flowdsl.diagnostics.escape import line
from flowdsl.kubeclient.client import Client, Target, connect
from flowdsl.kubeclient.control import task_runs
from flowdsl.kubeclient.follow import follow_run
from flowdsl.kubeclient.printed import PATIENCE
from flowdsl.library.run_inputs import Inputs, choose_run, lacking, set_params
from flowdsl.library.why_stopped import with_reasons
from flowdsl.view import Event, make_view
from flowdsl.view.events import condition


def connected(target: Target, inputs: Inputs | None = None) -> Client:
    """A client that says why it is waiting, each reason once; for inputs, in the namespace that they are for."""
    client = connect(inputs.at(target) if inputs is not None else target)
    for text in client.warnings:
        say(f"warning: {text}", err=True)
    told: set[str] = set()

    def tell(text: str) -> None:
        if text not in told:
            told.add(text)
            say(f"warning: {text}; trying again", err=True)

    client.on_trouble = tell
    return client


def watch_run(client: Client, name: str, output: str, *, logs: bool) -> int:
    """Show a run until it is over; 0 where it succeeded. Ctrl-C ends the watching, not the run."""
    client.patience = PATIENCE
    view, words = make_view(output, live=sys.stdout.isatty(), logs=logs), client.words

    def show(event: Event) -> None:
        view.handle(with_reasons(event, lambda: task_runs(client, name)))
        need_reader()

    try:
        finished = follow_run(client, name, show)
    except KeyboardInterrupt:
        view.close()
        say(f"\nthe run goes on; watch it: flowdsl watch {name}{words}; end it: flowdsl cancel {name}{words}", err=True)
        return EXIT_CANCELLED
    finally:
        view.close()
    return EXIT_OK if condition(finished).get("status") == "True" else EXIT_FINDINGS


def ask_missing(inputs: Inputs) -> None:
    """Give the run the values it lacks, from a person at a terminal. Raises UsageError where there is none."""
    run = choose_run(inputs)
    missing = lacking(run, inputs.documents)
    if not missing:
        return
    if not sys.stdin.isatty():
        names = [each["name"] for each in missing]
        example = " ".join(f"--set {name}=..." for name in names)
        raise UsageError(f"the run has no value for {', '.join(names)}; give it: {example}, or --params-file")
    values = {}
    for each in missing:
        about = f" ({line(each['description'])})" if each.get("description") else ""
        values[each["name"]] = click.prompt(f"{line(each['name'])}{about}", err=True)
    set_params(run, inputs.documents, values)
