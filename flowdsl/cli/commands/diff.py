"""`flowdsl diff`: what differs in meaning."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.group import FilesCommand
from flowdsl.cli.say import give, say, show
from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.errors import EXIT_FINDINGS, EXIT_OK
from flowdsl.diagnostics.escape import line, markdown

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target


@click.command("diff", cls=FilesCommand)
@click.argument("words", nargs=-1, metavar="A B | REV [PATH]... | REV..REV [PATH]...")
@click.option(
    "--output",
    "--format",
    "output",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    help="text for people, markdown for a pull request, json for programs.",
)
@click.option(
    "--fail-on",
    type=click.Choice(options.GRAVE),
    default="any",
    help="The least grave difference that makes the exit code 1. [any]",
)
@click.option("--title", metavar="TEXT", help="Heading of the Markdown.")
@options.exclude
@options.profile
@click.option("--replay", default="", metavar="RUN", help="Say what a kept run (or `last`) would be with B's graph.")
@click.option("--live", is_flag=True, help="Compare what the cluster has with A; these options are for that:")
@options.params
@options.alpha
@options.events
@options.on_cluster
def command(
    *,
    words: tuple[str, ...],
    output: str,
    fail_on: str,
    title: str | None,
    exclude: tuple[str, ...],
    profile: str,
    replay: str,
    live: bool,
    params: dict[str, str],
    alpha: tuple[str, ...],
    events: tuple[str, ...] | None,
    target: Target,
) -> int:
    """Say what differs in meaning: tasks, edges, params, images, resources, gates, scripts, bindings.

    A and B are files, folders, pipelines in Python, or REV:PATH. Order and Tekton's defaults are no difference. Each
    difference is breaking (a caller or a trigger that is set up fails), behavioural, or cosmetic.

    --live takes what is applied: runs are left out, and of what differs it says who else wrote fields of it. Exit code
    0 where nothing differs: a nightly job for drift.

    \b
    Examples:
      flowdsl diff old.yaml new.yaml
      flowdsl diff main -- pipelines/                       # a revision, and the working tree
      flowdsl diff main...HEAD pipelines/ --output markdown
      flowdsl diff main:pipelines/sonic.yaml pipelines/sonic.yaml --fail-on breaking
      flowdsl diff --live pipelines/sonic.yaml              # what is in the cluster, and the file
    """
    from flowdsl.differ import compare, render
    from flowdsl.differ.inputs import sides
    from flowdsl.library.comparing import drift, is_grave

    found_live = None
    if live:
        from flowdsl.library.inputs import Values

        found_live = drift(words, Values(params, target.namespace, frozenset(alpha), profile, events), target)
        before, after = found_live.before, found_live.after
    elif params or alpha or events or target.words:
        raise UsageError("--set, --params-file, --alpha, --events and what names a cluster are for --live")
    else:
        before, after = sides(words, exclude, profile)
    found = compare(before.documents, after.documents)
    owners = found_live.told(found) if found_live is not None else {}
    changed = [(name, each) for name, several in owners.items() for each in several]
    played = None
    if replay:
        from flowdsl.library import replaying

        played = replaying.replay(replay, after.documents)
    if output == "json":
        more = {"replay": played.as_data()} if played else {}
        give(render.as_json(found, {**more, "owners": owners} if live else more))
    elif output == "markdown":
        give(render.as_markdown(found, title or f"Tekton: {markdown(before.name)} → {markdown(after.name)}"))
        give("".join(f"- {markdown(name)} is changed by {markdown(each)}\n" for name, each in changed))
        if played is not None:
            give("".join(f"- {markdown(each)}\n" for each in replaying.as_lines(played)))
    else:
        show(render.as_text(found, color=sys.stdout.isatty()))
        if not found:
            say(f"no differences between {line(before.name)} and {line(after.name)}", err=True)
        for name, each in changed:
            say(f"{line(name)} is changed by {line(each)}")
        if played is not None:
            say("\n" + "\n  ".join(replaying.as_lines(played)))
    return EXIT_FINDINGS if is_grave(found, fail_on) else EXIT_OK
