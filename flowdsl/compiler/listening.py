"""`listener_tls=`: whether what listens for events can speak TLS itself, and by which Secret."""

from __future__ import annotations

from flowdsl.compiler.rules import LISTENER_TLS
from flowdsl.diagnostics import Collector
from flowdsl.ir.nodes import PipelineDef
from flowdsl.ir.settings import Settings
from flowdsl.kube.object_names import is_subdomain

_LISTENING = {"triggers", "argo"}


def certificate_of(definition: PipelineDef, settings: Settings, targets: tuple[str, ...], collector: Collector) -> str:
    """The Secret with the certificate: the pipeline's, else the project's; "" for none. FLOW486 for what can't be."""
    own, usual = definition.options.listener_tls, settings.events.listener_tls
    secret = own or usual
    place = definition.location if own else settings.at("events", "listener_tls")
    if not secret:
        return ""
    if not is_subdomain(secret):
        hint = 'name a Secret of the type kubernetes.io/tls: listener_tls="hooks-tls"'
        collector.add(LISTENER_TLS.finding(f"listener_tls: {secret!r} is no name of a Secret", place, hint=hint))
    elif settings.events.expose and _LISTENING & {*targets}:
        what = "an Ingress" if settings.events.expose == "ingress" else "an HTTPRoute"
        message = f"listener_tls: {what} speaks plain HTTP with the listener, which then takes TLS alone"
        hint = "take it out, and let TLS end before (`tls_secret`, or the Gateway's), or take `expose` out"
        collector.add(LISTENER_TLS.finding(message, place, hint=hint))
    return secret
