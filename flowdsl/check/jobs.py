"""CronJob as the API server checks it: a schedule that cron reads, a policy that there is, a pod that ends.

Source: ValidateCronJobCreate and ValidateJobTemplateSpec in Kubernetes' pkg/apis/batch/validation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.check.findings import Path, Report
from flowdsl.check.forms import check_word
from flowdsl.check.gates import Gates
from flowdsl.check.names import check_metadata
from flowdsl.diagnostics.rule import Rule
from flowdsl.kube.conventions import CRON_JOB_NAME_MOST
from flowdsl.kube.cron import cron_problem

if TYPE_CHECKING:
    from flowdsl.kinds.jobs import CronJob
    from flowdsl.kinds.pods import PodSpec

CRON_JOB = Rule("FLOW267", "cron-job", "a CronJob that Kubernetes refuses")
_SPEC: Path = ("spec",)
_POD = (*_SPEC, "jobTemplate", "spec", "template", "spec")
_POLICIES = ("Allow", "Forbid", "Replace")
_ENDS = ("OnFailure", "Never")


def check_cron_job(job: CronJob, _: Gates, report: Report) -> None:
    """FLOW204, FLOW267."""
    check_metadata(job.metadata, report)
    name = (job.metadata.name if job.metadata else None) or ""
    if len(name) > CRON_JOB_NAME_MOST:
        message = f"the name has {len(name)} characters; {CRON_JOB_NAME_MOST} is the most"
        report.add(CRON_JOB, ("metadata", "name"), message, "shorten it")
    spec = job.spec
    schedule = (spec.schedule if spec else None) or ""
    problem = cron_problem(schedule) if schedule else "there is none"
    if problem and not report.broken((*_SPEC, "schedule")):
        at = (*_SPEC, "schedule") if schedule else _SPEC
        report.add(CRON_JOB, at, f"this is no schedule: {problem}", 'write five fields, such as "30 2 * * *"')
    policy = spec.concurrencyPolicy if spec else None
    if policy:
        check_word(policy, _POLICIES, (*_SPEC, "concurrencyPolicy"), CRON_JOB, report)
    job_spec = spec.jobTemplate.spec if spec and spec.jobTemplate else None
    _check_pod(job_spec.template.spec if job_spec and job_spec.template else None, report)


def _check_pod(pod: PodSpec | None, report: Report) -> None:
    if pod is None or not pod.containers:
        hint = "add `jobTemplate:` with a pod"
        report.add(CRON_JOB, _SPEC, "the CronJob has no container to run", hint)
        return
    if pod.restartPolicy not in _ENDS:
        message = (
            f"the pod's restartPolicy is {pod.restartPolicy!r}" if pod.restartPolicy else "there is no restartPolicy"
        )
        report.add(CRON_JOB, _POD, message, f"write `restartPolicy: {_ENDS[1]}`, or {_ENDS[0]}")
    for index, container in enumerate(pod.containers):
        for field in ("name", "image"):
            if not getattr(container, field) and not report.broken((*_POD, "containers", index)):
                at = (*_POD, "containers", index)
                report.add(CRON_JOB, at, f"the container has no {field}", f"add `{field}:`")
