"""Pods and their containers, as other objects hold them: what listens for events, what a timer starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.base import Model, Quantity
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
from flowdsl.kinds.meta import LocalObjectReference, ObjectMeta
from flowdsl.kinds.volumes import Volume

if TYPE_CHECKING:
    from flowdsl.kinds.affinity import Affinity, TopologySpreadConstraint
    from flowdsl.kinds.pod_security import PodSecurityContext
    from flowdsl.kinds.pods_rare import (
        ContainerResizePolicy,
        ContainerRestartRule,
        EphemeralContainer,
        PodOS,
        PodReadinessGate,
        PodResourceClaim,
        PodSchedulingGate,
        PodSchedulingGroup,
    )
    from flowdsl.kinds.probes import Lifecycle, Probe
    from flowdsl.kinds.scheduling import HostAlias, PodDNSConfig, Toleration
else:
    later(globals(), "flowdsl.kinds.affinity", "Affinity", "TopologySpreadConstraint")
    later(globals(), "flowdsl.kinds.pod_security", "PodSecurityContext")
    later(
        globals(),
        "flowdsl.kinds.pods_rare",
        *("ContainerResizePolicy", "ContainerRestartRule", "EphemeralContainer", "PodOS", "PodReadinessGate"),
        *("PodResourceClaim", "PodSchedulingGate", "PodSchedulingGroup"),
    )
    later(globals(), "flowdsl.kinds.probes", "Lifecycle", "Probe")
    later(globals(), "flowdsl.kinds.scheduling", "HostAlias", "PodDNSConfig", "Toleration")


class Container(Model):
    """Kubernetes's `Container`."""

    name: str | None = None
    image: str | None = None
    command: list[str] | None = None
    args: list[str] | None = None
    workingDir: str | None = None
    ports: list[ContainerPort] | None = None
    envFrom: list[EnvFromSource] | None = None
    env: list[EnvVar] | None = None
    resources: ResourceRequirements | None = None
    resizePolicy: list[ContainerResizePolicy] | None = None
    restartPolicy: str | None = None
    restartPolicyRules: list[ContainerRestartRule] | None = None
    volumeMounts: list[VolumeMount] | None = None
    volumeDevices: list[VolumeDevice] | None = None
    livenessProbe: Probe | None = None
    readinessProbe: Probe | None = None
    startupProbe: Probe | None = None
    lifecycle: Lifecycle | None = None
    terminationMessagePath: str | None = None
    terminationMessagePolicy: str | None = None
    imagePullPolicy: str | None = None
    securityContext: SecurityContext | None = None
    stdin: bool | None = None
    stdinOnce: bool | None = None
    tty: bool | None = None


class PodSpec(Model):
    """Kubernetes's `PodSpec`."""

    volumes: list[Volume] | None = None
    initContainers: list[Container] | None = None
    containers: list[Container] | None = None
    ephemeralContainers: list[EphemeralContainer] | None = None
    restartPolicy: str | None = None
    terminationGracePeriodSeconds: int | None = None
    activeDeadlineSeconds: int | None = None
    dnsPolicy: str | None = None
    nodeSelector: dict[str, str] | None = None
    serviceAccountName: str | None = None
    serviceAccount: str | None = None
    automountServiceAccountToken: bool | None = None
    nodeName: str | None = None
    hostNetwork: bool | None = None
    hostPID: bool | None = None
    hostIPC: bool | None = None
    shareProcessNamespace: bool | None = None
    securityContext: PodSecurityContext | None = None
    imagePullSecrets: list[LocalObjectReference] | None = None
    hostname: str | None = None
    subdomain: str | None = None
    affinity: Affinity | None = None
    schedulerName: str | None = None
    tolerations: list[Toleration] | None = None
    hostAliases: list[HostAlias] | None = None
    priorityClassName: str | None = None
    priority: int | None = None
    dnsConfig: PodDNSConfig | None = None
    readinessGates: list[PodReadinessGate] | None = None
    runtimeClassName: str | None = None
    enableServiceLinks: bool | None = None
    preemptionPolicy: str | None = None
    overhead: dict[str, Quantity] | None = None
    topologySpreadConstraints: list[TopologySpreadConstraint] | None = None
    setHostnameAsFQDN: bool | None = None
    os: PodOS | None = None
    hostUsers: bool | None = None
    schedulingGates: list[PodSchedulingGate] | None = None
    resourceClaims: list[PodResourceClaim] | None = None
    resources: ResourceRequirements | None = None
    hostnameOverride: str | None = None
    schedulingGroup: PodSchedulingGroup | None = None


class PodTemplateSpec(Model):
    """Kubernetes's `PodTemplateSpec`."""

    metadata: ObjectMeta | None = None
    spec: PodSpec | None = None
