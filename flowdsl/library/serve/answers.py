"""What each address answers: the listeners' take events, the rest is the page with its data.

The page and its data are for this machine alone: not for who comes from elsewhere, through a proxy or a tunnel, or by a
name that somebody's DNS says is this machine. Nothing changes by a GET; a POST of the page's has its token.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import ClassVar

import attrs

from flowdsl.events.matching import Event, PayloadError
from flowdsl.library.serve.bounded import Answer, Handler
from flowdsl.library.serve.deliveries import Deliveries, FullError
from flowdsl.library.serve.page import page
from flowdsl.library.serve.reading import Reading
from flowdsl.library.serve.tables import StorageError

DATA = "/-/"
"""What the page's data is below: no pipeline is called so."""
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Cf-Connecting-Ip")
_JSON = ("application/json", "application/x-www-form-urlencoded")


@attrs.frozen
class Site:
    """All that is answered from. `names` are those that a listener may be reached by beside this machine's own."""

    deliveries: Deliveries
    reading: Reading
    cancel: Callable[[str], bool]
    names: Sequence[str] = ()
    token: str = attrs.field(factory=lambda: secrets.token_urlsafe(24), repr=False)

    def handler(self) -> type[Handler]:
        """The class that a server makes an object of for each connection."""

        class Here(_Handler):
            site = self

        return Here


class _Handler(Handler):
    site: ClassVar[Site]

    def answer(self, method: str) -> Answer:
        try:
            return self._answer(method)
        except StorageError as error:
            # Providers send again what was answered so.
            why = str(error) if self._is_here() else "nothing can be kept"
            return Answer.error(HTTPStatus.SERVICE_UNAVAILABLE, f"{why}; send it again later")

    def _answer(self, method: str) -> Answer:
        if not self._is_asked_for():
            return Answer.error(HTTPStatus.MISDIRECTED_REQUEST, "this is not the host that was asked for: --hostname")
        path = self.path.partition("?")[0]
        if path == "/" or path.startswith(DATA):
            return self._own(method, path)
        listener = self.site.deliveries.listener(self.path)
        if not listener:
            return Answer.error(HTTPStatus.NOT_FOUND, "no listener has this address")
        if method != "POST":
            return Answer.error(HTTPStatus.METHOD_NOT_ALLOWED, "events are sent by POST")
        return self._event(listener)

    def _is_asked_for(self) -> bool:
        """Whether the name that it was asked by is one of ours."""
        given = self.headers.get_all("Host") or [""]
        name = _without_port(given[0]).lower()
        return len(given) == 1 and (name == "localhost" or _is_address(name) or name in self.site.names)

    def _event(self, listener: str) -> Answer:
        if self.headers.get("Origin"):
            return Answer.error(HTTPStatus.FORBIDDEN, "events come from servers, not from pages in a browser")
        kind = (self.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
        if kind not in _JSON and not kind.endswith("+json"):
            return Answer.error(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send application/json")
        body = self.body()
        if isinstance(body, Answer):
            return body
        try:
            accepted = self.site.deliveries.take(listener, Event(body, tuple(self.headers.items()), self.path))
        except PayloadError as error:
            return Answer.error(HTTPStatus.BAD_REQUEST, str(error))
        except FullError:
            return Answer.error(HTTPStatus.SERVICE_UNAVAILABLE, "too many runs wait; send it again later")
        # What Triggers' sink says, which tells nobody what matched.
        return Answer.of(HTTPStatus.ACCEPTED, {"eventListener": listener, "eventID": str(accepted.number)})

    def _own(self, method: str, path: str) -> Answer:
        if not self._is_here():
            return Answer.error(HTTPStatus.FORBIDDEN, "the page is for this machine alone")
        if method == "GET":
            return page(self.site.token) if path == "/" else self._data(path.removeprefix(DATA))
        if method == "POST" and path.startswith(DATA):
            return self._change(path.removeprefix(DATA))
        return Answer.error(HTTPStatus.METHOD_NOT_ALLOWED, "this is read by GET")

    def _is_here(self) -> bool:
        """Whether it is somebody at this machine who asks, and not through something that others reach."""
        near = is_local(str(self.client_address[0]))
        own = is_local(_without_port(self.headers.get("Host") or "").lower())
        return near and own and not any(self.headers.get(name) for name in _FORWARDED)

    def _data(self, path: str) -> Answer:
        query = {name: values[-1] for name, values in self._query().items()}
        reading = self.site.reading
        if path == "state":
            return Answer.of(
                HTTPStatus.OK,
                reading.state(query.get("q", ""), _number(query.get("before")), _number(query.get("limit"))),
            )
        kind, _, rest = path.partition("/")
        if kind == "deliveries" and rest:
            return _found(reading.delivery(_number(rest) or 0))
        name, _, what = rest.partition("/")
        if kind == "runs" and what == "log":
            found = reading.log(name)
            return (
                _found(None) if found is None else Answer(HTTPStatus.OK, found, "text/plain; charset=utf-8", _SANDBOX)
            )
        if kind == "runs" and name and not what:
            return _found(reading.run(name))
        return _found(None)

    def _query(self) -> Mapping[str, list[str]]:
        try:
            return urllib.parse.parse_qs(self.path.partition("?")[2], max_num_fields=20)
        except ValueError:
            return {}

    def _change(self, path: str) -> Answer:
        body = self.body()
        if isinstance(body, Answer):
            return body
        given = self.headers.get("X-Flowdsl-Token") or ""
        if not hmac.compare_digest(given.encode(), self.site.token.encode()):
            return Answer.error(HTTPStatus.FORBIDDEN, "the page's token is missing; load the page again")
        kind, _, rest = path.partition("/")
        name, _, what = rest.partition("/")
        if (kind, what) == ("deliveries", "redeliver"):
            return self._redelivered(_number(name) or 0)
        if (kind, what) == ("runs", "cancel"):
            return Answer.of(HTTPStatus.ACCEPTED, {"run": name}) if self.site.cancel(name) else _found(None)
        return _found(None)

    def _redelivered(self, number: int) -> Answer:
        try:
            accepted = self.site.deliveries.again(number)
        except PayloadError as error:
            return Answer.error(HTTPStatus.BAD_REQUEST, str(error))
        except FullError:
            return Answer.error(HTTPStatus.SERVICE_UNAVAILABLE, "too many runs wait")
        if accepted is None:
            return Answer.error(HTTPStatus.GONE, "what was sent is kept no longer, or its listener is not served")
        return Answer.of(HTTPStatus.ACCEPTED, {"id": accepted.number, "started": [*accepted.started]})


_SANDBOX = {"Content-Security-Policy": "default-src 'none'; sandbox"}


def _found(data: object) -> Answer:
    return (
        Answer.of(HTTPStatus.OK, data)
        if data is not None
        else Answer.error(HTTPStatus.NOT_FOUND, "there is no such thing")
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0].removeprefix("[")
    return host.partition(":")[0]


def _is_address(name: str) -> bool:
    """Whether it is an address: nobody's DNS has a say in it."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_local(host: str) -> bool:
    """Whether an address, or `localhost`, is this machine's alone."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)
