"""What both services share: HTTP, multipart forms in, files or JSON out. The contract is `SERVICE.md`."""

from __future__ import annotations

import argparse
import email
import email.message
import email.policy
import json
import math
import resource
import signal
import sys
import threading
import traceback
import zlib
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Protocol

NONE: Mapping[str, str] = {}
LARGEST = 128 << 20  # bytes of a request, packed or unpacked
AT_ONCE = 4  # requests whose bodies are held
PATIENCE = 60.0  # seconds to wait for the next bytes of a request
PARTS, HEAD = 16, 8192  # of a form: how many, and the bytes of one's headers
Form = tuple[Mapping[str, Any], Mapping[str, bytes]]  # the parameters, and the files by name


class Answer(NamedTuple):
    """What a request is answered with."""

    kind: str
    content: bytes
    headers: Mapping[str, str] = NONE


class Reader(Protocol):
    """What a body is read from."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes."""
        ...

    def readline(self, size: int, /) -> bytes:
        """A line, or so many bytes of it."""
        ...


Work = Callable[[Mapping[str, Any], Mapping[str, bytes]], Answer]


class Keeper(Protocol):
    """What keeps an account of a service that serves people."""

    def answer(self, path: str, /) -> Answer | None:
        """What a GET is answered with; None where it is not about the account."""
        ...

    def served(self, work: Work, parameters: Mapping[str, Any], files: Mapping[str, bytes], /) -> Answer:
        """Do the work, and keep what came of it."""
        ...


class RefusedError(Exception):
    """The request can't be served: a status and one line for the person who reads the log."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def arguments(what: str) -> argparse.ArgumentParser:
    """The options that every service has: where it listens."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    return parser


def serve(path: str, work: Work, what: str, options: argparse.Namespace | None = None) -> None:
    """Answer POSTs to `path` with what `work` gives for the form, one at a time, until SIGTERM."""
    options = options or arguments(what).parse_args()
    server = ThreadingHTTPServer((options.host, options.port), handler(path, work))
    server.daemon_threads = True
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"{what}, on {options.host}:{server.server_address[1]}", flush=True)
    server.serve_forever(poll_interval=0.1)


def handler(path: str, work: Work, kept: Keeper | None = None) -> type:
    """The class that answers requests. `kept`: what was served is counted, and the last of it can be fetched."""
    busy, held = threading.Lock(), threading.BoundedSemaphore(AT_ONCE)

    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE

        def do_GET(self) -> None:
            if kept is not None and (found := kept.answer(self.path)) is not None:
                self.reply(200, found)
            elif self.path == "/health":
                self.reply(200, Answer("application/json", b'{"status": "ready"}'))
            else:
                self.fail(404, f"there is GET /health and POST {path}")

        def do_POST(self) -> None:
            if self.path != path:
                self.fail(404, f"there is GET /health and POST {path}")
                return
            try:
                if not held.acquire(blocking=False):
                    raise RefusedError(503, "busy with other requests")
                try:
                    answer = self.work()
                finally:
                    held.release()
                self.reply(200, answer)
            except RefusedError as error:
                self.fail(error.status, str(error), {"Retry-After": "2"} if error.status == 503 else NONE)
            except (BrokenPipeError, ConnectionResetError, TimeoutError):
                print("the client is gone", flush=True)
                self.close_connection = True
            except Exception as error:  # the client is told, whatever it is
                traceback.print_exc()
                self.fail(500, f"{type(error).__name__}: {error}")

        def work(self) -> Answer:
            body = read_body(self.headers, self.rfile, LARGEST)
            parameters, files = parse(self.headers.get("Content-Type", ""), body)
            if not busy.acquire(blocking=False):
                raise RefusedError(503, "busy with another request")
            try:
                return work(parameters, files) if kept is None else kept.served(work, parameters, files)
            finally:
                busy.release()  # before the answer: who has it may ask again at once

        def fail(self, status: int, message: str, headers: Mapping[str, str] = NONE) -> None:
            message = line(message)
            print(f"{line(self.path)}: {status} {message}", flush=True)
            self.reply(status, Answer("application/json", json.dumps({"error": message}).encode(), headers))

        def reply(self, status: int, answer: Answer) -> None:
            self.send_response(status)
            headers = {"Content-Type": answer.kind, "Content-Length": str(len(answer.content)), **answer.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object, **named: object) -> None:
            """The services say themselves what they do."""

    return Handler


def line(text: str, most: int = 300) -> str:
    """A client's text as a line of the log: printable, and not longer than anybody reads."""
    shown = "".join(char if char.isprintable() else "?" for char in text[:most])
    return shown if len(text) <= most else shown + "..."


