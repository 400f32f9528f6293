"""The commands on a cluster as commands of click; what they do is in `flowdsl.cli.cluster_commands`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from flowdsl.cli.shared_options import PARAMS_FILE, SET
from flowdsl.diagnostics import UsageError
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.library.values import assignments

_TARGET: list[click.Parameter] = [
    click.Option(["--context"], metavar="NAME", help="The kubeconfig's context. [its current one]"),
    click.Option(["-n", "--namespace"], metavar="NS", help="The namespace. [the context's]"),
    click.Option(["--kubeconfig"], metavar="FILE", help="[KUBECONFIG, ~/.kube/config, or the pod's own account]"),
    click.Option(
        ["--timeout"], type=click.FloatRange(min=0.1), default=15.0, metavar="SECONDS", help="For one answer. [15]"
    ),
]
_OUTPUT = click.Option(["--output"], type=click.Choice(["text", "json"]), default="text", help="json: for machines.")
_LOGS = click.Option(["--logs/--no-logs"], default=True, help="Whether plain output shows what steps print.")
_VALUES: list[click.Parameter] = [
    SET,
    PARAMS_FILE,
    click.Option(["--alpha"], multiple=True, metavar="FLAG", help="Opt in to an alpha feature of Tekton."),
]
_APPLYING: list[click.Parameter] = [
    click.Option(
        ["--dry-run"], type=click.Choice(["server"]), help="server: the cluster checks all and keeps nothing."
    ),
    click.Option(["--force-conflicts", "force"], is_flag=True, help="Take over fields that others own."),
    click.Option(["--prune/--no-prune"], default=True, help="Delete what the pipeline no longer emits. [prune]"),
]
_SUBMITTING: list[click.Parameter] = [
    click.Option(["--watch"], is_flag=True, help="Show the run until it is over; its end gives the exit code."),
    click.Option(["--name"], default="", metavar="NAME", help="The run's name. [generated]"),
    click.Option(["--request-id", "request"], default="", metavar="ID", help="The same ID never makes a second run."),
    click.Option(["--check/--no-check"], default=True, help="Whether claims, Secrets and accounts must exist first."),
    _LOGS,
    _OUTPUT,
]


def commands(*, with_file: bool) -> list[click.Command]:
    """The commands, with or without the argument that names the files."""
    files = [click.Argument(["files"], nargs=-1, metavar="FILE.py[:PIPELINE]|YAML...")] if with_file else []
    run = click.Argument(["name"], default="last", metavar="[RUN]")
    named = click.Argument(["name"], metavar="RUN")
    return [
        _command("apply", _apply, [*files, *_VALUES, *_APPLYING]),
        _command("submit", _submit, [*files, *_VALUES, *_APPLYING, *_SUBMITTING]),
        _command("watch", _watch, [run, _LOGS, _OUTPUT]),
        _command(
            "logs",
            _logs,
            [
                run,
                click.Argument(["tasks"], nargs=-1, metavar="[TASK]..."),
                click.Option(["-f", "--follow"], is_flag=True, help="Go on until the run is over."),
            ],
        ),
        _command(
            "cancel",
            _cancel,
            [
                named,
                click.Option(["--graceful"], is_flag=True, help="Running tasks end, finally runs."),
                click.Option(["--stop"], is_flag=True, help="Running tasks go on to their end, then finally runs."),
            ],
        ),
        _command(
            "retry",
            _retry,
            [
                named,
                click.Option(["--failed-only"], is_flag=True, help="Each failed task by itself, as a TaskRun."),
                click.Option(["--watch"], is_flag=True, help="Show the new run until it is over."),
                _OUTPUT,
            ],
        ),
        _command("list", _list, [click.Argument(["pipeline"], default="", metavar="[PIPELINE]"), _OUTPUT]),
        _command(
            "delete",
            _delete,
            [
                click.Argument(["names"], nargs=-1, metavar="[RUN]..."),
                click.Option(["--pipeline"], default="", metavar="NAME", help="What was applied for this pipeline."),
                click.Option(["--dry-run"], type=click.Choice(["server"]), help="The cluster checks, and keeps all."),
            ],
        ),
        _command(
            "doctor",
            _doctor,
            [
                *files,
                *_VALUES,
                click.Option(["--tekton-namespace", "system"], default="tekton-pipelines", show_default=True),
                _OUTPUT,
            ],
        ),
        _command(
            "rbac",
            _rbac,
            [
                click.Option(["--user"], default="", metavar="NAME", help="A user of the cluster."),
                click.Option(["--service-account", "account"], default="", metavar="[NS:]NAME"),
                click.Option(["--read-only"], is_flag=True, help="For watch, logs and list alone."),
                click.Option(["--check-secrets"], is_flag=True, help="Let submit see whether Secrets exist."),
            ],
        ),
    ]


def _command(name: str, callback: Callable[..., Any], params: list[click.Parameter]) -> click.Command:
    return click.Command(name, callback=click.pass_context(callback), params=[*params, *_TARGET], help=callback.__doc__)


def _split(ctx: click.Context, options: dict[str, Any]) -> tuple[Pipeline | None, Any, Any]:
    """The pipeline at hand, what the command is about, and where; what is left in `options` is the command's own."""
    from flowdsl.cli.cluster_commands import target_of
    from flowdsl.cli.cluster_inputs import Given

    target = target_of(options)
    values = assignments(options.pop("values"), options.pop("params_file"))
    given = Given(tuple(options.pop("files", ())), values, target.namespace, frozenset(options.pop("alpha")))
    if "dry_run" in options:
        options["dry_run"] = bool(options["dry_run"])
    pipeline = ctx.obj if isinstance(ctx.obj, Pipeline) else None
    if pipeline is not None and given.files:
        raise UsageError("this command has its pipeline already")
    return pipeline, given, target


