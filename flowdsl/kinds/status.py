"""The status of TaskRuns and PipelineRuns."""

from __future__ import annotations

from flowdsl.kinds.base import Model, ParamValue, Timestamp
from flowdsl.kinds.meta_rare import Condition
from flowdsl.kinds.params import WhenExpression
from flowdsl.kinds.pipelines import PipelineSpec
from flowdsl.kinds.states import ContainerStateRunning, ContainerStateTerminated, ContainerStateWaiting
from flowdsl.kinds.tasks import TaskSpec


class ArtifactValue(Model):
    """Tekton's `ArtifactValue`."""

    digest: dict[str, str] | None = None
    uri: str | None = None


class Artifact(Model):
    """Tekton's `Artifact`."""

    name: str | None = None
    values: list[ArtifactValue] | None = None
    buildOutput: bool | None = None


class Artifacts(Model):
    """Tekton's `Artifacts`."""

    inputs: list[Artifact] | None = None
    outputs: list[Artifact] | None = None


class RefSource(Model):
    """Tekton's `RefSource`."""

    digest: dict[str, str] | None = None
    entryPoint: str | None = None
    uri: str | None = None


class Provenance(Model):
    """Tekton's `Provenance`."""

    featureFlags: object | None = None
    refSource: RefSource | None = None


class TaskRunResult(Model):
    """Tekton's `TaskRunResult`."""

    name: str | None = None
    type: str | None = None
    value: ParamValue | None = None


class StepState(Model):
    """Tekton's `StepState`."""

    name: str | None = None
    results: list[TaskRunResult] | None = None
    container: str | None = None
    imageID: str | None = None
    inputs: list[Artifact] | None = None
    outputs: list[Artifact] | None = None
    provenance: Provenance | None = None
    running: ContainerStateRunning | None = None
    terminated: ContainerStateTerminated | None = None
    terminationReason: str | None = None
    waiting: ContainerStateWaiting | None = None


class SidecarState(Model):
    """Tekton's `SidecarState`."""

    name: str | None = None
    container: str | None = None
    imageID: str | None = None
    running: ContainerStateRunning | None = None
    terminated: ContainerStateTerminated | None = None
    waiting: ContainerStateWaiting | None = None


class TaskRunStatusFields(Model):
    """Tekton's `TaskRunStatusFields`."""

    taskSpec: TaskSpec | None = None
    steps: list[StepState] | None = None
    sidecars: list[SidecarState] | None = None
    results: list[TaskRunResult] | None = None
    artifacts: Artifacts | None = None
    completionTime: Timestamp | None = None
    podName: str | None = None
    provenance: Provenance | None = None
    retriesStatus: list[TaskRunStatus] | None = None
    spanContext: dict[str, str] | None = None
    startTime: Timestamp | None = None


class TaskRunStatus(Model):
    """Tekton's `TaskRunStatus`."""

    taskSpec: TaskSpec | None = None
    steps: list[StepState] | None = None
    sidecars: list[SidecarState] | None = None
    results: list[TaskRunResult] | None = None
    annotations: dict[str, str] | None = None
    artifacts: Artifacts | None = None
    completionTime: Timestamp | None = None
    conditions: list[Condition] | None = None
    observedGeneration: int | None = None
    podName: str | None = None
    provenance: Provenance | None = None
    retriesStatus: list[TaskRunStatus] | None = None
    spanContext: dict[str, str] | None = None
    startTime: Timestamp | None = None


class ChildStatusReference(Model):
    """Tekton's `ChildStatusReference`."""

    apiVersion: str | None = None
    kind: str | None = None
    name: str | None = None
    displayName: str | None = None
    pipelineTaskName: str | None = None
    whenExpressions: list[WhenExpression] | None = None


class SkippedTask(Model):
    """Tekton's `SkippedTask`."""

    name: str | None = None
    reason: str | None = None
    whenExpressions: list[WhenExpression] | None = None


class PipelineRunResult(Model):
    """Tekton's `PipelineRunResult`."""

    name: str | None = None
    value: ParamValue | None = None


class PipelineRunStatusFields(Model):
    """Tekton's `PipelineRunStatusFields`."""

    pipelineSpec: PipelineSpec | None = None
    results: list[PipelineRunResult] | None = None
    childReferences: list[ChildStatusReference] | None = None
    completionTime: Timestamp | None = None
    finallyStartTime: Timestamp | None = None
    provenance: Provenance | None = None
    skippedTasks: list[SkippedTask] | None = None
    spanContext: dict[str, str] | None = None
    startTime: Timestamp | None = None


class PipelineRunRunStatus(Model):
    """Tekton's `PipelineRunRunStatus`."""

    pipelineTaskName: str | None = None
    status: object | None = None
    whenExpressions: list[WhenExpression] | None = None


class PipelineRunTaskRunStatus(Model):
    """Tekton's `PipelineRunTaskRunStatus`."""

    pipelineTaskName: str | None = None
    status: TaskRunStatus | None = None
    whenExpressions: list[WhenExpression] | None = None


class PipelineRunStatus(Model):
    """Tekton's `PipelineRunStatus`."""

    pipelineSpec: PipelineSpec | None = None
    results: list[PipelineRunResult] | None = None
    annotations: dict[str, str] | None = None
    childReferences: list[ChildStatusReference] | None = None
    completionTime: Timestamp | None = None
    conditions: list[Condition] | None = None
    finallyStartTime: Timestamp | None = None
    observedGeneration: int | None = None
    provenance: Provenance | None = None
    skippedTasks: list[SkippedTask] | None = None
    spanContext: dict[str, str] | None = None
    startTime: Timestamp | None = None
