"""What the controllers of Argo Events write. Loaded on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.base import Model, Timestamp
from flowdsl.kinds.later import later

if TYPE_CHECKING:
    from flowdsl.kinds.argo.buses import JetStreamConfig, KafkaBus, NATSConfig
else:
    later(globals(), "flowdsl.kinds.argo.buses", "JetStreamConfig", "KafkaBus", "NATSConfig")


class ArgoCondition(Model):
    """Argo Events' `Condition`."""

    type: str | None = None
    status: str | None = None
    lastTransitionTime: Timestamp | None = None
    reason: str | None = None
    message: str | None = None


class EventSourceStatus(Model):
    """Argo Events' `EventSourceStatus`."""

    conditions: list[ArgoCondition] | None = None


class SensorStatus(Model):
    """Argo Events' `SensorStatus`."""

    conditions: list[ArgoCondition] | None = None


class BusConfig(Model):
    """Argo Events' `BusConfig`."""

    nats: NATSConfig | None = None
    jetstream: JetStreamConfig | None = None
    kafka: KafkaBus | None = None


class EventBusStatus(Model):
    """Argo Events' `EventBusStatus`."""

    conditions: list[ArgoCondition] | None = None
    config: BusConfig | None = None
