"""Serves the page for raters: HTTP from the standard library, on loopback unless told otherwise.

Whoever has the address may rate: its token is the one thing that is asked for, so the address goes to raters alone.
"""

from __future__ import annotations

import hmac
import http.server
import json
import re
import secrets
import threading
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path

from sonic_flow.rating.book import Book, Refused, rater_name
from sonic_flow.rating.desk_page import PAGE

BODY_MOST = 4096
"""Bytes of a request."""
PATIENCE = 20.0
"""Seconds to wait for the rest of a request."""
AT_ONCE = 64
"""Requests that are answered at the same time; others wait."""
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

        self._server = http.server.ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
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
            scores = self.book.scores(each.id)
            one = {"id": each.id, "title": each.title, "least": each.least, "seconds": each.until - now}
            found.append({**one, "raters": len(scores), "score": scores.get(name)})
        return found


class _Handler(http.server.BaseHTTPRequestHandler):
    home: Desk
    timeout = PATIENCE
    server_version, sys_version = "desk", ""
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        with self.home._slots:
            super().handle_one_request()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """No line: an address holds the token."""

    def do_GET(self) -> None:
        path, query = self._asked()
        if path == "":
            nonce = secrets.token_urlsafe(12)
            page = PAGE.replace("{nonce}", nonce).encode()
            self._send(200, "text/html; charset=utf-8", page, nonce)
        elif path == "state":
            self._json(200, self.home.state(query.get("rater", [""])[0]))
        elif path is not None and path.startswith("clip/"):
            self._clip(urllib.parse.unquote(path.removeprefix("clip/")))
        else:
            self._json(404, {"error": "there is nothing here"})

    def do_POST(self) -> None:
        path, _ = self._asked()
        length = self.headers.get("Content-Length", "")
        if path != "score" or not length.isascii() or not length.isdigit() or int(length) > BODY_MOST:
            self.close_connection = True
            self._json(404 if path != "score" else 413, {"error": "this is no score"})
            return
        try:
            given = json.loads(self.rfile.read(int(length)))
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
        parts = urllib.parse.urlsplit(self.path)
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
            self._json(404, {"error": "there is no such clip"})
            return
        with path.open("rb") as file:
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
