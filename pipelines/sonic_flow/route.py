"""A route whose traffic two versions share, by weights, and the note on it that says what a release has done so far.

The weights are those of an HTTPRoute: https://gateway-api.sigs.k8s.io/guides/traffic-splitting/. The note is an
annotation. Both change in one request, and only where nobody else has changed the route since it was read.
"""

from __future__ import annotations

import copy
import json
import re
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from sonic_flow import kube
from sonic_flow.files import stop
from sonic_flow.kube import Cluster

ROUTES = "gateway.networking.k8s.io/v1/httproutes"
NOTE = "flowdsl.dev/release"
RISING, PROMOTING, PROMOTED, BACK = "rising", "promoting", "promoted", "rolled-back"
TRIES = 5
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")


@dataclass(frozen=True)
class Release:
    """What a release has done: whose it is, from which backend to which, how far, and until when it means to go on.

    `version` is the model's that gets the traffic, `before` the one that had it (0: none is registered). `until` is in
    seconds since the epoch: a release that is rising after it is nobody's any more.
    """

    run: str
    source: str
    target: str
    state: str
    percent: int = 0
    until: float = 0.0
    version: int = 0
    before: int = 0


class Backend(NamedTuple):
    """A Service behind the route, and its share of the traffic."""

    name: str
    port: int
    weight: int


class Route(NamedTuple):
    """A route as it was read."""

    name: str
    document: Mapping[str, Any]
    backends: tuple[Backend, Backend]
    release: Release | None


def read(api: Cluster, name: str) -> Route:
    """The route. Stops where it is none between two Services."""
    if not SUBDOMAIN.fullmatch(name):
        stop(f"route={name!r} is no name of an HTTPRoute")
    document = kube.get(api, ROUTES, name)
    try:
        (rule,) = document["spec"]["rules"]
        found = [
            Backend(str(each["name"]), int(each["port"]), int(each.get("weight", 1))) for each in rule["backendRefs"]
        ]
        first, second = found
    except (KeyError, TypeError, ValueError, AttributeError):
        stop(f"HTTPRoute {name} must have one rule with two backendRefs, each a Service with its port")
    if first.name == second.name:
        stop(f"HTTPRoute {name} names the Service {first.name} twice")
    return Route(name, document, (first, second), noted(document))


def noted(document: Mapping[str, Any]) -> Release | None:
    """What the note on a route says; None where there is none, or none of ours."""
    try:
        return Release(**json.loads(document["metadata"]["annotations"][NOTE]))
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def shares(route: Route, target: str) -> tuple[Backend, Backend]:
    """The backends: the other one, and the one of that name. Stops where it is none of them."""
    if target not in (each.name for each in route.backends):
        stop(f"HTTPRoute {route.name} no longer has the Service {target}")
    first, second = route.backends
    return (second, first) if first.name == target else (first, second)


def moved(api: Cluster, route: Route, release: Release) -> Route:
    """Give the release's target its share of 100, the other the rest, and note it. Raises kube.ConflictError."""
    shares(route, release.target)
    spec = copy.deepcopy(route.document["spec"])
    for each in spec["rules"][0]["backendRefs"]:
        each["weight"] = release.percent if each["name"] == release.target else 100 - release.percent
    known = {"resourceVersion": route.document["metadata"]["resourceVersion"]}
    metadata = {**known, "annotations": {NOTE: json.dumps(asdict(release), sort_keys=True)}}
    change = {"metadata": metadata, "spec": {"rules": spec["rules"]}}
    kube.patch(api, ROUTES, route.name, change)
    print(f"{release.target}: {release.percent} % of {route.name}, {release.state}")
    return read(api, route.name)


def rolled_back(api: Cluster, name: str, mine: str) -> Route:
    """Give all traffic back to where the release `mine` took it from, whoever else changes the route meanwhile."""
    for _ in range(TRIES):
        route = read(api, name)
        if route.release is None or route.release.run != mine or route.release.state == BACK:
            return route
        try:
            return moved(api, route, replace(route.release, state=BACK, percent=0, until=0.0))
        except kube.ConflictError:
            time.sleep(0.5)
    stop(f"HTTPRoute {name} changes all the time: its traffic could not be given back")
