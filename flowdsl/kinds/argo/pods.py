"""The pods in which an EventSource or a Sensor works, and the Service in front. Loaded on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.argo.shared import ArgoMetadata
from flowdsl.kinds.base import Int32, IntOrString, Model
from flowdsl.kinds.containers import EnvFromSource, EnvVar, ResourceRequirements, SecurityContext, VolumeMount
from flowdsl.kinds.later import later
from flowdsl.kinds.meta import LocalObjectReference

if TYPE_CHECKING:
    from flowdsl.kinds.affinity import Affinity
    from flowdsl.kinds.pod_security import PodSecurityContext
    from flowdsl.kinds.scheduling import Toleration
    from flowdsl.kinds.volumes import Volume
else:
    later(globals(), "flowdsl.kinds.affinity", "Affinity")
    later(globals(), "flowdsl.kinds.pod_security", "PodSecurityContext")
    later(globals(), "flowdsl.kinds.scheduling", "Toleration")
    later(globals(), "flowdsl.kinds.volumes", "Volume")


class ArgoContainer(Model):
    """Argo Events' `Container`."""

    resources: ResourceRequirements | None = None
    imagePullPolicy: str | None = None
    securityContext: SecurityContext | None = None
    volumeMounts: list[VolumeMount] | None = None
    env: list[EnvVar] | None = None
    envFrom: list[EnvFromSource] | None = None


class ArgoTemplate(Model):
    """Argo Events' `Template`."""

    metadata: ArgoMetadata | None = None
    serviceAccountName: str | None = None
    container: ArgoContainer | None = None
    volumes: list[Volume] | None = None
    securityContext: PodSecurityContext | None = None
    nodeSelector: dict[str, str] | None = None
    tolerations: list[Toleration] | None = None
    imagePullSecrets: list[LocalObjectReference] | None = None
    priorityClassName: str | None = None
    priority: Int32 | None = None
    affinity: Affinity | None = None


class ContainerTemplate(Model):
    """Argo Events' `ContainerTemplate`."""

    resources: ResourceRequirements | None = None
    imagePullPolicy: str | None = None
    securityContext: SecurityContext | None = None


class ServicePort(Model):
    """Kubernetes' `ServicePort`."""

    name: str | None = None
    protocol: str | None = None
    appProtocol: str | None = None
    port: Int32 | None = None
    targetPort: IntOrString | None = None
    nodePort: Int32 | None = None


class EventSourceService(Model):
    """Argo Events' `Service`."""

    metadata: ArgoMetadata | None = None
    ports: list[ServicePort] | None = None
    clusterIP: str | None = None
