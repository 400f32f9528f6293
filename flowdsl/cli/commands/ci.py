"""`flowdsl ci`: what a pull request's job runs."""

from __future__ import annotations

import click

from flowdsl.cli import options
from flowdsl.cli.group import FilesCommand


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
    from flowdsl.cli.ci import ci_command

    return ci_command(
        paths,
        base=base,
        fail_on=fail_on,
        lint_fail_on=lint_fail_on,
        exclude=exclude,
        report=report,
        comment=comment,
    )
