"""Small media files and local HTTP services for the tests of the Sonic pipeline."""

from __future__ import annotations

import email
import email.message
import email.policy
import struct
import threading
import wave
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PIPELINES = Path(__file__).resolve().parents[2]

Reply = tuple[int, dict[str, str], bytes]


def write_wav(path: Path, seconds: float, rate: int = 8000) -> Path:
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(b"\0\0" * round(seconds * rate))
    return path


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    app0 = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\1\1\0\0\1\0\1\0\0"
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + app0 + frame + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x2a" * 20 + b"\xff\xd9"


def webp(form: bytes, width: int, height: int) -> bytes:
    if form == b"VP8 ":
        body = b"\x30\x01\x00\x9d\x01\x2a" + struct.pack("<HH", width, height)
    elif form == b"VP8L":
        body = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14)
    else:
        body = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = form + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def box(kind: bytes, content: bytes, *, wide: bool = False) -> bytes:
    if wide:
        return struct.pack(">I4sQ", 1, kind, len(content) + 16) + content
    return struct.pack(">I4s", len(content) + 8, kind) + content


def header(kind: bytes, seconds: float, *, version: int = 0, scale: int = 1000) -> bytes:
    layout = ">B3xQQIQ" if version else ">B3xIIII"
    return box(kind, struct.pack(layout, version, 0, 0, scale, round(seconds * scale)) + b"\0" * 80)


def mp4(seconds: float, *tracks: float, version: int = 0, wide: bool = False) -> bytes:
    """An MP4 of boxes without pictures: the movie's length, then each track's (one as long as the movie by default)."""
    traks = b"".join(
        box(b"trak", box(b"tkhd", b"\0" * 84) + box(b"mdia", header(b"mdhd", length, version=version)))
        for length in tracks or (seconds,)
    )
    moov = box(b"moov", header(b"mvhd", seconds, version=version) + traks)
    return box(b"ftyp", b"isom\0\0\2\0isomiso2") + moov + box(b"mdat", b"\x5a" * 4096, wide=wide)


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server on loopback; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Service:
    """An HTTP server on loopback. `replies` answer the POSTs in turn, the last one again and again."""

    def __init__(self, *replies: Reply | Callable[[Any], None]) -> None:
        self.replies = list(replies)
        self.health: list[int] = [200]
        self.requests: list[dict[str, email.message.Message]] = []
        self.release = threading.Event()
        self.base = ""

    def next(self) -> Reply | Callable[[Any], None]:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    @contextmanager
    def running(self) -> Iterator[Service]:
        with served(self._handler()) as self.base:
            try:
                yield self
            finally:
                self.release.set()  # a reply that waits for it

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None: ...

            def do_GET(self) -> None:
                code = service.health.pop(0) if len(service.health) > 1 else service.health[0]
                self.answer((code, {}, b"{}"))

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
                message = email.message_from_bytes(head + raw, policy=email.policy.HTTP)
                parts = list(message.iter_parts())
                service.requests.append(
                    {str(part.get_param("name", header="content-disposition")): part for part in parts}
                )
                reply = service.next()
                if callable(reply):
                    reply(self)
                else:
                    self.answer(reply)

            def answer(self, reply: Reply) -> None:
                code, headers, content = reply
                self.send_response(code)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

        return Handler
