"""CronJob, and the Job that it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.base import Int32, Model, Timestamp
from flowdsl.kinds.kubernetes import Kubernetes
from flowdsl.kinds.later import later
from flowdsl.kinds.meta import ObjectMeta
from flowdsl.kinds.pods import PodTemplateSpec

if TYPE_CHECKING:
    from flowdsl.kinds.meta_rare import LabelSelector, ObjectReference
else:
    later(globals(), "flowdsl.kinds.meta_rare", "LabelSelector", "ObjectReference")


class PodFailureOnExitCodes(Model):
    """Kubernetes's `PodFailurePolicyOnExitCodesRequirement`."""

    containerName: str | None = None
    operator: str | None = None
    values: list[Int32] | None = None


class PodFailureOnCondition(Model):
    """Kubernetes's `PodFailurePolicyOnPodConditionsPattern`."""

    type: str | None = None
    status: str | None = None


class PodFailureRule(Model):
    """Kubernetes's `PodFailurePolicyRule`."""

    action: str | None = None
    onExitCodes: PodFailureOnExitCodes | None = None
    onPodConditions: list[PodFailureOnCondition] | None = None


class PodFailurePolicy(Model):
    """Kubernetes's `PodFailurePolicy`."""

    rules: list[PodFailureRule] | None = None


class SuccessRule(Model):
    """Kubernetes's `SuccessPolicyRule`."""

    succeededIndexes: str | None = None
    succeededCount: Int32 | None = None


class SuccessPolicy(Model):
    """Kubernetes's `SuccessPolicy`."""

    rules: list[SuccessRule] | None = None


class JobSpec(Model):
    """Kubernetes's `JobSpec`."""

    parallelism: Int32 | None = None
    completions: Int32 | None = None
    activeDeadlineSeconds: int | None = None
    podFailurePolicy: PodFailurePolicy | None = None
    successPolicy: SuccessPolicy | None = None
    backoffLimit: Int32 | None = None
    backoffLimitPerIndex: Int32 | None = None
    maxFailedIndexes: Int32 | None = None
    selector: LabelSelector | None = None
    manualSelector: bool | None = None
    template: PodTemplateSpec | None = None
    ttlSecondsAfterFinished: Int32 | None = None
    completionMode: str | None = None
    suspend: bool | None = None
    podReplacementPolicy: str | None = None
    managedBy: str | None = None


class JobTemplateSpec(Model):
    """Kubernetes's `JobTemplateSpec`."""

    metadata: ObjectMeta | None = None
    spec: JobSpec | None = None


class CronJobSpec(Model):
    """Kubernetes's `CronJobSpec`."""

    schedule: str | None = None
    timeZone: str | None = None
    startingDeadlineSeconds: int | None = None
    concurrencyPolicy: str | None = None
    suspend: bool | None = None
    jobTemplate: JobTemplateSpec | None = None
    successfulJobsHistoryLimit: Int32 | None = None
    failedJobsHistoryLimit: Int32 | None = None


class CronJobStatus(Model):
    """Kubernetes's `CronJobStatus`."""

    active: list[ObjectReference] | None = None
    lastScheduleTime: Timestamp | None = None
    lastSuccessfulTime: Timestamp | None = None


class CronJob(Kubernetes):
    """Kubernetes's `CronJob`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: CronJobSpec | None = None
    status: CronJobStatus | None = None
