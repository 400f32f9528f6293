"""What both services share: HTTP, multipart forms in, files or JSON out. The contract is `../SERVICE.md`."""

from __future__ import annotations

import argparse
import email
import email.policy
import json
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

NONE: Mapping[str, str] = {}
LARGEST = 256 << 20  # bytes of a request
Form = tuple[Mapping[str, Any], Mapping[str, bytes]]  # the parameters, and the files by name


class Answer(NamedTuple):
    """What a request is answered with."""

    kind: str
    content: bytes
    headers: Mapping[str, str] = NONE


Work = Callable[[Mapping[str, Any], Mapping[str, bytes]], Answer]


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


def handler(path: str, work: Work) -> type:
    """The class that answers requests."""
    busy = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/health":
                self.reply(200, Answer("application/json", b'{"status": "ready"}'))
            else:
                self.fail(404, f"there is GET /health and POST {path}")

        def do_POST(self) -> None:
            if self.path != path:
                self.fail(404, f"there is GET /health and POST {path}")
                return
            try:
                parameters, files = self.form()
                if not busy.acquire(blocking=False):
                    raise RefusedError(503, "busy with another request")
                try:
                    answer = work(parameters, files)
                finally:
                    busy.release()  # before the answer: who has it may ask again at once
                self.reply(200, answer)
            except RefusedError as error:
                self.fail(error.status, str(error), {"Retry-After": "2"} if error.status == 503 else NONE)
            except (BrokenPipeError, ConnectionResetError):
                print("the client is gone", flush=True)
            except Exception as error:  # the client is told, whatever it is
                traceback.print_exc()
                self.fail(500, f"{type(error).__name__}: {error}")

        def form(self) -> Form:
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > LARGEST:
                raise RefusedError(413, f"a request has a Content-Length of at most {LARGEST}")
            return parse(self.headers.get("Content-Type", ""), self.rfile.read(int(length)))

        def fail(self, status: int, message: str, headers: Mapping[str, str] = NONE) -> None:
            print(f"{self.path}: {status} {message}", flush=True)
            self.reply(status, Answer("application/json", json.dumps({"error": message}).encode(), headers))

        def reply(self, status: int, answer: Answer) -> None:
            self.send_response(status)
            headers = {"Content-Type": answer.kind, "Content-Length": str(len(answer.content)), **answer.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: Any) -> None:
            """The services say themselves what they do."""

    return Handler


def parse(kind: str, body: bytes) -> Form:
    """The parts of a multipart form. Refuses what is none."""
    message = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=email.policy.HTTP)
    if message.get_content_type() != "multipart/form-data" or not message.is_multipart():
        raise RefusedError(415, "the request is no multipart/form-data")
    parts = {part.get_param("name", header="content-disposition"): part for part in message.iter_parts()}
    files = {str(name): part.get_payload(decode=True) or b"" for name, part in parts.items()}
    try:
        parameters = json.loads(files.pop("parameters", b"{}"))
    except ValueError as error:
        raise RefusedError(400, f"the part `parameters` is no JSON: {error}") from None
    if not isinstance(parameters, dict):
        raise RefusedError(400, "the part `parameters` is no object")
    return parameters, files


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
