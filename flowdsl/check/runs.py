"""PipelineRun and TaskRun: what they run, with what, and for how long."""

from __future__ import annotations

from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.inline import check_pipeline_run_params, check_task_run_params
from flowdsl.check.names import NAME_TWICE, check_metadata, check_unique
from flowdsl.check.params import check_given
from flowdsl.check.pipeline import check_pipeline_spec, pipeline_view
from flowdsl.check.pipeline_graph import param_expressions
from flowdsl.check.pipeline_task import UNCLEAR_WHAT_RUNS
from flowdsl.check.references import result_references
from flowdsl.check.refs import check_ref
from flowdsl.check.taskspec import check_task_spec, task_view
from flowdsl.check.timeouts import TIMEOUT, check_run_timeouts, check_task_run_spec_timeout
from flowdsl.check.workspaces import check_binding
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.runs import PipelineRun, PipelineRunSpec, PipelineTaskRunSpec, TaskRun, TaskRunSpec
from flowdsl.kube import parse_duration

_STATES = ("Cancelled", "CancelledRunFinally", "StoppedRunFinally", "PipelineRunPending")
_TASK_STATES = ("TaskRunCancelled", "TaskRunPending")
_SPEC: Path = ("spec",)


RUN_FIELDS = Rule("FLOW242", "run-fields", "a run's own fields")


def check_pipeline_run(run: PipelineRun, gates: Gates, report: Report) -> None:
    """All rules of a PipelineRun (pipelinerun_validation.go)."""
    check_metadata(run.metadata, report)
    spec = run.spec or PipelineRunSpec()
    if spec.status == "PipelineRunPending" and run.status and run.status.startTime:
        hint = "remove spec.status, or the status of a run that has begun"
        report.add(RUN_FIELDS, (*_SPEC, "status"), "a run that has started can't be pending", hint)
    _one_of(spec.pipelineRef, spec.pipelineSpec, "pipelineRef", "pipelineSpec", report)
    if spec.pipelineRef is not None:
        check_ref(spec.pipelineRef, (*_SPEC, "pipelineRef"), gates, report)
    if spec.pipelineSpec is not None:
        view = pipeline_view(spec.pipelineSpec, (*_SPEC, "pipelineSpec"))
        check_pipeline_spec(view, gates, report)
        check_pipeline_run_params(spec, view, gates, report)
    _check_params(spec, report)
    check_run_timeouts(spec.timeouts, (*_SPEC, "timeouts"), report)
    for index, each in enumerate(spec.taskRunSpecs or ()):
        path = (*_SPEC, "taskRunSpecs", index)
        _check_overrides(each, path, gates, report)
        check_task_run_spec_timeout(each.timeout, spec.timeouts, path, report)
    if spec.status and spec.status not in _STATES:
        report.add(RUN_FIELDS, (*_SPEC, "status"), f"{spec.status!r} is no status of a run", ", ".join(_STATES))
    for index, binding in enumerate(spec.workspaces or ()):
        check_binding(binding, (*_SPEC, "workspaces", index), report)
    check_unique([each.name for each in spec.workspaces or ()], (*_SPEC, "workspaces"), "workspace", report)


def check_task_run(run: TaskRun, gates: Gates, report: Report) -> None:
    """All rules of a TaskRun (taskrun_validation.go)."""
    check_metadata(run.metadata, report)
    spec = run.spec or TaskRunSpec()
    if spec.status == "TaskRunPending" and run.status and run.status.startTime:
        hint = "remove spec.status, or the status of a run that has begun"
        report.add(RUN_FIELDS, (*_SPEC, "status"), "a run that has started can't be pending", hint)
    _one_of(spec.taskRef, spec.taskSpec, "taskRef", "taskSpec", report)
    if spec.taskRef is not None:
        check_ref(spec.taskRef, (*_SPEC, "taskRef"), gates, report)
    if spec.taskSpec is not None:
        view = task_view(spec.taskSpec, (*_SPEC, "taskSpec"))
        check_task_spec(view, gates, report)
        check_task_run_params(spec, view, gates, report)
    check_given(spec.params, (*_SPEC, "params"), report, fold=True)
    for index, binding in enumerate(spec.workspaces or ()):
        check_binding(binding, (*_SPEC, "workspaces", index), report)
    check_unique([each.name for each in spec.workspaces or ()], (*_SPEC, "workspaces"), "workspace", report, fold=True)
    _check_debug(spec, gates, report)
    _check_overrides(spec, _SPEC, gates, report)
    _check_task_run_state(spec, report)


