"""PersistentVolumeClaim, alone and as a template of claims.

https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/persistent-volume-claim-v1/
"""

from __future__ import annotations

from flowdsl.kinds.base import Model, Quantity, Timestamp
from flowdsl.kinds.kubernetes import Kubernetes
from flowdsl.kinds.meta import ObjectMeta
from flowdsl.kinds.meta_rare import LabelSelector, TypedLocalObjectReference, TypedObjectReference


class ModifyVolumeStatus(Model):
    """Kubernetes's `ModifyVolumeStatus`."""

    status: str | None = None
    targetVolumeAttributesClassName: str | None = None


class PersistentVolumeClaim(Kubernetes):
    """Kubernetes's `PersistentVolumeClaim`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: PersistentVolumeClaimSpec | None = None
    status: PersistentVolumeClaimStatus | None = None


class PersistentVolumeClaimCondition(Model):
    """Kubernetes's `PersistentVolumeClaimCondition`."""

    type: str | None = None
    lastProbeTime: Timestamp | None = None
    lastTransitionTime: Timestamp | None = None
    message: str | None = None
    reason: str | None = None
    status: str | None = None


class PersistentVolumeClaimSpec(Model):
    """Kubernetes's `PersistentVolumeClaimSpec`."""

    accessModes: list[str] | None = None
    dataSource: TypedLocalObjectReference | None = None
    dataSourceRef: TypedObjectReference | None = None
    resources: VolumeResourceRequirements | None = None
    selector: LabelSelector | None = None
    storageClassName: str | None = None
    volumeAttributesClassName: str | None = None
    volumeMode: str | None = None
    volumeName: str | None = None


class PersistentVolumeClaimStatus(Model):
    """Kubernetes's `PersistentVolumeClaimStatus`."""

    accessModes: list[str] | None = None
    allocatedResourceStatuses: dict[str, str] | None = None
    allocatedResources: dict[str, Quantity] | None = None
    capacity: dict[str, Quantity] | None = None
    conditions: list[PersistentVolumeClaimCondition] | None = None
    currentVolumeAttributesClassName: str | None = None
    healthStatus: VolumeHealthStatus | None = None
    modifyVolumeStatus: ModifyVolumeStatus | None = None
    phase: str | None = None


class VolumeHealthCondition(Model):
    """Kubernetes's `VolumeHealthCondition`."""

    message: str | None = None
    reason: str | None = None
    status: str | None = None


class VolumeHealthStatus(Model):
    """Kubernetes's `VolumeHealthStatus`."""

    healthConditions: list[VolumeHealthCondition] | None = None
    lastTransitionTime: Timestamp | None = None


class VolumeResourceRequirements(Model):
    """Kubernetes's `VolumeResourceRequirements`."""

    limits: dict[str, Quantity] | None = None
    requests: dict[str, Quantity] | None = None
