"""The stand-in services behind real sockets, and a client that takes any answer."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug.serving import make_server

from sonic_flow.local import store
from sonic_flow.services import form


def ask(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
    """Status and answer of a request, errors included."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, dict(headers or {}))) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def generate(base: str, fields: Mapping[str, object], **files: bytes) -> tuple[int, Any]:
    parts = {name: SimpleNamespace(name=name, read_bytes=lambda c=content: c) for name, content in files.items()}
    status, content = ask(base + "/v1/generate", *form(cast(Mapping[str, Path], parts), fields))
    return status, content if status == 200 else json.loads(content)["error"]


@contextmanager
def stored_in(kept: Path) -> Iterator[str]:
    """The store over a folder; gives its address."""
    store.s3().reset()
    store.fill(kept, "clips")
    server = make_server("127.0.0.1", 0, store.keep(create_backend_app("s3"), kept), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
