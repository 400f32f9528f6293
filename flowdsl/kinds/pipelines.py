"""Pipeline and its tasks."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from flowdsl.kinds.base import Duration, Model
from flowdsl.kinds.meta import ObjectMeta
from flowdsl.kinds.params import (
    Matrix,
    Param,
    ParamSpec,
    PipelineResult,
    PipelineWorkspaceDeclaration,
    TaskResult,
    WhenExpression,
    WorkspaceDeclaration,
    WorkspacePipelineTaskBinding,
)
from flowdsl.kinds.tasks import PipelineRef, Sidecar, Step, StepTemplate, TaskRef
from flowdsl.kinds.volumes import Volume


class PipelineTaskMetadata(Model):
    """Tekton's `PipelineTaskMetadata`."""

    annotations: dict[str, str] | None = None
    labels: dict[str, str] | None = None


class EmbeddedTask(Model):
    """Tekton's `EmbeddedTask`."""

    embedded: ClassVar[frozenset[str]] = frozenset(
        {
            "displayName",
            "description",
            "params",
            "steps",
            "stepTemplate",
            "sidecars",
            "volumes",
            "workspaces",
            "results",
        }
    )

    apiVersion: str | None = None
    kind: str | None = None
    spec: object | None = None
    metadata: PipelineTaskMetadata | None = None
    displayName: str | None = None
    description: str | None = None
    params: list[ParamSpec] | None = None
    steps: list[Step] | None = None
    stepTemplate: StepTemplate | None = None
    sidecars: list[Sidecar] | None = None
    volumes: list[Volume] | None = None
    workspaces: list[WorkspaceDeclaration] | None = None
    results: list[TaskResult] | None = None


class PipelineTask(Model):
    """Tekton's `PipelineTask`."""

    name: str | None = None
    displayName: str | None = None
    description: str | None = None
    taskRef: TaskRef | None = None
    taskSpec: EmbeddedTask | None = None
    pipelineRef: PipelineRef | None = None
    pipelineSpec: PipelineSpec | None = None
    params: list[Param] | None = None
    matrix: Matrix | None = None
    workspaces: list[WorkspacePipelineTaskBinding] | None = None
    when: list[WhenExpression] | None = None
    runAfter: list[str] | None = None
    retries: int | None = None
    onError: str | None = None
    timeout: Duration | None = None


class PipelineSpec(Model):
    """Tekton's `PipelineSpec`."""

    displayName: str | None = None
    description: str | None = None
    params: list[ParamSpec] | None = None
    workspaces: list[PipelineWorkspaceDeclaration] | None = None
    tasks: list[PipelineTask] | None = None
    results: list[PipelineResult] | None = None
    finally_: list[PipelineTask] | None = Field(default=None, alias="finally")


class Pipeline(Model):
    """Tekton's `Pipeline`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: PipelineSpec | None = None
