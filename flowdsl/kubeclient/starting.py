"""Is a cluster ready for what starts runs? APIs, the Secrets that senders are checked with, listener and address."""

from __future__ import annotations

import contextlib
import functools
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence

from flowdsl.kinds.table import (
    ARGO,
    CLUSTER_INTERCEPTOR,
    CONFIG_MAP,
    EVENT_BUS,
    EVENT_LISTENER,
    EVENT_SOURCE,
    HTTP_ROUTE,
    INGRESS,
    KINDS,
    SECRET,
    SENSOR,
    TRIGGERS,
)
from flowdsl.kubeclient.check import ERROR, OK, WARNING, Check
from flowdsl.kubeclient.client import Client
from flowdsl.kubeclient.errors import AnsweredError, ForbiddenError
from flowdsl.kubeclient.plain import listed, mapping, mappings, nested
from flowdsl.kubeclient.resources import base_of, metadata_of, path_of

Documents = Sequence[Mapping[str, object]]
Reach = Callable[[str, int], str]
"""What is in the way of a connection to a host and a port; empty where there is nothing."""
_ADDONS = {kind.name: kind.plural for kind in KINDS if kind.addon}
_INSTALL = {
    TRIGGERS: ("Tekton Triggers", "https://tekton.dev/docs/triggers/install/"),
    ARGO: ("Argo Events", "https://argoproj.github.io/argo-events/installation/"),
}
_PATIENCE = 5.0
_TRIED = (0, 37)
"""The Triggers that the tests run what is written on."""
# The fields that name a Secret and its key: with interceptors of Triggers, with event sources of Argo Events.
_OF_TRIGGERS, _OF_ARGO = ("secretName", "secretKey"), ("name", "key")
_OF_SENDERS = ("webhookSecret", "authSecret", "secretToken")
_OF_TLS = ("secretKeyRef", "serverCertSecret", "serverKeySecret")
_READ, _CHECKED, _SPOKEN = "events are read", "a sender is checked", "the listener speaks TLS"
_OF_READERS = ("apiToken", "accessToken", "accessKey", "secretKey")


def reach(host: str, port: int) -> str:
    """What is in the way of a connection; empty where there is nothing. Waits at most five seconds."""
    said: list[str] = []
    # A name that takes long, and the addresses that it has, take their time one after the other.
    thread = threading.Thread(target=lambda: said.append(_connected(host, port)), daemon=True)
    thread.start()
    thread.join(_PATIENCE)
    return said[0] if said else f"no answer within {_PATIENCE:g} seconds"


def _connected(host: str, port: int) -> str:
    try:
        socket.create_connection((host, port), _PATIENCE).close()
    except (OSError, UnicodeError) as error:
        return str(error) or type(error).__name__
    return ""


def examine_starts(client: Client, documents: Documents, system: str, reach: Reach = reach) -> Iterator[Check]:
    """What is to be said of what starts runs. Raises ClusterError for what is about none of it."""
    starting = [each for each in documents if each.get("kind") in _ADDONS]
    if not starting:
        return
    absent = []
    for version in dict.fromkeys(str(each.get("apiVersion")) for each in starting):
        names = _served(client, version)
        wanted = dict.fromkeys(str(each["kind"]) for each in starting if each.get("apiVersion") == version)
        lacking = [kind for kind in wanted if _ADDONS[kind] not in names]
        absent += lacking
        yield _told(version, lacking)
    if any(str(each.get("apiVersion")).startswith(f"{TRIGGERS}/") for each in starting):
        yield from _triggers(client, starting, system, absent)
    if SENSOR.name not in absent:
        yield from _buses(client, starting)
    yield from _secrets(client, starting)
    yield from _addresses(starting, reach)


def _served(client: Client, version: str) -> set[str]:
    try:
        return {str(each.get("name")) for each in client.get(base_of(version)).get("resources") or ()}
    except AnsweredError as error:
        if error.code != 404:
            raise
        return set()


