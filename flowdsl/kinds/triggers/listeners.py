"""EventListener: what waits for events, and which triggers it asks about each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.base import Int32, Model
from flowdsl.kinds.later import later
from flowdsl.kinds.meta import ObjectMeta
from flowdsl.kinds.meta_rare import LabelSelector
from flowdsl.kinds.triggers.base import Triggers
from flowdsl.kinds.triggers.interceptors import TriggerInterceptor
from flowdsl.kinds.triggers.triggers import TriggerSpecBinding, TriggerSpecTemplate

if TYPE_CHECKING:
    from flowdsl.kinds.pods import PodTemplateSpec
    from flowdsl.kinds.triggers.status import EventListenerStatus
else:
    later(globals(), "flowdsl.kinds.pods", "PodTemplateSpec")
    later(globals(), "flowdsl.kinds.triggers.status", "EventListenerStatus")


class NamespaceSelector(Model):
    """Triggers' `NamespaceSelector`."""

    matchNames: list[str] | None = None


class WithPodSpec(Model):
    """Knative's `WithPodSpec`: of the pod that listens, what may be set."""

    template: PodTemplateSpec | None = None


class CustomListener(Triggers):
    """Knative's `WithPod`: what Triggers reads of a custom resource."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: WithPodSpec | None = None


class ListenerDeployment(Model):
    """Triggers' `KubernetesResource`: the Deployment and the Service of a listener."""

    replicas: Int32 | None = None
    serviceType: str | None = None
    servicePort: Int32 | None = None
    serviceLoadBalancerClass: str | None = None
    spec: WithPodSpec | None = None


class ListenerResources(Model):
    """Triggers' `Resources`."""

    kubernetesResource: ListenerDeployment | None = None
    customResource: object | None = None


class EventListenerTrigger(Model):
    """Triggers' `EventListenerTrigger`."""

    bindings: list[TriggerSpecBinding] | None = None
    template: TriggerSpecTemplate | None = None
    triggerRef: str | None = None
    name: str | None = None
    interceptors: list[TriggerInterceptor] | None = None
    serviceAccountName: str | None = None


class TriggerSelector(Model):
    """Triggers' `EventListenerTriggerSelector`."""

    namespaceSelector: NamespaceSelector | None = None
    labelSelector: LabelSelector | None = None


class TriggerGroup(Model):
    """Triggers' `EventListenerTriggerGroup`."""

    name: str | None = None
    interceptors: list[TriggerInterceptor] | None = None
    triggerSelector: TriggerSelector | None = None


class EventListenerSpec(Model):
    """Triggers' `EventListenerSpec`."""

    serviceAccountName: str | None = None
    triggers: list[EventListenerTrigger] | None = None
    triggerGroups: list[TriggerGroup] | None = None
    namespaceSelector: NamespaceSelector | None = None
    labelSelector: LabelSelector | None = None
    resources: ListenerResources | None = None
    cloudEventURI: str | None = None


class EventListener(Triggers):
    """Triggers' `EventListener`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: EventListenerSpec | None = None
    status: EventListenerStatus | None = None
