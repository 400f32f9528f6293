"""`run` and `runs` as commands of click; what they do is in `flowdsl.cli.run` and `flowdsl.cli.runs`."""

from __future__ import annotations

from typing import Any

import click

from flowdsl.cli.shared_options import PARAMS_FILE, SET
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.library.values import assignments

_RUNS = click.Option(["--runs", "root"], metavar="FOLDER", help="Where the runs are. [.flowdsl/runs]")
_RUN_OPTIONS: list[click.Parameter] = [
    SET,
    PARAMS_FILE,
    click.Option(["--only"], multiple=True, metavar="TASK", help="This task and what it waits for; no finally."),
    click.Option(["--resume"], metavar="RUN", help="Go on with a run (or `last`): what is done is not run again."),
    click.Option(["--watch"], is_flag=True, help="Run again whenever a file beside this one changes."),
    click.Option(["--name"], metavar="NAME", default="", help="The run's name. [generated]"),
    click.Option(["--folder"], metavar="PATH", default="", help="Where to keep the run. [.flowdsl/runs/NAME]"),
    click.Option(["--namespace"], metavar="NS", default="", help="The namespace it believes to run in. [default]"),
    click.Option(["-j", "--jobs"], type=click.IntRange(min=1), help="How many TaskRuns at once, at the most."),
    click.Option(["--gpu"], type=click.Choice(["auto", "require"]), help="auto: without a GPU, run anyway and say so."),
    click.Option(["--executor"], metavar="NAME", default="", help="process, docker or podman. [process]"),
    click.Option(["--unconfined"], is_flag=True, help="Let steps read and change whatever you can on this machine."),
    click.Option(["--alpha"], multiple=True, metavar="FLAG", help="Opt in to an alpha feature of Tekton."),
    click.Option(["--logs/--no-logs"], default=True, help="Whether plain output shows what steps print."),
    click.Option(["--cache/--no-cache"], default=True, help="Whether tasks that opted in take what they gave before."),
    click.Option(["--output"], type=click.Choice(["text", "json"]), default="text", help="json: an event a line."),
]


def run(*, with_file: bool) -> click.Command:
    """The command `run`, with or without the argument that names the files."""
    params = list(_RUN_OPTIONS)
    if with_file:
        params.insert(0, click.Argument(["files"], nargs=-1, metavar="FILE.py[:PIPELINE]|YAML..."))
    return click.Command("run", callback=click.pass_context(_run), params=params, help=_run.__doc__)


def _run(ctx: click.Context, *, files: tuple[str, ...] = (), watch: bool, **options: Any) -> int:
    """Run on this machine, with Tekton's semantics and without a cluster.

    Takes a pipeline's Python file, or Tekton YAML with a PipelineRun. Ctrl-C ends it gracefully: what runs is
    cancelled, finally runs; a second Ctrl-C ends it at once.

    \b
    Examples:
      python pipelines/sonic.py run
      flowdsl run pipelines/sonic.py --set branch=dev
      flowdsl run tekton/ --only build
      flowdsl run --resume last
    """
    from flowdsl.cli.run import Choices, run_command

    pipeline = ctx.obj if isinstance(ctx.obj, Pipeline) else None
    if isinstance(ctx.obj, Manifest):
        files = (ctx.obj.location.file,)
    options["values"] = assignments(options["values"], options.pop("params_file"))
    options["resume"] = options["resume"] or ""
    options["gpu"] = options["gpu"] or ""
    options["alpha"] = frozenset(options["alpha"])
    return run_command(pipeline, Choices(files, **options), watch=watch)


def runs() -> click.Group:
    """The command `runs` with its parts."""
    output = click.Option(["--output"], type=click.Choice(["text", "json"]), default="text", help="json: for machines.")
    name = click.Argument(["name"], default="last", metavar="[RUN]")
    group = click.Group("runs", help="Look at runs on this machine.")
    group.add_command(click.Command("list", callback=_list, params=[_RUNS, output], help=_list.__doc__))
    group.add_command(click.Command("show", callback=_show, params=[name, _RUNS, output], help=_show.__doc__))
    group.add_command(
        click.Command(
            "logs",
            callback=_logs,
            params=[
                name,
                click.Argument(["tasks"], nargs=-1, metavar="[TASK]..."),
                click.Option(["-f", "--follow"], is_flag=True, help="Go on until the run is over."),
                _RUNS,
            ],
            help=_logs.__doc__,
        )
    )
    return group


def _list(**options: Any) -> int:
    """The runs, the newest first."""
    from flowdsl.cli.runs import list_runs

    return list_runs(**options)


def _show(**options: Any) -> int:
    """One run: its tasks, how they ended, its results. Without a name: the newest."""
    from flowdsl.cli.runs import show_run

    return show_run(**options)


def _logs(**options: Any) -> int:
    """What the steps of a run printed, all of it or that of some tasks."""
    from flowdsl.cli.runs import show_logs

    return show_logs(**options)
