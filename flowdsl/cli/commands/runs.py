"""`flowdsl runs`: the runs that were kept on this machine."""

from __future__ import annotations

import click

from flowdsl.cli import options

_root = click.option("--runs", "root", metavar="FOLDER", help="Where the runs are. [.flowdsl/runs]")


@click.group("runs")
def command() -> None:
    """Look at runs on this machine."""


@command.command("list")
@_root
@options.output
def list_(*, root: str | None, output: str) -> int:
    """The runs, the newest first."""
    from flowdsl.cli.kept_runs import list_runs

    return list_runs(root=root, output=output)


@command.command("show")
@options.newest_run
@_root
@options.output
def show(*, name: str, root: str | None, output: str) -> int:
    """One run: its tasks, how they ended, its results. Without a name: the newest."""
    from flowdsl.cli.kept_runs import show_run

    return show_run(name=name, root=root, output=output)


@command.command("logs")
@options.newest_run
@options.tasks
@options.follow
@_root
def logs(*, name: str, tasks: tuple[str, ...], follow: bool, root: str | None) -> int:
    """What the steps of a run printed, all of it or that of some tasks."""
    from flowdsl.cli.kept_runs import show_logs

    return show_logs(name=name, tasks=tasks, follow=follow, root=root)


@command.command("compare")
@click.argument("first", metavar="RUN")
@click.argument("second", metavar="RUN")
@click.option("--page", "target", metavar="FILE", help="Write a page with the clips side by side, such as a.html.")
@_root
@options.output
def compare(*, first: str, second: str, target: str | None, root: str | None, output: str) -> int:
    """Two runs side by side: params, results (measures, commits, digests), tasks; on a page also their clips, in step.

    \b
    Example:
      flowdsl runs compare first second --page compare.html
    """
    from flowdsl.cli.runs_compared import compare as compare_runs

    return compare_runs(first=first, second=second, root=root, output=output, target=target)
