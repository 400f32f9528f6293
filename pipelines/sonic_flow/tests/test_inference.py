"""run-inference as a plain function, against services on loopback."""

from __future__ import annotations

import json
import math
import os
import re
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from sonic_flow import media, services
from sonic_flow.settings import Settings
from sonic_flow.tasks.inference import Inference, run_inference
from sonic_flow.tests import fakes
from sonic_flow.tests.fakes import Reply, Service, mp4, write_wav

GOOD = (200, {"X-Sonic-Version": "1.2", "X-Sonic-Peak-Memory-Bytes": "1048576"}, mp4(2.0))


@pytest.fixture
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(tmp_path)
    record = tmp_path / "record"
    record.mkdir()
    portrait = tmp_path / "portrait.png"
    portrait.write_bytes(fakes.png(1024, 1100))
    return {
        "model": "registry/sonic@sha256:1",
        "portrait": portrait,
        "speech": write_wav(tmp_path / "speech.wav", 2.0),
        "record": record,
        "startup_seconds": 5.0,
    }


def run(inputs: dict[str, Any], *replies: Reply | Callable[[Any], None], **chosen: Any) -> tuple[Inference, Service]:
    with Service(*(replies or (GOOD,))).running() as service:
        return run_inference(**{"endpoint": service.base, **inputs}, settings=Settings(**chosen)), service


def test_sends_portrait_speech_and_parameters_and_keeps_the_clip(inputs: dict[str, Any]) -> None:
    made, service = run(inputs, smooth_motion=False, duration=2.4)
    (request,) = service.requests
    assert request["portrait"].get_payload(decode=True) == inputs["portrait"].read_bytes()
    assert request["portrait"].get_filename() == "portrait.png"
    assert request["speech"].get_payload(decode=True) == inputs["speech"].read_bytes()
    assert json.loads(str(request["parameters"].get_payload())) == {
        "duration": 2.4,
        "min_resolution": 1024,
        "expand_ratio": 0.18,
        "inference_steps": 25,
        "dynamic_scale": 1.1,
        "motion_scale": 1.05,
        "lip_sync_align": True,
        "smooth_motion": False,
    }
    assert made.video.read_bytes() == mp4(2.0)
    assert made.settings.duration == 2.4
    assert made.speech_seconds == 2.0
    assert made.peak_memory_bytes == 1048576
    assert made.elapsed_seconds >= 0


def test_leaves_a_record_and_its_results_are_small(inputs: dict[str, Any]) -> None:
    made, _ = run(inputs)
    notes = json.loads((inputs["record"] / "inference.json").read_text())
    assert notes["model"] == "registry/sonic@sha256:1"
    assert notes["settings"] == asdict(made.settings)
    assert notes["service"] == "1.2"
    assert notes["warnings"] == []
    assert len(json.dumps([str(made.video), asdict(made.settings), *made[2:]])) < 4096


def test_the_record_has_the_parameters_even_where_the_service_fails(inputs: dict[str, Any]) -> None:
    with pytest.raises(SystemExit):
        run(inputs, (500, {}, b'{"error": "out of memory"}'), inference_steps=10)
    notes = json.loads((inputs["record"] / "inference.json").read_text())
    assert notes["settings"]["inference_steps"] == 10
    assert len(notes["warnings"]) == 1


def test_without_duration_the_clip_is_as_long_as_the_speech(inputs: dict[str, Any]) -> None:
    made, _ = run(inputs)
    assert made.settings.duration == 2.0


@pytest.mark.parametrize("duration", [1.5, 2.0, 2.5])
def test_duration_may_differ_by_half_a_second(inputs: dict[str, Any], duration: float) -> None:
    made, _ = run(inputs, duration=duration)
    assert made.settings.duration == duration


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"duration": 2.51}, "duration=2.51 s, but the speech lasts 2.0 s"),
        ({"duration": 1.49}, "duration=1.49 s, but the speech lasts 2.0 s"),
        ({"duration": math.nan}, "duration=nan s"),
        ({"duration": -1.0}, "duration=-1.0 s"),
    ],
)
def test_a_duration_that_the_speech_has_not_stops_before_the_service_is_asked(
    inputs: dict[str, Any], changes: dict[str, Any], message: str
) -> None:
    with Service(GOOD).running() as service, pytest.raises(SystemExit, match=f"^error: {message}"):
        run_inference(**inputs, endpoint=service.base, settings=Settings(**changes))
    assert service.requests == []


