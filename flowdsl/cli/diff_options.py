"""`diff` as a command of click; what it does is in `flowdsl.cli.diff`."""

from __future__ import annotations

from typing import Any

import click

from flowdsl.cli.shared_options import EXCLUDE

_OPTIONS: list[click.Parameter] = [
    click.Argument(["words"], nargs=-1, metavar="A B | REV [PATH]... | REV..REV [PATH]..."),
    click.Option(
        ["--output", "--format", "output"],
        type=click.Choice(["text", "markdown", "json"]),
        default="text",
        help="text for people, markdown for a pull request, json for programs.",
    ),
    click.Option(
        ["--fail-on"],
        type=click.Choice(["any", "behavioural", "breaking", "never"]),
        default="any",
        help="The least grave difference that makes the exit code 1. [any]",
    ),
    click.Option(["--title"], metavar="TEXT", help="Heading of the Markdown."),
    EXCLUDE,
    click.Option(["--live"], is_flag=True, help="Compare what the cluster has with A."),
    click.Option(["--context"], metavar="NAME", help="With --live: the kubeconfig's context. [current]"),
    click.Option(["--namespace"], metavar="NS", help="With --live: the namespace of documents that name none."),
]


def diff() -> click.Command:
    """The command `diff`."""
    return click.Command("diff", callback=_diff, params=list(_OPTIONS), help=_diff.__doc__)


def _diff(words: tuple[str, ...], **options: Any) -> int:
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
    from flowdsl.cli.diff import diff_command

    return diff_command(words, **options)
