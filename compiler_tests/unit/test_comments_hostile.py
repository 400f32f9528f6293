"""A forge that answers anything, and an environment that holds anything: exit 2 or 3, and the token is not told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from flowdsl.diagnostics import ClusterError, UsageError
from flowdsl.library.comments import MARKER, post

TOKEN = "ghs-0a9f8e7d6c5b4a39"


class Handler(BaseHTTPRequestHandler):
    answer: bytes = b"[]"

    def reply(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.wfile.write(self.answer)

    do_GET = do_POST = do_PATCH = reply

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def environment(url: str, **more: str) -> dict[str, str]:
    return {
        "GITHUB_REPOSITORY": "acme/churn", "GITHUB_REF": "refs/pull/1/merge", "GITHUB_API_URL": url,
        "GITHUB_TOKEN": TOKEN, **more,
    }  # fmt: skip


def answered(body: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}".encode()


@pytest.mark.parametrize(
    "answer",
    [
        answered("<html>"), answered("[" * 50_000), answered("1" * 5000), b"nonsense\r\n\r\n", b"",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
        b"HTTP/1.1 500 " + TOKEN.encode() + b"\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["HTML", "nested", "digits", "no HTTP", "nothing", "a redirect", "cut off", "a long header", "the token"],
)  # fmt: skip
def test_an_answer_that_is_none(url: str, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    monkeypatch.setattr(Handler, "answer", answer)
    with pytest.raises(ClusterError) as caught:
        post("github", MARKER, environment(url))
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    "items", ["[null]", "{}", "[[]]", f'[{{"body": "{MARKER}"}}]', '[{"id": "x", "body": 5}]', "5"]
)
def test_comments_that_are_none_are_passed_by(url: str, monkeypatch: pytest.MonkeyPatch, items: str) -> None:
    monkeypatch.setattr(Handler, "answer", answered(items))
    assert post("github", MARKER, environment(url)) == "GitHub: comment posted"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_TOKEN", f"{TOKEN}\n"), ("GITHUB_TOKEN", f"a\r\nX: {TOKEN}"), ("GITHUB_TOKEN", f"{TOKEN}é"),
        ("GITHUB_API_URL", "nothing"), ("GITHUB_API_URL", "http://[::1"), ("GITHUB_REPOSITORY", "a b\n"),
        ("GITHUB_API_URL", "http://127.0.0.1:port"), ("GITHUB_API_URL", "http://127.0.0.1:9/\r\nX: y"),
    ],
)  # fmt: skip
def test_an_environment_that_makes_no_request(url: str, name: str, value: str) -> None:
    with pytest.raises((ClusterError, UsageError)) as caught:
        post("github", MARKER, environment(url, **{name: value}))
    assert TOKEN not in str(caught.value)
