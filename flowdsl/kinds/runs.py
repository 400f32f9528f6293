"""TaskRun and PipelineRun."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from flowdsl.kinds.base import Duration, Model
from flowdsl.kinds.containers import EnvVar, ResourceRequirements
from flowdsl.kinds.later import later
from flowdsl.kinds.meta import LocalObjectReference, ObjectMeta
from flowdsl.kinds.params import Param, WorkspaceBinding
from flowdsl.kinds.pipelines import PipelineTaskMetadata
from flowdsl.kinds.tasks import PipelineRef, TaskRef, TaskSpec
from flowdsl.kinds.volumes import Volume

if TYPE_CHECKING:
    from flowdsl.kinds.affinity import Affinity, TopologySpreadConstraint
    from flowdsl.kinds.pipelines import PipelineSpec
    from flowdsl.kinds.pod_security import PodSecurityContext
    from flowdsl.kinds.scheduling import HostAlias, PodDNSConfig, Toleration
    from flowdsl.kinds.status import PipelineRunStatus, TaskRunStatus
else:
    later(globals(), "flowdsl.kinds.affinity", "Affinity", "TopologySpreadConstraint")
    later(globals(), "flowdsl.kinds.pipelines", "PipelineSpec")
    later(globals(), "flowdsl.kinds.pod_security", "PodSecurityContext")
    later(globals(), "flowdsl.kinds.scheduling", "HostAlias", "PodDNSConfig", "Toleration")
    later(globals(), "flowdsl.kinds.status", "PipelineRunStatus", "TaskRunStatus")


class AffinityAssistantTemplate(Model):
    """Tekton's `AffinityAssistantTemplate`."""

    securityContext: PodSecurityContext | None = None
    serviceAccountName: str | None = None
    imagePullSecrets: list[LocalObjectReference] | None = None
    nodeSelector: dict[str, str] | None = None
    priorityClassName: str | None = None
    tolerations: list[Toleration] | None = None


class PipelineRunSpec(Model):
    """Tekton's `PipelineRunSpec`."""

    pipelineRef: PipelineRef | None = None
    pipelineSpec: PipelineSpec | None = None
    params: list[Param] | None = None
    workspaces: list[WorkspaceBinding] | None = None
    taskRunTemplate: PipelineTaskRunTemplate | None = None
    taskRunSpecs: list[PipelineTaskRunSpec] | None = None
    timeouts: TimeoutFields | None = None
    status: str | None = None
    managedBy: str | None = None


class PipelineTaskRun(Model):
    """Tekton's `PipelineTaskRun`."""

    name: str | None = None


class PipelineTaskRunSpec(Model):
    """Tekton's `PipelineTaskRunSpec`."""

    metadata: PipelineTaskMetadata | None = None
    pipelineTaskName: str | None = None
    computeResources: ResourceRequirements | None = None
    timeout: Duration | None = None
    serviceAccountName: str | None = None
    podTemplate: PodTemplate | None = None
    stepSpecs: list[TaskRunStepSpec] | None = None
    sidecarSpecs: list[TaskRunSidecarSpec] | None = None


class PipelineTaskRunTemplate(Model):
    """Tekton's `PipelineTaskRunTemplate`."""

    serviceAccountName: str | None = None
    podTemplate: PodTemplate | None = None


class PodTemplate(Model):
    """Tekton's `PodTemplate`."""

    volumes: list[Volume] | None = None
    env: list[EnvVar] | None = None
    securityContext: PodSecurityContext | None = None
    affinity: Affinity | None = None
    automountServiceAccountToken: bool | None = None
    dnsConfig: PodDNSConfig | None = None
    dnsPolicy: str | None = None
    enableServiceLinks: bool | None = None
    hostAliases: list[HostAlias] | None = None
    hostNetwork: bool | None = None
    hostUsers: bool | None = None
    imagePullSecrets: list[LocalObjectReference] | None = None
    nodeSelector: dict[str, str] | None = None
    priorityClassName: str | None = None
    runtimeClassName: str | None = None
    schedulerName: str | None = None
    tolerations: list[Toleration] | None = None
    topologySpreadConstraints: list[TopologySpreadConstraint] | None = None


class TaskBreakpoints(Model):
    """Tekton's `TaskBreakpoints`."""

    beforeSteps: list[str] | None = None
    onFailure: str | None = None


class TaskRunDebug(Model):
    """Tekton's `TaskRunDebug`."""

    breakpoints: TaskBreakpoints | None = None


class TaskRunInputs(Model):
    """Tekton's `TaskRunInputs`."""

    params: list[Param] | None = None


class TaskRunSidecarSpec(Model):
    """Tekton's `TaskRunSidecarSpec`."""

    name: str | None = None
    computeResources: ResourceRequirements | None = None


class TaskRunSpec(Model):
    """Tekton's `TaskRunSpec`."""

    taskRef: TaskRef | None = None
    taskSpec: TaskSpec | None = None
    params: list[Param] | None = None
    computeResources: ResourceRequirements | None = None
    workspaces: list[WorkspaceBinding] | None = None
    retries: int | None = None
    timeout: Duration | None = None
    serviceAccountName: str | None = None
    podTemplate: PodTemplate | None = None
    stepSpecs: list[TaskRunStepSpec] | None = None
    sidecarSpecs: list[TaskRunSidecarSpec] | None = None
    status: str | None = None
    statusMessage: str | None = None
    debug: TaskRunDebug | None = None
    managedBy: str | None = None


class TaskRunStepSpec(Model):
    """Tekton's `TaskRunStepSpec`."""

    name: str | None = None
    computeResources: ResourceRequirements | None = None


class TimeoutFields(Model):
    """Tekton's `TimeoutFields`."""

    tasks: Duration | None = None
    finally_: Duration | None = Field(default=None, alias="finally")
    pipeline: Duration | None = None


class TaskRun(Model):
    """Tekton's `TaskRun`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: TaskRunSpec | None = None
    status: TaskRunStatus | None = None


class PipelineRun(Model):
    """Tekton's `PipelineRun`."""

    moved: ClassVar = MappingProxyType(
        {
            "spec.serviceAccountName": "spec.taskRunTemplate.serviceAccountName",
            "spec.podTemplate": "spec.taskRunTemplate.podTemplate",
            "spec.timeout": "spec.timeouts.pipeline",
        }
    )

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: PipelineRunSpec | None = None
    status: PipelineRunStatus | None = None
