"""TaskRun and PipelineRun."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from flowdsl.tekton.base import Duration, Model
from flowdsl.tekton.containers import EnvVar, ResourceRequirements
from flowdsl.tekton.later import later
from flowdsl.tekton.meta import LocalObjectReference, ObjectMeta
from flowdsl.tekton.params import Param, WorkspaceBinding
from flowdsl.tekton.pipelines import PipelineTaskMetadata
from flowdsl.tekton.tasks import PipelineRef, TaskRef, TaskSpec
from flowdsl.tekton.volumes import Volume

if TYPE_CHECKING:
    from flowdsl.tekton.affinity import Affinity, TopologySpreadConstraint
    from flowdsl.tekton.pipelines import PipelineSpec
    from flowdsl.tekton.pod_security import PodSecurityContext
    from flowdsl.tekton.scheduling import HostAlias, PodDNSConfig, Toleration
    from flowdsl.tekton.status import PipelineRunStatus, TaskRunStatus
else:
    later(globals(), "flowdsl.tekton.affinity", "Affinity", "TopologySpreadConstraint")
    later(globals(), "flowdsl.tekton.pipelines", "PipelineSpec")
    later(globals(), "flowdsl.tekton.pod_security", "PodSecurityContext")
    later(globals(), "flowdsl.tekton.scheduling", "HostAlias", "PodDNSConfig", "Toleration")
    later(globals(), "flowdsl.tekton.status", "PipelineRunStatus", "TaskRunStatus")


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

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: PipelineRunSpec | None = None
    status: PipelineRunStatus | None = None
