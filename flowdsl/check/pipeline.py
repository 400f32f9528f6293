"""A pipeline's spec, in a Pipeline or in a PipelineRun (PipelineSpec.Validate in pipeline_validation.go)."""

from __future__ import annotations

import attrs

from flowdsl.check.declared import Declared, declare
from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.matrix import check_matrix, check_matrix_results
from flowdsl.check.names import NAME_TWICE, check_metadata
from flowdsl.check.params import check_enums, check_given, check_properties_declared, check_types
from flowdsl.check.pipeline_graph import check_graph
from flowdsl.check.pipeline_results import check_child_results, check_results
from flowdsl.check.pipeline_task import check_task_shape
from flowdsl.check.pipeline_vars import (
    EMPTY_PIPELINE,
    check_artifacts,
    check_context_variables,
    check_finally,
    check_param_usage,
    check_prefixes,
    check_status,
    references,
)
from flowdsl.check.taskspec import TaskView, check_task_spec, task_view
from flowdsl.check.usage import check_declared
from flowdsl.check.when import check_when
from flowdsl.check.workspaces import check_declared_workspaces, check_used_workspaces
from flowdsl.diagnostics.frozen import frozen
from flowdsl.kinds.pipelines import Pipeline, PipelineSpec, PipelineTask


@attrs.define
class TaskAt:
    """A pipeline's task with where it stands, and the view of its embedded spec if it has one."""

    task: PipelineTask
    path: Path
    view: TaskView | None


@frozen
class PipelineView:
    """A pipeline's spec with its params defaulted and its embedded tasks merged."""

    spec: PipelineSpec
    path: Path
    params: list[Declared]
    tasks: list[TaskAt]
    final: list[TaskAt]


def pipeline_view(spec: PipelineSpec, path: Path, *, defaulted: bool = True) -> PipelineView:
    """The view of a spec at a path. Specs nested in a pipeline's task are not defaulted by Tekton."""
    return PipelineView(
        spec,
        path,
        declare(spec.params, (*path, "params"), defaulted=defaulted),
        _tasks(spec.tasks, (*path, "tasks"), defaulted),
        _tasks(spec.finally_, (*path, "finally"), defaulted),
    )


def _tasks(tasks: list[PipelineTask] | None, path: Path, defaulted: bool) -> list[TaskAt]:
    found = []
    for index, task in enumerate(tasks or ()):
        at = (*path, index)
        view = task_view(task.taskSpec, (*at, "taskSpec"), defaulted=defaulted) if task.taskSpec is not None else None
        found.append(TaskAt(task, at, view))
    return found


def check_pipeline(document: Pipeline, gates: Gates, report: Report) -> None:
    """All rules of a Pipeline."""
    check_metadata(document.metadata, report)
    view = pipeline_view(document.spec or PipelineSpec(), ("spec",))
    check_pipeline_spec(view, gates, report)
    check_standalone_pipeline(view, gates, report)


def check_pipeline_spec(view: PipelineView, gates: Gates, report: Report) -> None:
    """All rules of a pipeline's spec that do not depend on where it stands."""
    spec, path = view.spec, view.path
    if not any(getattr(spec, field) for field in type(spec).fields()):
        report.add(EMPTY_PIPELINE, path, "the pipeline is empty", "add `tasks:`")
    _check_names(view, report)
    for each in (*view.tasks, *view.final):
        _check_task(each, gates, report)
    check_graph(spec.tasks or [], (*path, "tasks"), report)
    if view.params:
        check_types(view.params, report)
        check_enums(view.params, gates, report)
        _unique_params(view.params, report)
    before, final = ([references(each.task) for each in tasks] for tasks in (view.tasks, view.final))
    for section, tasks, found in (("tasks", view.tasks, before), ("finally", view.final, final)):
        bare = [each.task for each in tasks]
        check_context_variables(bare, (*path, section), report)
        check_prefixes(bare, found, (*path, section), report)
        check_artifacts(bare, (*path, section), gates, report)
        for each in tasks:
            check_given(each.task.params, (*each.path, "params"), report)
            if each.task.when:
                check_when(each.task.when, (*each.path, "when"), gates, report)
            check_matrix(each.task, each.path, gates, report)
        check_matrix_results(bare, (*path, section), report)
    check_status(spec, before, final, path, report)
    check_declared_workspaces(spec.workspaces, (*path, "workspaces"), report)
    check_results(spec, path, report)
    check_child_results(spec, path, report)
    check_finally(spec, final, path, report)


def check_standalone_pipeline(view: PipelineView, gates: Gates, report: Report) -> None:
    """What a Pipeline of its own must declare, since nothing propagates into it."""
    check_nested_declared(view.tasks, view.params, report)
    check_nested_declared(view.final, view.params, report)
    for section, tasks in (("tasks", view.tasks), ("finally", view.final)):
        bare = [each.task for each in tasks]
        check_param_usage(bare, (*view.path, section), view.params, report)
        check_used_workspaces(bare, (*view.path, section), view.spec.workspaces, report)


def check_nested_declared(tasks: list[TaskAt], params: list[Declared], report: Report) -> None:
    """FLOW222: the steps of embedded tasks use the task's own params and the pipeline's."""
    for each in tasks:
        if each.view is not None:
            everything = [*each.view.params, *params]
            check_declared(each.view.texts, everything, report)
            check_properties_declared(everything, report)


def _check_names(view: PipelineView, report: Report) -> None:
    seen: set[str] = set()
    for each in (*view.tasks, *view.final):
        name = each.task.name or ""
        if name in seen:
            report.add(NAME_TWICE, (*each.path, "name"), f"the task {name!r} is there twice", "rename one")
        seen.add(name)


def _unique_params(params: list[Declared], report: Report) -> None:
    seen: set[str] = set()
    for param in params:
        if param.name in seen:
            message = f"the param {param.name!r} is there twice"
            report.add(NAME_TWICE, (*param.path, "name"), message, "rename or remove one")
        seen.add(param.name)


def _check_task(each: TaskAt, gates: Gates, report: Report) -> None:
    if not check_task_shape(each.task, each.path, gates, report):
        return
    if each.view is not None:
        check_task_spec(each.view, gates, report)
    nested = each.task.pipelineSpec
    if nested is not None:
        check_pipeline_spec(pipeline_view(nested, (*each.path, "pipelineSpec"), defaulted=False), gates, report)
