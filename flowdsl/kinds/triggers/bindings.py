"""TriggerBinding and ClusterTriggerBinding: which params are made of an event. v1alpha1 has them alike."""

from __future__ import annotations

from flowdsl.kinds.base import Model
from flowdsl.kinds.meta import ObjectMeta
from flowdsl.kinds.triggers.base import NoStatus, Triggers


class EventParam(Model):
    """Triggers' `Param`: a text, in which `$(body.…)` stands for what the event says."""

    name: str | None = None
    value: str | None = None


class TriggerBindingSpec(Model):
    """Triggers' `TriggerBindingSpec`."""

    params: list[EventParam] | None = None


class TriggerBinding(Triggers):
    """Triggers' `TriggerBinding`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: TriggerBindingSpec | None = None
    status: NoStatus | None = None


class ClusterTriggerBinding(Triggers):
    """Triggers' `ClusterTriggerBinding`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: TriggerBindingSpec | None = None
    status: NoStatus | None = None
