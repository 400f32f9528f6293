"""The status of a PipelineRun, as Tekton writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.table import CUSTOM_RUN, PIPELINE_RUN, TASK_RUN
from flowdsl.kinds.values import Value
from flowdsl.machine import nodes as skip
from flowdsl.machine.custom import custom_of
from flowdsl.machine.failure import RunFailure
from flowdsl.machine.machine import CANCEL, CANCEL_RUN_FINALLY, STOP_RUN_FINALLY, Machine
from flowdsl.machine.matrix import display_name
from flowdsl.machine.nodes import ChildRun, Node, State
from flowdsl.machine.outcome import Counts, Outcome, completed_outcome
from flowdsl.machine.results import MissingResults, pipeline_results
from flowdsl.machine.times import go_duration, stamp
from flowdsl.machine.variables import Replacements

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


def failed_status(failure: RunFailure, started: float, now: float) -> shapes.PipelineRunStatus:
    """The status of a run that could not start."""
    return {
        "conditions": [Outcome("False", failure.reason, failure.message).condition(now)],
        "startTime": stamp(started),
        "completionTime": stamp(now),
    }


def running_status(machine: Machine, now: float) -> shapes.PipelineRunStatus:
    """The status of a run that goes on."""
    outcome = Outcome("Unknown", "Running", Counts.of(machine.plan.nodes).running_message())
    return _status(machine, outcome, now)


def finished_status(machine: Machine, now: float, failure: RunFailure | None = None) -> shapes.PipelineRunStatus:
    """The status of a run that is over; `failure` is what ended it in the middle, if anything did."""
    results: list[shapes.PipelineRunResult] = []
    if failure is not None:
        outcome = Outcome("False", failure.reason, failure.message)
    else:
        outcome = _outcome(machine)
        if machine.spec_status != CANCEL:
            try:
                results = pipeline_results(machine.plan.spec.get("results") or (), machine.by_name)
            except MissingResults as error:
                results = error.found
                text = f"Failed to get PipelineResult from TaskRun Results for PipelineRun {machine.plan.name}: {error}"
                outcome = Outcome("False", "CouldntGetPipelineResult", text)
    status = _status(machine, outcome, now)
    status["completionTime"] = stamp(now)
    if results:
        status["results"] = results
    return status


def _outcome(machine: Machine) -> Outcome:
    name = machine.plan.name
    if machine.spec_status == CANCEL:
        return Outcome("False", "Cancelled", f'PipelineRun "{name}" was cancelled')
    limits = machine.plan.timeouts
    if machine.timed_out == "pipeline":
        limit = go_duration(limits.pipeline or 0)
        return Outcome("False", "PipelineRunTimeout", f'PipelineRun "{name}" failed to finish within "{limit}"')
    # Tekton counts the time that finally takes, too, and takes a skipped task of it for one that still comes.
    if machine.past_tasks_timeout() and all(node.state is not State.SKIPPED for node in machine.final):
        limit = go_duration(limits.tasks or 0)
        text = f'PipelineRun "{name}" failed due to tasks failed to finish within "{limit}"'
        return Outcome("False", "PipelineRunTimeout", text)
    graceful = machine.spec_status in (CANCEL_RUN_FINALLY, STOP_RUN_FINALLY)
    return completed_outcome(machine.plan.nodes, machine.invalid, name, graceful=graceful)


def _status(machine: Machine, outcome: Outcome, now: float) -> shapes.PipelineRunStatus:
    children = [child_reference(run) for node in machine.plan.nodes for run in node.runs]
    skipped = skipped_tasks(machine)
    status: shapes.PipelineRunStatus = {"conditions": [outcome.condition(now)], "startTime": stamp(machine.started)}
    if machine.finally_started is not None and machine.final:
        status["finallyStartTime"] = stamp(machine.finally_started)
    if children:
        status["childReferences"] = children
    if skipped:
        status["skippedTasks"] = skipped
    status["pipelineSpec"] = machine.plan.spec
    return status


def child_reference(run: ChildRun) -> shapes.ChildStatusReference:
    """The reference to a TaskRun, a custom task's CustomRun, or the PipelineRun of a pipeline in the pipeline."""
    spec = run.node.spec
    kind = PIPELINE_RUN if run.node.child is not None else CUSTOM_RUN if custom_of(spec) is not None else TASK_RUN
    found: shapes.ChildStatusReference = {
        "apiVersion": kind.api_version,
        "kind": kind.name,
        "name": run.name,
        "pipelineTaskName": run.node.name,
    }
    given: dict[str, Value] = {param["name"]: param["value"] for param in spec.get("params") or ()}
    given |= run.extra
    known = Replacements({f"params.{name}": value for name, value in given.items() if isinstance(value, str)})
    name = known.text(display_name((spec.get("matrix") or {}).get("include"), given)) or known.text(
        spec.get("displayName") or ""
    )
    if name:
        found["displayName"] = name
    if spec.get("when"):
        found["whenExpressions"] = spec["when"]
    return found


def skipped_tasks(machine: Machine) -> list[shapes.SkippedTask]:
    """The skipped tasks; once a run stops, Tekton gives that as the reason of all that did not run."""
    found = []
    for node in machine.plan.nodes:
        if node.state is State.SKIPPED:
            entry: shapes.SkippedTask = {"name": node.name, "reason": skip_reason(machine, node)}
            if node.spec.get("when") and (not node.final or node.reason == skip.WHEN):
                entry["whenExpressions"] = node.spec["when"]
            found.append(entry)
    return found


def skip_reason(machine: Machine, node: Node) -> str:
    """Why a task was skipped, as Tekton tells it in the end."""
    if node.final:
        return node.reason
    if machine.stopping:
        return skip.STOPPING
    return {CANCEL_RUN_FINALLY: skip.CANCELLED, STOP_RUN_FINALLY: skip.STOPPED}.get(machine.spec_status, node.reason)


def as_object(run: shapes.PipelineRun, status: shapes.PipelineRunStatus) -> shapes.PipelineRun:
    """The PipelineRun with its status."""
    return {"apiVersion": PIPELINE_RUN.api_version, "kind": PIPELINE_RUN.name, **run, "status": status}
