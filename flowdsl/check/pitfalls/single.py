"""All pitfalls that one document shows by itself."""

from __future__ import annotations

from typing import Any

from flowdsl.check.findings import Report
from flowdsl.check.pitfalls import containers, flow, meta, scripts, unused
from flowdsl.check.pitfalls.shapes import pipeline_of, task_specs
from flowdsl.check.values import texts_of
from flowdsl.kube import looks_secret
from flowdsl.tekton.base import Model
from flowdsl.tekton.runs import PipelineRun, TaskRun
from flowdsl.tekton.tasks import StepAction


def check_pitfalls(document: Model, raw: dict[str, Any], report: Report) -> None:
    """Warnings about one document: its model, and the raw document it was read from."""
    for spec in task_specs(document):
        containers.check(spec, report)
        scripts.check(spec, report)
        unused.check_task(spec, raw, report)
        _plain_secrets(spec.spec.params, (*spec.path, "params"), "default", report)
    pipeline = pipeline_of(document)
    if pipeline is not None:
        unused.check_pipeline(pipeline, raw, report)
        flow.check_skips(pipeline, report)
        _plain_secrets(pipeline.spec.params, (*pipeline.path, "params"), "default", report)
        for path, task in pipeline.tasks():
            _plain_secrets(task.params, (*path, "params"), "value", report)
    if isinstance(document, (PipelineRun, TaskRun)) and document.spec:
        _plain_secrets(document.spec.params, ("spec", "params"), "value", report)
        _overrides(document, report)
        if isinstance(document, PipelineRun) and pipeline is not None:
            flow.check_claims(pipeline, document.spec.workspaces, report, ())
    if isinstance(document, StepAction) and document.spec:
        _plain_secrets(document.spec.params, ("spec", "params"), "default", report)
    meta.check(document, raw, report)


def _plain_secrets(params: Any, path: tuple[int | str, ...], field: str, report: Report) -> None:
    """FLOW321: a credential is no value of a param: params are readable to whoever may list runs."""
    for index, param in enumerate(params or ()):
        value = getattr(param, field)
        for where, text in texts_of(value, (*path, index, field)) if value is not None else ():
            if looks_secret(param.name or "", text):
                hint = "keep it in a Secret, and bind that as a workspace or read it with secretKeyRef"
                report.warning("FLOW321", where, f"{param.name!r} looks like a credential in plain text", hint)


def _overrides(document: PipelineRun | TaskRun, report: Report) -> None:
    assert document.spec is not None
    if isinstance(document, TaskRun):
        containers.resources(document.spec.computeResources, ("spec", "computeResources"), report)
        return
    for index, each in enumerate(document.spec.taskRunSpecs or ()):
        path = ("spec", "taskRunSpecs", index)
        containers.resources(each.computeResources, (*path, "computeResources"), report)
        for number, step in enumerate(each.stepSpecs or ()):
            containers.resources(step.computeResources, (*path, "stepSpecs", number, "computeResources"), report)
