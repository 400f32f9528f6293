"""Serves the page for raters: HTTP from the standard library, on loopback unless told otherwise.

Whoever has the address may rate: its token is the one thing that is asked for, so the address goes to raters alone.
"""

from __future__ import annotations

import hmac
import http.server
import json
import re
import secrets
import socket
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sonic_flow.rating.book import Book, Refused, rater_name
from sonic_flow.rating.desk_page import PAGE

BODY_MOST = 4096
"""Bytes of a request."""
PATIENCE = 20.0
"""Seconds to wait for the rest of a request."""
AT_ONCE = 64
"""Raters' requests that are answered at the same time; others wait. A connection that asks nothing is none of them."""
CONNECTIONS = 256
"""Connections that are held; with more, the one that has waited longest for a request is closed."""
_BLOCK = 1 << 18
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
ClipOf = Callable[[str], "Path | None"]


class Desk:
    """The server. `clip_of` gives the file of a request's clip, None where there is none."""

    def __init__(self, book: Book, clip_of: ClipOf, *, token: str, host: str = "127.0.0.1", port: int = 0) -> None:
        self.book, self.clip_of, self.token = book, clip_of, token
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        desk = self

        class Handler(_Handler):
            """The handler of this desk."""

            home = desk

        self._server = _Server((host, port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="desk", daemon=True)

    @property
    def address(self) -> str:
        """What a rater on this machine opens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/{self.token}/"

    def __enter__(self) -> Desk:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def state(self, rater: str) -> list[dict[str, object]]:
        """What can be rated, with this rater's own score and how many have scored; never what others said."""
        found: list[dict[str, object]] = []
        now = time.time()
        try:
            name = rater_name(rater)
        except Refused:
            name = ""
        for each in self.book.open_requests(now):
            if self.clip_of(each.id) is None:  # it has not come from the store yet
                continue
            scores = self.book.scores(each.id)
            one = {"id": each.id, "title": each.title, "least": each.least, "seconds": each.until - now}
            found.append({**one, "raters": len(scores), "score": scores.get(name)})
        return found


class _Server(http.server.ThreadingHTTPServer):
    """Holds so many connections at most. Who has no token can fill them, but not keep a rater out."""

    daemon_threads = True
    request_queue_size = CONNECTIONS

    def __init__(self, place: tuple[str, int], handler: type[_Handler]) -> None:
        super().__init__(place, handler)
        self._lock = threading.Lock()
        self._held: dict[socket.socket, bool] = {}  # in the order of their last request; whether one is answered now

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            if len(self._held) >= CONNECTIONS:
                waiting = next((each for each, busy in self._held.items() if not busy), request)
                self._held.pop(waiting, None)
                with suppress(OSError):
                    waiting.shutdown(socket.SHUT_RDWR)  # its own thread wakes, and closes it
            self._held[request] = False
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._held.pop(request, None)
        super().shutdown_request(request)

    @contextmanager
    def answering(self, connection: socket.socket) -> Iterator[None]:
        """While a rater's request is answered, its connection is not closed for another."""
        with self._lock:
            if self._held.pop(connection, None) is not None:
                self._held[connection] = True
        try:
            yield
        finally:
            with self._lock:
                if connection in self._held:
                    self._held[connection] = False

    def handle_error(self, request: object, client_address: object) -> None:
        """One line, without what was asked: an address holds the token. None where the other side is gone."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            print(f"a request was not answered: {type(error).__name__}", file=sys.stderr, flush=True)


class _Handler(http.server.BaseHTTPRequestHandler):
    home: Desk
    timeout = PATIENCE
    server_version, sys_version = "desk", ""
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """No line: an address holds the token."""

    def do_GET(self) -> None:
        path, query = self._asked()
        if path is None:
            self._nothing()
            return
        with self._turn():
            self._get(path, query)

    def do_POST(self) -> None:
        path, _ = self._asked()
        length = self.headers.get("Content-Length", "")
        if path != "score":
            self.close_connection = True
            self._nothing()
        elif not re.fullmatch(r"[0-9]{1,9}", length) or int(length) > BODY_MOST:
            self.close_connection = True
            self._json(413, {"error": "this is no score"})
        else:
            with self._turn():
                self._score(int(length))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One of the requests that are answered at the same time: of those who have the token."""
        with self.home._slots, self.home._server.answering(self.connection):
            yield

    def _nothing(self) -> None:
        self._json(404, {"error": "there is nothing here"})

    def _get(self, path: str, query: dict[str, list[str]]) -> None:
        if path == "":
            nonce = secrets.token_urlsafe(12)
            page = PAGE.replace("{nonce}", nonce).encode()
            self._send(200, "text/html; charset=utf-8", page, nonce)
        elif path == "state":
            self._json(200, self.home.state(query.get("rater", [""])[0]))
        elif path.startswith("clip/"):
            self._clip(urllib.parse.unquote(path.removeprefix("clip/")))
        else:
            self._nothing()

    def _score(self, length: int) -> None:
        try:
            given = json.loads(self.rfile.read(length))
            if not isinstance(given, dict) or self.headers.get_content_type() != "application/json":
                raise Refused("this is no score")
            self.home.book.score(str(given.get("id")), given.get("rater", ""), given.get("score"))
        except (ValueError, RecursionError):
            self._json(400, {"error": "this is no score"})
        except Refused as refused:
            self._json(400, {"error": str(refused)})
        else:
            self._json(200, {})

    def _asked(self) -> tuple[str | None, dict[str, list[str]]]:
        """The path below the token, None without the right one, and the query."""
        try:
            parts = urllib.parse.urlsplit(self.path)
        except ValueError:  # `http://[`
            return None, {}
        token, slash, rest = parts.path.removeprefix("/").partition("/")
        good = hmac.compare_digest(token.encode("utf-8", "replace"), self.home.token.encode())
        if not (good and slash):
            return None, {}
        try:
            return rest, urllib.parse.parse_qs(parts.query, max_num_fields=4)
        except ValueError:
            return rest, {}

    def _clip(self, request: str) -> None:
        known = any(each.id == request for each in self.home.book.open_requests())
        path = self.home.clip_of(request) if known else None
        if path is None:
            self._no_clip()
            return
        try:
            file = path.open("rb")
        except OSError:  # it was taken away just now
            self._no_clip()
            return
        with file:
            size = file.seek(0, 2)
            wanted = _RANGE.fullmatch(self.headers.get("Range", ""))
            first = int(wanted[1]) if wanted else 0
            last = min(int(wanted[2]) if wanted and wanted[2] else size - 1, size - 1)
            if wanted and not first <= last:
                self._send(416, "text/plain", b"", headers={"Content-Range": f"bytes */{size}"})
                return
            span = {"Content-Range": f"bytes {first}-{last}/{size}"} if wanted else {}
            self._head(206 if wanted else 200, "video/mp4", last - first + 1, {**span, "Accept-Ranges": "bytes"})
            file.seek(first)
            left = last - first + 1
            while left > 0 and (block := file.read(min(_BLOCK, left))):
                self.wfile.write(block)
                left -= len(block)

    def _no_clip(self) -> None:
        self._json(404, {"error": "there is no such clip"})

    def _json(self, status: int, content: object) -> None:
        self._send(status, "application/json", json.dumps(content).encode())

    def _send(
        self, status: int, kind: str, content: bytes, nonce: str = "", headers: dict[str, str] | None = None
    ) -> None:
        own = f"'nonce-{nonce}'" if nonce else "'none'"
        policy = f"default-src 'none'; script-src {own}; style-src {own}; media-src 'self'; connect-src 'self'"
        policy += "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        self._head(status, kind, len(content), {**(headers or {}), "Content-Security-Policy": policy})
        self.wfile.write(content)

    def _head(self, status: int, kind: str, length: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        always = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
        for name, value in {"Content-Type": kind, "Content-Length": str(length), **always, **headers}.items():
            self.send_header(name, value)
        self.end_headers()


def wait_for(book: Book, request: str, *, until: float, wanted: int, pause: float = 0.5) -> None:
    """Wait until `wanted` raters have scored or the time (epoch) is over, and close the request."""
    while time.time() < until and len(book.scores(request)) < wanted:
        time.sleep(min(pause, max(0.0, until - time.time())))
    book.close(request)
