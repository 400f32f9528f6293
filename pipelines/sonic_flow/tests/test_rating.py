"""People's ratings: the statistics, what is kept, the page over HTTP, and what the gate makes of it."""

from __future__ import annotations

import http.client
import json
import math
import socket
import threading
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl import Workspace
from sonic_flow.measures import Limit, Measure, Thresholds
from sonic_flow.rating.book import RATERS_MOST, Asked, Book, Refused
from sonic_flow.rating.desk import AT_ONCE, CONNECTIONS, PATIENCE, Desk, wait_for
from sonic_flow.rating.noted import noted
from sonic_flow.rating.opinion import opinion, t_quantile
from sonic_flow.tasks.gate import gate
from sonic_flow.tasks.rating import keep_rating
from sonic_flow.tests.reports import EVIL

TOKEN = "a-token-for-this-test"


# NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, the column 0.975.
@pytest.mark.parametrize(
    ("freedom", "value"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (9, 2.262), (10, 2.228), (30, 2.042), (100, 1.984)],
)
def test_student_s_quantiles(freedom: int, value: float) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(value, abs=6e-4)


def test_an_opinion_by_hand() -> None:
    found = opinion([4, 4, 5, 3, 4])  # s = 0.7071, t(4) = 2.776: half = 0.878
    assert (found.mos, found.raters) == (4.0, 5)
    assert found.low == pytest.approx(3.122, abs=1e-3)
    assert found.high == pytest.approx(4.878, abs=1e-3)


def test_few_raters() -> None:
    assert opinion([4]) == (4.0, 1.0, 5.0, 1)
    assert opinion([4, 4, 4]) == (4.0, 4.0, 4.0, 3)
    assert math.isnan(opinion([]).mos)
    assert opinion([]).raters == 0
    with pytest.raises(ValueError, match="True is no score"):
        opinion([True])


@given(st.lists(st.integers(1, 5), min_size=1, max_size=40))
def test_the_interval_is_of_the_scale_and_holds_the_mean(scores: list[int]) -> None:
    found = opinion(scores)
    assert 1 <= found.low <= found.mos + 1e-9
    assert found.mos <= found.high + 1e-9 <= 5 + 1e-9


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "ratings.sqlite")


def asked(seconds: float = 60, **fields: Any) -> Asked:
    return Asked(
        **{"id": "r1", "title": "a run", "sha256": "0" * 64, "least": 2, "wanted": 2, **fields},
        until=time.time() + seconds,
    )


def test_a_second_score_replaces_the_first_and_a_reopened_file_has_all(book: Book, tmp_path: Path) -> None:
    first = book.ask(asked())
    book.score("r1", "Ann", 2)
    book.score("r1", " Ann ", 5)
    book.score("r1", "Bo", 4)
    again = Book(tmp_path / "ratings.sqlite")
    assert again.scores("r1") == {"Ann": 5, "Bo": 4}
    assert again.ask(asked(9999)).until == first.until, "asking again gives no more time"


@pytest.mark.parametrize(
    ("request_id", "rater", "score"),
    [("r1", "Ann", 0), ("r1", "Ann", 6), ("r1", "Ann", True), ("r1", "Ann", "5"), ("r1", "Ann", 4.5), ("r1", "", 4),
     ("r1", "\u200b\x1b", 4), ("r1", "x" * 61, 4), ("r2", "Ann", 4), ("late", "Ann", 4), ("shut", "Ann", 4)],
)  # fmt: skip
def test_what_is_no_score_is_not_kept(book: Book, request_id: str, rater: str, score: object) -> None:
    book.ask(asked())
    book.ask(asked(-1, id="late"))
    book.ask(asked(id="shut"))
    book.close("shut")
    with pytest.raises(Refused):
        book.score(request_id, rater, score)
    assert not book.scores(request_id)


def test_a_flood_of_raters_ends(book: Book) -> None:
    book.ask(asked())
    with book._open() as known:
        known.executemany("insert into scores values ('r1', ?, 1, 0)", [(str(at),) for at in range(RATERS_MOST)])
    with pytest.raises(Refused, match="enough raters"):
        book.score("r1", "one more", 5)


def test_waiting_ends_with_the_last_rater_and_with_the_time(book: Book) -> None:
    book.ask(asked())
    for name in "ab":
        threading.Timer(0.2, book.score, ("r1", name, 4)).start()
    wait_for(book, "r1", until=time.time() + 60, wanted=2, pause=0.05)
    assert book.opinion("r1").raters == 2
    assert not book.open_requests()
    book.ask(asked(id="r2"))
    wait_for(book, "r2", until=time.time() + 0.2, wanted=2, pause=0.05)
    assert book.opinion("r2").raters == 0


