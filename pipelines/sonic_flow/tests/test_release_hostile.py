"""What a version that serves, or an evaluator, may answer a release, and params that it is given: told, and never a traceback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, cast

import pytest

from flowdsl import Workspace
from sonic_flow import live
from sonic_flow.live import Served, enough, measured
from sonic_flow.measures import Thresholds
from sonic_flow.tasks.release import looked_at, release
from sonic_flow.tests import fakes
from sonic_flow.tests.fakes import served

EVALUATOR = "http://127.0.0.1:9"


def account(requests: Any, failures: Any = 0, *samples: str) -> bytes:
    return json.dumps(
        {"requests": requests, "failures": failures, "samples": [{"id": each} for each in samples]}
    ).encode()


@contextmanager
def version(folder: Path, *accounts: bytes, evaluation: bytes = b"{}") -> Iterator[str]:
    """A version whose accounts come in turn, the last one again and again; beside it the evaluator's answer."""
    left = list(accounts)
    clip = fakes.mp4(2.0)
    speech = fakes.write_wav(folder / "answered.wav", 2.0).read_bytes()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.endswith("/v1/served"):
                self.reply(left.pop(0) if len(left) > 1 else left[0])
            else:
                self.reply({"video": clip, "speech": speech}.get(self.path.rpartition("/")[2], b"a portrait"))

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.reply(evaluation)

        def reply(self, content: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object, **named: object) -> None: ...

    with served(Handler) as base:
        yield base


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"backend": "http://{host}"}, r"live_backend='http://\{host\}': \{host\} stands for nothing"),
        ({"backend": "http://{}"}, "stands for nothing"),
        ({"backend": "http://{name"}, "live_backend=.*expected '}'"),
        ({"backend": "http://{name.__class__}"}, "stands for nothing"),
        ({"backend": "http://{name:>999999999999}"}, "stands for nothing"),
        ({"backend": "http://sonic.svc:{port}"}, "both versions have one address"),
        ({"backend": "http://{{name}}"}, "both versions have one address"),
        ({"backend": "file:///{name}"}, "no http:// or https:// address"),
        ({"evaluator": ""}, "by evaluation_endpoint: there is none"),
        ({"evaluator": "evaluator:8080"}, "by evaluation_endpoint: .*'evaluator:8080' is no http"),
        ({"samples": 0}, "live_samples=0: 1 to 100"),
        ({"samples": 101}, "live_samples=101: 1 to 100"),
    ],
)
def test_params_that_would_end_a_release_half_way_are_told_before_anything_is_asked(
    record: Workspace, monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], told: str
) -> None:
    monkeypatch.setattr("sonic_flow.kube.ask", lambda *_: pytest.fail("the cluster was asked"))
    more = {"evaluator": EVALUATOR, **given}
    with pytest.raises(SystemExit, match=told):
        release("sonic", "i", "u", "sonic", record, api="http://127.0.0.1:9", token=cast(Any, ""), **more)


@pytest.mark.parametrize(
    "answer",
    [
        b'{"requests": Infinity, "failures": 0, "samples": []}',
        b'{"requests": NaN, "failures": 0, "samples": []}',
        b'{"requests": 1, "failures": -1, "samples": []}',
        b'{"requests": true, "failures": 0, "samples": []}',
        b'{"requests": "1", "failures": 0, "samples": []}',
        b'{"requests": 1, "failures": 0, "samples": 3}',
        b"[" * 100_000,
        b"[]",
        b"none",
    ],
)
def test_an_account_that_is_none_is_no_answer(tmp_path: Path, answer: bytes) -> None:
    with version(tmp_path, answer) as base:
        with pytest.raises(ValueError, match=r"account|JSON|Expecting"):
            live.served(base)
        why, _ = looked_at(base, base, None, 1, 1.0, Thresholds(), base)
    assert why.startswith("it does not answer (")


def test_of_many_samples_the_newest_are_kept(tmp_path: Path) -> None:
    with version(tmp_path, account(200, 0, *map(str, range(200)), "\x1b[31m")) as base:
        assert live.served(base).samples == [str(each) for each in range(100, 200)]


@pytest.mark.parametrize("fell", [account(3, 2), account(400, 0, "1", "2")])
def test_a_version_that_starts_anew_within_a_stage_is_not_good_enough(tmp_path: Path, fell: bytes) -> None:
    """Its counts begin at 0 again, so that failures before and after could stay below those at the stage's start."""
    with version(tmp_path, account(500, 5), account(520, 5), fell) as base:
        assert enough(base, Served(500, 5, []), 1, 60.0) == (20, 0, [], True)
    with version(tmp_path, account(500, 5), account(520, 5), fell) as base:
        why, _ = looked_at(base, base, None, 1, 60.0, Thresholds(), base)
    assert why == "it started anew after 20 requests of this stage: whether more of them failed is unknown"


def test_a_failure_is_told_whatever_failed_before(tmp_path: Path) -> None:
    with version(tmp_path, account(500, 5), account(503, 6)) as base:
        why, _ = looked_at(base, base, None, 1, 60.0, Thresholds(), base)
    assert why == "1 of 3 requests failed"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b'{"metrics": [1]}', "metrics is not an object"),
        (b'{"metrics": {}, "methods": 3}', "methods is not an object"),
        (b'{"metrics": {}, "not_made": ["fid"]}', "not_made is not an object"),
        (b"<html>", "answer.json: unreadable"),
        (b"[" * 100_000, "answer.json: unreadable"),
        (b"[]", "not an object"),
    ],
)
def test_an_evaluation_that_is_none_stops_the_release(tmp_path: Path, answer: bytes, told: str) -> None:
    stops = pytest.raises(SystemExit, match=f"the evaluator's answer is no evaluation .*{told}")
    with version(tmp_path, evaluation=answer) as base, stops:
        measured(base, ["1"], base)


def test_values_and_reasons_of_an_evaluation_that_are_no_use(tmp_path: Path) -> None:
    evaluation = {"metrics": {"lse_d": 7, "huge": 10**400, "text": "1"}, "not_made": {"fid": "\x1b[31m\nno", "x": ""}}
    answer = json.dumps(evaluation).replace('"text"', '"far": Infinity, "text"').encode()
    with version(tmp_path, evaluation=answer) as base:
        found = measured(base, ["1"], base)
    assert {*found.metrics} == {"lse_d", "duration_error"}
    assert found.not_made == {"fid": "\ufffd[31m no", "x": "no reason given"}
