"""HTTPRoute as the API server checks it, by the schema that the Gateway API installs.

Source: config/crd/standard/gateway.networking.k8s.io_httproutes.yaml of sigs.k8s.io/gateway-api v1.4.0, with its rules
in CEL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import attrs

from flowdsl.check.findings import Path, Report
from flowdsl.check.forms import Form, Forms, check_forms
from flowdsl.check.gates import Gates
from flowdsl.check.ingresses import odd_part
from flowdsl.check.kubernetes_names import check_object_name
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds import routes, table
from flowdsl.kube import parse_duration
from flowdsl.kube.conventions import PORT_MOST
from flowdsl.kube.object_names import LABEL, SUBDOMAIN, is_subdomain

HTTP_ROUTE_REFUSED = Rule("FLOW440", "http-route-refused", "an HTTPRoute that Kubernetes refuses")

_NEEDED = Form(required=True, shortest=1, longest=253)
_SECTION = Form(shortest=1, longest=253, pattern=SUBDOMAIN.pattern)
_NAMESPACE = Form(shortest=1, longest=63, pattern=LABEL.pattern)
_GROUP = Form(longest=253, pattern=rf"({SUBDOMAIN.pattern})?")
_KIND = Form(shortest=1, longest=63, pattern=r"[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?")
_PORT = Form(least=1, most=PORT_MOST)
_TOKEN = Form(required=True, shortest=1, longest=256, pattern=r"[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+")
_DURATION = Form(pattern=r"([0-9]{1,5}(h|m|s|ms)){1,4}")
_TARGET = {"group": _GROUP, "kind": _KIND, "name": _NEEDED, "namespace": _NAMESPACE, "port": _PORT}
_FEW = Form(items=16)
_BY_NAME = Form(items=16, key="name")
_OPTIONS = {
    "RequestHeaderModifier": "requestHeaderModifier",
    "ResponseHeaderModifier": "responseHeaderModifier",
    "RequestMirror": "requestMirror",
    "RequestRedirect": "requestRedirect",
    "URLRewrite": "urlRewrite",
    "ExtensionRef": "extensionRef",
}
"""The field in which a filter of a type has its options."""
_CHANGES = {"ReplaceFullPath": "replaceFullPath", "ReplacePrefixMatch": "replacePrefixMatch"}
_FORMS: Forms = {
    routes.HTTPRouteSpec: {
        "parentRefs": Form(items=32),
        "hostnames": Form(items=16, shortest=1, longest=253, pattern=rf"(\*\.)?{SUBDOMAIN.pattern}"),
        "rules": _FEW,
    },
    routes.RouteParent: {**_TARGET, "sectionName": _SECTION},
    routes.RouteRule: {"name": _SECTION, "matches": Form(items=64), "filters": _FEW, "backendRefs": _FEW},
    routes.RouteMatch: {
        "headers": _BY_NAME,
        "queryParams": _BY_NAME,
        "method": Form(one_of=("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")),
    },
    routes.RoutePathMatch: {
        "type": Form(one_of=("Exact", "PathPrefix", "RegularExpression")),
        "value": Form(longest=1024),
    },
    routes.RouteValueMatch: {
        "type": Form(one_of=("Exact", "RegularExpression")),
        "name": _TOKEN,
        "value": Form(required=True, shortest=1, longest=4096),
    },
    routes.RouteBackend: {**_TARGET, "weight": Form(least=0, most=1_000_000), "filters": _FEW},
    routes.RouteFilter: {"type": Form(required=True, one_of=(*_OPTIONS, "CORS", "ExternalAuth"))},
    routes.RouteHeaders: {"set": _BY_NAME, "add": _BY_NAME, "remove": Form(items=16, key=".")},
    routes.RouteHeader: {"name": _TOKEN, "value": Form(required=True, shortest=1, longest=4096)},
    routes.RouteMirror: {"backendRef": Form(required=True), "percent": Form(least=0, most=100)},
    routes.RouteTarget: _TARGET,
    routes.RouteFraction: {"numerator": Form(required=True, least=0), "denominator": Form(least=1)},
    routes.RouteRedirect: {
        "scheme": Form(one_of=("http", "https")),
        "hostname": _SECTION,
        "port": _PORT,
        "statusCode": Form(one_of=(301, 302)),
    },
    routes.RouteRewrite: {"hostname": _SECTION},
    routes.RoutePathChange: {
        "type": Form(required=True, one_of=(*_CHANGES,)),
        "replaceFullPath": Form(longest=1024),
        "replacePrefixMatch": Form(longest=1024),
    },
    routes.RouteExtension: {
        "group": attrs.evolve(_GROUP, required=True),
        "kind": attrs.evolve(_KIND, required=True),
        "name": _NEEDED,
    },
    routes.RouteTimeouts: {"request": _DURATION, "backendRequest": _DURATION},
}
_SPEC: Path = ("spec",)
_ONCE = ("RequestHeaderModifier", "ResponseHeaderModifier", "RequestRedirect", "URLRewrite")
_PATH = re.compile(r"(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+")
_MATCHES_MOST = 128


def check_http_route(route: routes.HTTPRoute, _: Gates, report: Report) -> None:
    """FLOW204, FLOW440."""
    check_object_name(route.metadata, is_subdomain, report)
    if report.broken(_SPEC):
        return
    if route.spec is None:
        report.add(HTTP_ROUTE_REFUSED, (), "there is no spec", "add `spec:`")
        return
    check_forms(route.spec, _SPEC, _FORMS, HTTP_ROUTE_REFUSED, report)
    _parents(route.spec.parentRefs or (), report)
    rules = route.spec.rules or ()
    for index, rule in enumerate(rules):
        _rule(rule, (*_SPEC, "rules", index), report)
    if sum(1 if each.matches is None else len(each.matches) for each in rules) > _MATCHES_MOST:
        report.add(
            HTTP_ROUTE_REFUSED, (*_SPEC, "rules"), f"there are more than {_MATCHES_MOST} matches", "make two routes"
        )


def _parents(parents: Sequence[routes.RouteParent], report: Report) -> None:
    """Of two references to one Gateway, both name a section, and not the same."""
    seen: dict[tuple[str, ...], set[str]] = {}
    for index, each in enumerate(parents):
        group = table.GATEWAY if each.group is None else each.group
        one = seen.setdefault((group, each.kind or "Gateway", each.name or "", each.namespace or ""), set())
        section = each.sectionName or ""
        if section in one or (one and not (section and all(one))):
            message = f"{each.name!r} is referred to twice, and its sections are not told apart"
            report.add(
                HTTP_ROUTE_REFUSED, (*_SPEC, "parentRefs", index), message, "add a `sectionName:` of its own to each"
            )
        one.add(section)


def _rule(rule: routes.RouteRule, path: Path, report: Report) -> None:
    for index, match in enumerate(rule.matches or ()):
        if match.path is not None:
            _path(match.path, (*path, "matches", index, "path"), report)
    _filters(rule.filters or (), (*path, "filters"), rule, report)
    for index, backend in enumerate(rule.backendRefs or ()):
        at = (*path, "backendRefs", index)
        _port(backend, at, report)
        _filters(backend.filters or (), (*at, "filters"), rule, report)
    if rule.backendRefs and any(each.requestRedirect for each in rule.filters or ()):
        report.add(
            HTTP_ROUTE_REFUSED, path, "what is redirected reaches no backend", "remove backendRefs, or the filter"
        )
    if rule.timeouts is not None:
        _timeouts(rule.timeouts, (*path, "timeouts"), report)


def _path(match: routes.RoutePathMatch, path: Path, report: Report) -> None:
    text = "/" if match.value is None else match.value
    if match.type == "RegularExpression" or report.broken(path):
        return
    odd = odd_part(text, "#")
    if not text.startswith("/"):
        report.add(HTTP_ROUTE_REFUSED, (*path, "value"), f"the path {text!r} does not begin with '/'", "add it")
    elif odd:
        report.add(HTTP_ROUTE_REFUSED, (*path, "value"), f"the path {text!r} has {odd!r} in it", "write what is meant")
    elif _PATH.fullmatch(text) is None:
        hint = "write other characters as % and two digits"
        report.add(HTTP_ROUTE_REFUSED, (*path, "value"), f"the path {text!r} has characters that no URL has", hint)


def _port(target: routes.RouteTarget, path: Path, report: Report) -> None:
    of_service = not target.group and target.kind in (None, table.SERVICE.name)
    if of_service and target.port is None and not report.broken(path):
        report.add(HTTP_ROUTE_REFUSED, path, "there is no port of the service", "add `port:`")


def _filters(filters: Sequence[routes.RouteFilter], path: Path, rule: routes.RouteRule, report: Report) -> None:
    types = [each.type or "" for each in filters]
    for index, each in enumerate(filters):
        _filter(each, (*path, index), rule, report)
        if types[index] in _ONCE and types[index] in types[:index]:
            report.add(
                HTTP_ROUTE_REFUSED, (*path, index), f"{types[index]} is there twice", "make one filter of the two"
            )
    if {"RequestRedirect", "URLRewrite"} <= {*types}:
        report.add(HTTP_ROUTE_REFUSED, path, "a request is redirected or rewritten, not both", "remove one of the two")


def _filter(each: routes.RouteFilter, path: Path, rule: routes.RouteRule, report: Report) -> None:
    _options(each, _OPTIONS, path, report)
    if each.requestMirror:
        _mirror(each.requestMirror, (*path, "requestMirror"), report)
    for field in ("requestRedirect", "urlRewrite"):
        options = getattr(each, field)
        if options is not None and options.path is not None:
            _change(options.path, (*path, field, "path"), rule, report)


def _options(
    holder: routes.RouteFilter | routes.RoutePathChange, fields: Mapping[str, str], path: Path, report: Report
) -> None:
    """By `fields`, the field that goes with a type: it is there with its type, and with no other."""
    for type_, field in fields.items():
        given = getattr(holder, field) is not None or report.broken((*path, field))
        if given and holder.type is not None and holder.type != type_:
            report.add(HTTP_ROUTE_REFUSED, (*path, field), f"{field} belongs to another type", f"write `type: {type_}`")
        elif holder.type == type_ and not given:
            report.add(HTTP_ROUTE_REFUSED, path, f"a {type_} has no {field}", f"add `{field}:`")


def _mirror(mirror: routes.RouteMirror, path: Path, report: Report) -> None:
    if mirror.backendRef is not None:
        _port(mirror.backendRef, (*path, "backendRef"), report)
    if mirror.percent is not None and mirror.fraction is not None:
        report.add(HTTP_ROUTE_REFUSED, path, "percent and fraction say the same", "remove one of the two")
    part = mirror.fraction
    if part and part.numerator is not None and part.numerator > (100 if part.denominator is None else part.denominator):
        report.add(
            HTTP_ROUTE_REFUSED, (*path, "fraction"), "the fraction is more than all", "write a smaller numerator"
        )


def _change(change: routes.RoutePathChange, path: Path, rule: routes.RouteRule, report: Report) -> None:
    _options(change, _CHANGES, path, report)
    if change.type == "ReplacePrefixMatch" and change.replacePrefixMatch is not None and not _has_one_prefix(rule):
        hint = "match one path, of type PathPrefix"
        report.add(HTTP_ROUTE_REFUSED, path, "there is not one prefix of which it takes the place", hint)


def _has_one_prefix(rule: routes.RouteRule) -> bool:
    if rule.matches is None:
        return True
    types = [(each.path.type if each.path else None) or "PathPrefix" for each in rule.matches]
    return types == ["PathPrefix"]


def _timeouts(timeouts: routes.RouteTimeouts, path: Path, report: Report) -> None:
    try:
        whole, one = (parse_duration(each or "0s") for each in (timeouts.request, timeouts.backendRequest))
    except ValueError:
        return  # its form is told already
    if 0 < whole < one:
        message = "one try at the backend may take longer than the request"
        report.add(HTTP_ROUTE_REFUSED, (*path, "backendRequest"), message, "write a shorter one")
