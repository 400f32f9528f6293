"""What an EventSource makes of a request: whether it takes it, and the data that Sensors see of it.

Follows pkg/eventsources/sources/{webhook,github,gitlab,bitbucket} of Argo Events v1.9.11.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from flowdsl.celgo.goes import json_object, text_of
from flowdsl.events.matching import Event, PayloadError
from flowdsl.events.sink.interceptors import Request, Secrets, Stopped, Undecided, called
from flowdsl.kinds.table import EVENT_SOURCE

Fields = Mapping[str, Any]
_TAKEN = ("webhook", "github", "gitlab", "bitbucket")
"""The sources whose events are requests that are read here."""
_LARGEST = 1024 * 1024
"""Bytes of a body, where `maxPayloadSize` says no other number."""
_SECRETS = {"github": "webhookSecret", "gitlab": "secretToken"}


@attrs.frozen
class Heard:
    """An event as a Sensor sees it."""

    body: Mapping[str, Any]
    header: Mapping[str, list[str]]


def heard(documents: Sequence[Fields], source: str, name: str, event: Event, secrets: Secrets) -> Heard:
    """What the event `name` of an EventSource is, where the request is one. Raises Stopped, Undecided, PayloadError."""
    kind, entry = _entry(documents, source, name)
    if kind not in _TAKEN:
        raise Stopped(f"it waits for an event of {kind}, and this is a request")
    where = entry if kind == "webhook" else entry.get("webhook") or {}
    _check_address(kind, str(where.get("endpoint") or "/"), source, event)
    most = where.get("maxPayloadSize") or _LARGEST
    if len(event.body) > most:
        raise Stopped(f"its EventSource takes no more than {most} bytes, and the body has {len(event.body)}")
    if (entry.get("filter") or {}).get("expression"):
        raise Undecided(f"the filter of EventSource {source} is not played here")
    try:
        body = json_object(text_of(event.body))
    except ValueError as error:
        raise PayloadError(f"the body is no JSON object: {error}") from None
    request = Request(text_of(event.body), event.header, event.url, {}, secrets, None)
    _check_sender(kind, entry, where, request)
    return Heard(_known(body), event.header)


def as_cel(found: Heard, secrets: Secrets) -> Request:
    """The event as what evaluates CEL takes it."""
    return Request(json.dumps(found.body), found.header, "/", {}, secrets, None)


def _entry(documents: Sequence[Fields], source: str, name: str) -> tuple[str, Fields]:
    for each in documents:
        if EVENT_SOURCE.is_of(each) and (each.get("metadata") or {}).get("name") == source:
            for kind, events in (each.get("spec") or {}).items():
                if isinstance(events, Mapping) and isinstance(events.get(name), Mapping) and kind != "service":
                    return kind, events[name]
            raise Stopped(f"EventSource {source} has no event {name}")
    raise Undecided(f"the EventSource {source} is not among the files")


def _check_address(kind: str, endpoint: str, source: str, event: Event) -> None:
    """By its whole path, or what is below the pipeline's own; the provider's events by `/`, too."""
    path = event.url.partition("?")[0].rstrip("/")
    if path == endpoint.rstrip("/") or f"/{source}{path}" == endpoint.rstrip("/"):
        return
    if kind == "webhook" or path:
        raise Stopped(f"it comes to {endpoint}, and this to {path or '/'}")


def _check_sender(kind: str, entry: Fields, where: Fields, request: Request) -> None:
    secret = entry.get(_SECRETS[kind]) if kind in _SECRETS else None
    if isinstance(secret, Mapping):
        reference = {"secretName": secret.get("name"), "secretKey": secret.get("key")}
        called(kind, {"secretRef": reference}, request)
    asked = where.get("authSecret")
    if isinstance(asked, Mapping):
        value = request.secrets.of(str(asked.get("name")), str(asked.get("key")))
        given = request.first("Authorization")
        if value is not None and not hmac.compare_digest(given.encode(), f"Bearer {value}".encode()):
            raise Stopped("Authorization is not `Bearer` with the token of its Secret")


def _known(value: Any) -> Any:
    """The body as a script sees it: without what is null, and without lists in lists."""
    if isinstance(value, dict):
        return {name: _known(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_known(each) for each in value if each is not None and not isinstance(each, list)]
    return value
