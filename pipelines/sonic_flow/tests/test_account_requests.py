"""What is asked with a token or a signature: it goes to the server that was named alone, and what comes back is a line."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest

from sonic_flow import kube
from sonic_flow.rating.clips import fetched
from sonic_flow.rating.kubernetes import Api, ApiError
from sonic_flow.s3 import Signer, send


class Place:
    """A server that answers with bytes; `heard` has the Authorization header of each request."""

    def __init__(self) -> None:
        self.answer = b""
        self.heard: list[str] = []
        place = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                place.heard.append(self.headers.get("Authorization", ""))
                self.wfile.write(place.answer)

            def log_message(self, *_: object, **named: object) -> None:
                """Nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


@pytest.fixture
def places() -> Iterator[tuple[Place, Place]]:
    both = Place(), Place()
    yield both
    for each in both:
        each.server.shutdown()
        each.server.server_close()


def said(status: str, body: bytes = b"", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


@pytest.fixture
def token(tmp_path: Path) -> Path:
    (tmp_path / "token").write_text("the-token\n")
    return tmp_path / "token"


def listed(address: str, token: Path, certificate: Path = Path(certifi.where())) -> object:
    return Api(address, "sonic", token, certificate).custom_runs()


def got(address: str) -> object:
    return kube.get(kube.Cluster(address, "sonic", "the-token", None), "apps/v1/deployments", "x")


def test_the_token_follows_no_redirect(places: tuple[Place, Place], token: Path) -> None:
    near, far = places
    near.answer, far.answer = said("302 Found", headers=f"Location: {far.address}/x\r\n"), said("200 OK", b"{}")
    with pytest.raises(ApiError) as refused:
        listed(near.address, token)
    assert refused.value.status == 302
    with pytest.raises(SystemExit, match="302"):
        got(near.address)
    assert near.heard == ["Bearer the-token"] * 2
    assert far.heard == []


def test_a_signed_request_follows_no_redirect(places: tuple[Place, Place], tmp_path: Path) -> None:
    near, far = places
    near.answer, far.answer = said("307 Elsewhere", headers=f"Location: {far.address}/x\r\n"), said("200 OK")
    signer = Signer("us-east-1", "access", "secret")
    with pytest.raises(SystemExit, match="307 Elsewhere"):
        send("GET", f"{near.address}/clips/o.mp4", signer)
    with pytest.raises(SystemExit, match="307 Elsewhere"):
        fetched(f"{near.address}/clips/o.mp4", signer, "0" * 64, tmp_path)
    assert all(each.startswith("AWS4-HMAC-SHA256 ") for each in near.heard)
    assert len(near.heard) == 2
    assert far.heard == []


def test_the_token_goes_to_no_proxy(places: tuple[Place, Place], token: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    near, far = places
    near.answer, far.answer = said("200 OK", b'{"items": []}'), said("200 OK", b"{}")
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, far.address)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert listed(near.address, token) == []
    got(near.address)
    assert far.heard == []


@pytest.mark.parametrize(
    "answer",
    [b"rubbish\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"", said("200 OK", b"[" * 100_000), said("200 OK", b"{"),
     said("403 Forbidden", b'{"message":' + b"[" * 1900), b"HTTP/1.1 500 x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
     b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 200 + b"\r\n"],
    ids=["rubbish", "status", "nothing", "deep", "cut", "deep-refusal", "broken-refusal", "headers"],
)  # fmt: skip
def test_an_answer_that_is_none_is_a_line(places: tuple[Place, Place], token: Path, answer: bytes) -> None:
    places[0].answer = answer
    with pytest.raises(ApiError) as refused:
        listed(places[0].address, token)
    assert "GET /apis/tekton.dev/v1beta1/namespaces/sonic/customruns: " in str(refused.value)
    with pytest.raises(SystemExit, match="error: GET deployments x: "):
        got(places[0].address)


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"se\ncret", b"se\x1bcret"])
def test_an_unreadable_token_is_a_line_that_does_not_show_it(
    tmp_path: Path, content: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)
    with pytest.raises(ApiError) as refused:
        listed("http://127.0.0.1:9", tmp_path / "token")
    assert "cret" not in str(refused.value)
    (tmp_path / "ca.crt").write_bytes(Path(certifi.where()).read_bytes())
    monkeypatch.setattr(kube, "ACCOUNT", tmp_path)
    with pytest.raises(SystemExit, match="error: ") as stopped:
        kube.cluster("https://127.0.0.1:9", "sonic")
    assert "cret" not in str(stopped.value)


@pytest.mark.parametrize("content", [None, b"", b"no PEM"])
def test_an_unreadable_certificate_is_a_line(
    tmp_path: Path, token: Path, content: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content is not None:
        (tmp_path / "ca.crt").write_bytes(content)
    with pytest.raises(ApiError):
        listed("http://127.0.0.1:9", token, tmp_path / "ca.crt")
    monkeypatch.setattr(kube, "ACCOUNT", tmp_path)
    with pytest.raises(SystemExit, match="error: the account's token or certificate"):
        kube.cluster("https://127.0.0.1:9", "sonic")