@pytest.fixture
def desk(book: Book, tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "clip.mp4").write_bytes(bytes(range(256)))
    book.ask(asked(title=EVIL))
    with Desk(book, lambda _: tmp_path / "clip.mp4", token=TOKEN) as desk:
        yield desk


def ask(desk: Desk, method: str, path: str, body: object = None, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    place = urllib.parse.urlsplit(desk.address)
    connection = http.client.HTTPConnection(place.netloc, timeout=20)
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    kind = {"Content-Type": "application/json"} if data is not None else {}
    connection.request(method, path, data, {**kind, **headers})
    answer = connection.getresponse()
    found = answer.status, answer.read(), dict(answer.getheaders())
    connection.close()
    return found


def score(desk: Desk, rater: str, value: object) -> int:
    return ask(desk, "POST", f"/{TOKEN}/score", {"id": "r1", "rater": rater, "score": value})[0]


def state(desk: Desk, rater: str) -> dict[str, Any]:
    return dict(json.loads(ask(desk, "GET", f"/{TOKEN}/state?rater={rater}")[1])[0])


def test_two_raters_and_neither_sees_the_other_s_score(desk: Desk) -> None:
    assert score(desk, "Ann", 2) == score(desk, "Bo", 5) == 200
    assert (state(desk, "Ann")["score"], state(desk, "Bo")["score"], state(desk, "Cy")["score"]) == (2, 5, None)
    assert state(desk, "Cy")["raters"] == 2


@pytest.mark.parametrize(
    "path", ["/", "/wrong/", f"/{TOKEN}", f"/{TOKEN}x/state", "/wrong/clip/r1", f"/{TOKEN}/../x", "//"]
)
def test_without_the_token_there_is_nothing(desk: Desk, path: str) -> None:
    status, body, _ = ask(desk, "GET", path)
    assert status == 404
    assert b"run" not in body


def test_the_page_runs_its_own_script_alone_and_holds_nothing_of_the_run(desk: Desk) -> None:
    status, body, headers = ask(desk, "GET", f"/{TOKEN}/")
    policy = headers["Content-Security-Policy"]
    nonce = policy.split("'nonce-")[1].split("'")[0]
    assert status == 200
    assert body.count(f'nonce="{nonce}"'.encode()) == 2
    assert EVIL.encode() not in body
    assert "innerHTML" not in body.decode()
    assert "default-src 'none'" in policy
    assert headers["Referrer-Policy"] == "no-referrer"
    assert ask(desk, "GET", f"/{TOKEN}/")[2]["Content-Security-Policy"] != policy


def raw(desk: Desk, text: bytes) -> bytes:
    """What a request that no client makes is answered with."""
    place = urllib.parse.urlsplit(desk.address)
    with socket.create_connection((str(place.hostname), place.port or 0), timeout=20) as connection:
        connection.sendall(text)
        return connection.recv(4096).partition(b"\r\n")[0]


@pytest.mark.parametrize(
    ("text", "status"),
    [(b"GET //[ HTTP/1.1\r\n\r\n", b"404"), (b"GET http://[ HTTP/1.1\r\n\r\n", b"404"),
     (b"POST http://[x HTTP/1.1\r\nContent-Length: 3\r\n\r\n{}!", b"404"),
     (f"POST /{TOKEN}/score HTTP/1.1\r\nContent-Length: {'9' * 5000}\r\n\r\n".encode(), b"413")],
)  # fmt: skip
def test_an_address_that_is_none_leaves_no_traceback(
    desk: Desk, capfd: pytest.CaptureFixture[str], text: bytes, status: bytes
) -> None:
    assert raw(desk, text).split()[1] == status
    assert capfd.readouterr().err == ""


def test_a_mistake_of_ours_is_one_line_without_the_token(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    clips: dict[str, Path] = {}
    desk.clip_of = clips.__getitem__
    with pytest.raises(http.client.RemoteDisconnected):
        ask(desk, "GET", f"/{TOKEN}/state")
    assert capfd.readouterr().err == "a request was not answered: KeyError\n"


@pytest.mark.parametrize(("many", "started"), [(AT_ONCE, b""), (CONNECTIONS + 20, b"GET / HT")])
def test_who_asks_nothing_keeps_no_rater_out(desk: Desk, many: int, started: bytes) -> None:
    place = urllib.parse.urlsplit(desk.address)
    idle: list[socket.socket] = []
    before = threading.active_count()
    try:
        for _ in range(many):
            idle.append(socket.create_connection((str(place.hostname), place.port or 0), timeout=20))
            idle[-1].sendall(started or b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        began = time.monotonic()
        assert score(desk, "Ann", 4) == 200
        assert time.monotonic() - began < PATIENCE / 2
        for _ in range(50):
            if threading.active_count() - before <= CONNECTIONS:
                break
            time.sleep(0.1)
        assert threading.active_count() - before <= CONNECTIONS
    finally:
        for each in idle:
            each.close()


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"null", b'{"id":"r1"}', b'{"id":"r1","rater":["x"],"score":4}', b"[" * 4000, b'{"score":1e999}',
     b"x" * 5000],
)  # fmt: skip
def test_a_body_that_is_no_score(desk: Desk, body: bytes) -> None:
    assert ask(desk, "POST", f"/{TOKEN}/score", body)[0] in (400, 413)
    assert state(desk, "Ann")["raters"] == 0


def test_a_form_of_another_site_scores_nothing(desk: Desk) -> None:
    given = json.dumps({"id": "r1", "rater": "Ann", "score": 5}).encode()
    assert ask(desk, "POST", f"/{TOKEN}/score", given, **{"Content-Type": "text/plain"})[0] == 400
    assert state(desk, "Ann")["raters"] == 0


@pytest.mark.parametrize(
    ("wanted", "status", "content"),
    [("", 200, bytes(range(256))), ("bytes=0-9", 206, bytes(range(10))), ("bytes=250-", 206, bytes(range(250, 256))),
     ("bytes=250-999", 206, bytes(range(250, 256))), ("bytes=256-", 416, b""), ("bytes=-5", 200, bytes(range(256))),
     ("bytes=9-1", 416, b"")],
)  # fmt: skip
def test_a_part_of_the_clip(desk: Desk, wanted: str, status: int, content: bytes) -> None:
    found = ask(desk, "GET", f"/{TOKEN}/clip/r1", Range=wanted)
    assert found[:2] == (status, content)


def test_no_clip_of_another_request(desk: Desk, book: Book) -> None:
    assert ask(desk, "GET", f"/{TOKEN}/clip/..%2Fratings.sqlite")[0] == 404
    book.close("r1")
    assert ask(desk, "GET", f"/{TOKEN}/clip/r1")[0] == 404


def test_a_clip_that_was_taken_away_just_now(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").unlink()
    assert ask(desk, "GET", f"/{TOKEN}/clip/r1")[0] == 404


def test_nobody_is_asked_about_a_clip_that_has_not_come(desk: Desk) -> None:
    desk.clip_of = lambda _: None
    assert json.loads(ask(desk, "GET", f"/{TOKEN}/state?rater=Ann")[1]) == []


GOOD: dict[str, Measure] = {"lse_d": {"value": 7.0, "method": "syncnet-v2"}}
ONLY: dict[str, Any] = {"lse_c": None, "fid": None, "duration_error": None}


def decided(record: Workspace, **options: Any) -> Any:
    thresholds = Thresholds(**{**ONLY, **options})
    return gate(GOOD, {}, {}, thresholds=thresholds, require_baseline=False, rating="ask", assets=record, record=record)


def test_a_clip_that_only_people_dislike_is_stopped(record: Workspace) -> None:
    keep_rating(2.4, 1.2, 3.6, 5, record=record)
    found = decided(record)
    assert found.reasons == ["mos=2.4 is below the limit 3.5"]
    assert found.beyond_limit > 0
    keep_rating(4.4, 3.9, 4.9, 5, record=record)
    assert decided(record).verdict == "passed"
    assert decided(record, mos_low=Limit(4.0)).reasons == ["mos_low=3.9 is below the limit 4"]


def test_too_few_raters_and_no_note_pass_no_gate(record: Workspace) -> None:
    keep_rating(math.nan, math.nan, math.nan, 1, record=record)
    assert math.isnan(decided(record).beyond_limit)
    assert decided(record).reasons == ["mos is missing or not a number"]
    (record / "rating.json").write_text('{"metrics": {"mos": {"value": "5"}, "fid": {"value": 0}}}')
    assert noted(record) == {}


def test_nobody_was_asked(record: Workspace) -> None:
    keep_rating(1.0, 1.0, 1.0, 9, record=record)  # of whom no gate knows that asks nobody
    thresholds = Thresholds(**ONLY)
    found = gate(GOOD, {}, {}, thresholds=thresholds, require_baseline=False, assets=record, record=record)
    assert found.verdict == "passed"
