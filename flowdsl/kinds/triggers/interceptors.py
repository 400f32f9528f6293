"""Interceptors: as a trigger names them, and ClusterInterceptor and Interceptor, which say where they are served."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.base import Bytes, Int32, Model, Url
from flowdsl.kinds.later import later
from flowdsl.kinds.meta import ObjectMeta
from flowdsl.kinds.params import Param
from flowdsl.kinds.triggers.base import Triggers

if TYPE_CHECKING:
    from flowdsl.kinds.meta_rare import ObjectReference
    from flowdsl.kinds.triggers.status import InterceptorStatus
else:
    later(globals(), "flowdsl.kinds.meta_rare", "ObjectReference")
    later(globals(), "flowdsl.kinds.triggers.status", "InterceptorStatus")


class InterceptorParam(Model):
    """Triggers' `InterceptorParams`: any JSON by name."""

    name: str | None = None
    value: object | None = None


class InterceptorRef(Model):
    """Triggers' `InterceptorRef`."""

    name: str | None = None
    kind: str | None = None
    apiVersion: str | None = None


class WebhookInterceptor(Model):
    """Triggers' `WebhookInterceptor`: a Service of the user's own that is asked about each event."""

    objectRef: ObjectReference | None = None
    url: Url | None = None
    header: list[Param] | None = None


class TriggerInterceptor(Model):
    """Triggers' `TriggerInterceptor`."""

    name: str | None = None
    ref: InterceptorRef | None = None
    params: list[InterceptorParam] | None = None
    webhook: WebhookInterceptor | None = None


class InterceptorService(Model):
    """Triggers' `ServiceReference`."""

    name: str | None = None
    namespace: str | None = None
    path: str | None = None
    port: Int32 | None = None


class InterceptorClient(Model):
    """Triggers' `ClientConfig`."""

    caBundle: Bytes | None = None
    url: Url | None = None
    service: InterceptorService | None = None


class InterceptorSpec(Model):
    """Triggers' `InterceptorSpec` and `ClusterInterceptorSpec`."""

    clientConfig: InterceptorClient | None = None


class ClusterInterceptor(Triggers):
    """Triggers' `ClusterInterceptor`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: InterceptorSpec | None = None
    status: InterceptorStatus | None = None


class Interceptor(Triggers):
    """Triggers' `Interceptor`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: InterceptorSpec | None = None
    status: InterceptorStatus | None = None
