"""What the controller of Triggers writes: addresses and conditions. Loaded on first use."""

from __future__ import annotations

from flowdsl.kinds.base import Model, Url
from flowdsl.kinds.meta_rare import Condition


class Address(Model):
    """Knative's `Addressable` of v1beta1."""

    name: str | None = None
    url: Url | None = None
    CACerts: str | None = None


class AlphaAddress(Model):
    """Knative's `Addressable` of v1alpha1."""

    name: str | None = None
    url: Url | None = None
    CACerts: str | None = None
    hostname: str | None = None


class InterceptorAddress(Model):
    """Knative's `Addressable`."""

    name: str | None = None
    url: Url | None = None
    CACerts: str | None = None
    audience: str | None = None


class ListenerConfiguration(Model):
    """Triggers' `EventListenerConfig`."""

    generatedName: str | None = None


class EventListenerStatus(Model):
    """Triggers' `EventListenerStatus`."""

    observedGeneration: int | None = None
    conditions: list[Condition] | None = None
    annotations: dict[str, str] | None = None
    address: Address | None = None
    addresses: list[Address] | None = None
    configuration: ListenerConfiguration | None = None


class AlphaEventListenerStatus(Model):
    """Triggers' `EventListenerStatus` of v1alpha1."""

    observedGeneration: int | None = None
    conditions: list[Condition] | None = None
    annotations: dict[str, str] | None = None
    address: AlphaAddress | None = None
    addresses: list[AlphaAddress] | None = None
    configuration: ListenerConfiguration | None = None


class InterceptorStatus(Model):
    """Triggers' `InterceptorStatus` and `ClusterInterceptorStatus`."""

    observedGeneration: int | None = None
    conditions: list[Condition] | None = None
    annotations: dict[str, str] | None = None
    address: InterceptorAddress | None = None
    addresses: list[InterceptorAddress] | None = None
