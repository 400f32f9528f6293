"""A Git provider on loopback: commit statuses and comments as GitHub, Gitea and GitLab have them, with their moods."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "sesame-street-7"
AUTHORIZED = {
    "github": ("Authorization", f"Bearer {TOKEN}"),
    "gitea": ("Authorization", f"token {TOKEN}"),
    "gitlab": ("PRIVATE-TOKEN", TOKEN),
}
PATHS = {
    "github": (r"/repos/(.+)/statuses/(\w+)", r"/repos/(.+)/issues/(\d+)/comments", r"/repos/.+/issues/comments/(\d+)"),
    "gitlab": (
        r"/projects/([^/]+)/statuses/(\w+)",
        r"/projects/([^/]+)/merge_requests/(\d+)/notes",
        r"/projects/[^/]+/merge_requests/\d+/notes/(\d+)",
    ),
}
STATES = {"github": {"pending", "success", "failure", "error"}, "gitlab": {"pending", "success", "failed", "canceled"}}


class Provider(ThreadingHTTPServer):
    """Keeps what it is told. `moods` are answers given before any other: a status and headers, each once."""

    def __init__(self, kind: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.kind = kind
        self.statuses: list[tuple[str, str, dict[str, Any]]] = []
        self.comments: list[dict[str, Any]] = []
        self.moods: list[tuple[int, dict[str, str]]] = []
        self.lost_answers = 0
        self.user: dict[str, Any] | None = {"id": 9}
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api"

    def comment_of(self, text: str, author: int, kind: str = "User") -> None:
        """A comment that somebody wrote."""
        key = "author" if self.kind == "gitlab" else "user"
        self.comments.append({"id": len(self.comments) + 1, "body": text, key: {"id": author, "type": kind}})


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def answer(self, status: int, data: object, **headers: str) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size)) if size else {}
        url = urlsplit(self.path)
        self.server.asked.append(f"{self.command} {url.path}")
        header, value = AUTHORIZED[self.server.kind]
        if self.server.moods:
            status, headers = self.server.moods.pop(0)
            self.answer(status, {"message": "not now"}, **headers)
        elif self.headers.get(header) != value:
            self.answer(401, {"message": "Bad credentials"})
        else:
            self.routed(url.path.removeprefix("/api"), parse_qs(url.query), body)

    do_GET = do_POST = do_PATCH = do_PUT = handle_any

    def routed(self, path: str, query: dict[str, list[str]], body: dict[str, Any]) -> None:
        kind = "gitlab" if self.server.kind == "gitlab" else "github"
        status, comments, comment = (re.fullmatch(each, path) for each in PATHS[kind])
        if path == "/user":
            user = self.server.user
            self.answer(200 if user else 403, user or {"message": "Resource not accessible by integration"})
        elif comment and self.command == ("PUT" if kind == "gitlab" else "PATCH"):
            self.server.comments[int(comment[1]) - 1]["body"] = body["body"]
            self.answer(200, {})
        elif status and self.command == "POST":
            self.status(kind, unquote(status[1]), status[2], body)
        elif comments and self.command == "GET":
            self.page(path, int(query.get("page", ["1"])[0]))
        elif comments and self.command == "POST":
            self.server.comment_of(body["body"], 9)
            if self.server.lost_answers:
                self.server.lost_answers -= 1
                self.close_connection = True
            else:
                self.answer(201, {})
        else:
            self.answer(404, {"message": "Not Found"})

    def status(self, kind: str, repo: str, revision: str, body: dict[str, Any]) -> None:
        last = [each["state"] for _, _, each in self.server.statuses]
        if body["state"] not in STATES[kind]:
            self.answer(422 if kind == "github" else 400, {"message": "state does not have a valid value"})
        elif kind == "gitlab" and last[-1:] == [body["state"]]:
            self.answer(400, {"message": "Cannot transition status via :enqueue from :pending"})
        else:
            self.server.statuses.append((repo, revision, body))
            self.answer(201, {})

    def page(self, path: str, number: int) -> None:
        """Two comments a page, and where the next is."""
        rest = self.server.comments[number * 2 :]
        link = {"Link": f'<{self.server.address}{path}?page={number + 1}>; rel="next", <x>; rel="last"'} if rest else {}
        self.answer(200, self.server.comments[number * 2 - 2 : number * 2], **link)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def provider(kind: str) -> Iterator[Provider]:
    """One that listens until the end of the block."""
    with Provider(kind) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        try:
            yield made
        finally:
            made.shutdown()
            thread.join()
