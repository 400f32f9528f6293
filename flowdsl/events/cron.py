"""CronJobs: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/

Tekton has no clock. The CronJob's pod creates the PipelineRun under the Job's own name, in which the CronJob's
controller puts the scheduled time (`getJobName`, pkg/controller/cronjob/utils.go of Kubernetes): a second firing for
the same time, or a pod that is started again, finds the run there.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

from flowdsl.events.documents import Starts, rule
from flowdsl.ir.events import Schedule
from flowdsl.kinds.table import CONFIG_MAP, CRON_JOB, PIPELINE_RUN, TEKTON
from flowdsl.kube.conventions import UNPRIVILEGED

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import Document

_FOLDER = "/flowdsl/start"
RUN_FILE = "run.json"
"""Where the ConfigMap of a CronJob has the run that it makes."""
_PROGRAM = "start_run.py"
_HISTORY = 3
"""Jobs that are kept: what became of the run is with the run."""


def documents(starts: Starts) -> list[Document]:
    """An account for all schedules of the pipeline, then a ConfigMap and a CronJob for each."""
    account = f"{starts.pipeline}-schedule"
    forbids = any(each.overlap == "forbid" for each in starts.schedules.values())
    verbs = ("create", "list") if forbids else ("create",)
    made = starts.account(account, [rule(TEKTON, (PIPELINE_RUN.plural,), verbs)])
    for name, schedule in starts.schedules.items():
        made += [_program(starts, name), _job(starts, name, schedule, account)]
    return made


def _name(starts: Starts, name: str) -> str:
    return f"{starts.pipeline}-{name}"


def _program(starts: Starts, name: str) -> Document:
    run = starts.run_of(name, {}, {})
    source = files("flowdsl.events").joinpath("programs").joinpath(_PROGRAM).read_text(encoding="utf-8")
    data = {_PROGRAM: source, RUN_FILE: json.dumps(run, indent=2, ensure_ascii=False) + "\n"}
    return starts.document(CONFIG_MAP.api_version, CONFIG_MAP.name, _name(starts, name), data=data)


def _job(starts: Starts, name: str, schedule: Schedule, account: str) -> Document:
    pod = {
        "serviceAccountName": account,
        "restartPolicy": "OnFailure",
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": UNPRIVILEGED,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(starts, schedule)],
        "volumes": [{"name": "start", "configMap": {"name": _name(starts, name)}}],
    }
    spec: dict[str, object] = {
        "schedule": schedule.cron,
        "timeZone": schedule.timezone,
        "startingDeadlineSeconds": schedule.starting_deadline,
        # What may overlap is decided on PipelineRuns: a Job is done when its run has begun.
        "concurrencyPolicy": "Allow",
        "suspend": schedule.suspend,
        "successfulJobsHistoryLimit": _HISTORY,
        "failedJobsHistoryLimit": _HISTORY,
        "jobTemplate": {"spec": {"backoffLimit": 3, "activeDeadlineSeconds": 600, "template": {"spec": pod}}},
    }
    return starts.document(CRON_JOB.api_version, CRON_JOB.name, _name(starts, name), spec=spec)


def _container(starts: Starts, schedule: Schedule) -> dict[str, object]:
    return {
        "name": "start",
        "image": starts.settings.image,
        "command": [
            "python3",
            "-I",
            f"{_FOLDER}/{_PROGRAM}",
            f"{_FOLDER}/{RUN_FILE}",
            PIPELINE_RUN.plural,
            schedule.overlap,
        ],
        "env": [
            # The label of all releases; newer ones have it with a prefix, too.
            {"name": "JOB_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['job-name']"}}},
            {"name": "NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}},
        ],
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "start", "mountPath": _FOLDER, "readOnly": True}],
    }
