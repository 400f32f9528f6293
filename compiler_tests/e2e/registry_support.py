"""A stand-in for a container registry on loopback: it keeps what is pushed, and gives out what it was given."""

from __future__ import annotations

import hashlib
import http.server
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import attrs

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@attrs.define
class Registry:
    """Manifests and blobs by the path at which they are asked for; `host` is where it listens."""

    held: dict[str, bytes]
    host: str = ""
    uploads: dict[str, bytes] = attrs.field(factory=dict)
    asked: list[str] = attrs.field(factory=list)
    numbers: Iterator[int] = attrs.field(factory=itertools.count)
    """One for each upload: docker begins several at once."""

    def keep(self, name: str, manifest: bytes, *blobs: bytes, tag: str = "") -> str:
        """Hold an image under its digest, which is given back, and under a tag."""
        digest = digest_of(manifest)
        self.held |= {f"/v2/{name}/blobs/{digest_of(blob)}": blob for blob in blobs}
        self.held[f"/v2/{name}/manifests/{digest}"] = manifest
        if tag:
            self.held[f"/v2/{name}/manifests/{tag}"] = manifest
        return digest


def digest_of(content: bytes) -> str:
    """The digest of a blob or a manifest."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@contextmanager
def registry(held: dict[str, bytes]) -> Iterator[Registry]:
    """Such a registry, as long as the block lasts.

    https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md: pulls, and pushes of blobs in chunks.
    """
    of = Registry(held)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(of))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    of.host = f"127.0.0.1:{server.server_address[1]}"
    try:
        yield of
    finally:
        server.shutdown()
        server.server_close()


def _handler(of: Registry) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = b"{}" if self.path == "/v2/" else of.held.get(self.path)
            missing = b'{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}'
            kind = MANIFEST if "/manifests/" in self.path else "application/octet-stream"
            self.answer(200 if body is not None else 404, body if body is not None else missing, {"Content-Type": kind})

        do_HEAD = do_GET

        def do_POST(self) -> None:
            self.read()
            place = f"/upload/{next(of.numbers)}{self.path.partition('/blobs/')[0]}"
            of.uploads[place] = b""
            self.answer(202, b"", {"Location": f"http://{of.host}{place}"})

        def do_PATCH(self) -> None:
            of.uploads[self.path] += self.read()
            held = f"0-{len(of.uploads[self.path]) - 1}"  # docker gives up where it isn't told
            self.answer(202, b"", {"Location": f"http://{of.host}{self.path}", "Range": held})

        def do_PUT(self) -> None:
            path, _, query = self.path.partition("?digest=")
            body = of.uploads.pop(path, b"") + self.read()
            if query:
                name = "/".join(path.split("/")[3:])  # behind `/upload/7`
                of.held[f"/{name}/blobs/{query.replace('%3A', ':')}"] = body
            else:
                of.held[path] = of.held[f"{path.rpartition('/')[0]}/{digest_of(body)}"] = body
            self.answer(201, b"", {"Location": f"http://{of.host}{path}", "Docker-Content-Digest": digest_of(body)})

        def read(self) -> bytes:
            if self.headers.get("Transfer-Encoding", "") == "chunked":
                found = b""
                while size := int(self.rfile.readline(), 16):
                    found += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return found
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))

        def answer(self, code: int, body: bytes, headers: dict[str, str]) -> None:
            of.asked.append(f"{self.command} {self.path}")
            self.send_response(code)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def version_string(self) -> str:
            return "flowdsl-test-stand-in"

        def log_message(self, *_: object) -> None: ...

    return Handler
