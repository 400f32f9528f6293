"""What one task of a pipeline is: a reference or a spec, of Tekton's own kind or a custom one."""

from __future__ import annotations

from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.names import LABEL_HINT
from flowdsl.check.refs import check_ref
from flowdsl.check.steps import ON_ERROR, STEP_NAME
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.pipelines import EmbeddedTask, PipelineTask
from flowdsl.kinds.table import TASK
from flowdsl.kinds.tasks import TaskRef
from flowdsl.kube.object_names import is_label

_OWN_KINDS = ("", TASK.name)
_KINDS_OF_TASK = ("taskRef", "taskSpec", "pipelineRef", "pipelineSpec")


def check_task_shape(task: PipelineTask, path: Path, gates: Gates, report: Report) -> bool:
    """FLOW212, FLOW230–232, FLOW216, FLOW205; whether the specs within are Tekton's to check."""
    if not is_label(task.name or ""):
        message = f"{task.name!r} is no name for a task" if task.name else "the task has no name"
        report.add(STEP_NAME, (*path, "name") if task.name else path, message, LABEL_HINT)
    _one_of(task, path, gates, report)
    _no_inline_kind(task, path, report)
    _check_on_error(task, path, gates, report)
    ref, spec = task.taskRef, task.taskSpec
    if ref is not None and ref.resolver:
        gates.need("beta", "a resolver", (*path, "taskRef", "resolver"), report)
    if ref is not None and ref.params:
        gates.need("beta", "params of a resolver", (*path, "taskRef", "params"), report)
    if _is_custom(ref, spec):
        _check_custom(ref, spec, path, report)
        return False
    if ref is not None:
        check_ref(ref, (*path, "taskRef"), gates, report)
    if task.pipelineRef is not None:
        check_ref(task.pipelineRef, (*path, "pipelineRef"), gates, report)
    return True


UNCLEAR_WHAT_RUNS = Rule("FLOW230", "unclear-what-runs", "what runs is unclear")


def _one_of(task: PipelineTask, path: Path, gates: Gates, report: Report) -> None:
    there = [field for field in _KINDS_OF_TASK if getattr(task, field) is not None]
    if there in (["taskRef"], ["taskSpec"]):
        return
    for field in ("pipelineRef", "pipelineSpec"):
        if field in there:
            gates.need("alpha", f"{field} in a pipeline's task", (*path, field), report)
    if len(there) > 1:
        report.add(UNCLEAR_WHAT_RUNS, (*path, there[1]), f"the task has {' and '.join(there)}", "keep one of them")
    elif not there:
        report.add(
            UNCLEAR_WHAT_RUNS,
            path,
            "the task has neither taskRef nor taskSpec",
            "say which Task runs: `taskRef: {name: …}`",
        )


CUSTOM_TASK = Rule("FLOW232", "custom-task", "a custom task")


def _no_inline_kind(task: PipelineTask, path: Path, report: Report) -> None:
    spec = task.taskSpec
    if spec is None or not spec.steps:
        return
    for field in ("apiVersion", "kind"):
        if getattr(spec, field):
            hint = "remove it: apiVersion and kind are for custom tasks, which have a `spec` and no steps"
            report.add(CUSTOM_TASK, (*path, "taskSpec", field), f"{field} can't be used with steps", hint)


def _check_on_error(task: PipelineTask, path: Path, gates: Gates, report: Report) -> None:
    value = task.onError
    if not value or value.startswith("$(params"):
        return
    at = (*path, "onError")
    gates.need("beta", "onError of a pipeline's task", at, report)
    if value not in ("continue", "stopAndFail"):
        report.add(ON_ERROR, at, f"{value!r} is no value of onError", "continue or stopAndFail")
    if value == "continue" and (task.retries or 0) > 0:
        report.add(ON_ERROR, at, "onError: continue can't be used with retries", "keep one of them")


def _is_custom(ref: TaskRef | None, spec: EmbeddedTask | None) -> bool:
    return _is_foreign(ref) or _is_foreign(spec)


def _is_foreign(each: TaskRef | EmbeddedTask | None) -> bool:
    return each is not None and ((each.kind or "") not in _OWN_KINDS or bool(each.apiVersion))


def _check_custom(ref: TaskRef | None, spec: EmbeddedTask | None, path: Path, report: Report) -> None:
    for field, each in (("taskRef", ref), ("taskSpec", spec)):
        if each is None:
            continue
        if not each.kind and not (field == "taskRef" and _kind_by_default(each)):
            hint = "name the custom task's kind, or remove apiVersion for a Task of Tekton"
            report.add(CUSTOM_TASK, (*path, field), "a custom task needs a kind", hint)
        if not each.apiVersion:
            hint = "name the API group of the custom task; Tekton's own kind is Task (ClusterTask is gone)"
            report.add(CUSTOM_TASK, (*path, field, "kind"), f"the kind {each.kind!r} needs an apiVersion", hint)
        elif not _is_api_version(each.apiVersion):
            message = f"{each.apiVersion!r} is no apiVersion of a custom task"
            report.add(CUSTOM_TASK, (*path, field, "apiVersion"), message, "write group/version, example.dev/v1")


def _kind_by_default(ref: TaskRef | EmbeddedTask) -> bool:
    """SetDefaults writes the kind Task where a reference has no resolver."""
    return isinstance(ref, TaskRef) and not ref.resolver


def _is_api_version(text: str) -> bool:
    group, slash, version = text.partition("/")
    return bool(group and slash and version) and "/" not in version
