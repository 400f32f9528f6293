"""Params, results, matrix, when and workspaces: what tasks and pipelines have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.base import Model, ParamValue
from flowdsl.kinds.later import later
from flowdsl.kinds.volumes import (
    ConfigMapVolumeSource,
    EmptyDirVolumeSource,
    PersistentVolumeClaimVolumeSource,
    SecretVolumeSource,
)

if TYPE_CHECKING:
    from flowdsl.kinds.claims import PersistentVolumeClaim
    from flowdsl.kinds.volumes_rare import CSIVolumeSource, ProjectedVolumeSource
else:
    later(globals(), "flowdsl.kinds.claims", "PersistentVolumeClaim")
    later(globals(), "flowdsl.kinds.volumes_rare", "CSIVolumeSource", "ProjectedVolumeSource")


class Param(Model):
    """Tekton's `Param`."""

    name: str | None = None
    value: ParamValue | None = None


class PropertySpec(Model):
    """Tekton's `PropertySpec`."""

    type: str | None = None


class ParamSpec(Model):
    """Tekton's `ParamSpec`."""

    name: str | None = None
    description: str | None = None
    type: str | None = None
    properties: dict[str, PropertySpec] | None = None
    enum: list[str] | None = None
    default: ParamValue | None = None


class PipelineTaskParam(Model):
    """Tekton's `PipelineTaskParam`."""

    name: str | None = None
    value: str | None = None


class IncludeParams(Model):
    """Tekton's `IncludeParams`."""

    name: str | None = None
    params: list[Param] | None = None


class Matrix(Model):
    """Tekton's `Matrix`."""

    params: list[Param] | None = None
    include: list[IncludeParams] | None = None


class WhenExpression(Model):
    """Tekton's `WhenExpression`."""

    input: str | None = None
    operator: str | None = None
    values: list[str] | None = None
    cel: str | None = None


class TaskResult(Model):
    """Tekton's `TaskResult`."""

    name: str | None = None
    description: str | None = None
    type: str | None = None
    properties: dict[str, PropertySpec] | None = None
    value: ParamValue | None = None


class StepResult(Model):
    """Tekton's `StepResult`."""

    name: str | None = None
    description: str | None = None
    type: str | None = None
    properties: dict[str, PropertySpec] | None = None


class PipelineResult(Model):
    """Tekton's `PipelineResult`."""

    name: str | None = None
    description: str | None = None
    type: str | None = None
    value: ParamValue | None = None


class ResultRef(Model):
    """Tekton's `ResultRef`."""

    pipelineTask: str | None = None
    property: str | None = None
    result: str | None = None
    resultsIndex: int | None = None


class WorkspaceDeclaration(Model):
    """Tekton's `WorkspaceDeclaration`."""

    name: str | None = None
    description: str | None = None
    mountPath: str | None = None
    readOnly: bool | None = None
    optional: bool | None = None


class PipelineWorkspaceDeclaration(Model):
    """Tekton's `PipelineWorkspaceDeclaration`."""

    name: str | None = None
    description: str | None = None
    optional: bool | None = None


class WorkspacePipelineTaskBinding(Model):
    """Tekton's `WorkspacePipelineTaskBinding`."""

    name: str | None = None
    workspace: str | None = None
    subPath: str | None = None


class WorkspaceUsage(Model):
    """Tekton's `WorkspaceUsage`."""

    name: str | None = None
    mountPath: str | None = None


class WorkspaceBinding(Model):
    """Tekton's `WorkspaceBinding`."""

    name: str | None = None
    subPath: str | None = None
    persistentVolumeClaim: PersistentVolumeClaimVolumeSource | None = None
    volumeClaimTemplate: PersistentVolumeClaim | None = None
    emptyDir: EmptyDirVolumeSource | None = None
    configMap: ConfigMapVolumeSource | None = None
    secret: SecretVolumeSource | None = None
    projected: ProjectedVolumeSource | None = None
    csi: CSIVolumeSource | None = None


class ResolverRef(Model):
    """Tekton's `ResolverRef`."""

    resolver: str | None = None
    params: list[Param] | None = None
