"""All pitfalls that one document shows by itself."""

from __future__ import annotations

from collections.abc import Mapping

from flowdsl.check.findings import Report
from flowdsl.check.pitfalls import argo, as_code, containers, events, flow, meta, scripts, unused, values
from flowdsl.check.pitfalls.shapes import pipeline_of, task_specs
from flowdsl.check.podnames import check_pod_names
from flowdsl.kinds.base import Model
from flowdsl.kinds.runs import PipelineRun, TaskRun


def check_pitfalls(document: Model, raw: Mapping[str, object], report: Report) -> None:
    """Warnings about one document: its model, and the raw document it was read from."""
    for spec in task_specs(document):
        containers.check(spec, report)
        scripts.check(spec, report)
        if spec.spec.steps and not report.broken(spec.path):
            unused.check_task(spec, raw, report)
    pipeline = pipeline_of(document)
    if pipeline is not None:
        if not report.broken(pipeline.path):
            unused.check_pipeline(pipeline, raw, report)
        flow.check_skips(pipeline, report)
    if isinstance(document, (PipelineRun, TaskRun)) and document.spec:
        _overrides(document, report)
        if isinstance(document, PipelineRun) and pipeline is not None:
            flow.check_claims(pipeline, document.spec.workspaces, report, ())
    events.check(document, report)
    argo.check(document, report)
    check_pod_names(document, report)
    if isinstance(document, PipelineRun):
        as_code.check(raw, report)
    meta.check(document, raw, report)
    values.check(raw, report)


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
