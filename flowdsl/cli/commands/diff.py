"""`flowdsl diff`: what differs in meaning."""

from __future__ import annotations

import sys

import click

from flowdsl.cli import options
from flowdsl.cli.group import FilesCommand
from flowdsl.cli.say import give, say, show
from flowdsl.diagnostics.errors import EXIT_FINDINGS, EXIT_OK
from flowdsl.diagnostics.escape import line, markdown


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
@click.option("--live", is_flag=True, help="Compare what the cluster has with A.")
@click.option("--context", metavar="NAME", help="With --live: the kubeconfig's context. [current]")
@click.option("--namespace", metavar="NS", help="With --live: the namespace of documents that name none.")
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
    context: str | None,
    namespace: str | None,
) -> int:
    """Say what differs in meaning: tasks, edges, params, images, resources, gates, scripts, bindings.

    A and B are files, folders, pipelines in Python, or REV:PATH. Order and Tekton's defaults are no difference. Each
    difference is breaking (a caller or a trigger that is set up fails), behavioural, or cosmetic.

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
    from flowdsl.library.comparing import is_grave, live_sides

    if live:
        before, after = live_sides(words, context or "", namespace or "", profile)
    else:
        before, after = sides(words, exclude, profile)
    found = compare(before.documents, after.documents)
    played = None
    if replay:
        from flowdsl.library import replaying

        played = replaying.replay(replay, after.documents)
    if output == "json":
        give(render.as_json(found, {"replay": played.as_data()} if played else {}))
    elif output == "markdown":
        give(render.as_markdown(found, title or f"Tekton: {markdown(before.name)} → {markdown(after.name)}"))
        if played is not None:
            give("".join(f"- {markdown(each)}\n" for each in replaying.as_lines(played)))
    else:
        show(render.as_text(found, color=sys.stdout.isatty()))
        if not found:
            say(f"no differences between {line(before.name)} and {line(after.name)}", err=True)
        if played is not None:
            say("\n" + "\n  ".join(replaying.as_lines(played)))
    return EXIT_FINDINGS if is_grave(found, fail_on) else EXIT_OK
