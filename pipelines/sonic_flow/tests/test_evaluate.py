"""evaluate as a plain function, and the MP4 parser it measures the length with."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sonic_flow.files import sha256
from sonic_flow.media import clip_seconds
from sonic_flow.tasks.evaluation import Scores, evaluate
from sonic_flow.tests import fakes
from sonic_flow.tests.fakes import Reply, Service, mp4, write_wav

METRICS = {"lse_d": 7.1, "lse_c": 7.8, "fid": 31.25}
METHODS = {"lse_d": "syncnet-v2", "lse_c": "SyncNet", "fid": "inception-v3 against hdtf"}


def answer(metrics: Mapping[str, object] = METRICS, methods: Mapping[str, object] = METHODS, **more: object) -> Reply:
    return (200, {}, json.dumps({"metrics": metrics, "methods": methods, **more}).encode())


@pytest.fixture
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "record").mkdir()
    (tmp_path / "clip.mp4").write_bytes(mp4(2.0, 2.0, 2.05))
    (tmp_path / "portrait.png").write_bytes(fakes.png(64, 64))
    return {
        "evaluator": "registry/evaluator:1",
        "video": tmp_path / "clip.mp4",
        "portrait": tmp_path / "portrait.png",
        "speech": write_wav(tmp_path / "speech.wav", 2.0),
        "record": tmp_path / "record",
        "startup_seconds": 5.0,
    }


def run(inputs: dict[str, Any], reply: Reply) -> tuple[Scores, Service]:
    with Service(reply).running() as service:
        return evaluate(**{**inputs, "endpoint": service.base}), service


def test_gives_the_measures_of_the_evaluator_and_its_own_duration_error(inputs: dict[str, Any]) -> None:
    scores, service = run(inputs, answer())
    assert {name: metric["value"] for name, metric in scores.metrics.items()} == {**METRICS, "duration_error": 0.05}
    assert scores.not_made == {}
    assert scores.duration_error == 0.05
    assert scores.metrics["lse_c"] == {"value": 7.8, "method": "SyncNet"}
    assert scores.metrics["duration_error"] == {"value": 0.05, "method": "container"}
    (request,) = service.requests
    assert set(request) == {"parameters", "video", "portrait", "speech"}
    assert request["video"].get_payload(decode=True) == mp4(2.0, 2.0, 2.05)
    told = json.loads((inputs["record"] / "metrics.json").read_text())
    date = told["origin"].pop("date")
    digests = {name: sha256(inputs[name]) for name in ("portrait", "speech")}
    assert told["origin"].pop("inputs") == scores.inputs == digests
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", date)
    assert told == {
        "evaluator": "registry/evaluator:1",
        "metrics": scores.metrics,
        "not_made": {},
        "origin": {"run": "", "revision": "", "model": "unknown", "service": "unknown", "settings": {}},
        "elapsed_seconds": scores.elapsed_seconds,
    }
    assert scores.elapsed_seconds >= 0


@pytest.mark.parametrize("name", ["lse_d", "lse_c", "fid"])
@pytest.mark.parametrize("method", ["mouth-audio correlation", "", None, "vgg", "not syncnet, not inception-v3"])
def test_another_method_under_a_defined_name_stops(inputs: dict[str, Any], name: str, method: str | None) -> None:
    with pytest.raises(SystemExit, match=f"^error: the evaluator measured {name} by .*, but {name} is defined by"):
        run(inputs, answer(methods={**METHODS, name: method}))
    assert not (inputs["record"] / "metrics.json").exists()


def test_measures_of_other_methods_are_kept_under_their_own_names(inputs: dict[str, Any]) -> None:
    names = {"sync_distance": 0.31, "sync_confidence": 4.2}
    scores, _ = run(inputs, answer(names, dict.fromkeys(names, "mouth-audio correlation")))
    assert set(scores.metrics) == {*names, "duration_error"}
    assert scores.metrics["sync_distance"] == {"value": 0.31, "method": "mouth-audio correlation"}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None])
def test_what_is_no_number_is_no_measure_and_the_log_says_so(
    inputs: dict[str, Any], value: object, capsys: pytest.CaptureFixture[str]
) -> None:
    scores, _ = run(inputs, answer({**METRICS, "lse_d": value}))
    assert "lse_d" not in scores.metrics
    assert scores.not_made == {}  # nobody says why, so nothing excuses it
    assert f"warning: the evaluator gave no number for lse_d: {value}" in capsys.readouterr().out


def test_the_evaluator_says_which_measures_it_did_not_make_and_why(
    inputs: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    reasons = {"lse_d": "no weights", "lse_c": "no weights", "duration_error": "never mind"}
    scores, _ = run(inputs, answer({"fid": 31.25}, not_made=reasons))
    assert scores.not_made == {"lse_d": "no weights", "lse_c": "no weights"}
    assert set(scores.metrics) == {"fid", "duration_error"}  # the duration is measured by the task itself
    assert json.loads((inputs["record"] / "metrics.json").read_text())["not_made"] == scores.not_made
    assert "not made: lse_d, lse_c (no weights)" in capsys.readouterr().out


def test_a_measure_can_not_be_made_and_not_made(inputs: dict[str, Any]) -> None:
    with pytest.raises(SystemExit, match=r"^error: the evaluator says of fid that it was made and that it was not"):
        run(inputs, answer(not_made={"fid": "no weights"}))


def test_the_record_says_where_the_measures_come_from(inputs: dict[str, Any]) -> None:
    noted = {"model": "m@sha256:1", "service": "sonic 2.1", "settings": {"inference_steps": 30}}
    (inputs["record"] / "inference.json").write_text(json.dumps(noted))
    run({**inputs, "run": "sonic-x7", "revision": "abc123"}, answer())
    origin = json.loads((inputs["record"] / "metrics.json").read_text())["origin"]
    assert {**origin, "date": ""} == {
        **noted,
        "run": "sonic-x7",
        "revision": "abc123",
        "date": "",
        "inputs": origin["inputs"],
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"metrics": {"fid": 1}}',
        b'{"metrics": {"fid": 1}, "methods": {}}',
        b'{"metrics": {"fid": "low"}, "methods": {"fid": "inception-v3"}}',
        b'{"metrics": [1], "methods": {}}',
        b"\xff\xfe",
        b'{"metrics": {}, "methods": {}, "not_made": ["lse_d"]}',
    ],
)
def test_an_answer_that_is_no_evaluation_stops_with_one_line(inputs: dict[str, Any], content: bytes) -> None:
    with pytest.raises(SystemExit, match=r"^error: the evaluator's answer is no evaluation") as stopped:
        run(inputs, (200, {}, content))
    assert "\n" not in str(stopped.value)


def test_a_failing_evaluator_is_told(inputs: dict[str, Any]) -> None:
    with pytest.raises(SystemExit, match="500 Internal Server Error: no face in frame 3"):
        run(inputs, (500, {}, b'{"error": "no face in frame 3"}'))


def test_a_corrupt_clip_stops_before_the_evaluator_is_asked(inputs: dict[str, Any]) -> None:
    inputs["video"].write_bytes(mp4(2.0)[:-10])
    with Service(answer()).running() as service, pytest.raises(SystemExit, match="no whole MP4"):
        evaluate(**{**inputs, "endpoint": service.base})
    assert service.requests == []


@pytest.mark.parametrize(
    ("tracks", "error"),
    [((2.0,), 0.0), ((2.0, 2.0), 0.0), ((1.2, 2.0), 0.8), ((2.0, 2.7), 0.7)],
)
def test_the_worst_track_is_the_duration_error(inputs: dict[str, Any], tracks: tuple[float, ...], error: float) -> None:
    inputs["video"].write_bytes(mp4(2.0, *tracks))
    scores, _ = run(inputs, answer())
    assert scores.duration_error == pytest.approx(error)


@pytest.mark.parametrize("form", [{}, {"version": 1}, {"wide": True}, {"version": 1, "wide": True}])
def test_reads_the_length_from_every_form_of_box(tmp_path: Path, form: dict[str, Any]) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(mp4(3.5, 3.4, **form))
    assert clip_seconds(path) == [3.5, 3.4]


def test_reads_a_last_box_that_reaches_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(mp4(3.5)[: -(4096 + 8)] + b"\0\0\0\0mdat" + b"\x5a" * 50)
    assert clip_seconds(path) == [3.5, 3.5]


@pytest.mark.parametrize("at", [4, 30, 60, 150, 300])
def test_a_clip_cut_anywhere_is_refused(tmp_path: Path, at: int) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(mp4(3.5)[:at])
    with pytest.raises(SystemExit, match=r"^error: clip\.mp4 is no whole MP4"):
        clip_seconds(path)


def test_a_zero_timescale_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(mp4(3.5).replace(b"\x00\x00\x03\xe8", b"\0\0\0\0"))
    with pytest.raises(SystemExit, match="no whole MP4"):
        clip_seconds(path)