def _told(version: str, lacking: Sequence[str]) -> Check:
    if not lacking:
        return Check(OK, f"{version} is served")
    what, where = _INSTALL.get(version.partition("/")[0], ("", ""))
    hint = f"an administrator installs {what}: {where}" if what else "what defines them has to be installed"
    return Check(ERROR, f"the server has no {', '.join(lacking)} of {version}", hint)


def _triggers(client: Client, starting: Documents, system: str, absent: Sequence[str]) -> Iterator[Check]:
    if EVENT_LISTENER.name in absent:
        return
    with contextlib.suppress(ForbiddenError):
        if info := client.find(path_of(CONFIG_MAP, system, "triggers-info")):
            yield _version(str(mapping(info.get("data")).get("version", "of an unknown version")))
    yield from _interceptors(client, starting)
    for listener in (each for each in starting if EVENT_LISTENER.is_of(each)):
        name = str(metadata_of(listener).get("name"))
        yield _unless_forbidden(f"{EVENT_LISTENER.name} {name}", "ready", functools.partial(_listener, client, name))


def _version(version: str) -> Check:
    """Which Triggers is there; one that is older than what is written was tried with is a warning."""
    found = re.match(r"v?([0-9]{1,6})\.([0-9]{1,6})", version)
    if found and (int(found[1]), int(found[2])) < _TRIED:
        hint = "it may refuse what is written, or start nothing for it: have it upgraded, or try an event of each kind"
        tried = "v{}.{}".format(*_TRIED)
        return Check(WARNING, f"Tekton Triggers {version} is older than {tried}, which flowdsl is tried with", hint)
    return Check(OK, f"Tekton Triggers {version}")


def _unless_forbidden(what: str, how: str, look: Callable[[], Check]) -> Check:
    """What is said of an object that may be read, and of one that may not."""
    try:
        return look()
    except ForbiddenError:
        return Check(WARNING, f"{what} may not be read, so whether it is {how} is not known")


def _interceptors(client: Client, starting: Documents) -> Iterator[Check]:
    refs = [ref for ref in _under(starting, "ref") if ref.get("kind") == CLUSTER_INTERCEPTOR.name and ref.get("name")]
    unknown = []
    for name in sorted({str(ref["name"]) for ref in refs}):
        try:
            found = client.find(path_of(CLUSTER_INTERCEPTOR, client.namespace, name))
        except ForbiddenError:
            unknown.append(name)
            continue
        if found is None:
            hint = "Triggers brings its own in interceptors.yaml; an administrator applies it"
            yield Check(ERROR, f"there is no {CLUSTER_INTERCEPTOR.name} {name}, which a trigger names", hint)
    if unknown:
        yield Check(WARNING, f"interceptors may not be read, so whether there are {', '.join(unknown)} is not known")


def _listener(client: Client, name: str) -> Check:
    what = f"{EVENT_LISTENER.name} {name}"
    found = client.find(path_of(EVENT_LISTENER, client.namespace, name))
    if found is None:
        return Check(OK, f"{what} is not there yet: `flowdsl apply` makes it")
    status = mapping(found.get("status"))
    if not status.get("conditions"):
        return Check(WARNING, f"{what} has no status: does Triggers' controller run?")
    waiting = [each for each in mappings(status["conditions"]) if each.get("status") != "True"]
    if waiting:
        said = "; ".join(f"{each.get('type')}: {each.get('message') or each.get('reason') or 'no'}" for each in waiting)
        return Check(ERROR, f"{what} is not ready: {said}", f"look at the pods of el-{name}")
    return Check(OK, f"{what} is ready at {mapping(status.get('address')).get('url', 'an address of its own')}")


def _buses(client: Client, starting: Documents) -> Iterator[Check]:
    """The buses between event sources and sensors, which wait for ever where there is none."""
    specs = [mapping(each.get("spec")) for each in starting if SENSOR.is_of(each) or EVENT_SOURCE.is_of(each)]
    made = {str(metadata_of(each).get("name")) for each in starting if EVENT_BUS.is_of(each)}
    for name in sorted({str(spec.get("eventBusName") or "default") for spec in specs} - made):
        yield _unless_forbidden(f"{EVENT_BUS.name} {name}", "there", functools.partial(_bus, client, name))


