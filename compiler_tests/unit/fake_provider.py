"""A Git provider on loopback: commit statuses and comments as GitHub, Gitea, GitLab and Bitbucket have them."""

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
    "bitbucket": ("Authorization", f"Bearer {TOKEN}"),
    "bitbucket-server": ("Authorization", f"Bearer {TOKEN}"),
}
PATHS = {
    "github": (r"/repos/(.+)/statuses/(\w+)", r"/repos/(.+)/issues/(\d+)/comments", r"/repos/.+/issues/comments/(\d+)"),
    "gitlab": (
        r"/projects/([^/]+)/statuses/(\w+)",
        r"/projects/([^/]+)/merge_requests/(\d+)/notes",
        r"/projects/[^/]+/merge_requests/\d+/notes/(\d+)",
    ),
    # https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commit-statuses/ and api-group-pullrequests/
    "bitbucket": (
        r"/repositories/(.+)/commit/(\w+)/statuses/build",
        r"/repositories/(.+)/pullrequests/(\d+)/comments",
        r"/repositories/.+/pullrequests/\d+/comments/(\d+)",
    ),
    # https://developer.atlassian.com/server/bitbucket/rest/v1000/
    "bitbucket-server": (
        r"/(projects/[^/]+/repos/[^/]+)/commits/(\w+)/builds",
        r"/(projects/[^/]+/repos/[^/]+)/pull-requests/(\d+)/(?:comments|activities)",
        r"/projects/[^/]+/repos/[^/]+/pull-requests/\d+/comments/(\d+)",
    ),
}
BUILDS = {"SUCCESSFUL", "FAILED", "INPROGRESS"}
STATES = {
    "github": {"pending", "success", "failure", "error"},
    "gitlab": {"pending", "success", "failed", "canceled"},
    "bitbucket": BUILDS,
    "bitbucket-server": BUILDS,
}
TEXT = {"bitbucket": ("content", "raw"), "bitbucket-server": ("text",)}
"""Where a comment says what it says; `body` with all others."""
WHOLE = "4f8d2a6c1b3e5d7f90a2c4e6081b3d5f7a9c0e12"
"""The only commit that there is."""


class Provider(ThreadingHTTPServer):
    """Keeps what it is told. `moods` are answers given before any other: a status and headers, each once."""

    def __init__(self, kind: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.kind = kind
        self.statuses: list[tuple[str, str, dict[str, Any]]] = []
        self.comments: list[dict[str, Any]] = []
        self.moods: list[tuple[int, dict[str, str]]] = []
        self.lost_answers = 0
        self.user: dict[str, Any] | None = {"id": 9, "uuid": "{9}"}
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api"

    def comment_of(self, text: str, author: int, kind: str = "User") -> None:
        """A comment that somebody wrote, as it is kept here: always with its text in `body`, too."""
        key = "author" if self.kind in ("gitlab", "bitbucket-server") else "user"
        by = {"id": author, "uuid": f"{{{author}}}", "name": f"user-{author}", "type": kind}
        made = {"id": len(self.comments) + 1, "body": text, key: by}
        if self.kind == "bitbucket-server":
            made["version"] = 0
        self.comments.append(made)

    def shown(self, comment: dict[str, Any]) -> dict[str, Any]:
        """A comment as the provider gives it."""
        made: Any = comment["body"]
        for name in reversed(TEXT.get(self.kind, ("body",))):
            made = {name: made}
        rest = {name: value for name, value in comment.items() if name != "body"}
        if self.kind == "bitbucket-server":
            return {"id": 100 + comment["id"], "action": "COMMENTED", "comment": {**rest, **made}}
        return {**rest, **made}

    def text_of(self, body: dict[str, Any]) -> str:
        """What a comment that is sent says."""
        found: Any = body
        for name in TEXT.get(self.kind, ("body",)):
            found = found[name]
        assert isinstance(found, str)
        return found


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def answer(self, status: int, data: object, **headers: str) -> None:
        body = json.dumps(data).encode() if status != 204 else b""
        self.send_response(status)
        if self.server.kind == "bitbucket-server" and self.server.user:
            self.send_header("X-AUSERNAME", "user-9")
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
        kind = self.server.kind if self.server.kind != "gitea" else "github"
        status, comments, comment = (re.fullmatch(each, path) for each in PATHS[kind])
        if path == "/user" and kind != "bitbucket-server":
            user = self.server.user
            self.answer(200 if user else 403, user or {"message": "Resource not accessible by integration"})
        elif comment and self.command == ("PATCH" if kind == "github" else "PUT"):
            self.renewed(self.server.comments[int(comment[1]) - 1], body)
        elif status and self.command == "POST":
            self.status(kind, unquote(status[1]), status[2], body)
        elif kind == "bitbucket" and self.command == "GET" and "/commit/" in path:
            self.answer(200, {"hash": WHOLE})
        elif comments and self.command == "GET" and path.endswith("activities") is (kind == "bitbucket-server"):
            self.page(path, query)
        elif comments and self.command == "POST" and not path.endswith("activities"):
            self.server.comment_of(self.server.text_of(body), 9)
            if self.server.lost_answers:
                self.server.lost_answers -= 1
                self.close_connection = True
            else:
                self.answer(201, {})
        else:
            self.answer(404, {"message": "Not Found"})

    def renewed(self, comment: dict[str, Any], body: dict[str, Any]) -> None:
        if body.get("version") != comment.get("version"):
            self.answer(409, {"errors": [{"message": "You are attempting to modify a comment out-of-date"}]})
            return
        comment["body"] = self.server.text_of(body)
        if "version" in comment:
            comment["version"] += 1
        self.answer(200, {})

    def status(self, kind: str, repo: str, revision: str, body: dict[str, Any]) -> None:
        last = [each["state"] for _, _, each in self.server.statuses]
        wanted = {"key", "url"} if kind.startswith("bitbucket") else {"context"}
        if body["state"] not in STATES[kind] or not wanted <= {*body} or len(body.get("key", "")) > 40:
            self.answer(422 if kind == "github" else 400, {"message": "state does not have a valid value"})
        elif kind == "bitbucket" and revision != WHOLE:
            self.answer(404, {"error": {"message": "Commit not found"}})
        elif kind == "gitlab" and last[-1:] == [body["state"]]:
            self.answer(400, {"message": "Cannot transition status via :enqueue from :pending"})
        else:
            self.server.statuses.append((repo, revision, body))
            self.answer(204 if kind == "bitbucket-server" else 201, {})

    def page(self, path: str, query: dict[str, list[str]]) -> None:
        """Two comments a page, and where the next is, as each provider says it."""
        kind, address = self.server.kind, self.server.address
        start = int(query.get("start", ["0"])[0])
        number = start // 2 + 1 if start else int(query.get("page", ["1"])[0])
        rest = self.server.comments[number * 2 :]
        found = [self.server.shown(each) for each in self.server.comments[number * 2 - 2 : number * 2]]
        if kind == "bitbucket":
            following = {"next": f"{address}{path}?page={number + 1}"} if rest else {}
            self.answer(200, {"values": found, "pagelen": 2, **following})
        elif kind == "bitbucket-server":
            following = {"nextPageStart": number * 2} if rest else {}
            self.answer(200, {"values": found, "isLastPage": not rest, **following})
        else:
            link = {"Link": f'<{address}{path}?page={number + 1}>; rel="next", <x>; rel="last"'} if rest else {}
            self.answer(200, found, **link)

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