@pytest.mark.parametrize(
    ("changes", "warnings"),
    [
        ({"inference_steps": 20, "dynamic_scale": 1.2}, []),
        ({"inference_steps": 19}, ["inference_steps=19"]),
        ({"dynamic_scale": 1.21}, ["dynamic_scale=1.21"]),
        ({"inference_steps": 5, "dynamic_scale": 1.5}, ["inference_steps=5", "dynamic_scale=1.5"]),
        ({"min_resolution": 1025}, ["the portrait is 1024x1100"]),
    ],
)
def test_doubtful_parameters_are_warned_of_and_go_through(
    inputs: dict[str, Any], capsys: pytest.CaptureFixture[str], changes: dict[str, Any], warnings: list[str]
) -> None:
    run(inputs, **changes)
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("warning: ")]
    assert len(told) == len(warnings)
    assert all(line.startswith(f"warning: {start}") for line, start in zip(told, warnings, strict=True))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("png", fakes.png(640, 480)),
        ("jpeg", fakes.jpeg(640, 480)),
        ("webp lossy", fakes.webp(b"VP8 ", 640, 480)),
        ("webp lossless", fakes.webp(b"VP8L", 640, 480)),
        ("webp extended", fakes.webp(b"VP8X", 640, 480)),
    ],
)
def test_reads_the_size_of_a_portrait(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert media.image_size(path) == (640, 480)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + b"\0" * 30,
        fakes.png(64, 64)[:-6],
        fakes.png(64, 64)[:20],
        fakes.png(64, 64).replace(b"\x08\x00\x00\x00\x00", b"\x08\x00\x00\x00\x01", 1),
        fakes.jpeg(64, 64)[:-2],
        fakes.jpeg(64, 64)[:12] + b"\xff\xd9",
        fakes.webp(b"VP8X", 64, 64)[:-4],
        fakes.webp(b"VP8X", 64, 64).replace(b"VP8X", b"VP9X"),
    ],
    ids=["empty", "gif", "png-end", "png-short", "png-checksum", "jpeg-end", "jpeg-frame", "webp-short", "webp-form"],
)
def test_a_corrupt_portrait_stops_with_one_line(inputs: dict[str, Any], content: bytes) -> None:
    inputs["portrait"].write_bytes(content)
    with pytest.raises(SystemExit) as stopped:
        run(inputs)
    assert str(stopped.value).startswith("error: portrait.png is no image, corrupt or cut off: ")
    assert "\n" not in str(stopped.value)


def test_a_missing_portrait_is_named(inputs: dict[str, Any]) -> None:
    inputs["portrait"].unlink()
    with pytest.raises(SystemExit, match=r"portrait\.png"):
        run(inputs)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "neither a PCM WAV nor an MP3: it is empty"),
        (b"OggS\x00\x02\x1b[2J" + b"\0" * 100, "neither a PCM WAV nor an MP3: it starts with b'OggS\\x00\\x02\\x1b['"),
        (b"RIFF\x00\x00\x00\x00WAVE", "no PCM WAV: not a WAVE file"),
        (b"ID3\x04" + b"\0" * 100, "no whole MP3: it has no frame of sound"),
        (b"ID3\x04\0\0\x7f\x7f\x7f\x7f", "no whole MP3: it has no frame of sound"),
    ],
    ids=["empty", "another kind", "no chunk", "only a tag", "a tag beyond the end"],
)
def test_speech_that_is_no_sound_stops(inputs: dict[str, Any], content: bytes, told: str) -> None:
    inputs["speech"].write_bytes(content)
    with pytest.raises(SystemExit, match=f"^error: {re.escape(f'speech.wav is {told}')}$"):
        run(inputs)


