"""Service and ServiceAccount: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.base import Int32, IntOrString, Model
from flowdsl.kinds.kubernetes import Kubernetes
from flowdsl.kinds.later import later
from flowdsl.kinds.meta import LocalObjectReference, ObjectMeta

if TYPE_CHECKING:
    from flowdsl.kinds.meta_rare import ObjectReference
else:
    later(globals(), "flowdsl.kinds.meta_rare", "ObjectReference")


class PortOfService(Model):
    """Kubernetes's `ServicePort`."""

    name: str | None = None
    protocol: str | None = None
    appProtocol: str | None = None
    port: Int32 | None = None
    targetPort: IntOrString | None = None
    nodePort: Int32 | None = None


class ClientIPConfig(Model):
    """Kubernetes's `ClientIPConfig`."""

    timeoutSeconds: Int32 | None = None


class SessionAffinityConfig(Model):
    """Kubernetes's `SessionAffinityConfig`."""

    clientIP: ClientIPConfig | None = None


class ServiceSpec(Model):
    """Kubernetes's `ServiceSpec`."""

    ports: list[PortOfService] | None = None
    selector: dict[str, str] | None = None
    clusterIP: str | None = None
    clusterIPs: list[str] | None = None
    type: str | None = None
    externalIPs: list[str] | None = None
    sessionAffinity: str | None = None
    loadBalancerIP: str | None = None
    loadBalancerSourceRanges: list[str] | None = None
    externalName: str | None = None
    externalTrafficPolicy: str | None = None
    healthCheckNodePort: Int32 | None = None
    publishNotReadyAddresses: bool | None = None
    sessionAffinityConfig: SessionAffinityConfig | None = None
    ipFamilies: list[str] | None = None
    ipFamilyPolicy: str | None = None
    allocateLoadBalancerNodePorts: bool | None = None
    loadBalancerClass: str | None = None
    internalTrafficPolicy: str | None = None
    trafficDistribution: str | None = None


class Service(Kubernetes):
    """Kubernetes's `Service`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: ServiceSpec | None = None
    status: object | None = None


class ServiceAccount(Kubernetes):
    """Kubernetes's `ServiceAccount`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    secrets: list[ObjectReference] | None = None
    imagePullSecrets: list[LocalObjectReference] | None = None
    automountServiceAccountToken: bool | None = None