def _bus(client: Client, name: str) -> Check:
    what = f"{EVENT_BUS.name} {name}"
    if client.find(path_of(EVENT_BUS, client.namespace, name)):
        return Check(OK, f"{what} is there")
    hint = "event sources and sensors wait for it: https://argoproj.github.io/argo-events/eventbus/eventbus/"
    return Check(ERROR, f"there is no {what} in namespace {client.namespace}", hint)


def _secrets(client: Client, starting: Documents) -> Iterator[Check]:
    """The Secrets that senders are checked with, events are read with, or listeners speak TLS with, and their keys."""
    sources = [each for each in starting if EVENT_SOURCE.is_of(each)]
    listening = [each for each in starting if EVENT_LISTENER.is_of(each)]
    wanted = {
        **dict.fromkeys(_keys(starting, _OF_TRIGGERS, "personalAccessToken"), _READ),
        **dict.fromkeys(_keys(sources, _OF_ARGO, *_OF_READERS), _READ),
        **dict.fromkeys(_keys(starting, _OF_TRIGGERS, "secretRef", "value"), _CHECKED),
        **dict.fromkeys(_keys(sources, _OF_ARGO, *_OF_SENDERS), _CHECKED),
        **dict.fromkeys(_keys([*listening, *sources], _OF_ARGO, *_OF_TLS), _SPOKEN),
    }
    for (name, key), why in sorted(wanted.items()):
        look = functools.partial(_secret, client, name, key, why)
        yield _unless_forbidden(f"Secret {name}, with which {why},", "there", look)


def _keys(documents: Documents, fields: tuple[str, str], *where: str) -> Iterator[tuple[str, str]]:
    """The Secrets and keys that are named under one of the fields of `where`."""
    name, key = fields
    for ref in _under(documents, *where):
        if isinstance(ref.get(name), str):
            yield str(ref[name]), str(ref.get(key) or "")


def _secret(client: Client, name: str, key: str, why: str) -> Check:
    what = f"Secret {name}, with which {why},"
    found = client.find(path_of(SECRET, client.namespace, name))
    if found is None:
        hint = f"kubectl create secret generic {name} --from-literal={key or 'KEY'}=..."
        hint = f"kubectl create secret tls {name} --cert=FILE --key=FILE" if why == _SPOKEN else hint
        return Check(ERROR, f"{what} does not exist in namespace {client.namespace}", hint)
    if key and key not in mapping(found.get("data")):
        hint = "its pod does not begin" if why == _SPOKEN else "no event of it starts anything"
        return Check(ERROR, f"{what} has no key {key!r}", hint)
    return Check(OK, f"Secret {name} has the key {key!r} with which {why}")


def _addresses(starting: Documents, reach: Reach) -> Iterator[Check]:
    for host, port in (each for document in starting for each in _reached_at(document)):
        if problem := reach(host, port):
            hint = "the provider has to reach it; it may be another network's address"
            yield Check(WARNING, f"{host}:{port} can't be reached from here: {problem}", hint)
        else:
            yield Check(OK, f"{host}:{port} takes connections")


def _reached_at(document: Mapping[str, object]) -> list[tuple[str, int]]:
    """The hosts and ports under which an Ingress or an HTTPRoute is reached."""
    spec = mapping(document.get("spec"))
    if INGRESS.is_of(document):
        port = 443 if spec.get("tls") else 80
        return [(str(rule["host"]), port) for rule in mappings(spec.get("rules")) if rule.get("host")]
    return [(str(host), 443) for host in listed(spec.get("hostnames"))] if HTTP_ROUTE.is_of(document) else []


def _under(documents: Documents, *keys: str) -> Iterator[Mapping[str, object]]:
    """The mappings that stand under one of the keys, at any depth."""
    for held in nested(list(documents)):
        yield from (found for key in keys if (found := mapping(held.get(key))))