def read_body(headers: email.message.Message, stream: Reader, most: int) -> bytes:
    """The body of a request, unpacked: at most so many bytes of either. Refuses what is longer, or is no body."""
    if (headers.get("Transfer-Encoding") or "").lower() == "chunked":
        body = read_chunks(stream, most)
    else:
        length = headers.get("Content-Length") or ""
        if not (length.isascii() and length.isdigit()):
            raise RefusedError(411, "a request has a Content-Length")
        if len(length) > 15 or int(length) > most:
            raise RefusedError(413, f"a request has at most {most} bytes")
        body = stream.read(int(length))
        if len(body) < int(length):
            raise RefusedError(400, "the request is cut off")
    packing = (headers.get("Content-Encoding") or "identity").lower()
    if packing not in ("identity", "gzip", "x-gzip"):
        raise RefusedError(415, f"Content-Encoding {packing} is not understood")
    return body if packing == "identity" else unpacked(body, most)


def read_chunks(stream: Reader, most: int) -> bytes:
    """A chunked body."""
    pieces: list[bytes] = []
    held = 0
    while True:
        try:
            size = int(stream.readline(100).split(b";")[0], 16)
        except ValueError:
            raise RefusedError(400, "the request is cut off, or has no chunks") from None
        if size < 0 or held + size > most:
            raise RefusedError(413, f"a request has at most {most} bytes")
        piece = stream.read(size)
        held += size
        if len(piece) < size or stream.readline(3).strip():
            raise RefusedError(400, "the request is cut off, or has no chunks")
        if not size:
            return b"".join(pieces)
        pieces.append(piece)


def unpacked(body: bytes, most: int) -> bytes:
    """What gzip packed, as long as it stays within bounds: a thousandth of it may be all there is to send."""
    machine = zlib.decompressobj(wbits=31)
    try:
        content = machine.decompress(body, most + 1)
    except zlib.error as error:
        raise RefusedError(400, f"the request is no gzip: {error}") from None
    if len(content) > most:
        raise RefusedError(413, f"a request has at most {most} bytes, unpacked")
    if not machine.eof:
        raise RefusedError(400, "the request is no gzip: it is cut off")
    return content


def parse(kind: str, body: bytes) -> Form:
    """The parts of a multipart form. Refuses what is none."""
    said = email.message.Message(email.policy.compat32)
    said["Content-Type"] = kind.replace("\r", " ").replace("\n", " ")
    edge = said.get_boundary() or ""
    if said.get_content_type() != "multipart/form-data" or not edge:
        raise RefusedError(415, "the request is no multipart/form-data")
    pieces = (b"\r\n" + body).split(b"\r\n--" + edge.encode("utf-8", "replace"), PARTS + 1)
    if len(pieces) > PARTS + 1:
        raise RefusedError(400, f"a form has at most {PARTS} parts")
    files: dict[str, bytes] = {}
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            break
        name, content = part(piece)
        if name in files:
            raise RefusedError(400, f"the part `{name}` is there twice")
        files[name] = content
    else:
        raise RefusedError(400, "the form has no end")
    return read_parameters(files.pop("parameters", b"{}")), files


def part(piece: bytes) -> tuple[str, bytes]:
    """Name and content of one part of a form."""
    head, found, content = piece.partition(b"\r\n\r\n")
    if not found or len(head) > HEAD:
        raise RefusedError(400, "a part of the form has no headers, or too many")
    headers = email.message_from_bytes(head.lstrip(b"\r\n"), policy=email.policy.compat32)
    if str(headers.get("Content-Transfer-Encoding", "binary")).lower() not in ("binary", "8bit", "7bit"):
        raise RefusedError(400, "a part of the form is encoded")
    name = headers.get_param("name", "", header="content-disposition")
    return str(name[2] if isinstance(name, tuple) else name), content


def read_parameters(content: bytes) -> dict[str, Any]:
    """The parameters of a form: an object of finite numbers, texts, booleans. Refuses anything else."""
    try:
        parameters = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RefusedError(400, f"the part `parameters` is no JSON: {error}") from None
    if not isinstance(parameters, dict):
        raise RefusedError(400, "the part `parameters` is no object")
    for name, value in parameters.items():
        whole = isinstance(value, int) and abs(value) < 2**53
        if not (
            value is None or isinstance(value, str) or whole or (isinstance(value, float) and math.isfinite(value))
        ):
            raise RefusedError(400, f"the parameter {line(name, 60)} is no text, no boolean and no number of use")
    return parameters


def needed(files: Mapping[str, bytes], *names: str) -> list[bytes]:
    """The files by name; refuses a form that lacks one."""
    for name in names:
        if not files.get(name):
            raise RefusedError(400, f"the file `{name}` is missing or empty")
    return [files[name] for name in names]


def peak_memory() -> int:
    """The most memory that this process has held, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
