"""A list that stays current: list, watch, and begin anew where the thread is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.kubeclient.answers import ANSWER, EVENT, OBJECT, fit, odd, parsed
from flowdsl.kubeclient.client import Client
from flowdsl.kubeclient.errors import PASSING, AnsweredError, UnreachableError, answered, unreachable
from flowdsl.kubeclient.objects import Answer, Object, WatchEvent

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

# A server ends a watch after this long, and we ask again; a silence longer than that means the line is dead.
_WATCH_SECONDS = 45
_GRACE_SECONDS = 15.0


MAX_LINE = 16 * 1024 * 1024
"""Bytes: an object has 1.5 MiB in the server's store, and a step that prints more without a line end tells nothing."""


@attrs.frozen
class Listed:
    """Everything there is now: what is not in it is gone."""

    items: tuple[Object, ...]


@attrs.frozen
class Changed:
    """One object is new, other or gone."""

    type: str
    item: Object


def follow(client: Client, path: str, query: Mapping[str, object]) -> Iterator[Listed | Changed]:
    """List, then changes, until `client.stopped`. After a gap (410 Gone) it lists again.

    A dropped line is taken up where it broke. Raises ClusterError for what waiting will not mend (401, 403), and where
    the server stays away for longer than the client's patience.
    """
    version, pause = "", 0.25
    while not client.stopped.is_set():
        if not version:
            listed = client.call("GET", path, query)
            version = _version(client, path, listed)
            yield Listed(tuple(listed.get("items") or ()))
        try:
            for change in _stream(client, path, {**query, "resourceVersion": version}):
                pause = 0.25
                version = _version(client, path, change.item)
                if change.type != "BOOKMARK":
                    yield change
        except AnsweredError as error:
            if error.code == 410:
                version = ""
                continue
            if error.code not in PASSING:
                raise
            client.on_trouble(str(error))
            version = ""
        except UnreachableError as error:
            if not error.passing:
                raise
            client.on_trouble(str(error))
            # The list that comes next waits for the server with the client's patience.
            version = ""
        client.stopped.wait(pause)
        pause = min(pause * 2, 5.0)


def _stream(client: Client, path: str, query: Mapping[str, object]) -> Iterator[Changed]:
    asked = {**query, "watch": "1", "allowWatchBookmarks": "true", "timeoutSeconds": _WATCH_SECONDS}
    response = client.open("GET", path, asked, timeout=_WATCH_SECONDS + _GRACE_SECONDS)
    for line in lines(client, response):
        what = f"the watch of {path}"
        text = client.told(line.decode(errors="replace"))
        event = cast("WatchEvent", parsed(text, EVENT, where=client.where, what=what))
        if event["type"] == "ERROR":
            code = event["object"].get("code")
            refusal = json.dumps(event["object"])
            raise answered(code if isinstance(code, int) else 500, refusal, method="GET", path=path, where=client.where)
        shape = ANSWER if event["type"] == "BOOKMARK" else OBJECT
        yield Changed(event["type"], cast("Object", fit(event["object"], shape, where=client.where, what=what)))


def _version(client: Client, path: str, found: Object | Answer) -> str:
    """From where a watch goes on. Raises OddAnswerError."""
    metadata = found.get("metadata")
    version = metadata.get("resourceVersion") if metadata else ""
    if not version:
        raise odd(client.where, f"GET {path}", "metadata.resourceVersion is missing")
    return str(version)


def lines(client: Client, response: BaseHTTPResponse) -> Iterator[bytes]:
    """The whole lines of a stream. What has no end when the line breaks is left out, and UnreachableError raised."""
    from urllib3.exceptions import HTTPError

    rest = b""
    try:
        for chunk in response.stream(1 << 16):
            *whole, rest = (rest + chunk).split(b"\n")
            if len(rest) > MAX_LINE:
                raise odd(client.where, "a stream", f"a line has more than {MAX_LINE // 2**20} MiB")
            yield from whole
        if rest:
            yield rest
    except (HTTPError, OSError) as error:
        raise unreachable(error, where=client.where, address=client.address, seconds=client.timeout) from error
    finally:
        response.close()
