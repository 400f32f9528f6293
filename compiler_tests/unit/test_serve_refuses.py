"""Whom `flowdsl serve` refuses, what it does not keep, and what can't be served."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serve_support import KEY, SOURCE, Site, prepare, serving

from flowdsl import load
from flowdsl.diagnostics import FlowError, UsageError
from flowdsl.library.serve.bounded import LARGEST
from flowdsl.library.serve.secrets import Known
from flowdsl.library.serve.service import ServeOptions, service
from flowdsl.library.serve.tables import Tables
from flowdsl.library.triggering import Request, trigger


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path)
    return tmp_path


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    with serving(folder) as found:
        yield found


JSON = {"Content-Type": "application/json"}
REFUSED = [
    ("POST", "/nobody", b"{}", JSON, 404),
    ("GET", "/greeting", None, {}, 405),
    ("PUT", "/greeting", b"{}", JSON, 405),
    ("POST", "/greeting", b"not JSON", JSON, 400),
    ("POST", "/greeting", b"[1]", JSON, 400),
    ("POST", "/greeting", b"[" * 100_000, JSON, 400),
    ("POST", "/greeting", b"{}", {"Content-Type": "text/plain"}, 415),
    ("POST", "/greeting", b"{}", {}, 415),
    ("POST", "/greeting", b"x" * (LARGEST + 1), JSON, 413),
    ("POST", "/greeting", b"{}", {**JSON, "Content-Length": "-1"}, 400),
    ("POST", "/greeting", b"{}", {**JSON, "Content-Length": "9" * 400}, 413),
    ("POST", "/greeting", None, {**JSON, "Transfer-Encoding": "chunked"}, 411),
    ("POST", "/greeting", b"{}", {**JSON, "Origin": "https://evil.example"}, 403),
    ("POST", "/greeting", b"{}", {**JSON, "Host": "evil.example"}, 421),
    ("POST", "/greeting", b"{}", {**JSON, "X-Long": "x" * 70_000}, 431),
    ("POST", "/greeting", b"{}", {**JSON, **{f"X-{number}": "y" for number in range(200)}}, 431),
    ("GET", "/" + "x" * 70_000, None, {}, 431),
    ("GET", "/", None, {"Host": "evil.example"}, 421),
    ("GET", "/-/state", None, {"X-Forwarded-For": "8.8.8.8"}, 403),
    ("GET", "/-/state", None, {"Host": "10.0.0.1:80"}, 403),
    ("GET", "/-/deliveries/1/redeliver", None, {}, 404),
    ("POST", "/-/deliveries/1/redeliver", b"", {"Content-Length": "0"}, 403),
    ("POST", "/-/deliveries/1/redeliver", b"", {"Content-Length": "0", "X-Flowdsl-Token": "guess"}, 403),
    ("POST", "/-/runs/any/cancel", b"", {"Content-Length": "0"}, 403),
    ("GET", "/-/runs/..%2f..%2fsecret/log", None, {}, 404),
    ("GET", "/-/runs/../../secret/log", None, {}, 404),
    ("GET", "/-/deliveries/999999999999999999999", None, {}, 404),
    ("DELETE", "/", None, {}, 405),
]


def test_what_is_refused_starts_nothing(site: Site) -> None:
    for method, path, body, headers, status in REFUSED:
        found = site.ask(method, path, body, headers)
        assert (found[0], method, path[:60]) == (status, method, path[:60]), found
        assert json.loads(found[1])["error"]
    assert site.state()["runs"] == {}
    assert site.push("after") == 202


def raw(site: Site, *parts: bytes, ends: bool = True) -> bytes:
    with socket.create_connection(("127.0.0.1", site.service.server.port), timeout=60) as connection:
        for each in parts:
            connection.sendall(each)
        if ends:
            connection.shutdown(socket.SHUT_WR)
        found = b""
        while part := connection.recv(4096):
            found += part
    return found


def test_who_sends_half_of_it_or_nothing_is_let_go(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    head = b"POST /greeting HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    assert raw(site) == b""
    assert raw(site, b"\x00\xff\r\n\r\n").startswith(b"HTTP/1.")
    assert b" 400 " in raw(site, head, b"Content-Length: 10\r\n\r\n{}").splitlines()[0]
    assert b" 400 " in raw(site, head, b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}").splitlines()[0]
    # Patience is a number of seconds: with none, nobody has come in time.
    monkeypatch.setattr("flowdsl.library.serve.bounded._PATIENCE", 0.001)
    assert b" 408 " in raw(site, head, b"Content-Length: 10\r\n\r\n", ends=False).splitlines()[0]


def test_more_connections_than_threads_wait_their_turn(site: Site) -> None:
    idle = [socket.create_connection(("127.0.0.1", site.service.server.port)) for _ in range(70)]
    for each in idle:
        each.close()
    assert site.push("after") == 202


def test_the_page_runs_its_own_program_alone_and_has_no_text_of_others(site: Site) -> None:
    hostile = "</script><img src=x onerror=alert(1)>\x1b[2J"
    assert site.push("d-1", other=hostile) == 202
    site.ask("POST", "/greeting/open?q=<b>", json.dumps({"name": hostile}).encode(), JSON)
    status, text, headers = site.ask("GET", "/")
    assert status == 200
    assert "onerror" not in text
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for name in ("style", "script"):
        (part,) = re.findall(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)
        assert f"{name}-src 'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'" in policy
    assert not re.search(r"https?://|//[a-z]|innerHTML|insertAdjacent|document\.write|\beval\b", text)
    (came,) = site.state("?q=onerror")["deliveries"]
    assert came["verdicts"][-1]["params"]["branch"].endswith("\\u001b[2J")


def test_secrets_are_not_kept(folder: Path) -> None:
    known = Known({("hooks", ""): KEY})
    headers = [
        ("X-Gitlab-Token", KEY),
        ("X-Webhook-Token", "wrong"),
        ("Authorization", "Bearer x"),
        ("X-Own", f"a{KEY}"),
    ]
    hidden = known.hidden(headers)
    assert KEY not in str(hidden)
    assert "wrong" not in str(hidden)
    assert "Bearer" not in str(hidden)
    assert [each for each in known.shown(hidden) if each[1]] == [("X-Gitlab-Token", KEY), ("X-Own", f"a{KEY}")]
    with serving(folder) as site:
        body, headers_ = b'{"id": "a", "name": "b"}', {**JSON, "X-Webhook-Token": KEY}
        assert site.ask("POST", "/greeting/model", body, headers_)[0] == 202
        site.until(lambda: site.state()["runs"] == {"succeeded": 1})
    kept = b"".join(each.read_bytes() for each in (folder / "state").rglob("*") if each.is_file())
    assert b"greeting-model-a" in kept
    assert KEY.encode() not in kept


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 500])
def test_a_file_that_is_none_of_ours_is_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "serve.db").write_bytes(content)
    with pytest.raises(UsageError, match=r"serve\.db can't be used"):
        Tables(tmp_path)
    assert (tmp_path / "serve.db").read_bytes() == content


def codes(folder: Path, *words: str, **options: Any) -> list[str]:
    chosen = ServeOptions(port=0, state=str(folder / "state"), environment={}, **options)
    try:
        with service([str(folder / each) for each in words], chosen, lambda _: None, lambda _: None) as found:
            return [each.code for each in found.notes]
    except FlowError as error:
        return [each.code for each in error.diagnostics]


def test_what_cant_be_served_is_told(folder: Path) -> None:
    (folder / "plain.py").write_text(re.sub(r"    on=\[.*?\n    \],\n", "", SOURCE, flags=re.DOTALL))
    (folder / "twin.py").write_text(SOURCE)
    assert codes(folder, "plain.py") == ["FLOW397"]
    assert codes(folder, "flow.py", "twin.py") == ["FLOW398"]
    assert codes(folder, "flow.py") == ["FLOW399"]
    assert codes(folder, "flow.py", secret_files=(f"greeting-webhook/secret={folder / 'secret'}",)) == []


def test_one_folder_is_for_one_at_a_time(folder: Path) -> None:
    with serving(folder), pytest.raises(UsageError, match="another `flowdsl serve` uses"), serving(folder):
        pass


PUSH = 'push("main", params={"branch": event.branch})'
UNHEARD = {
    'bucket("weights", endpoint="minio:9000", params={"branch": event.key})': "no bucket is listened to here",
    'pull_request(fork_comment="/ok-to-test", params={"branch": event.branch})': "fork_comment=",
}


@pytest.mark.parametrize("start", UNHEARD)
def test_a_start_that_is_not_played_here_is_told_and_the_others_are_served(folder: Path, start: str) -> None:
    source = f"""
