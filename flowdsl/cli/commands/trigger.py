"""`flowdsl trigger`: what an event would start."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.say import give, say
from flowdsl.cli.source import Source
from flowdsl.diagnostics.errors import EXIT_FINDINGS, EXIT_OK
from flowdsl.diagnostics.escape import json_text, line

if TYPE_CHECKING:
    from flowdsl.events.matching import Verdict

_WORDS = {"starts": "starts", "stopped": "does not start", "failed": "fails", "undecided": "can't be decided here"}


@click.command("trigger")
@options.files
@click.option(
    "--event", "happening", default="", metavar="NAME", help="push, tag or pull_request, as --provider tells it."
)
@click.option("--provider", default="", metavar="NAME", help="github, gitlab, bitbucket, gitea. [that of the triggers]")
@click.option("--payload", default="", metavar="FILE", help="The body. [a built-in sample of --event]")
@click.option("--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="A header, over those of --event.")
@click.option("--url", default="/", metavar="PATH", help="The path and query that it is posted to.")
@click.option("--secret-file", default="", metavar="FILE", help="The webhook's secret. [signatures are not checked]")
@click.option("--changed", multiple=True, metavar="PATH", help="A file that the pull request changes.")
@click.option("--run", "runs", is_flag=True, help="Run on this machine what starts.")
@click.option("-n", "--namespace", default="", metavar="NS", help="That of what starts. [the profile's, or default]")
@options.profile
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="How to say it.")
def command(
    source: Source,
    *,
    happening: str,
    provider: str,
    payload: str,
    headers: tuple[str, ...],
    url: str,
    secret_file: str,
    changed: tuple[str, ...],
    runs: bool,
    namespace: str,
    profile: str,
    output: str,
) -> int:
    """Say which triggers an event starts, with which params, and why the others do not.

    Takes a pipeline's Python file with `on=[...]`, or YAML with an EventListener of Tekton Triggers or a Sensor of Argo
    Events, and does with the event what the listener does on a cluster; of YAML for Pipelines-as-Code, what that does.
    Ends with 1 where nothing starts.

    \b
    Examples:
      flowdsl trigger pipelines/sonic.py --event tag
      flowdsl trigger sonic.triggers.yaml --event push --payload push.json --secret-file webhook.txt
    """
    from flowdsl.library.triggering import Request, header, read_payload, read_secret, starts, trigger

    given = source.needed()
    request = Request(
        happening=happening,
        provider=provider,
        payload=read_payload(payload) if payload else None,
        file=payload,
        headers=[header(each) for each in headers],
        url=url,
        secret=read_secret(secret_file) if secret_file else None,
        changed_files=changed or None,
    )
    found = trigger(given, request, profile=profile, namespace=namespace)
    if output == "json":
        give(json_text([_plain(each) for each in found], indent=2), nl=True)
    else:
        _tell(found, checked=bool(secret_file))
    started = starts(found)
    if not started:
        return EXIT_FINDINGS
    if not runs:
        return EXIT_OK
    from flowdsl.cli.triggered import run_started

    return run_started(given, started, profile)


def _plain(verdict: Verdict) -> dict[str, object]:
    return {
        "listener": verdict.listener, "trigger": verdict.trigger, "outcome": verdict.outcome, "reason": verdict.reason,
        "params": dict(verdict.params), "documents": list(verdict.documents),
    }  # fmt: skip


def _tell(found: Sequence[Verdict], *, checked: bool) -> None:
    for each in found:
        why = f": {line(each.reason)}" if each.reason else ""
        say(f"{line(each.trigger or 'a trigger without a name')} {_WORDS[each.outcome]}{why}")
        if each.documents and not each.reason:
            _told(each)
    if not checked:
        say("signatures were not checked; --secret-file gives the webhook's secret", err=True)


def _told(verdict: Verdict) -> None:
    from flowdsl.emit import emit_yaml

    for name, value in verdict.params.items():
        say(f"  {line(name)} = {line(json.dumps(value, ensure_ascii=False))}")
    give("---\n" + emit_yaml(verdict.documents).decode())
