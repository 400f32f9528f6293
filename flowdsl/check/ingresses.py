"""Ingress as the API server checks it.

Source: ValidateIngressCreate in Kubernetes' pkg/apis/networking/validation/validation.go (v1.36.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.check.findings import Path, Report
from flowdsl.check.forms import check_word
from flowdsl.check.gates import Gates
from flowdsl.check.kubernetes_names import (
    SEGMENT_HINT,
    check_object_name,
    is_address,
    is_host,
    is_port_name,
    is_segment,
)
from flowdsl.check.names import LABEL_HINT, SUBDOMAIN_HINT
from flowdsl.diagnostics.rule import Rule
from flowdsl.kube.conventions import PORT_MOST
from flowdsl.kube.object_names import is_label, is_subdomain

if TYPE_CHECKING:
    from flowdsl.kinds.ingresses import (
        HTTPIngressPath,
        Ingress,
        IngressBackend,
        IngressRule,
        IngressServiceBackend,
        IngressTLS,
    )
    from flowdsl.kinds.meta_rare import TypedLocalObjectReference

INGRESS_REFUSED = Rule("FLOW439", "ingress-refused", "an Ingress that Kubernetes refuses")
_SPEC: Path = ("spec",)
_CLASS = "kubernetes.io/ingress.class"
_TYPES = ("Exact", "Prefix", "ImplementationSpecific")
_ODD_PARTS = ("//", "/./", "/../", "%2f", "%2F")
_ODD_ENDS = ("/..", "/.")


def check_ingress(ingress: Ingress, _: Gates, report: Report) -> None:
    """FLOW204, FLOW439."""
    check_object_name(ingress.metadata, is_subdomain, report)
    spec = ingress.spec
    if report.broken(_SPEC):
        return
    if spec is None or not (spec.rules or spec.defaultBackend):
        report.add(
            INGRESS_REFUSED, _SPEC if spec else (), "the Ingress leads nowhere", "add `rules:`, or `defaultBackend:`"
        )
        return
    if spec.defaultBackend:
        _backend(spec.defaultBackend, (*_SPEC, "defaultBackend"), report)
    for index, rule in enumerate(spec.rules or ()):
        _rule(rule, (*_SPEC, "rules", index), report)
    for index, tls in enumerate(spec.tls or ()):
        _tls(tls, (*_SPEC, "tls", index), report)
    _class(ingress, spec.ingressClassName, report)


def _class(ingress: Ingress, name: str | None, report: Report) -> None:
    if name is None:
        return
    if not is_subdomain(name):
        report.add(INGRESS_REFUSED, (*_SPEC, "ingressClassName"), f"{name!r} is no name of a class", SUBDOMAIN_HINT)
    notes = (ingress.metadata.annotations if ingress.metadata else None) or {}
    if _CLASS in notes and notes[_CLASS] != name:
        message = f"the annotation says {notes[_CLASS]!r}, and ingressClassName {name!r}"
        report.add(INGRESS_REFUSED, ("metadata", "annotations", _CLASS), message, "remove the annotation")


def _rule(rule: IngressRule, path: Path, report: Report) -> None:
    if rule.host:
        _host(rule.host, (*path, "host"), report)
        if is_address(rule.host):
            report.add(INGRESS_REFUSED, (*path, "host"), "the host is an address", "write a DNS name")
    if rule.http is None:
        return
    if not rule.http.paths and not report.broken((*path, "http")):
        report.add(INGRESS_REFUSED, (*path, "http"), "there are no paths", "add `paths:`")
    for index, each in enumerate(rule.http.paths or ()):
        _path(each, (*path, "http", "paths", index), report)


def _host(host: str, path: Path, report: Report) -> None:
    if not is_host(host):
        report.add(INGRESS_REFUSED, path, f"{host!r} is no host", "a DNS name, in lower case, without port or path")


def _tls(tls: IngressTLS, path: Path, report: Report) -> None:
    for index, host in enumerate(tls.hosts or ()):
        _host(host, (*path, "hosts", index), report)
    if tls.secretName and not is_subdomain(tls.secretName):
        report.add(INGRESS_REFUSED, (*path, "secretName"), f"{tls.secretName!r} is no name of a Secret", SUBDOMAIN_HINT)


def _path(each: HTTPIngressPath, path: Path, report: Report) -> None:
    if each.pathType is None:
        if not report.broken(path):
            report.add(INGRESS_REFUSED, path, "there is no pathType", f"add `pathType: {_TYPES[1]}`, or {_TYPES[0]}")
        return
    check_word(each.pathType, _TYPES, (*path, "pathType"), INGRESS_REFUSED, report)
    if each.pathType in _TYPES:
        _text(each.path or "", each.pathType, path, report)
    if each.backend is not None:
        _backend(each.backend, (*path, "backend"), report)
    elif not report.broken(path):
        report.add(INGRESS_REFUSED, path, "the path leads nowhere", "add `backend:` with a service")


def _text(text: str, type_: str, path: Path, report: Report) -> None:
    at = (*path, "path") if text else path
    loose = type_ == _TYPES[2]
    if not text.startswith("/") and not (loose and not text) and not report.broken((*path, "path")):
        report.add(
            INGRESS_REFUSED, at, f"the path {text!r} does not begin with '/'", "write it from the host's root on"
        )
    odd = odd_part(text)
    if odd and not loose:
        report.add(INGRESS_REFUSED, at, f"the path {text!r} has {odd!r} in it", "write the path that is meant")


def odd_part(path: str, *more: str) -> str:
    """What the path of a URL has in it that no rule can ask for, or one of `more` such parts; "" for nothing."""
    inside = (each for each in (*_ODD_PARTS, *more) if each in path)
    return next(inside, "") or next((each for each in _ODD_ENDS if path.endswith(each)), "")


def _backend(backend: IngressBackend, path: Path, report: Report) -> None:
    if report.broken(path):
        return
    if backend.service and backend.resource:
        report.add(INGRESS_REFUSED, path, "a service and a resource can't both be meant", "remove one of the two")
    elif backend.service:
        _service(backend.service, (*path, "service"), report)
    elif backend.resource:
        _resource(backend.resource, (*path, "resource"), report)
    else:
        report.add(INGRESS_REFUSED, path, "there is no service", "add `service:` with name and port")


def _service(service: IngressServiceBackend, path: Path, report: Report) -> None:
    if not service.name:
        report.add(INGRESS_REFUSED, path, "the service has no name", "add `name:`")
    elif not is_label(service.name):
        report.add(INGRESS_REFUSED, (*path, "name"), f"{service.name!r} is no name of a service", LABEL_HINT)
    name = (service.port.name if service.port else None) or ""
    number = (service.port.number if service.port else None) or 0
    if bool(name) == bool(number):
        said = "both a name and a number" if name else "no port"
        report.add(INGRESS_REFUSED, path, f"the service has {said}", "write `port:` with one of name and number")
    elif name and not is_port_name(name):
        report.add(
            INGRESS_REFUSED,
            (*path, "port", "name"),
            f"{name!r} is no name of a port",
            "lower-case letters and digits, at most 15",
        )
    elif number and not 1 <= number <= PORT_MOST:
        report.add(
            INGRESS_REFUSED, (*path, "port", "number"), f"{number} is no port", f"a number from 1 to {PORT_MOST}"
        )


def _resource(resource: TypedLocalObjectReference, path: Path, report: Report) -> None:
    if resource.apiGroup is not None and not is_subdomain(resource.apiGroup):
        report.add(INGRESS_REFUSED, (*path, "apiGroup"), f"{resource.apiGroup!r} is no group", SUBDOMAIN_HINT)
    for field in ("kind", "name"):
        value = getattr(resource, field)
        if not value:
            report.add(INGRESS_REFUSED, path, f"the resource has no {field}", f"add `{field}:`")
        elif not is_segment(value):
            report.add(INGRESS_REFUSED, (*path, field), f"{value!r} can't be a {field}", SEGMENT_HINT)