def test_speech_that_is_cut_off_stops(inputs: dict[str, Any]) -> None:
    inputs["speech"].write_bytes(inputs["speech"].read_bytes()[:-8000])
    with pytest.raises(SystemExit, match=r"^error: speech\.wav is cut off: 12000 of 16000 samples"):
        run(inputs)


def test_speech_without_a_sample_stops(inputs: dict[str, Any]) -> None:
    write_wav(inputs["speech"], 0)
    with pytest.raises(SystemExit, match=r"^error: speech\.wav is cut off: 0 of 0"):
        run(inputs)


def test_service_that_is_down(inputs: dict[str, Any]) -> None:
    with Service(GOOD).running() as service:
        base = service.base
    with pytest.raises(SystemExit, match=f"^error: {base} was not ready within 0.2 s: .*refused"):
        run_inference(**{**inputs, "endpoint": base, "startup_seconds": 0.2})


def test_service_that_never_gets_ready_says_so_itself(inputs: dict[str, Any]) -> None:
    service = Service(GOOD)
    service.health = [503]
    with service.running(), pytest.raises(SystemExit, match=r"was not ready within 0\.2 s: 503 Service Unavailable"):
        run_inference(**{**inputs, "endpoint": service.base, "startup_seconds": 0.2})
    assert service.requests == []


def test_waits_until_the_service_is_ready(inputs: dict[str, Any]) -> None:
    service = Service(GOOD)
    service.health = [503, 503, 200]
    with service.running():
        made = run_inference(**{**inputs, "endpoint": service.base + "/", "startup_seconds": 5.0})
    assert made.video.exists()


@pytest.mark.parametrize("endpoint", ["sonic:8080", "file:///etc/passwd"])
def test_endpoint_must_be_http(inputs: dict[str, Any], endpoint: str) -> None:
    with pytest.raises(SystemExit, match="is no http:// or https:// address"):
        run_inference(**inputs, endpoint=endpoint)


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ((500, {}, b'{"error": "CUDA out\\nof memory"}'), "500 Internal Server Error: CUDA out of memory"),
        ((500, {}, b"<html>oops</html>"), "500 Internal Server Error: <html>oops</html>"),
        ((400, {}, b'{"error": "no face found"}'), "400 Bad Request: no face found"),
        ((500, {}, b"\xff\xfe" * 4000), "500 Internal Server Error"),
    ],
)
def test_an_error_of_the_service_is_told_in_one_line_and_not_repeated(
    inputs: dict[str, Any], reply: Reply | Callable[[Any], None], message: str
) -> None:
    with Service(reply).running() as service, pytest.raises(SystemExit) as stopped:
        run_inference(**{**inputs, "endpoint": service.base})
    assert str(stopped.value).startswith(f"error: POST {service.base}/v1/generate: {message}")
    assert "\n" not in str(stopped.value)
    assert len(str(stopped.value)) < 500
    assert len(service.requests) == 1


@pytest.mark.parametrize("code", [502, 503])
def test_a_busy_service_is_asked_again(inputs: dict[str, Any], capsys: pytest.CaptureFixture[str], code: int) -> None:
    busy = (code, {"Retry-After": "0"}, b"")
    made, service = run(inputs, busy, busy, GOOD)
    assert len(service.requests) == 3
    assert made.video.read_bytes() == mp4(2.0)
    assert f"answered {code}; asking again in 0 s" in capsys.readouterr().out


