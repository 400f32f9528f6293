"""Service as the API server checks it: its ports, and what its type needs.

Source: ValidateServiceCreate in Kubernetes' pkg/apis/core/validation/validation.go (v1.36.3). What it says of
addresses, families of them and load balancers is left to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flowdsl.check.findings import Path, Report
from flowdsl.check.forms import check_word
from flowdsl.check.gates import Gates
from flowdsl.check.kubernetes_names import check_labels, check_object_name, is_port_name
from flowdsl.check.names import LABEL_HINT, SUBDOMAIN_HINT
from flowdsl.diagnostics.rule import Rule
from flowdsl.kube.conventions import PORT_MOST
from flowdsl.kube.object_names import is_label, is_subdomain

if TYPE_CHECKING:
    from flowdsl.kinds.services import PortOfService, Service, ServiceSpec

SERVICE_REFUSED = Rule("FLOW441", "service-refused", "a Service that Kubernetes refuses")
_SPEC: Path = ("spec",)
_INSIDE, _OUTSIDE = "ClusterIP", "ExternalName"
_OPEN = ("NodePort", "LoadBalancer")
_TYPES = (_INSIDE, *_OPEN, _OUTSIDE)
_PROTOCOLS = ("TCP", "UDP", "SCTP")
_AFFINITIES = ("None", "ClientIP")


def check_service(service: Service, _: Gates, report: Report) -> None:
    """FLOW204, FLOW441."""
    check_object_name(service.metadata, is_label, report)
    if report.broken(_SPEC):
        return
    spec = service.spec
    headless = spec is not None and spec.clusterIP == "None"
    type_ = (spec.type if spec else None) or _INSIDE
    if not (spec and spec.ports) and not headless and type_ != _OUTSIDE:
        report.add(SERVICE_REFUSED, _SPEC if spec else (), "the Service has no ports", "add `ports:`")
    if spec is None:
        return
    check_word(type_, _TYPES, (*_SPEC, "type"), SERVICE_REFUSED, report)
    affinity = spec.sessionAffinity or _AFFINITIES[0]
    check_word(affinity, _AFFINITIES, (*_SPEC, "sessionAffinity"), SERVICE_REFUSED, report)
    if headless and type_ in _OPEN:
        report.add(SERVICE_REFUSED, (*_SPEC, "clusterIP"), f"a {type_} has an address", "leave clusterIP out")
    if type_ == _OUTSIDE:
        _outside(spec, report)
    check_labels(spec.selector or {}, (*_SPEC, "selector"), SERVICE_REFUSED, report)
    _ports(spec.ports or (), type_, report)


def _outside(spec: ServiceSpec, report: Report) -> None:
    name = (spec.externalName or "").removesuffix(".")
    if not name:
        report.add(SERVICE_REFUSED, _SPEC, f"an {_OUTSIDE} has no externalName", "add `externalName:`, a DNS name")
    elif not is_subdomain(name):
        report.add(SERVICE_REFUSED, (*_SPEC, "externalName"), f"{name!r} is no DNS name", SUBDOMAIN_HINT)


def _ports(ports: Sequence[PortOfService], type_: str, report: Report) -> None:
    names: set[str] = set()
    taken: set[tuple[str, int]] = set()
    for index, port in enumerate(ports):
        path: Path = (*_SPEC, "ports", index)
        if report.broken(path):
            continue
        _name(port, path, names, report, needed=len(ports) > 1)
        protocol = port.protocol or _PROTOCOLS[0]
        check_word(protocol, _PROTOCOLS, (*path, "protocol"), SERVICE_REFUSED, report)
        _number(port, path, report)
        if port.nodePort and type_ == _INSIDE:
            report.add(
                SERVICE_REFUSED,
                (*path, "nodePort"),
                f"a {_INSIDE} has no nodePort",
                "leave it out, or write another type",
            )
        number = port.port or 0
        if (protocol, number) in taken:
            report.add(SERVICE_REFUSED, path, f"port {number} of {protocol} is there twice", "remove one of the two")
        taken.add((protocol, number))


def _name(port: PortOfService, path: Path, names: set[str], report: Report, *, needed: bool) -> None:
    name = port.name or ""
    if not name:
        if needed:
            report.add(SERVICE_REFUSED, path, "of several ports each has a name", "add `name:`")
        return
    if not is_label(name):
        report.add(SERVICE_REFUSED, (*path, "name"), f"{name!r} is no name of a port", LABEL_HINT)
    if name in names:
        report.add(SERVICE_REFUSED, (*path, "name"), f"the name {name!r} is there twice", "rename one of the two")
    names.add(name)


def _number(port: PortOfService, path: Path, report: Report) -> None:
    if not 1 <= (port.port or 0) <= PORT_MOST:
        at = (*path, "port") if port.port else path
        report.add(
            SERVICE_REFUSED, at, f"{port.port or 0} is no port", f"write `port:`, a number from 1 to {PORT_MOST}"
        )
    target = port.targetPort
    if isinstance(target, str):
        if target and not is_port_name(target):
            report.add(
                SERVICE_REFUSED, (*path, "targetPort"), f"{target!r} is no port of a container", "a number, or its name"
            )
    elif target and not 1 <= target <= PORT_MOST:
        report.add(SERVICE_REFUSED, (*path, "targetPort"), f"{target} is no port", f"a number from 1 to {PORT_MOST}")
