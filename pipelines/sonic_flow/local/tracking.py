"""A stand-in for an MLflow server on loopback: `python -m sonic_flow.local.tracking --folder FOLDER --port PORT`.

It keeps runs, files and versions of models in FOLDER (SQLite, and a folder of files), and answers what
`sonic_flow.mlflow` asks, with MLflow's own codes for what it refuses. It has no page, and no accounts: it takes any
token. The tests hold it and MLflow 3.17 to the same.
"""

from __future__ import annotations

import argparse
import json
import signal
import threading
import urllib.parse
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sonic_flow.local import web
from sonic_flow.local.tracking_store import RefusedError, Store

API, FILES = "/api/2.0/mlflow/", "/api/2.0/mlflow-artifacts/artifacts/"
LARGEST = 256 << 20  # bytes of a file
Fields = dict[str, Any]


def routes(store: Store) -> dict[tuple[str, str], Callable[[Fields], Fields]]:
    """What is answered, by method and path."""
    return {
        ("GET", "experiments/get-by-name"): store.experiment,
        ("POST", "experiments/create"): store.create_experiment,
        ("POST", "runs/search"): store.search_runs,
        ("POST", "runs/create"): store.create_run,
        ("GET", "runs/get"): store.run,
        ("POST", "runs/log-batch"): store.log,
        ("POST", "runs/update"): store.update_run,
        ("POST", "registered-models/create"): store.create_model,
        ("GET", "model-versions/search"): store.search_versions,
        ("POST", "model-versions/create"): store.create_version,
        ("POST", "model-versions/set-tag"): store.tag_version,
        ("GET", "registered-models/alias"): store.alias,
        ("POST", "registered-models/alias"): store.set_alias,
        ("DELETE", "registered-models/alias"): store.delete_alias,
    }


def handler(store: Store) -> type:
    """The class that answers requests."""
    known = routes(store)

    class Handler(BaseHTTPRequestHandler):
        timeout = web.PATIENCE

        def do_GET(self) -> None:
            self.answer()

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names of http.server

        def answer(self) -> None:
            path, _, query = self.path.partition("?")
            try:
                if path in ("/", "/health"):
                    self.reply(200, b"OK", "text/plain")
                elif path.startswith(FILES):
                    self.file(urllib.parse.unquote(path.removeprefix(FILES)))
                else:
                    self.reply(200, json.dumps(self.asked(path, query)).encode())
            except RefusedError as error:
                self.refuse(400 if error.code != "RESOURCE_DOES_NOT_EXIST" else 404, error.code, str(error))
            except web.RefusedError as error:
                self.refuse(error.status, "BAD_REQUEST", str(error))
            except (ConnectionError, TimeoutError):
                self.close_connection = True

        def asked(self, path: str, query: str) -> Fields:
            found = known.get((self.command, path.removeprefix(API))) if path.startswith(API) else None
            if found is None:
                raise RefusedError("ENDPOINT_NOT_FOUND", f"this stand-in for MLflow has no {self.command} {path[:200]}")
            if self.command == "GET":
                return found(dict(urllib.parse.parse_qsl(query)))
            try:
                fields = json.loads(web.read_body(self.headers, self.rfile, web.LARGEST))
            except (ValueError, RecursionError):
                fields = None
            if not isinstance(fields, dict):
                raise RefusedError("MALFORMED_REQUEST", "the request is no JSON object")
            return found(fields)

        def file(self, name: str) -> None:
            if self.command == "PUT":
                store.write_file(name, web.read_body(self.headers, self.rfile, LARGEST))
                self.reply(200, b"{}")
            elif self.command == "GET":
                self.reply(200, store.read_file(name), "application/octet-stream")
            else:
                raise RefusedError("ENDPOINT_NOT_FOUND", "a file is put or fetched")

        def refuse(self, status: int, code: str, message: str) -> None:
            self.reply(status, json.dumps({"error_code": code, "message": web.line(message)}).encode())

        def reply(self, status: int, content: bytes, kind: str = "application/json") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object, **named: object) -> None:
            """The tasks say themselves what they keep."""

    return Handler


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description="a stand-in for an MLflow server")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", options.port), handler(Store(options.folder)))
    server.daemon_threads = True
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    where = f"http://127.0.0.1:{server.server_address[1]}"
    print(f"a stand-in for MLflow, at {where}, kept in {options.folder}", flush=True)
    server.serve_forever(poll_interval=0.1)


if __name__ == "__main__":
    main()
