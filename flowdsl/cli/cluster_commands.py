"""The commands on a cluster: what the options mean, what is printed, and how it ends."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from flowdsl.cli import cluster_inputs
from flowdsl.cli.cluster_inputs import Given
from flowdsl.cli.output import need_reader
from flowdsl.cli.say import give, say
from flowdsl.diagnostics import ClusterError, UsageError, escape
from flowdsl.diagnostics.errors import EXIT_CLUSTER, EXIT_FINDINGS, EXIT_OK
from flowdsl.diagnostics.escape import line
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.kinds import labels
from flowdsl.kinds.table import TASK_RUN
from flowdsl.kubeclient import apply as applying
from flowdsl.kubeclient import control, doctor, rbac, submit
from flowdsl.kubeclient.client import Client, Target, connect
from flowdsl.kubeclient.resources import title
from flowdsl.kubeclient.states import task_of
from flowdsl.library import run_inputs
from flowdsl.view.events import Event, LogLine, condition

_PATIENCE_OF_A_WATCH = 600.0


def _connected(target: Target) -> Client:
    """A client that says why it is waiting, each reason once."""
    client = connect(target)
    told: set[str] = set()

    def tell(text: str) -> None:
        if text not in told:
            told.add(text)
            say(f"warning: {text}; trying again", err=True)

    client.on_trouble = tell
    return client


def apply_command(pipeline: Pipeline | None, given: Given, target: Target, **options: Any) -> int:
    """Apply and prune; prints a line an object."""
    client = _connected(target)
    inputs = cluster_inputs.documents_of(pipeline, given)
    changes = _apply(client, inputs.documents, **options)
    if not changes:
        runs = ", ".join(title(each) for each in inputs.documents)
        say(f"nothing was applied: there is only {line(runs)}, and `flowdsl submit` starts runs", err=True)
    for each in changes:
        note = " (its data is kept; delete it yourself)" if each.action == "kept" else ""
        say(f"{line(each.what)} {each.action}{' (dry run)' if options['dry_run'] else ''}{note}")
    return EXIT_OK


def _apply(
    client: Client, documents: list[dict[str, Any]], *, dry_run: bool, force: bool, prune: bool
) -> list[applying.Change]:
    owner = cluster_inputs.owner_of(documents)
    return applying.apply(client, documents, applying.ApplyOptions(owner, dry_run, force, prune))


def submit_command(
    pipeline: Pipeline | None,
    given: Given,
    target: Target,
    *,
    name: str,
    request: str,
    check: bool,
    watch: bool,
    output: str,
    logs: bool,
    **options: Any,
) -> int:
    """Apply, create the run once, and watch it where asked."""
    client = _connected(target)
    inputs = cluster_inputs.documents_of(pipeline, given)
    run = run_inputs.choose_run(inputs)
    cluster_inputs.ask_missing(run, inputs.documents, default_values={})
    if name:
        run["metadata"]["name"] = name
    run = submit.named(run, request)
    if check:
        _check_references(client, run, inputs.documents)
    for change in _apply(client, inputs.documents, **options):
        if change.action != "unchanged":
            say(f"{line(change.what)} {change.action}", err=True)
    created, new = submit.create(client, run, dry_run=options["dry_run"])
    shown = created["metadata"]["name"]
    if options["dry_run"]:
        say(f"PipelineRun {shown} would be created", err=True)
        return EXIT_OK
    if not new:
        say(f"PipelineRun {shown} was created by this request before; nothing is created twice", err=True)
    if watch:
        return watch_run(client, shown, output, logs=logs)
    if output == "json":
        give(escape.json_text({"name": shown, "new": new}), nl=True)
    else:
        say(line(shown))
    say(f"watch it: flowdsl watch {shown}", err=True)
    return EXIT_OK


def _check_references(client: Client, run: Mapping[str, Any], documents: list[dict[str, Any]]) -> None:
    made = {(str(each["kind"]), str(each["metadata"].get("name", ""))) for each in documents}
    absent = submit.missing(client, submit.references(run, documents), client.namespace, made)
    if absent:
        lines = "\n".join(f"  - {each}" for each in absent)
        raise ClusterError(
            f"the run needs what does not exist in namespace {client.namespace} of {client.where}:\n{lines}\n"
            "  make it first; --no-check submits anyway"
        )


def watch_command(name: str, target: Target, *, output: str, logs: bool) -> int:
    """Watch a run until it is over."""
    client = _connected(target)
    return watch_run(client, str(control.get_run(client, name)["metadata"]["name"]), output, logs=logs)


def watch_run(client: Client, name: str, output: str, *, logs: bool) -> int:
    """Show a run until it is over; 0 where it succeeded. Ctrl-C ends the watching, not the run."""
    from flowdsl.kubeclient.follow import follow_run
    from flowdsl.view import make_view

    client.patience = _PATIENCE_OF_A_WATCH
    view = make_view(output, live=sys.stdout.isatty(), logs=logs)

    def show(event: Event) -> None:
        view.handle(event)
        need_reader()

    try:
        finished = follow_run(client, name, show)
    except KeyboardInterrupt:
        view.close()
        say(f"\nthe run goes on; watch it: flowdsl watch {name}; end it: flowdsl cancel {name}", err=True)
        return 130
    finally:
        view.close()
    return EXIT_OK if condition(finished).get("status") == "True" else EXIT_FINDINGS


def logs_command(name: str, tasks: tuple[str, ...], target: Target, *, follow: bool) -> int:
    """Print what the steps printed, each line after its task and step."""
    from flowdsl.kubeclient.follow import follow_run
    from flowdsl.kubeclient.logs import Source, read_container
    from flowdsl.kubeclient.resources import path_of
    from flowdsl.kubeclient.states import is_over, sources_of

    client = _connected(target)
    run = control.get_run(client, name)

    def show(task: str, step: str, text: str) -> None:
        if not tasks or task in tasks:
            say(f"[{line(task)} : {line(step)}] {escape.printed(text)}")
        need_reader()

    def take(event: Event) -> None:
        if isinstance(event, LogLine):
            show(event.task, event.step, event.text)
        need_reader()

    if follow and not is_over(run):
        client.patience = _PATIENCE_OF_A_WATCH
        follow_run(client, run["metadata"]["name"], take)
        return EXIT_OK
    query = {"labelSelector": f"{labels.PIPELINE_RUN}={run['metadata']['name']}"}
    found = client.items(path_of(TASK_RUN, client.namespace), **query)
    known = {task_of(each) for each in found}
    if unknown := [each for each in tasks if each not in known]:
        raise UsageError(f"no task {', '.join(unknown)} has run; there is {', '.join(sorted(known)) or 'none'}")

    def tell(source: Source, moment: float, text: str) -> None:
        show(source.task, source.step, text)

    for each in sorted(found, key=lambda one: str((one.get("status") or {}).get("startTime"))):
        for source in sources_of(each):
            if not tasks or source.task in tasks:
                read_container(client, source, tell, follow=False)
    return EXIT_OK


def cancel_command(name: str, target: Target, *, graceful: bool, stop: bool) -> int:
    """Cancel a run."""
    if graceful and stop:
        raise UsageError("choose --graceful (running tasks end) or --stop (running tasks go on)")
    client = _connected(target)
    how = control.AFTER_FINALLY if graceful else control.AFTER_RUNNING if stop else control.NOW
    say(control.cancel(client, control.get_run(client, name), how))
    return EXIT_OK


def retry_command(name: str, target: Target, *, failed_only: bool, watch: bool, output: str) -> int:
    """Run again: all of it, or each failed task by itself."""
    client = _connected(target)
    run = control.get_run(client, name)
    shown = run["metadata"]["name"]
    if condition(run).get("status") not in ("True", "False"):
        raise UsageError(f"{shown} is not over; cancel it first, or watch it: flowdsl watch {shown}")
    if condition(run)["status"] == "True":
        raise UsageError(f"{shown} succeeded: there is nothing to retry")
    failed = control.failed_tasks(client, run)
    if failed_only:
        if watch:
            raise UsageError("--watch shows a PipelineRun; --failed-only makes TaskRuns of their own")
        if not failed:
            raise UsageError(f"no task of {shown} failed: {condition(run).get('message')}")
        for each in failed:
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
        f"Tekton cannot go on with a finished run: {new} runs every task of {shown} again with the same params "
        f"(failed before: {names})",
        err=True,
    )
    if watch:
        return watch_run(client, new, output, logs=True)
    say(line(new))
    return EXIT_OK


def list_command(pipeline: str, target: Target, *, output: str) -> int:
    """A line a run."""
    client = _connected(target)
    runs = control.list_runs(client, pipeline)
    if output == "json":
        give(escape.json_text([_row(each) for each in runs], indent=2), nl=True)
        return EXIT_OK
    if not runs:
        say(f"there are no runs in namespace {client.namespace} of {client.where}", err=True)
    rows = [_row(each) for each in runs]
    width = max((len(line(each["name"])) for each in rows), default=0)
    for each in rows:
        shown = {key: line(value) for key, value in each.items()}
        say(f"{shown['name']:<{width}}  {shown['created']}  {shown['state']:<14} {shown['message']}")
    return EXIT_OK


def _row(run: Mapping[str, Any]) -> dict[str, str]:
    found = condition(run)
    return {
        "name": run["metadata"]["name"],
        "created": run["metadata"].get("creationTimestamp", ""),
        "state": str(found.get("reason", "Waiting")),
        "message": str(found.get("message", "")),
    }


def delete_command(names: tuple[str, ...], target: Target, *, pipeline: str, dry_run: bool) -> int:
    """Delete runs, or what was applied for a pipeline."""
    if bool(names) == bool(pipeline):
        raise UsageError("name the runs to delete, or --pipeline NAME for what was applied for it")
    client = _connected(target)
    mark = " (dry run)" if dry_run else ""
    if pipeline:
        for told in control.delete_pipeline(client, pipeline, dry_run=dry_run):
            say(line(told) + mark)
        return EXIT_OK
    runs = [control.get_run(client, name) for name in names]
    for run in runs:
        control.delete_run(client, run, dry_run=dry_run)
        say(f"PipelineRun {line(run['metadata']['name'])} deleted{mark}")
    return EXIT_OK


def doctor_command(pipeline: Pipeline | None, given: Given, target: Target, *, system: str, output: str) -> int:
    """Look at the cluster; 3 where something would keep runs from working."""
    client = _connected(target)
    documents = cluster_inputs.documents_of(pipeline, given).documents if pipeline or given.files else []
    checks = doctor.examine(client, documents, system=system)
    if output == "json":
        found = [{"level": each.level, "text": each.text, "hint": each.hint} for each in checks]
        give(escape.json_text(found, indent=2), nl=True)
    else:
        for each in checks:
            say(f"{each.level + ':':<9}{line(each.text)}" + (f"\n         {line(each.hint)}" if each.hint else ""))
    return EXIT_CLUSTER if any(each.level == doctor.ERROR for each in checks) else EXIT_OK


def rbac_command(target: Target, *, user: str, account: str, read_only: bool, check_secrets: bool) -> int:
    """Print the Role and its binding. Needs no cluster where a namespace is given."""
    from flowdsl.emit import emit_yaml

    if bool(user) == bool(account):
        raise UsageError("name who gets the rights: --user NAME or --service-account NAMESPACE:NAME")
    namespace = target.namespace or _connected(target).namespace
    found = rbac.documents(
        namespace, user or account, is_account=bool(account), read_only=read_only, check_secrets=check_secrets
    )
    give(emit_yaml(found))
    return EXIT_OK