def _one_of(ref: object, spec: object, ref_name: str, spec_name: str, report: Report) -> None:
    if ref is None and spec is None:
        hint = f"say what runs: `{ref_name}: {{name: …}}`"
        report.add(UNCLEAR_WHAT_RUNS, _SPEC, f"the run has neither {ref_name} nor {spec_name}", hint)
    elif ref is not None and spec is not None:
        report.add(
            UNCLEAR_WHAT_RUNS, (*_SPEC, spec_name), f"the run has both {ref_name} and {spec_name}", "keep one of them"
        )


def _check_params(spec: PipelineRunSpec, report: Report) -> None:
    check_given(spec.params, (*_SPEC, "params"), report, fold=True)
    for index, param in enumerate(spec.params or ()):
        for reference in result_references(param_expressions(param)):
            message = f"a run's param can't use the result {reference.result!r} of a task"
            hint = "the run gives its params before any task has run; pass the result between tasks"
            report.add(RUN_FIELDS, (*_SPEC, "params", index, "value"), message, hint)


def _check_overrides(spec: TaskRunSpec | PipelineTaskRunSpec, path: Path, gates: Gates, report: Report) -> None:
    """FLOW213, FLOW242: overrides of steps and sidecars name them once; resources go to the task or to its steps."""
    for field in ("stepSpecs", "sidecarSpecs"):
        overrides = getattr(spec, field)
        if overrides is None:
            continue
        at = (*path, field)
        gates.need("beta", field, at, report)
        for index, each in enumerate(overrides):
            if not each.name:
                report.add(RUN_FIELDS, (*at, index), f"an entry of {field} has no name", "add `name:`")
        check_unique([each.name for each in overrides if each.name], at, "name", report, fold=True)
    if spec.computeResources is not None:
        gates.need("beta", "computeResources", (*path, "computeResources"), report)
        for index, each in enumerate(spec.stepSpecs or ()):
            if each.computeResources is not None and each.computeResources.model_fields_set:
                at = (*path, "stepSpecs", index, "computeResources")
                hint = "keep the whole task's, or those of its steps"
                report.add(RUN_FIELDS, at, "resources are given for the task and for a step", hint)


def _check_debug(spec: TaskRunSpec, gates: Gates, report: Report) -> None:
    if spec.debug is None:
        return
    at = (*_SPEC, "debug")
    gates.need("alpha", "debug", at, report)
    points = spec.debug.breakpoints
    if points is None:
        return
    if points.onFailure != "enabled":
        report.add(RUN_FIELDS, (*at, "breakpoints"), "onFailure must be enabled", "write `onFailure: enabled`")
    seen: set[str] = set()
    for index, step in enumerate(points.beforeSteps or ()):
        if step in seen:
            where = (*at, "breakpoints", "beforeSteps", index)
            report.add(NAME_TWICE, where, f"the step {step!r} is there twice", "remove one")
        seen.add(step)


def _check_task_run_state(spec: TaskRunSpec, report: Report) -> None:
    if spec.status and spec.status not in _TASK_STATES:
        report.add(RUN_FIELDS, (*_SPEC, "status"), f"{spec.status!r} is no status of a run", ", ".join(_TASK_STATES))
    if spec.statusMessage and not spec.status:
        hint = "add status, or remove the message"
        report.add(RUN_FIELDS, (*_SPEC, "statusMessage"), "statusMessage is set without a status", hint)
    if (spec.retries or 0) < 0:
        report.add(RUN_FIELDS, (*_SPEC, "retries"), "retries is negative", "0 is the least")
    if spec.timeout and parse_duration(spec.timeout) < 0:
        report.add(TIMEOUT, (*_SPEC, "timeout"), f"the timeout {spec.timeout} is negative", "0s means none")