def _apply(ctx: click.Context, **options: Any) -> int:
    """Apply a pipeline to a cluster, and delete what it no longer emits.

    Server-side apply under the name `flowdsl`. A field that somebody else owns is a conflict, shown with its owner.
    Claims are never deleted.

    \b
    Examples:
      python pipelines/sonic.py apply --namespace ml
      flowdsl apply pipelines/sonic.py --dry-run=server
    """
    from flowdsl.cli.cluster_commands import apply_command

    return apply_command(*_split(ctx, options), **options)


def _submit(ctx: click.Context, **options: Any) -> int:
    """Apply a pipeline and start a run of it.

    A person at a terminal is asked for params that have no value. Sent twice, after an answer that was lost, it still
    makes one run; for two calls of this command, --request-id says that they mean the same run.

    \b
    Examples:
      python pipelines/sonic.py submit --set branch=dev --watch
      flowdsl submit pipelines/sonic.py --params-file params.yaml --request-id "$CI_JOB_ID"
    """
    from flowdsl.cli.cluster_commands import submit_command

    return submit_command(*_split(ctx, options), **options)


def _watch(ctx: click.Context, *, name: str, **options: Any) -> int:
    """Watch a run until it is over, as `run` shows one here. Without a name: the newest.

    Ctrl-C ends the watching; the run goes on.
    """
    from flowdsl.cli.cluster_commands import target_of, watch_command

    return watch_command(name, target_of(options), **options)


def _logs(ctx: click.Context, *, name: str, tasks: tuple[str, ...], **options: Any) -> int:
    """Print what the steps of a run printed, all of it or that of some tasks."""
    from flowdsl.cli.cluster_commands import logs_command, target_of

    return logs_command(name, tasks, target_of(options), **options)


def _cancel(ctx: click.Context, *, name: str, **options: Any) -> int:
    """End a run before its time. Without an option its tasks end now, and finally does not run."""
    from flowdsl.cli.cluster_commands import cancel_command, target_of

    return cancel_command(name, target_of(options), **options)


def _retry(ctx: click.Context, *, name: str, **options: Any) -> int:
    """Run a failed run again, with the same params.

    Tekton cannot go on with a finished run, so a new PipelineRun runs every task. --failed-only runs just the failed
    tasks, with the results they were given; what comes after them, and finally, does not run.
    """
    from flowdsl.cli.cluster_commands import retry_command, target_of

    return retry_command(name, target_of(options), **options)


def _list(ctx: click.Context, *, pipeline: str, **options: Any) -> int:
    """The runs on a cluster, the newest first."""
    from flowdsl.cli.cluster_commands import list_command, target_of

    if not pipeline and isinstance(ctx.obj, Pipeline):
        pipeline = ctx.obj.name
    return list_command(pipeline, target_of(options), **options)


def _delete(ctx: click.Context, *, names: tuple[str, ...], dry_run: str | None, **options: Any) -> int:
    """Delete runs, with their pods and logs; or what was applied for a pipeline, but its claims."""
    from flowdsl.cli.cluster_commands import delete_command, target_of

    return delete_command(names, target_of(options), dry_run=bool(dry_run), **options)


def _doctor(ctx: click.Context, **options: Any) -> int:
    """Is the cluster ready? Tekton and its flags, your rights; and for a pipeline, all that it names.

    \b
    Examples:
      flowdsl doctor --context prod
      flowdsl doctor pipelines/sonic.py --namespace ml
    """
    from flowdsl.cli.cluster_commands import doctor_command

    return doctor_command(*_split(ctx, options), **options)


def _rbac(ctx: click.Context, **options: Any) -> int:
    """Print the least rights that these commands need, as a Role and its binding.

    \b
    Example:
      flowdsl rbac --namespace ml --service-account ci:runner | kubectl apply -f -
    """
    from flowdsl.cli.cluster_commands import rbac_command, target_of

    return rbac_command(target_of(options), **options)
