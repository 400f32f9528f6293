"""Roles and their bindings: https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.base import Model
from flowdsl.kinds.kubernetes import Kubernetes
from flowdsl.kinds.later import later
from flowdsl.kinds.meta import ObjectMeta

if TYPE_CHECKING:
    from flowdsl.kinds.meta_rare import LabelSelector
else:
    later(globals(), "flowdsl.kinds.meta_rare", "LabelSelector")


class PolicyRule(Model):
    """Kubernetes's `PolicyRule`."""

    apiGroups: list[str] | None = None
    resources: list[str] | None = None
    verbs: list[str] | None = None
    resourceNames: list[str] | None = None
    nonResourceURLs: list[str] | None = None


class AggregationRule(Model):
    """Kubernetes's `AggregationRule`."""

    clusterRoleSelectors: list[LabelSelector] | None = None


class Subject(Model):
    """Kubernetes's `Subject`: who is given the rights."""

    kind: str | None = None
    apiGroup: str | None = None
    name: str | None = None
    namespace: str | None = None


class RoleRef(Model):
    """Kubernetes's `RoleRef`."""

    apiGroup: str | None = None
    kind: str | None = None
    name: str | None = None


class Role(Kubernetes):
    """Kubernetes's `Role`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    rules: list[PolicyRule] | None = None


class ClusterRole(Kubernetes):
    """Kubernetes's `ClusterRole`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    aggregationRule: AggregationRule | None = None
    rules: list[PolicyRule] | None = None


class RoleBinding(Kubernetes):
    """Kubernetes's `RoleBinding`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    subjects: list[Subject] | None = None
    roleRef: RoleRef | None = None


class ClusterRoleBinding(Kubernetes):
    """Kubernetes's `ClusterRoleBinding`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    subjects: list[Subject] | None = None
    roleRef: RoleRef | None = None
