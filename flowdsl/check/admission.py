"""All that Tekton's admission asks of one document of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from flowdsl.check.findings import Finding, Report
from flowdsl.check.gates import DEFAULT_GATES, Gates
from flowdsl.check.names import check_metadata
from flowdsl.check.pipeline import check_pipeline_spec, check_standalone_pipeline, pipeline_view
from flowdsl.check.runs import check_pipeline_run, check_task_run
from flowdsl.check.stepaction import check_alpha_step_action, check_step_action
from flowdsl.check.taskspec import check_standalone_task, check_task_spec, task_view
from flowdsl.diagnostics import Severity
from flowdsl.kinds.base import Model
from flowdsl.kinds.pipelines import Pipeline, PipelineSpec
from flowdsl.kinds.runs import PipelineRun, TaskRun
from flowdsl.kinds.tasks import StepAction, StepActionSpec, Task, TaskSpec


def check_document(document: Model, gates: Gates = DEFAULT_GATES) -> list[Finding]:
    """What admission rejects in a document that decoded: errors, and warnings where Tekton's check has a hole.

    Raises TypeError for a model that is no document.
    """
    report = Report()
    check_into(document, gates, report)
    return report.findings


def check_into(document: Model, gates: Gates, report: Report) -> None:
    """As `check_document`, into a report."""
    if not isinstance(document, (Task, TaskRun, Pipeline, PipelineRun, StepAction)):
        _check_other(document, report)
        return
    gates = gates.of(document.metadata.annotations if document.metadata else None)
    check_metadata(document.metadata, report)
    if isinstance(document, Task):
        view = task_view(document.spec or TaskSpec(), ("spec",))
        check_task_spec(view, gates, report)
        check_standalone_task(view, report)
    elif isinstance(document, Pipeline):
        pipeline = pipeline_view(document.spec or PipelineSpec(), ("spec",))
        check_pipeline_spec(pipeline, gates, report)
        check_standalone_pipeline(pipeline, gates, report)
    elif isinstance(document, PipelineRun):
        check_pipeline_run(document, gates, report)
    elif isinstance(document, TaskRun):
        check_task_run(document, gates, report)
    else:
        spec = document.spec or StepActionSpec()
        check_step_action(spec, ("spec",), gates, report)
        if document.apiVersion == "tekton.dev/v1alpha1":
            check_alpha_step_action(spec, ("spec",), report)


def _check_other(document: Model, report: Report) -> None:
    """The kinds that people seldom write: their models and rules load when one is met."""
    from flowdsl.check.others import check_custom_run, check_resolution_request, check_verification_policy
    from flowdsl.kinds.others import AlphaResolutionRequest, CustomRun, ResolutionRequest, VerificationPolicy

    if isinstance(document, CustomRun):
        check_custom_run(document, report)
    elif isinstance(document, VerificationPolicy):
        check_verification_policy(document, report)
    elif isinstance(document, (ResolutionRequest, AlphaResolutionRequest)):
        check_resolution_request(document.metadata, report)
    else:
        raise TypeError(f"{type(document).__name__} is no document of Tekton")


@attrs.frozen
class Checked:
    """A raw document with what was found: `model` is None where it could not be decoded."""

    model: Model | None
    findings: list[Finding]

    @property
    def accepted(self) -> bool:
        """What admission would say."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)


def check_raw(document: Mapping[str, Any], gates: Gates = DEFAULT_GATES) -> Checked:
    """Decode a document as Tekton's webhook does and check it. Raises UnknownKind for what Tekton has no kind for."""
    from flowdsl.check.decoding import decode

    report = Report()
    model = decode(document, report)
    if model is not None:
        check_into(model, gates, report)
    return Checked(model, report.findings)
