"""`ci` and `init` as click commands: their words and options; what they do loads when they run."""

from __future__ import annotations

from typing import Any

import click

from flowdsl.cli.shared_options import EXCLUDE


def ci() -> click.Command:
    """The `ci` command."""
    options: list[click.Parameter] = [
        click.Argument(["paths"], nargs=-1, required=True, metavar="FILE|DIR..."),
        click.Option(["--base"], metavar="REV", help="The target branch: origin/main. Without it nothing is compared."),
        click.Option(
            ["--fail-on"],
            type=click.Choice(["any", "behavioural", "breaking", "never"]),
            default="breaking",
            show_default=True,
            help="What makes the job fail: a difference this grave or graver.",
        ),
        click.Option(
            ["--lint-fail-on"],
            type=click.Choice(["error", "warning"]),
            default="error",
            show_default=True,
            help="What of lint's findings makes the job fail.",
        ),
        EXCLUDE,
        click.Option(["--report"], metavar="FILE", help="Write the Markdown there as well."),
        click.Option(
            ["--comment"],
            type=click.Choice(["auto", "github", "gitlab", "none"]),
            default="auto",
            show_default=True,
            help="Where to post it; auto: where this job runs. The token is GITHUB_TOKEN or GITLAB_TOKEN.",
        ),
    ]
    return click.Command("ci", callback=_ci, params=options, help=_ci.__doc__)


def _ci(*, paths: tuple[str, ...], **options: Any) -> int:
    """What a pull request's job runs: compile --check, lint, diff against the target branch, one comment.

    Ready-made jobs for GitHub, GitLab and Tekton are in pipelines/ci.

    \b
    Examples:
      flowdsl ci --base origin/main pipelines/
      flowdsl ci --comment none pipelines/                  # before a commit
      flowdsl ci --base origin/main --comment none --report diff.md pipelines/
    """
    from flowdsl.cli.ci import ci_command

    return ci_command(paths, **options)


def init() -> click.Command:
    """The `init` command."""
    options: list[click.Parameter] = [
        click.Argument(["folder"], required=False, default=".", metavar="[DIR]"),
        click.Option(["--name"], metavar="NAME", help="The project's name. [the folder's]"),
    ]
    return click.Command("init", callback=_init, params=options, help=_init.__doc__)


def _init(*, folder: str, name: str | None) -> int:
    """Start a project: a pipeline that compiles, tests that pass, a CI job, a pre-commit hook.

    \b
    Example:
      flowdsl init churn && cd churn && flowdsl compile pipelines/churn.py && pytest
    """
    from flowdsl.cli.init import init_command

    return init_command(folder, name)
