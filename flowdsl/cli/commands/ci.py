"""`flowdsl ci`: what a pull request's job runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.group import FilesCommand
from flowdsl.cli.say import say, show
from flowdsl.diagnostics.errors import EXIT_FINDINGS, EXIT_OK

if TYPE_CHECKING:
    from flowdsl.differ.branch import Brought


@click.command("ci", cls=FilesCommand)
@click.argument("paths", nargs=-1, required=True, metavar="FILE|DIR...")
@click.option("--base", metavar="REV", help="The target branch: origin/main. Without it nothing is compared.")
@click.option(
    "--fail-on",
    type=click.Choice(options.GRAVE),
    default="breaking",
    show_default=True,
    help="What makes the job fail: a difference this grave or graver.",
)
@click.option(
    "--lint-fail-on",
    type=click.Choice(["error", "warning"]),
    default="error",
    show_default=True,
    help="What of lint's findings makes the job fail.",
)
@options.exclude
@click.option("--report", metavar="FILE", help="Write the Markdown there as well.")
@click.option(
    "--comment",
    type=click.Choice(["auto", "github", "gitlab", "none"]),
    default="auto",
    show_default=True,
    help="Where to post it; auto: where this job runs. The token is GITHUB_TOKEN or GITLAB_TOKEN.",
)
def command(
    *,
    paths: tuple[str, ...],
    base: str | None,
    fail_on: str,
    lint_fail_on: str,
    exclude: tuple[str, ...],
    report: str | None,
    comment: str,
) -> int:
    """What a pull request's job runs: compile --check, lint, diff against the target branch, one comment.

    Ready-made jobs for GitHub, GitLab and Tekton are in pipelines/ci.

    \b
    Examples:
      flowdsl ci --base origin/main pipelines/
      flowdsl ci --comment none pipelines/                  # before a commit
      flowdsl ci --base origin/main --comment none --report diff.md pipelines/
    """
    from flowdsl.emit import write_files
    from flowdsl.library.ci import check
    from flowdsl.library.comments import TOKENS, post

    environment = dict(os.environ)
    for name in TOKENS:  # what is compiled is the pull request's own code: it gets no token
        os.environ.pop(name, None)
    found = check(paths, base or "", exclude, lint_fail_on, lambda text: say(text, err=True, nl=False))
    text = found.comment()
    if found.found is not None:
        _show(found.base, found.found)
    if report:
        write_files({Path(report): text.encode()})
    _summary(text)
    if comment != "none":
        say(post(comment, text, environment), err=True)
    return EXIT_OK if found.passed(fail_on) else EXIT_FINDINGS


def _show(base: str, found: Brought) -> None:
    from flowdsl.differ import render

    say(f"== differences from {base}")
    show((render.as_text(found.differences).rstrip() or "none") + "\n")
    for profile, differences in found.profiles.items():
        say(f"== differences from {base}, profile {profile}")
        show((render.as_text(differences).rstrip() or "none") + "\n")
    for note in found.notes:
        say(f"note: {note}")


def _summary(text: str) -> None:
    """GitHub shows this file on the run's page."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with open(path, "a", encoding="utf-8") as handle:
            handle.write(text + "\n")
