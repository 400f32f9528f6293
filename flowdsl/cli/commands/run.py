"""`flowdsl run`: on this machine."""

from __future__ import annotations

import os

import click

from flowdsl.cli import options
from flowdsl.cli.source import Source
from flowdsl.diagnostics import UsageError


@click.command("run")
@options.files
@options.params
@click.option("--only", multiple=True, metavar="TASK", help="This task and what it waits for; no finally.")
@click.option(
    "--resume",
    is_flag=False,
    flag_value="last",
    default="",
    metavar="[RUN]",
    help="Go on with a run, with today's code and values: what is unchanged is not run again. [last]",
)
@click.option("--from", "again", multiple=True, metavar="TASK", help="With --resume: run it again, and what needs it.")
@click.option("--frozen", is_flag=True, help="With --resume: with the documents that the run recorded.")
@click.option("--watch", is_flag=True, help="Run again whenever a file beside this one changes.")
@click.option("--name", metavar="NAME", default="", help="The run's name. [generated]")
@click.option("--folder", metavar="PATH", default="", help="Where to keep the run. [.flowdsl/runs/NAME]")
@click.option("--namespace", metavar="NS", default="", help="The namespace it believes to run in. [default]")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="How many TaskRuns at once, at the most.")
@click.option("--gpu", type=click.Choice(["auto", "require"]), help="auto: without a GPU, run anyway and say so.")
@click.option("--executor", metavar="NAME", default="", help="process, docker or podman. [process]")
@click.option("--unconfined", is_flag=True, help="Let steps read and change whatever you can on this machine.")
@options.alpha
@options.profile
@options.logs
@click.option("--cache/--no-cache", default=True, help="Whether tasks that opted in take what they gave before.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="json: an event a line.")
def command(
    source: Source,
    *,
    params: dict[str, str],
    only: tuple[str, ...],
    resume: str,
    again: tuple[str, ...],
    frozen: bool,
    watch: bool,
    name: str,
    folder: str,
    namespace: str,
    jobs: int | None,
    gpu: str | None,
    executor: str,
    unconfined: bool,
    alpha: tuple[str, ...],
    profile: str,
    logs: bool,
    cache: bool,
    output: str,
) -> int:
    """Run on this machine, with Tekton's semantics and without a cluster.

    Takes a pipeline's Python file, or Tekton YAML with a PipelineRun. Ctrl-C ends it gracefully: what runs is
    cancelled, finally runs; a second Ctrl-C ends it at once.

    \b
    Examples:
      python pipelines/sonic.py run
      flowdsl run pipelines/sonic.py --set branch=dev
      flowdsl run tekton/ --only build
      flowdsl run --resume
      flowdsl run tekton/ --resume
    """
    from flowdsl.cli.running import show_run
    from flowdsl.library.inputs import Values
    from flowdsl.library.run_options import RunOptions

    choices = RunOptions(
        values=Values(params, namespace, frozenset(alpha), profile),
        only=only,
        resume=resume,
        again=again,
        frozen=frozen,
        name=name,
        folder=folder,
        jobs=jobs,
        gpu=gpu or "",
        executor=executor,
        cache=cache,
        unconfined=unconfined,
        environment=os.environ,
    )
    if not watch:
        return show_run(source.given(), choices, output=output, logs=logs)
    from flowdsl.cli.watching import watch_files

    if resume or again:
        raise UsageError("--watch starts a new run at each change; it does not go with --resume")
    return watch_files(source, lambda given: show_run(given, choices, output=output, logs=logs))
