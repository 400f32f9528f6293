"""An HTTP server that is bounded in connections, bytes and time, whatever the other side does."""

from __future__ import annotations

import contextlib
import http.server
import io
import json
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TypeAlias, cast

import attrs

CONNECTIONS = 64
"""How many are answered at once; more are told to come again."""
LARGEST = 10 * 1024 * 1024
"""Bytes of a body."""
_HEAD = 64 * 1024
"""Bytes of a request's line and headers."""
_PATIENCE = 15.0
"""Seconds for the whole of a request to come, a second more for each 100 KB of its body."""
_LARGE = 1024 * 1024
"""A body that is larger takes one of a few places."""
_PLACES = 4
_WAIT = 10.0
"""Seconds that a connection waits for one of the threads."""
_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


_Request: TypeAlias = socket.socket | tuple[bytes, socket.socket]


class TooLongError(Exception):
    """The head of a request has more bytes than it may."""


class _Incoming(io.RawIOBase):
    """What a connection sends, until a deadline and no more than a number of bytes."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.until = time.monotonic() + _PATIENCE
        self.left = _HEAD

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read some. Raises TimeoutError, TooLongError."""
        seconds = self.until - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        if self.left <= 0:
            raise TooLongError
        self._connection.settimeout(seconds)
        count = self._connection.recv_into(memoryview(buffer)[: self.left])
        self.left -= count
        return count


@attrs.frozen
class Answer:
    """What a request is answered."""

    status: int
    body: bytes
    kind: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = attrs.field(factory=dict)

    @classmethod
    def of(cls, status: int, data: object, **headers: str) -> Answer:
        """Data as JSON."""
        return cls(status, (json.dumps(data, indent=1) + "\n").encode(), headers=headers)

    @classmethod
    def error(cls, status: int, text: str) -> Answer:
        """What is wrong with the request."""
        return cls.of(status, {"error": text})


class Handler(http.server.BaseHTTPRequestHandler):
    """Reads one request of a connection within bounds; what it is answered says `answer`."""

    protocol_version = "HTTP/1.1"
    server_version = "flowdsl"
    sys_version = ""
    server: Server

    def answer(self, method: str) -> Answer:
        """What to answer; `body` reads what was sent."""
        raise NotImplementedError

    def setup(self) -> None:
        """Read through bounds."""
        super().setup()
        self._incoming = _Incoming(self.connection)
        self.rfile = io.BufferedReader(self._incoming, 16 * 1024)

    def handle_one_request(self) -> None:
        """One request, and no more: a connection is for one."""
        self.close_connection = True
        self.command = self.requestline = ""
        try:
            self.raw_requestline = self.rfile.readline(_HEAD)
            if not self.raw_requestline or not self.parse_request():
                return
            answer = self.answer(self.command)
        except TooLongError:
            answer = Answer.error(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, f"the headers have over {_HEAD} bytes")
        except TimeoutError:
            answer = Answer.error(HTTPStatus.REQUEST_TIMEOUT, "the request did not come in time")
        except OSError:
            return
        except Exception as error:  # a mistake of ours ends one answer, not the server
            self.server.mistake(error)
            answer = Answer.error(HTTPStatus.INTERNAL_SERVER_ERROR, "a bug of flowdsl; its output says which")
        finally:
            if self._placed:
                self.server.places.release()
        with contextlib.suppress(OSError):
            self.reply(answer)

    def body(self) -> bytes | Answer:
        """What was sent behind the headers, or the answer to a body that can't be."""
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Transfer-Encoding") or not length:
            return Answer.error(HTTPStatus.LENGTH_REQUIRED, "say the body's length: Content-Length")
        if not (length.isascii() and length.isdigit()) or len(self.headers.get_all("Content-Length") or ()) != 1:
            return Answer.error(HTTPStatus.BAD_REQUEST, "Content-Length is no number")
        size = int(length) if len(length) < 12 else LARGEST + 1
        if size > LARGEST:
            return Answer.error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body has over {LARGEST // 1024**2} MiB")
        if size > _LARGE and not self._take_place():
            return Answer.error(HTTPStatus.SERVICE_UNAVAILABLE, "too many large requests at once; send it again")
        self._continue()
        self._incoming.left = size
        self._incoming.until = time.monotonic() + _PATIENCE + size / 100_000
        found = self.rfile.read(size)
        return found if len(found) == size else Answer.error(HTTPStatus.BAD_REQUEST, "the body ends early")

    _placed = False

    def _take_place(self) -> bool:
        """A place for a large body, until it is answered."""
        self._placed = self.server.places.acquire(timeout=_PATIENCE / 3)
        return self._placed

    def _continue(self) -> None:
        if self._expects:
            self.send_response_only(HTTPStatus.CONTINUE)
            self.end_headers()

    _expects = False

    def handle_expect_100(self) -> bool:
        """The sender waits for a word before the body: it is given when the body is read."""
        self._expects = True
        return True

    def reply(self, answer: Answer) -> None:
        """Send an answer, and end the connection so that it arrives whatever is still being sent."""
        self.connection.settimeout(_PATIENCE)
        self.request_version = self.protocol_version  # or the status would be left out, as for HTTP/0.9
        self.send_response(answer.status)
        own = {"Content-Type": answer.kind, "Content-Length": str(len(answer.body)), "Connection": "close"}
        for name, value in {
            **own,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
            **answer.headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else answer.body)
        self.wfile.flush()
        self._drain()

    def _drain(self) -> None:
        """Read away what is left: closing before that would take the answer back on its way."""
        self.connection.shutdown(socket.SHUT_WR)
        until, left = time.monotonic() + 2, 3 * LARGEST
        buffer = bytearray(64 * 1024)
        while left > 0 and (seconds := until - time.monotonic()) > 0:
            self.connection.settimeout(seconds)
            count = self.connection.recv_into(buffer)
            if not count:
                return
            left -= count

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What Python's own parser finds wrong, as all other answers are."""
        with contextlib.suppress(OSError):
            self.reply(Answer.error(code, message or explain or "bad request"))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - it is called so above
        """Nothing: what was delivered is kept, and told elsewhere."""


class Server(socketserver.ThreadingTCPServer):
    """Answers each connection in a thread, of which there are a number at most."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], handler: type[Handler], mistake: Callable[[Exception], None]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.mistake = mistake
        self.places = threading.BoundedSemaphore(_PLACES)
        self._free = threading.BoundedSemaphore(CONNECTIONS)
        self.closing = threading.Event()
        super().__init__(address, handler)

    @property
    def port(self) -> int:
        """The port that it listens at."""
        return int(cast("tuple[str, int]", self.server_address)[1])

    def process_request(self, request: _Request, client_address: object) -> None:
        """Answer in a thread; where none becomes free in time, say so."""
        until = time.monotonic() + _WAIT
        while not self.closing.is_set() and time.monotonic() < until:
            if self._free.acquire(timeout=0.2):
                super().process_request(request, client_address)
                return
        with contextlib.suppress(OSError):
            connection = cast("socket.socket", request)
            connection.settimeout(0.2)
            connection.sendall(_BUSY)
        self.shutdown_request(request)

    def process_request_thread(self, request: _Request, client_address: object) -> None:
        """One connection."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: _Request, client_address: object) -> None:
        """A connection that broke is nobody's business."""
