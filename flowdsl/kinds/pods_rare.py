"""What few pods say: gates, claims on devices, rules of restarting, containers for debugging. Loaded on first use."""

from __future__ import annotations

from flowdsl.kinds.base import Model
from flowdsl.kinds.pods import Container


class ContainerResizePolicy(Model):
    """Kubernetes's `ContainerResizePolicy`."""

    resourceName: str | None = None
    restartPolicy: str | None = None


class ContainerRestartRuleOnExitCodes(Model):
    """Kubernetes's `ContainerRestartRuleOnExitCodes`."""

    operator: str | None = None
    values: list[int] | None = None


class ContainerRestartRule(Model):
    """Kubernetes's `ContainerRestartRule`."""

    action: str | None = None
    exitCodes: ContainerRestartRuleOnExitCodes | None = None


class EphemeralContainer(Container):
    """Kubernetes's `EphemeralContainer`."""

    targetContainerName: str | None = None


class PodOS(Model):
    """Kubernetes's `PodOS`."""

    name: str | None = None


class PodReadinessGate(Model):
    """Kubernetes's `PodReadinessGate`."""

    conditionType: str | None = None


class PodResourceClaim(Model):
    """Kubernetes's `PodResourceClaim`."""

    name: str | None = None
    resourceClaimName: str | None = None
    resourceClaimTemplateName: str | None = None


class PodSchedulingGate(Model):
    """Kubernetes's `PodSchedulingGate`."""

    name: str | None = None


class PodSchedulingGroup(Model):
    """Kubernetes's `PodSchedulingGroup`."""

    podGroupName: str | None = None
