"""`flowdsl retry`: a failed run on a cluster, again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from flowdsl.cli import options
from flowdsl.cli.say import say
from flowdsl.cli.source import pipeline_at
from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.errors import EXIT_OK
from flowdsl.diagnostics.escape import line

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target


@click.command("retry")
@click.argument("name", metavar="RUN")
@click.option("--failed-only", is_flag=True, help="Each failed task by itself, as a TaskRun.")
@click.option("--watch", is_flag=True, help="Show the new run until it is over.")
@options.output
@options.on_cluster
@click.pass_obj
def command(bound: object, /, *, target: Target, name: str, failed_only: bool, watch: bool, output: str) -> int:
    """Run a failed run again, with the same params.

    Tekton cannot go on with a finished run, so a new PipelineRun runs every task. --failed-only runs just the failed
    tasks, with the results they were given; what comes after them, and finally, does not run.
    """
    from flowdsl.cli.cluster import connected, watch_run
    from flowdsl.kubeclient import control, submit
    from flowdsl.kubeclient.states import task_of

    client = connected(target)
    run = control.get_run(client, name, pipeline_at(bound))
    failed = control.failed_tasks(client, control.ended_badly(run, client.words))
    if failed_only:
        if watch:
            raise UsageError("--watch shows a PipelineRun; --failed-only makes TaskRuns of their own")
        for each in control.some_failed(run, failed):
            made, _ = submit.create(client, submit.named(control.task_again(each)))
            say(line(made["metadata"]["name"]))
        say(
            "only the failed tasks run, with the results they were given; tasks after them and finally do not", err=True
        )
        return EXIT_OK
    made, _ = submit.create(client, submit.named(control.again(run)))
    new = made["metadata"]["name"]
    names = ", ".join(task_of(each) for each in failed) or "none"
    say(
        f"Tekton cannot go on with a finished run: {new} runs every task of {run['metadata']['name']} again with the "
        f"same params (failed before: {names})",
        err=True,
    )
    if watch:
        return watch_run(client, new, output, logs=True)
    say(line(new))
    return EXIT_OK
