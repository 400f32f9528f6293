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
