"""Requests that no client of ours would send: answered with a status of their own, and nothing grows without bounds."""

from __future__ import annotations

import email.message
import gzip
import http.client
import io
import json
import socket
import struct
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from sonic_flow import services
from sonic_flow.local import service, source, store, web
from sonic_flow.s3 import Signer, send
from sonic_flow.tests import fakes
from sonic_flow.tests.clips import FILES
from sonic_flow.tests.fakes import served
from sonic_flow.tests.servers import ask, generate, stored_in

SMALL = {"min_resolution": 256}


@pytest.fixture
def model() -> Iterator[str]:
    with served(web.handler("/v1/generate", service.generate)) as base:
        yield base


ODD_KEYS = [
    "a",
    "a/b",
    "a/b/c",
    "a/",
    "./x",
    "x/../y",
    "d//e",
    ".hidden",
    "é/ü",
    "n\x01l",
    "x" * 240,
    "y/" * 300 + "z",
    "q?r",
    "%2e",
]


def test_every_key_is_answered_kept_and_there_again(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    with stored_in(kept) as base:
        for number, key in enumerate(ODD_KEYS):
            url = f"{base}/clips/{urllib.parse.quote(key, safe='/')}"
            kind = {"Content-Type": "application/octet-stream"}
            request = urllib.request.Request(url, b"%d" % number, kind, method="PUT")
            with urllib.request.urlopen(request) as answer:
                assert answer.status == 200
        before = {key: store.s3().get_object("clips", key) for key in ODD_KEYS}
        held = {key: found.value for key, found in before.items() if found is not None}
        assert len(held) >= len(ODD_KEYS) - 2  # a client or the server may make one key of two
        send("DELETE", f"{base}/clips/a/b", Signer("us-east-1", "a", "b"))
    del held["a/b"]
    store.s3().reset()
    store.fill(kept, "clips")
    assert {key: store.s3().get_object("clips", key).value for key in held} == held
    assert all(held.values())
    assert store.s3().get_object("clips", "a/b") is None
    assert all(path.is_relative_to(kept) for path in tmp_path.rglob("*") if path.is_file())


def test_an_object_beyond_the_stores_limit_is_refused_unread(tmp_path: Path) -> None:
    with stored_in(tmp_path / "kept") as base:
        connection = http.client.HTTPConnection(base.removeprefix("http://"), timeout=30)
        connection.putrequest("PUT", "/clips/large")
        connection.putheader("Content-Length", str(1 << 40))
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()


def test_a_small_body_that_unpacks_to_a_large_one_is_refused(tmp_path: Path) -> None:
    small = gzip.compress(bytes(web.LARGEST + 1))
    assert len(small) < 1 << 18
    bare = source.make_repository(tmp_path)
    asks = {"Content-Encoding": "gzip", "Content-Type": "application/x-git-upload-pack-request"}
    with served(source.handler(bare)) as base:
        assert ask(f"{base}/model.git/git-upload-pack", small, asks)[0] == 413
        assert ask(f"{base}/model.git/git-upload-pack", small[:-20], asks)[0] in (400, 413)
        assert ask(f"{base}/model.git/git-upload-pack", b"none", asks)[0] == 400
    with served(web.handler("/v1/x", lambda *_: web.Answer("text/plain", b"x"))) as base:
        assert ask(base + "/v1/x", small, {"Content-Encoding": "gzip", "Content-Type": "multipart/form-data"})[0] == 413


def raw(base: str, text: bytes) -> list[bytes]:
    """The status line that a request gets which no client would send."""
    host, _, port = base.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").readline().split()[1:2]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (b"Content-Length: -1", b"", b"411"),
        (b"Content-Length: many", b"", b"411"),
        ("Content-Length: ²".encode(), b"", b"411"),
        (b"X: y", b"", b"411"),
        (b"Content-Length: 99999999999999999999", b"", b"413"),
        (b"Content-Length: 10", b"short", b"400"),
        (b"Transfer-Encoding: chunked", b"zz\r\n", b"400"),
        (b"Transfer-Encoding: chunked", b"-5\r\n", b"413"),
        (b"Transfer-Encoding: chunked", b"ffffffffff\r\n", b"413"),
        (b"Transfer-Encoding: chunked", b"5\r\nab", b"400"),
        (b"Content-Encoding: br\r\nContent-Length: 0", b"", b"415"),
    ],
)
@pytest.mark.parametrize("which", ["git", "service"])
def test_a_request_that_is_none(which: str, headers: bytes, body: bytes, status: bytes, tmp_path: Path) -> None:
    if which == "git":
        kind, path = source.handler(tmp_path), b"/model.git/git-upload-pack"
    else:
        kind, path = web.handler("/v1/x", lambda *_: web.Answer("text/plain", b"x")), b"/v1/x"
    with served(kind) as base:
        assert raw(base, b"POST " + path + b" HTTP/1.1\r\nHost: x\r\n" + headers + b"\r\n\r\n" + body) == [status]


