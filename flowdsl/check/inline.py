"""Params of a run with an embedded spec: Tekton propagates them into it (docs/pipelineruns.md)."""

from __future__ import annotations

import attrs

from flowdsl.check.declared import Declared, from_value
from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.names import check_param_names
from flowdsl.check.params import PARAM_DECLARATION, check_enums, check_properties_declared, check_types
from flowdsl.check.pipeline import PipelineView
from flowdsl.check.pipeline_vars import check_param_usage
from flowdsl.check.taskspec import TaskView
from flowdsl.check.usage import check_arrays, check_declared
from flowdsl.check.values import entries_of
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.params import Param
from flowdsl.kinds.runs import PipelineRunSpec, TaskRunSpec

_Known = dict[str, Declared]
OBJECT_OVER_OTHER = Rule("FLOW292", "object-over-other", "an object for a param that is something else to another task")


def check_task_run_params(run: TaskRunSpec, view: TaskView, gates: Gates, report: Report) -> None:
    """The run's params with the embedded task's (TaskRunSpec.validateInlineParameters)."""
    known = _given(run.params, ("spec", "params"))
    for param in view.params:
        _combine(param, known, report)
    if view.spec.steps is not None:
        _check_task(view, list(known.values()), gates, report)


def check_pipeline_run_params(run: PipelineRunSpec, view: PipelineView, gates: Gates, report: Report) -> None:
    """The run's params with the embedded pipeline's and its tasks' (PipelineRunSpec.validateInlineParameters)."""
    known = _given(run.params, ("spec", "params"))
    for param in view.params:
        _combine(param, known, report)
    for each in view.tasks:
        for index, given in enumerate(each.task.params or ()):
            _append(given, (*each.path, "params", index), known, report)
        for param in each.view.params if each.view else ():
            _combine(param, known, report)
    everything = list(known.values())
    for each in view.tasks:
        if each.view is not None and each.view.spec.steps is not None:
            _check_task(each.view, everything, gates, report)
    if view.spec.tasks is not None:
        check_types(everything, report)
        check_enums(everything, gates, report)
        check_param_usage(view.spec.tasks, (*view.path, "tasks"), everything, report)


def _check_task(view: TaskView, params: list[Declared], gates: Gates, report: Report) -> None:
    check_types(params, report)
    check_param_names(params, report)
    check_enums(params, gates, report)
    check_arrays(view.texts, params, report)
    check_declared(view.texts, params, report)
    check_properties_declared(params, report)


def _given(params: list[Param] | None, path: Path) -> _Known:
    return {param.name or "": from_value(param, (*path, index)) for index, param in enumerate(params or ())}


def _append(given: Param, path: Path, known: _Known, report: Report) -> None:
    """A param that a task is given adds the keys of its object to one of the same name.

    FLOW292: where that has no object as its value or default, appendPipelineTaskParams writes into a map that is not
    there (pkg/apis/pipeline/v1/pipelinerun_validation.go of v1.15.0).
    """
    name = given.name or ""
    there = known.get(name)
    if there is None:
        known[name] = from_value(given, path)
        return
    keys = entries_of(given.value)
    if keys and there.default_kind != "object":
        what = "what is given before it" if there.from_value else "the declared param"
        found = f"has a {there.default_kind}" if there.default_kind else "has no value yet"
        message = f"the param {name!r} is given an object, and {what} of that name {found}: Tekton's webhook panics"
        hint = "give one of the two another name, or refer to the pipeline by `pipelineRef:`"
        if there.type == "object":
            hint = f"give the run a value for {name!r}, or its declaration a default"
        report.add(OBJECT_OVER_OTHER, path, message, hint)
    elif keys and there.properties is not None:
        known[name] = attrs.evolve(there, properties={**there.properties, **dict.fromkeys(keys, "string")})


def _combine(declared: Declared, known: _Known, report: Report) -> None:
    """A declaration of the same name gives its keys; an object must have them (combineParamSpec)."""
    there = known.get(declared.name)
    if there is None:
        known[declared.name] = declared
        return
    is_object = there.type == "object"
    if (is_object or entries_of(declared.default)) and declared.properties is None:
        hint = "add `properties:` with a line for each key, such as `url: {type: string}`"
        report.add(PARAM_DECLARATION, declared.path, f"the object param {declared.name!r} declares no properties", hint)
        return
    if is_object:
        known[declared.name] = attrs.evolve(there, properties=declared.properties)