def test_waits_longer_each_time_and_gives_up(inputs: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    with Service((503, {}, b"")).running() as service, pytest.raises(SystemExit, match="503 Service Unavailable"):
        run_inference(**{**inputs, "endpoint": service.base})
    assert pauses == [1, 2, 4, 8]
    assert len(service.requests) == 5


def hang_up(handler: Any) -> None:
    handler.close_connection = True
    handler.connection.shutdown(2)


def cut(handler: Any) -> None:
    handler.answer((200, {"Content-Length": "999999"}, mp4(2.0)))
    handler.close_connection = True


def cut_without_length(handler: Any) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(mp4(2.0)[:-100])
    handler.close_connection = True


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (hang_up, "POST .*: (Remote end closed connection|.*reset)"),
        (cut, "POST .*: the answer is cut off: [0-9]+ of 999999 bytes"),
        (cut_without_length, "output.mp4 is no whole MP4: box b'mdat' is cut off"),
        ((200, {}, b"<html>please log in</html>"), r"output.mp4 is no whole MP4: it starts with b'<html>plea"),
        ((200, {}, b""), "output.mp4 is no whole MP4: it starts with b''"),
        ((200, {}, fakes.box(b"ftyp", b"isom")), "output.mp4 is no whole MP4: it holds no media"),
        ((200, {}, mp4(0.0)), "output.mp4 is no whole MP4: it holds no media of a stated length"),
        ((200, {}, mp4(2.0) + b"\0\0"), "output.mp4 is no whole MP4: unpack"),
    ],
    ids=["hang-up", "cut", "cut-no-length", "html", "empty", "only-ftyp", "no-length", "trailing-bytes"],
)
def test_an_answer_that_is_no_whole_clip_stops_with_one_line(
    inputs: dict[str, Any], reply: Reply | Callable[[Any], None], message: str
) -> None:
    with pytest.raises(SystemExit, match=f"^error: {message}") as stopped:
        run(inputs, reply)
    assert "\n" not in str(stopped.value)


def test_a_cut_answer_leaves_no_file(inputs: dict[str, Any]) -> None:
    with pytest.raises(SystemExit):
        run(inputs, cut)
    assert [path.name for path in Path.cwd().glob("output*")] == []


def test_a_silent_service_times_out(inputs: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "PATIENCE", 0.2)

    def silent(_: Any) -> None:
        service.release.wait(10)

    service = Service(silent)
    with service.running(), pytest.raises(SystemExit, match=r"^error: POST .*timed out"):
        run_inference(**{**inputs, "endpoint": service.base})


SERVER = """
import argparse, http.server, sys
parser = argparse.ArgumentParser()
parser.add_argument("--host"); parser.add_argument("--port", type=int)
args = parser.parse_args()
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def do_GET(self): self.answer(b"{}")
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"])); self.answer(open("answer.mp4", "rb").read())
    def answer(self, content):
        self.send_response(200); self.send_header("Content-Length", str(len(content))); self.end_headers()
        self.wfile.write(content)
open("service.pid", "w").write(str(__import__("os").getpid()))
http.server.HTTPServer((args.host, args.port), Handler).serve_forever()
"""


def test_starts_the_service_from_the_image_and_ends_it(inputs: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    Path("tiny_service.py").write_text(SERVER)
    Path("answer.mp4").write_bytes(mp4(2.0))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # a proxy must not come between a pod and its own service
    made = run_inference(**{**inputs, "endpoint": "", "module": "tiny_service", "startup_seconds": 30.0})
    assert made.video.read_bytes() == mp4(2.0)
    assert made.peak_memory_bytes is not None
    assert made.peak_memory_bytes > 1_000_000
    with pytest.raises(ProcessLookupError):
        os.kill(int(Path("service.pid").read_text()), 0)


def test_a_service_that_does_not_start_stops_at_once(inputs: dict[str, Any]) -> None:
    Path("broken_service.py").write_text("raise SystemExit(7)")
    with pytest.raises(SystemExit, match="the service ended with exit code 7 before it was ready"):
        run_inference(**{**inputs, "endpoint": "", "module": "broken_service", "startup_seconds": 60.0})


def test_ends_its_service_when_the_request_fails(inputs: dict[str, Any]) -> None:
    Path("tiny_service.py").write_text(SERVER)
    Path("answer.mp4").write_bytes(b"garbage")
    with pytest.raises(SystemExit, match="no whole MP4"):
        run_inference(**{**inputs, "endpoint": "", "module": "tiny_service", "startup_seconds": 30.0})
    with pytest.raises(ProcessLookupError):
        os.kill(int(Path("service.pid").read_text()), 0)
