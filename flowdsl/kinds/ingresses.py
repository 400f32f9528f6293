"""Ingress: https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.base import Int32, Model
from flowdsl.kinds.kubernetes import Kubernetes
from flowdsl.kinds.later import later
from flowdsl.kinds.meta import ObjectMeta

if TYPE_CHECKING:
    from flowdsl.kinds.meta_rare import TypedLocalObjectReference
else:
    later(globals(), "flowdsl.kinds.meta_rare", "TypedLocalObjectReference")


class ServiceBackendPort(Model):
    """Kubernetes's `ServiceBackendPort`."""

    name: str | None = None
    number: Int32 | None = None


class IngressServiceBackend(Model):
    """Kubernetes's `IngressServiceBackend`."""

    name: str | None = None
    port: ServiceBackendPort | None = None


class IngressBackend(Model):
    """Kubernetes's `IngressBackend`."""

    service: IngressServiceBackend | None = None
    resource: TypedLocalObjectReference | None = None


class HTTPIngressPath(Model):
    """Kubernetes's `HTTPIngressPath`."""

    path: str | None = None
    pathType: str | None = None
    backend: IngressBackend | None = None


class HTTPIngressRuleValue(Model):
    """Kubernetes's `HTTPIngressRuleValue`."""

    paths: list[HTTPIngressPath] | None = None


class IngressRule(Model):
    """Kubernetes's `IngressRule`."""

    host: str | None = None
    http: HTTPIngressRuleValue | None = None


class IngressTLS(Model):
    """Kubernetes's `IngressTLS`."""

    hosts: list[str] | None = None
    secretName: str | None = None


class IngressSpec(Model):
    """Kubernetes's `IngressSpec`."""

    ingressClassName: str | None = None
    defaultBackend: IngressBackend | None = None
    tls: list[IngressTLS] | None = None
    rules: list[IngressRule] | None = None


class Ingress(Kubernetes):
    """Kubernetes's `Ingress`."""

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: IngressSpec | None = None
    status: object | None = None