from flowdsl import bucket, event, pipeline, pull_request, push, task

@task(image="python:3.12-slim")
def greet(branch: str) -> None:
    print("hello", branch)

@pipeline(provider="github", on=[{PUSH}, {start}])
def greeting(branch: str) -> None:
    greet(branch)
"""
    (folder / "flow.py").write_text(source)
    with serving(folder) as site:
        (note,) = site.service.notes
        assert (note.code, UNHEARD[start] in note.message) == ("FLOW448", True), note
        (shown,) = site.state()["notes"]
        assert (shown["code"], shown["message"], shown["hint"]) == (note.code, note.message, note.hint)
        assert shown["where"].partition(":")[0].endswith("flow.py")
        assert site.state()["limits"] == {"runs": 4, "deliveries": 1000, "bytes": LARGEST}
        assert site.push("d-1") == 202
        site.until(lambda: site.state()["runs"] == {"succeeded": 1})
    (push_, left_out) = trigger(load(folder / "flow.py"), Request(happening="push"))
    assert (push_.trigger, push_.outcome) == ("greeting-push", "starts")
    assert (left_out.outcome, UNHEARD[start] in left_out.reason) == ("undecided", True), left_out
    # By itself it would be waited for in vain.
    (folder / "flow.py").write_text(source.replace(f"{PUSH}, ", ""))
    assert codes(folder, "flow.py") == ["FLOW448", "FLOW397"]
