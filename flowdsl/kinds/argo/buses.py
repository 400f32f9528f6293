"""EventBus: what carries events from EventSources to Sensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.argo.base import ArgoEvents
from flowdsl.kinds.argo.shared import ArgoMetadata, SASLConfig, TLSConfig
from flowdsl.kinds.base import Int32, Model, Quantity, Uint64
from flowdsl.kinds.containers import SecretKeySelector
from flowdsl.kinds.later import later
from flowdsl.kinds.meta import LocalObjectReference, ObjectMeta

if TYPE_CHECKING:
    from flowdsl.kinds.affinity import Affinity
    from flowdsl.kinds.argo.pods import ContainerTemplate
    from flowdsl.kinds.argo.queues import KafkaConsumerGroup
    from flowdsl.kinds.argo.status import EventBusStatus
    from flowdsl.kinds.pod_security import PodSecurityContext
    from flowdsl.kinds.scheduling import Toleration
else:
    later(globals(), "flowdsl.kinds.affinity", "Affinity")
    later(globals(), "flowdsl.kinds.argo.pods", "ContainerTemplate")
    later(globals(), "flowdsl.kinds.argo.queues", "KafkaConsumerGroup")
    later(globals(), "flowdsl.kinds.argo.status", "EventBusStatus")
    later(globals(), "flowdsl.kinds.pod_security", "PodSecurityContext")
    later(globals(), "flowdsl.kinds.scheduling", "Toleration")


class PersistenceStrategy(Model):
    """Argo Events' `PersistenceStrategy`."""

    storageClassName: str | None = None
    accessMode: str | None = None
    volumeSize: Quantity | None = None


class NativeStrategy(Model):
    """Argo Events' `NativeStrategy`."""

    replicas: Int32 | None = None
    auth: str | None = None
    persistence: PersistenceStrategy | None = None
    containerTemplate: ContainerTemplate | None = None
    metricsContainerTemplate: ContainerTemplate | None = None
    nodeSelector: dict[str, str] | None = None
    tolerations: list[Toleration] | None = None
    metadata: ArgoMetadata | None = None
    securityContext: PodSecurityContext | None = None
    maxAge: str | None = None
    imagePullSecrets: list[LocalObjectReference] | None = None
    serviceAccountName: str | None = None
    priorityClassName: str | None = None
    priority: Int32 | None = None
    affinity: Affinity | None = None
    maxMsgs: Uint64 | None = None
    maxBytes: str | None = None
    maxSubs: Uint64 | None = None
    maxPayload: str | None = None
    raftHeartbeatTimeout: str | None = None
    raftElectionTimeout: str | None = None
    raftLeaseTimeout: str | None = None
    raftCommitTimeout: str | None = None


class NATSConfig(Model):
    """Argo Events' `NATSConfig`."""

    url: str | None = None
    clusterID: str | None = None
    auth: str | None = None
    accessSecret: SecretKeySelector | None = None


class NATSBus(Model):
    """Argo Events' `NATSBus`."""

    native: NativeStrategy | None = None
    exotic: NATSConfig | None = None


class JetStreamConfig(Model):
    """Argo Events' `JetStreamConfig`."""

    url: str | None = None
    accessSecret: SecretKeySelector | None = None
    streamConfig: str | None = None
    tls: TLSConfig | None = None


class JetStreamBus(Model):
    """Argo Events' `JetStreamBus`."""

    version: str | None = None
    replicas: Int32 | None = None
    containerTemplate: ContainerTemplate | None = None
    reloaderContainerTemplate: ContainerTemplate | None = None
    metricsContainerTemplate: ContainerTemplate | None = None
    persistence: PersistenceStrategy | None = None
    metadata: ArgoMetadata | None = None
    nodeSelector: dict[str, str] | None = None
    tolerations: list[Toleration] | None = None
    securityContext: PodSecurityContext | None = None
    imagePullSecrets: list[LocalObjectReference] | None = None
    priorityClassName: str | None = None
    priority: Int32 | None = None
    affinity: Affinity | None = None
    serviceAccountName: str | None = None
    settings: str | None = None
    startArgs: list[str] | None = None
    streamConfig: str | None = None
    maxPayload: str | None = None


class KafkaBus(Model):
    """Argo Events' `KafkaBus`."""

    url: str | None = None
    topic: str | None = None
    version: str | None = None
    tls: TLSConfig | None = None
    sasl: SASLConfig | None = None
    consumerGroup: KafkaConsumerGroup | None = None
    partitioner: str | None = None


class EventBusSpec(Model):
    """Argo Events' `EventBusSpec`."""

    nats: NATSBus | None = None
    jetstream: JetStreamBus | None = None
    kafka: KafkaBus | None = None
    jetstreamExotic: JetStreamConfig | None = None


class EventBus(ArgoEvents):
    """Argo Events' `EventBus`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: EventBusSpec | None = None
    status: EventBusStatus | None = None
