"""How the listener is reached from outside: an Ingress or an HTTPRoute, with TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.events.documents import Starts
from flowdsl.kinds.table import HTTP_ROUTE, INGRESS

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import Document


def exposure(starts: Starts, name: str, service: str, port: int) -> list[Document]:
    """What `expose` of the settings asks for, under this name, in front of a Service; nothing without it."""
    if starts.settings.expose == "ingress":
        return [_ingress(starts, name, service, port)]
    return [_route(starts, name, service, port)] if starts.settings.expose == "httproute" else []


def _path(starts: Starts) -> str:
    """Several pipelines share a host: each has a folder of it."""
    return f"/{starts.pipeline}"


def _ingress(starts: Starts, name: str, service: str, port: int) -> Document:
    settings = starts.settings
    backend = {"service": {"name": service, "port": {"number": port}}}
    paths = [{"path": _path(starts), "pathType": "Prefix", "backend": backend}]
    spec: dict[str, object] = {"ingressClassName": settings.ingress_class} if settings.ingress_class else {}
    if settings.tls_secret:
        spec["tls"] = [{"hosts": [settings.host], "secretName": settings.tls_secret}]
    spec["rules"] = [{"host": settings.host, "http": {"paths": paths}}]
    return starts.document(INGRESS.api_version, INGRESS.name, name, spec=spec)


def _route(starts: Starts, route: str, service: str, port: int) -> Document:
    namespace, slash, name = starts.settings.gateway.rpartition("/")
    spec = {
        "parentRefs": [{"name": name, **({"namespace": namespace} if slash else {})}],
        "hostnames": [starts.settings.host],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": _path(starts)}}],
                "backendRefs": [{"name": service, "port": port}],
            }
        ],
    }
    return starts.document(HTTP_ROUTE.api_version, HTTP_ROUTE.name, route, spec=spec)
