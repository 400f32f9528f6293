"""ObjectMeta and the small types that every object shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.base import Model, Timestamp
from flowdsl.kinds.later import later

if TYPE_CHECKING:
    from flowdsl.kinds.meta_rare import ManagedFieldsEntry, OwnerReference
else:
    later(globals(), "flowdsl.kinds.meta_rare", "ManagedFieldsEntry", "OwnerReference")


class ObjectMeta(Model):
    """Kubernetes's `ObjectMeta`."""

    generateName: str | None = None
    name: str | None = None
    namespace: str | None = None
    annotations: dict[str, str] | None = None
    creationTimestamp: Timestamp | None = None
    deletionGracePeriodSeconds: int | None = None
    deletionTimestamp: Timestamp | None = None
    finalizers: list[str] | None = None
    generation: int | None = None
    labels: dict[str, str] | None = None
    managedFields: list[ManagedFieldsEntry] | None = None
    ownerReferences: list[OwnerReference] | None = None
    resourceVersion: str | None = None
    selfLink: str | None = None
    uid: str | None = None


class LocalObjectReference(Model):
    """Kubernetes's `LocalObjectReference`."""

    name: str | None = None