def parts(*given: tuple[bytes, bytes]) -> tuple[bytes, dict[str, str]]:
    body = b"".join(b"--edge\r\n" + head + b"\r\n\r\n" + content + b"\r\n" for head, content in given)
    return body + b"--edge--\r\n", {"Content-Type": "multipart/form-data; boundary=edge"}


NAMED = b'Content-Disposition: form-data; name="parameters"'


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        (b"[" * 100_000, "is no JSON"),
        (b'{"a": ' * 5_000 + b"1" + b"}" * 5_000, "is no JSON|no text, no boolean"),
        (b'{"inference_steps": ' + b"9" * 6_000 + b"}", "is no JSON"),
        (b'{"inference_steps": 1e999}', "inference_steps is no text"),
        (b'{"inference_steps": NaN}', "inference_steps is no text"),
        (b'{"inference_steps": ' + b"9" * 400 + b"}", "inference_steps is no text"),
        (b'{"smooth_motion": [1]}', "smooth_motion is no text"),
        (b'{"\\u001b[31m\\n": {}}', "the parameter ?[31m? is"),
        (b"\xff\xfe\x00", "is no JSON"),
        (b"[]", "is no object"),
    ],
)
def test_parameters_that_are_no_use(model: str, parameters: bytes, told: str) -> None:
    status, content = ask(model + "/v1/generate", *parts((NAMED, parameters)))
    assert status == 400
    assert any(each in json.loads(content)["error"] for each in told.split("|"))


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (*parts(*[(b"Content-Disposition: form-data; name=a%d" % n, b"") for n in range(40)]), 400),
        (*parts((NAMED, b"{}"), (NAMED, b"{}")), 400),
        (*parts((b"X: " + b"y" * 20_000, b"")), 400),
        (*parts((NAMED + b"\r\nContent-Transfer-Encoding: base64", b"e30=")), 400),
        (*parts((b"Content-Disposition: form-data; name*=utf-8''p%C3%A9", b"x")), 400),
        (b"--edge\r\n" * 3, {"Content-Type": "multipart/form-data; boundary=edge"}, 400),
        (b"", {"Content-Type": "multipart/form-data; boundary=edge"}, 400),
        (b"x", {"Content-Type": "multipart/form-data"}, 415),
        (
            b"--a\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n" * 10,
            {"Content-Type": "multipart/form-data; boundary=a"},
            400,
        ),
    ],
)
def test_a_form_that_is_none(model: str, body: bytes, headers: dict[str, str], status: int) -> None:
    assert ask(model + "/v1/generate", body, headers)[0] == status


def test_a_picture_that_is_a_bomb_or_breaks_its_decoder(model: str) -> None:
    bomb = bytearray(fakes.png(4, 4))
    bomb[16:24] = struct.pack(">II", 60_000, 60_000)
    bomb[29:33] = struct.pack(">I", zlib.crc32(bomb[12:29]))
    for portrait in (
        bytes(bomb),
        FILES["portrait"][:60],
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        b"RIFF\xff\xff\xff\xffWEBPVP8X",
    ):
        status, error = generate(model, SMALL, portrait=portrait, speech=FILES["speech"])
        assert status == 422, error


def test_the_log_has_one_line_a_request_whatever_its_path(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert raw(model, b"GET /\x1b[2Jx HTTP/1.1\r\nHost: x\r\n\r\n") == [b"404"]
    assert "\x1b" not in capsys.readouterr().out


def test_an_answer_without_end_is_given_up_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):  # the client has had enough
                while True:
                    self.wfile.write(bytes(1 << 16))

        def log_message(self, *_: object, **named: object) -> None: ...

    monkeypatch.setattr(services, "ANSWER_MOST", 1 << 22)
    with served(Endless) as base, pytest.raises(SystemExit, match="the answer has more than 4194304 bytes"):
        services.fetch(base + "/v1/generate", b"", {}, tmp_path / "clip.mp4")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "error",
    [
        urllib.error.HTTPError(
            "http://x", 500, "no\x1b[2J\x07", email.message.Message(), io.BytesIO(b"\x1b[31m\n::error::")
        ),
        urllib.error.URLError("no\x1b]0;x\x07\n::error::\u202e\ud800"),
        ValueError("\x1b[31m\n::error::"),
    ],
)
def test_why_a_request_failed_is_one_printable_line(error: Exception) -> None:
    told = services.explain(error)
    assert told.isprintable()
    assert told.encode()
    assert "::error::" in told
