"""The facets of an Ingress and an HTTPRoute: under which address what is reached."""

from __future__ import annotations

from collections.abc import Mapping

from flowdsl.differ.facets import Taking


def of_ingress(taking: Taking, spec: dict[str, object]) -> None:
    """An IngressSpec."""
    for host, rule in taking.each(spec, "rules", "host"):
        found = taking.mapping(rule, "http")
        for path, each in taking.each(found, "paths", "path"):
            taking.note("address", (_any(host), path), each)
        taking.remains(found, ("spec", "rules", host, "http"))
        taking.remains(rule, ("spec", "rules", host))
    tls = spec.get("tls")
    if tls and isinstance(tls, list) and all(map(_is_certificate, tls)):
        del spec["tls"]
        for each in tls:
            for host in each.get("hosts") or ["*"]:
                taking.note("certificate", (host,), each.get("secretName", ""))
    taking.remains(spec, ("spec",))
    spec.clear()


def _any(host: str) -> str:
    """A rule without a host is for every one."""
    return "*" if host.startswith("[") else host


def _is_certificate(value: object) -> bool:
    if not isinstance(value, Mapping) or set(value) - {"hosts", "secretName"}:
        return False
    hosts = value.get("hosts", [])
    return isinstance(hosts, list) and all(isinstance(each, str) for each in hosts)


def of_http_route(taking: Taking, spec: dict[str, object]) -> None:
    """An HTTPRouteSpec."""
    hosts = spec.get("hostnames")
    if isinstance(hosts, list) and all(isinstance(each, str) for each in hosts):
        del spec["hostnames"]
        for host in hosts:
            taking.note("host", (host,), True)
    for name, parent in taking.each(spec, "parentRefs"):
        space = parent.pop("namespace", None)
        taking.note("gateway", (f"{space}/{name}" if space else name,), parent or True)
    for name, rule in taking.each(spec, "rules"):
        taking.note("rule", (name,), rule)
    taking.remains(spec, ("spec",))
    spec.clear()
