"""Which nodes and neighbours a pod wants, and how pods spread. Loaded on first use."""

from __future__ import annotations

from flowdsl.kinds.base import Model
from flowdsl.kinds.meta_rare import LabelSelector


class Affinity(Model):
    """Kubernetes's `Affinity`."""

    nodeAffinity: NodeAffinity | None = None
    podAffinity: PodAffinity | None = None
    podAntiAffinity: PodAntiAffinity | None = None


class NodeAffinity(Model):
    """Kubernetes's `NodeAffinity`."""

    preferredDuringSchedulingIgnoredDuringExecution: list[PreferredSchedulingTerm] | None = None
    requiredDuringSchedulingIgnoredDuringExecution: NodeSelector | None = None


class NodeSelector(Model):
    """Kubernetes's `NodeSelector`."""

    nodeSelectorTerms: list[NodeSelectorTerm] | None = None


class NodeSelectorRequirement(Model):
    """Kubernetes's `NodeSelectorRequirement`."""

    key: str | None = None
    operator: str | None = None
    values: list[str] | None = None


class NodeSelectorTerm(Model):
    """Kubernetes's `NodeSelectorTerm`."""

    matchExpressions: list[NodeSelectorRequirement] | None = None
    matchFields: list[NodeSelectorRequirement] | None = None


class PodAffinity(Model):
    """Kubernetes's `PodAffinity`."""

    preferredDuringSchedulingIgnoredDuringExecution: list[WeightedPodAffinityTerm] | None = None
    requiredDuringSchedulingIgnoredDuringExecution: list[PodAffinityTerm] | None = None


class PodAffinityTerm(Model):
    """Kubernetes's `PodAffinityTerm`."""

    labelSelector: LabelSelector | None = None
    matchLabelKeys: list[str] | None = None
    mismatchLabelKeys: list[str] | None = None
    namespaceSelector: LabelSelector | None = None
    namespaces: list[str] | None = None
    topologyKey: str | None = None


class PodAntiAffinity(Model):
    """Kubernetes's `PodAntiAffinity`."""

    preferredDuringSchedulingIgnoredDuringExecution: list[WeightedPodAffinityTerm] | None = None
    requiredDuringSchedulingIgnoredDuringExecution: list[PodAffinityTerm] | None = None


class PreferredSchedulingTerm(Model):
    """Kubernetes's `PreferredSchedulingTerm`."""

    preference: NodeSelectorTerm | None = None
    weight: int | None = None


class WeightedPodAffinityTerm(Model):
    """Kubernetes's `WeightedPodAffinityTerm`."""

    podAffinityTerm: PodAffinityTerm | None = None
    weight: int | None = None


class TopologySpreadConstraint(Model):
    """Kubernetes's `TopologySpreadConstraint`."""

    labelSelector: LabelSelector | None = None
    matchLabelKeys: list[str] | None = None
    maxSkew: int | None = None
    minDomains: int | None = None
    nodeAffinityPolicy: str | None = None
    nodeTaintsPolicy: str | None = None
    topologyKey: str | None = None
    whenUnsatisfiable: str | None = None
