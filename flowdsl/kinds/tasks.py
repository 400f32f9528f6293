"""Task, its steps and sidecars, and StepAction."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from flowdsl.kinds.base import Duration, Model
from flowdsl.kinds.containers import (
    ContainerPort,
    EnvFromSource,
    EnvVar,
    ResourceRequirements,
    SecurityContext,
    VolumeDevice,
    VolumeMount,
)
from flowdsl.kinds.later import later
from flowdsl.kinds.meta import ObjectMeta
from flowdsl.kinds.params import (
    Param,
    ParamSpec,
    StepResult,
    TaskResult,
    WhenExpression,
    WorkspaceDeclaration,
    WorkspaceUsage,
)
from flowdsl.kinds.volumes import Volume

if TYPE_CHECKING:
    from flowdsl.kinds.probes import Lifecycle, Probe
else:
    later(globals(), "flowdsl.kinds.probes", "Lifecycle", "Probe")


class StepOutputConfig(Model):
    """Tekton's `StepOutputConfig`."""

    path: str | None = None


class Ref(Model):
    """Tekton's `Ref`."""

    embedded: ClassVar[frozenset[str]] = frozenset({"resolver", "params"})

    name: str | None = None
    resolver: str | None = None
    params: list[Param] | None = None


class Step(Model):
    """Tekton's `Step`."""

    name: str | None = None
    displayName: str | None = None
    image: str | None = None
    ref: Ref | None = None
    params: list[Param] | None = None
    command: list[str] | None = None
    args: list[str] | None = None
    workingDir: str | None = None
    envFrom: list[EnvFromSource] | None = None
    env: list[EnvVar] | None = None
    computeResources: ResourceRequirements | None = None
    volumeMounts: list[VolumeMount] | None = None
    volumeDevices: list[VolumeDevice] | None = None
    imagePullPolicy: str | None = None
    securityContext: SecurityContext | None = None
    script: str | None = None
    workspaces: list[WorkspaceUsage] | None = None
    when: list[WhenExpression] | None = None
    onError: str | None = None
    timeout: Duration | None = None
    results: list[StepResult] | None = None
    stdoutConfig: StepOutputConfig | None = None
    stderrConfig: StepOutputConfig | None = None


class StepTemplate(Model):
    """Tekton's `StepTemplate`."""

    image: str | None = None
    command: list[str] | None = None
    args: list[str] | None = None
    workingDir: str | None = None
    envFrom: list[EnvFromSource] | None = None
    env: list[EnvVar] | None = None
    computeResources: ResourceRequirements | None = None
    volumeMounts: list[VolumeMount] | None = None
    volumeDevices: list[VolumeDevice] | None = None
    imagePullPolicy: str | None = None
    securityContext: SecurityContext | None = None


class Sidecar(Model):
    """Tekton's `Sidecar`."""

    name: str | None = None
    image: str | None = None
    command: list[str] | None = None
    args: list[str] | None = None
    workingDir: str | None = None
    ports: list[ContainerPort] | None = None
    envFrom: list[EnvFromSource] | None = None
    env: list[EnvVar] | None = None
    computeResources: ResourceRequirements | None = None
    volumeMounts: list[VolumeMount] | None = None
    volumeDevices: list[VolumeDevice] | None = None
    livenessProbe: Probe | None = None
    readinessProbe: Probe | None = None
    startupProbe: Probe | None = None
    lifecycle: Lifecycle | None = None
    imagePullPolicy: str | None = None
    securityContext: SecurityContext | None = None
    script: str | None = None
    workspaces: list[WorkspaceUsage] | None = None
    restartPolicy: str | None = None
    stdin: bool | None = None
    stdinOnce: bool | None = None
    terminationMessagePath: str | None = None
    terminationMessagePolicy: str | None = None
    tty: bool | None = None


class TaskSpec(Model):
    """Tekton's `TaskSpec`."""

    displayName: str | None = None
    description: str | None = None
    params: list[ParamSpec] | None = None
    steps: list[Step] | None = None
    stepTemplate: StepTemplate | None = None
    sidecars: list[Sidecar] | None = None
    volumes: list[Volume] | None = None
    workspaces: list[WorkspaceDeclaration] | None = None
    results: list[TaskResult] | None = None


class Task(Model):
    """Tekton's `Task`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: TaskSpec | None = None


class StepActionSpec(Model):
    """Tekton's `StepActionSpec`."""

    description: str | None = None
    image: str | None = None
    params: list[ParamSpec] | None = None
    command: list[str] | None = None
    args: list[str] | None = None
    workingDir: str | None = None
    env: list[EnvVar] | None = None
    volumeMounts: list[VolumeMount] | None = None
    securityContext: SecurityContext | None = None
    script: str | None = None
    results: list[StepResult] | None = None


class StepAction(Model):
    """Tekton's `StepAction`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: StepActionSpec | None = None


class TaskRef(Model):
    """Tekton's `TaskRef`."""

    embedded: ClassVar[frozenset[str]] = frozenset({"resolver", "params"})

    apiVersion: str | None = None
    kind: str | None = None
    name: str | None = None
    resolver: str | None = None
    params: list[Param] | None = None


class PipelineRef(Model):
    """Tekton's `PipelineRef`."""

    embedded: ClassVar[frozenset[str]] = frozenset({"resolver", "params"})

    apiVersion: str | None = None
    name: str | None = None
    resolver: str | None = None
    params: list[Param] | None = None
