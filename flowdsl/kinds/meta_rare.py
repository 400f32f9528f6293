"""Small types that few objects have: conditions, selectors, owners, references by type. Loaded on first use."""

from __future__ import annotations

from flowdsl.kinds.base import Model, Timestamp


class Condition(Model):
    """Kubernetes's `Condition`."""

    type: str | None = None
    lastTransitionTime: Timestamp | None = None
    message: str | None = None
    reason: str | None = None
    severity: str | None = None
    status: str | None = None


class LabelSelector(Model):
    """Kubernetes's `LabelSelector`."""

    matchExpressions: list[LabelSelectorRequirement] | None = None
    matchLabels: dict[str, str] | None = None


class LabelSelectorRequirement(Model):
    """Kubernetes's `LabelSelectorRequirement`."""

    key: str | None = None
    operator: str | None = None
    values: list[str] | None = None


class ManagedFieldsEntry(Model):
    """Kubernetes's `ManagedFieldsEntry`."""

    apiVersion: str | None = None
    fieldsType: str | None = None
    fieldsV1: object | None = None
    manager: str | None = None
    operation: str | None = None
    subresource: str | None = None
    time: Timestamp | None = None


class OwnerReference(Model):
    """Kubernetes's `OwnerReference`."""

    apiVersion: str | None = None
    kind: str | None = None
    name: str | None = None
    blockOwnerDeletion: bool | None = None
    controller: bool | None = None
    uid: str | None = None


class TypedLocalObjectReference(Model):
    """Kubernetes's `TypedLocalObjectReference`."""

    kind: str | None = None
    name: str | None = None
    apiGroup: str | None = None


class TypedObjectReference(Model):
    """Kubernetes's `TypedObjectReference`."""

    kind: str | None = None
    name: str | None = None
    namespace: str | None = None
    apiGroup: str | None = None


class ObjectReference(Model):
    """Kubernetes's `ObjectReference`."""

    kind: str | None = None
    namespace: str | None = None
    name: str | None = None
    uid: str | None = None
    apiVersion: str | None = None
    resourceVersion: str | None = None
    fieldPath: str | None = None
