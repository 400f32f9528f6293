"""Requests that are made to be read in two ways, or slowly: a clear answer, and nothing starts."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from event_payloads import SENDERS
from serve_support import KEY, Site, prepare, serving


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path)
    with serving(tmp_path) as found:
        yield found


PUSHED = json.dumps({"ref": "refs/heads/main", "deleted": False, "head_commit": {"id": "ab" * 20}}).encode()
RIGHT = "sha256=" + hmac.new(KEY.encode(), PUSHED, hashlib.sha256).hexdigest()
TOLD = ("X-GitHub-Event: push", "X-GitHub-Delivery: d-1", f"X-Hub-Signature-256: {RIGHT}")


def sent(site: Site, headers: Sequence[str], body: bytes = PUSHED) -> int:
    """The status of one request whose headers are sent as they stand here."""
    head = ["POST /greeting HTTP/1.1", "Host: localhost", "Content-Type: application/json", *headers]
    with socket.create_connection(("127.0.0.1", site.service.server.port), timeout=60) as connection:
        connection.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
        found = b""
        while part := connection.recv(4096):
            found += part
    return int(found.split(b" ")[1])


def sized(*headers: str) -> list[str]:
    return [f"Content-Length: {len(PUSHED)}", *headers]


def runs(site: Site) -> int:
    return sum(site.state()["runs"].values())


def test_of_a_header_that_comes_twice_the_first_counts_as_on_a_cluster(site: Site) -> None:
    wrong = f"X-Hub-Signature-256: sha256={'0' * 64}"
    assert sent(site, sized(wrong, *TOLD)) == 202
    assert sent(site, sized("X-GitHub-Event: ping", *TOLD)) == 202
    assert runs(site) == 0
    assert sent(site, sized(*TOLD, wrong)) == 202
    assert runs(site) == 1
    assert site.state()["deliveries"][0]["runs"]


@pytest.mark.parametrize("other", ["gitlab", "bitbucket", "gitea"])
def test_what_another_provider_sends_starts_nothing_and_is_told(site: Site, other: str) -> None:
    kind = {"gitlab": "X-Gitlab-Event", "bitbucket": "X-Event-Key", "gitea": "X-Gitea-Event"}[other]
    said, payload, headers = SENDERS[other]("push")
    body = json.dumps(payload).encode()
    given = {kind: said, **headers, "Content-Type": "application/json", "X-Gitlab-Token": KEY}
    assert site.ask("POST", "/greeting", body, given)[0] == 202
    (delivery,) = site.state()["deliveries"]
    assert delivery["runs"] == []
    assert all(each["reason"] for each in delivery["verdicts"])


def test_who_is_no_provider_starts_nothing_and_is_told(site: Site) -> None:
    for headers in ({}, {"X-Nobody-Event": "push", "X-Hub-Signature-256": f"sha256={'0' * 64}"}):
        assert site.ask("POST", "/greeting", PUSHED, {**headers, "Content-Type": "application/json"})[0] == 202
    assert runs(site) == 0
    found = site.state()["deliveries"]
    assert len(found) == 2
    assert all(verdict["reason"] for each in found for verdict in each["verdicts"])
    assert all(each["verdicts"] for each in found)


SMUGGLED = {
    "chunked": (["Transfer-Encoding: chunked"], b'5\r\n{"a":\r\n0\r\n\r\n', 411),
    "both": (sized("Transfer-Encoding: chunked"), b"0\r\n\r\n" + PUSHED, 411),
    "other case": (["transfer-encoding: Chunked", f"CONTENT-LENGTH: {len(PUSHED)}"], PUSHED, 411),
    "two lengths": (sized("Content-Length: 2"), PUSHED, 400),
    "signed length": ([f"Content-Length: +{len(PUSHED)}"], PUSHED, 400),
    "length of spaces": (["Content-Length:  "], PUSHED, 411),
    "no length": ([], PUSHED, 411),
    "two types": (sized("Content-Type: text/plain"), PUSHED, 202),
    "two hosts": (sized("Host: evil.example"), PUSHED, 421),
}


@pytest.mark.parametrize("name", SMUGGLED)
def test_what_can_be_read_in_two_ways_is_refused_or_read_in_one(site: Site, name: str) -> None:
    headers, body, status = SMUGGLED[name]
    assert sent(site, headers, body) == status
    assert runs(site) == 0, "it is not signed"
    assert len(site.state()["deliveries"]) == (status == 202)
    assert site.push("after") == 202


def test_who_drips_headers_has_no_more_time_than_others(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte is in time by itself; the whole is not."""
    monkeypatch.setattr("flowdsl.library.serve.bounded._PATIENCE", 1.0)
    with socket.create_connection(("127.0.0.1", site.service.server.port), timeout=60) as connection:
        ended = threading.Event()

        def drip() -> None:
            for _ in range(3000):
                if ended.is_set():
                    return
                try:
                    connection.sendall(b"X")
                except OSError:
                    return
                time.sleep(0.02)

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            answer = connection.recv(4096)
        finally:
            ended.set()
            thread.join()
    assert b" 408 " in answer.partition(b"\r\n")[0]
    assert runs(site) == 0


def test_while_many_are_slow_a_push_is_taken(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowdsl.library.serve.bounded._PATIENCE", 2.0)
    slow = [socket.create_connection(("127.0.0.1", site.service.server.port)) for _ in range(64)]
    try:
        for each in slow:
            each.sendall(b"POST /greeting HTTP/1.1\r\n")
        assert site.push("beside") == 202
    finally:
        for each in slow:
            each.close()
