"""HTTPRoute of the Gateway API: https://gateway-api.sigs.k8s.io/reference/spec/ (v1.4.0)

What only its experimental channel has (`retry`, `sessionPersistence`, `cors`, `externalAuth`) is known, and not looked
into.
"""

from __future__ import annotations

from typing import ClassVar

from flowdsl.kinds.base import Int32, Model
from flowdsl.kinds.kubernetes import Kubernetes
from flowdsl.kinds.meta import ObjectMeta


class RouteParent(Model):
    """The Gateway API's `ParentReference`."""

    group: str | None = None
    kind: str | None = None
    namespace: str | None = None
    name: str | None = None
    sectionName: str | None = None
    port: Int32 | None = None


class RoutePathMatch(Model):
    """The Gateway API's `HTTPPathMatch`."""

    type: str | None = None
    value: str | None = None


class RouteValueMatch(Model):
    """The Gateway API's `HTTPHeaderMatch` and `HTTPQueryParamMatch`."""

    type: str | None = None
    name: str | None = None
    value: str | None = None


class RouteMatch(Model):
    """The Gateway API's `HTTPRouteMatch`."""

    path: RoutePathMatch | None = None
    headers: list[RouteValueMatch] | None = None
    queryParams: list[RouteValueMatch] | None = None
    method: str | None = None


class RouteHeader(Model):
    """The Gateway API's `HTTPHeader`."""

    name: str | None = None
    value: str | None = None


class RouteHeaders(Model):
    """The Gateway API's `HTTPHeaderFilter`."""

    set: list[RouteHeader] | None = None
    add: list[RouteHeader] | None = None
    remove: list[str] | None = None


class RouteTarget(Model):
    """The Gateway API's `BackendObjectReference`."""

    group: str | None = None
    kind: str | None = None
    name: str | None = None
    namespace: str | None = None
    port: Int32 | None = None


class RouteFraction(Model):
    """The Gateway API's `Fraction`."""

    numerator: Int32 | None = None
    denominator: Int32 | None = None


class RouteMirror(Model):
    """The Gateway API's `HTTPRequestMirrorFilter`."""

    backendRef: RouteTarget | None = None
    percent: Int32 | None = None
    fraction: RouteFraction | None = None


class RoutePathChange(Model):
    """The Gateway API's `HTTPPathModifier`."""

    type: str | None = None
    replaceFullPath: str | None = None
    replacePrefixMatch: str | None = None


class RouteRedirect(Model):
    """The Gateway API's `HTTPRequestRedirectFilter`."""

    scheme: str | None = None
    hostname: str | None = None
    path: RoutePathChange | None = None
    port: Int32 | None = None
    statusCode: int | None = None


class RouteRewrite(Model):
    """The Gateway API's `HTTPURLRewriteFilter`."""

    hostname: str | None = None
    path: RoutePathChange | None = None


class RouteExtension(Model):
    """The Gateway API's `LocalObjectReference`."""

    group: str | None = None
    kind: str | None = None
    name: str | None = None


class RouteFilter(Model):
    """The Gateway API's `HTTPRouteFilter`."""

    type: str | None = None
    requestHeaderModifier: RouteHeaders | None = None
    responseHeaderModifier: RouteHeaders | None = None
    requestMirror: RouteMirror | None = None
    requestRedirect: RouteRedirect | None = None
    urlRewrite: RouteRewrite | None = None
    cors: object | None = None
    externalAuth: object | None = None
    extensionRef: RouteExtension | None = None


class RouteBackend(RouteTarget):
    """The Gateway API's `HTTPBackendRef`."""

    weight: Int32 | None = None
    filters: list[RouteFilter] | None = None


class RouteTimeouts(Model):
    """The Gateway API's `HTTPRouteTimeouts`."""

    request: str | None = None
    backendRequest: str | None = None


class RouteRule(Model):
    """The Gateway API's `HTTPRouteRule`."""

    name: str | None = None
    matches: list[RouteMatch] | None = None
    filters: list[RouteFilter] | None = None
    backendRefs: list[RouteBackend] | None = None
    timeouts: RouteTimeouts | None = None
    retry: object | None = None
    sessionPersistence: object | None = None


class HTTPRouteSpec(Model):
    """The Gateway API's `HTTPRouteSpec`."""

    parentRefs: list[RouteParent] | None = None
    useDefaultGateways: str | None = None
    hostnames: list[str] | None = None
    rules: list[RouteRule] | None = None


class HTTPRoute(Kubernetes):
    """The Gateway API's `HTTPRoute`, which the API server holds to a schema."""

    nulls: ClassVar[bool] = False

    apiVersion: str | None = None
    kind: str | None = None
    metadata: ObjectMeta | None = None
    spec: HTTPRouteSpec | None = None
    status: object | None = None
