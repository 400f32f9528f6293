"""What is heard in a clip: how words are compared, written as subtitles and shown, and the task that asks for them."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl import File, Workspace
from flowdsl.diagnostics import UsageError
from sonic_flow.local.local_run import ASSETS, clear_speech
from sonic_flow.tasks.transcription import NO_SERVICE, Heard, transcribe
from sonic_flow.tests import fakes
from sonic_flow.tests.reports import EVIL, Reader, fill, write
from sonic_flow.timeline import parted
from sonic_flow.words import MOST, Word, error_rate, plain, srt, steps, subtitles, webvtt, words_of


def spoken(text: str) -> list[Word]:
    return [Word(word=each, start=float(at), end=at + 0.5) for at, each in enumerate(text.split())]


@pytest.mark.parametrize(
    ("known", "heard", "rate", "kinds"),
    [
        ("Hello, World!", "hello world", 0, ["same", "same"]),
        ("a b c", "a x c", 1 / 3, ["same", "other", "same"]),
        ("a b c", "a c", 1 / 3, ["same", "missing", "same"]),
        ("a c", "a b c", 1 / 2, ["same", "added", "same"]),
        ("a", "x y z", 3, ["added", "added", "other"]),
        ("don't go", "don\u2019t go", 0, ["same", "same"]),
        ("a b", "", 1, ["missing", "missing"]),
    ],
)
def test_the_word_error_rate(known: str, heard: str, rate: float, kinds: list[str]) -> None:
    way = steps(plain(known), spoken(heard))
    assert [step.kind for step in way] == kinds
    assert error_rate(way) == pytest.approx(rate)


WORDS = st.lists(st.sampled_from("abc"), max_size=7)


@given(WORDS.filter(bool), WORDS)
def test_the_way_leads_from_one_text_to_the_other_and_none_is_shorter(known: list[str], heard: list[str]) -> None:
    way = steps(known, spoken(" ".join(heard)))
    assert [step.known for step in way if step.kind != "added"] == known
    assert [step.heard for step in way if step.kind != "missing"] == heard

    def least(one: list[str], other: list[str]) -> int:
        if not one or not other:
            return len(one) + len(other)
        if one[0] == other[0]:
            return least(one[1:], other[1:])
        return 1 + min(least(one[1:], other), least(one, other[1:]), least(one[1:], other[1:]))

    assert sum(step.kind != "same" for step in way) == least(known, heard)


def test_subtitles() -> None:
    lines = subtitles([*spoken("one two"), Word(word="a<b>&\u0085--> c", start=5.0, end=5.25)])
    assert [line.text for line in lines] == ["one two", "a<b>&\u0085--> c"]
    assert webvtt(lines).split("\n\n")[1:] == [
        "00:00:00.000 --> 00:00:01.500\none two",
        "00:00:05.000 --> 00:00:05.250\na&lt;b&gt;&amp;\u0085--&gt; c\n",
    ]
    assert srt(lines).startswith("1\n00:00:00,000 --> 00:00:01,500\none two\n\n2\n")
    assert "<" not in srt(lines)


def test_words_without_a_time_in_the_clip_are_left_out() -> None:
    found = [
        {"word": " Hi,\n ", "start": 1, "end": 1.5},
        {"word": "first", "start": -0.2, "end": 0.5},
        {"word": "late", "start": 30, "end": 31},
        {"word": "back", "start": 2, "end": 1},
        {"word": "none", "start": "1", "end": None},
        {"word": "\x1b[31mred", "start": 1, "end": float("inf")},
        "text",
    ]
    expected = [{"word": "first", "start": 0.0, "end": 0.5}, {"word": "Hi,", "start": 1.0, "end": 1.5}]
    assert words_of({"words": found}, 3) == expected
    assert words_of({"segments": [{"words": found[:2]}, None]}, 3) == expected


MANY = " ".join("abcdefghijklmnopqrstuvwxyz")
"""A word, as a service says, and 26 as they are compared."""


def test_what_would_not_fit_in_memory_is_not_compared() -> None:
    full = [Word(word="a", start=0.0, end=1.0)] * MOST
    assert {step.kind for step in steps(["a"] * MOST, full)} == {"same"}
    packed = [Word(word=MANY, start=0.0, end=1.0)] * (MOST // 26 + 1)
    for known, words in ((["a"] * (MOST + 1), full), (["a"], [*full, full[0]]), (["a"], packed)):
        with pytest.raises(ValueError, match="are too many: 1500 of each at most"):
            steps(known, words)


def test_words_without_a_time_do_not_hide_those_behind_them() -> None:
    timeless, word = [{"word": "none"}] * MOST, {"word": "a", "start": 1, "end": 2}
    assert words_of({"words": [*timeless, word, word]}, 3) == [{"word": "a", "start": 1.0, "end": 2.0}] * 2
    assert len(words_of({"segments": [{"words": [word]}] * (3 * MOST)}, 3)) == MOST + 1


def test_where_mouth_and_voice_part() -> None:
    mouth, voice = [0.0] * 10 + [0.9] * 10, [0.9] * 5 + [0.0] * 15
    assert list(parted(mouth, voice, 25)) == [(0.0, 0.2), (0.4, 0.8)]
    assert list(parted(mouth, mouth, 25)) == []
    assert list(parted([0.0] * 2, [1.0] * 2, 25)) == []  # a moment is none


class Asked(BaseHTTPRequestHandler):
    """A service that keeps what it was asked."""

    asked: ClassVar[list[bytes]]


def answering(answer: object, status: int = 200) -> type[Asked]:
    class Service(Asked):
        asked = []

        def do_GET(self) -> None:
            self.reply(200, b"{}")

        def do_POST(self) -> None:
            Service.asked.append(self.path.encode() + b"\n" + self.rfile.read(int(self.headers["Content-Length"])))
            self.reply(status, answer if isinstance(answer, bytes) else json.dumps(answer).encode())

        def reply(self, code: int, content: bytes) -> None:
            self.send_response(code)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object, **named: object) -> None: ...

    return Service


GOOD = {
    "text": "hello word",
    "words": [{"word": w, "start": i, "end": i + 0.5} for i, w in enumerate(["hello", "word"])],
}


def asked(record: Workspace, endpoint: str, known: str | None = "Hello, world!", **given: Any) -> Heard:
    assets = record.parent / "assets"
    assets.mkdir(exist_ok=True)
    if known is not None:
        (assets / "speech.txt").write_text(known)
    clip, speech = assets / "clip.mp4", fakes.write_wav(assets / "speech.wav", 2.0)
    clip.write_bytes(fakes.mp4(2.0))
    given.update(endpoint=endpoint, startup_seconds=1, assets=assets, record=record)
    return transcribe(cast(File, clip), speech, **given)


def test_a_service_is_asked_as_whisper_is(record: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    service = answering(GOOD)
    with fakes.served(service) as base:
        heard = asked(record, base)
    assert heard.metrics["word_error_rate"]["value"] == 0.5
    assert heard.not_made == {}
    assert "1 of 2 words; world was heard as word" in capsys.readouterr().out
    (request,) = service.asked
    assert request.startswith(b"/v1/audio/transcriptions\n")
    for part in (b'name="response_format"\r\n\r\nverbose_json', b'name="timestamp_granularities[]"\r\n\r\nword'):
        assert part in request
    assert b"world" not in request  # it is asked what it hears, and not told
    assert "hello word" in heard.vtt.read_text("utf-8")
    assert json.loads((record / "words.json").read_text("utf-8"))["steps"][1]["kind"] == "other"


@pytest.mark.parametrize(
    ("endpoint", "known", "why"),
    [(False, "a", NO_SERVICE), (True, None, "the known text is not there: speech.txt among the assets")],
)
def test_what_is_not_made_has_a_reason(record: Workspace, endpoint: bool, known: str | None, why: str) -> None:
    with fakes.served(answering(GOOD)) as base:
        heard = asked(record, base if endpoint else "", known)
    assert (heard.metrics, heard.not_made) == ({}, {"word_error_rate": why})
    assert heard.vtt.read_text("utf-8").startswith("WEBVTT\n")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"<html>", "the service's answer is no transcription"),
        ([1], "not an object"),
        ({"words": []}, "it has no text"),
        ({"text": "hello"}, "it must know timestamp_granularities"),
        (b"[" * 100000, "the service's answer is no transcription"),
        ({"text": "a", "words": [{"word": "a", "start": 0, "end": 1}] * 1501}, "heard more than 1500 words"),
        ({"text": "a", "words": [{"word": MANY, "start": 0, "end": 1}] * 60}, "heard more than 1500 words"),
    ],
)
def test_an_answer_that_is_none(record: Workspace, answer: object, told: str) -> None:
    with fakes.served(answering(answer)) as base, pytest.raises(SystemExit, match=told):
        asked(record, base)


def test_what_a_service_calls_itself_is_one_line(record: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    with fakes.served(answering({**GOOD, "version": "x\n::error::\x1b[31m" + 90 * "y"})) as base:
        heard = asked(record, base)
    (name,) = re.findall("heard by (.*)", heard.metrics["word_error_rate"]["method"])
    assert name == "x ::error::\ufffd[31m" + 64 * "y"
    assert "\x1b" not in capsys.readouterr().out


def test_errors_of_the_service_and_of_the_text(record: Workspace) -> None:
    refused = answering({"error": "no such model"}, 404)
    with fakes.served(refused) as base, pytest.raises(SystemExit, match="404 Not Found: no such model"):
        asked(record, base)
    with fakes.served(answering(GOOD)) as base, pytest.raises(SystemExit, match=r"speech\.txt has 0 words"):
        asked(record, base, "...")
    with pytest.raises(SystemExit, match="is no http"):
        asked(record, "file:///etc/passwd")


def test_the_page_has_words_on_the_axis_and_nothing_of_a_note_is_markup(record: Workspace) -> None:
    fill(record)
    words = [{"word": EVIL, "start": 0.5, "end": 1.0}, {"word": "ok", "start": 1.0, "end": EVIL}]
    step = {"kind": "other", "known": EVIL, "heard": EVIL, "word": 0}
    note = {"words": words, "steps": [step], "seconds": 2.0, "wave": [EVIL, 0.5, 1], "not_made": {EVIL: EVIL}}
    (record / "words.json").write_text(json.dumps(note))
    page, summary = write(record)
    assert page.count("<script") == 1  # ours, with nothing of the run in it
    assert EVIL not in page
    reader = Reader(page)
    assert reader.tags.count("button") == 1
    assert EVIL in "".join(reader.text)
    assert summary["metrics"]["not_made"][EVIL] == EVIL


@pytest.mark.parametrize("note", [[], {"words": 3, "seconds": "x"}, {"words": [{}], "seconds": 1e9, "steps": [3]}])
def test_a_note_of_anything_else_changes_nothing(record: Workspace, note: object) -> None:
    fill(record)
    (record / "words.json").write_text(json.dumps(note))
    page, _ = write(record)
    assert "<script" not in page


@pytest.mark.skipif(
    importlib.util.find_spec("pocketsphinx") is None, reason="needs pocketsphinx: 'flowdsl[sonic-words]'"
)
def test_the_test_speech_is_understood_by_a_real_recogniser() -> None:
    from sonic_flow.local.transcriber import recogniser
    from sonic_flow.local.transcriber import transcribe as hear

    decoder = recogniser()
    answer = json.loads(hear(decoder, {"file": (ASSETS / "clear-speech.wav").read_bytes()}, "it").content)
    way = steps(plain((ASSETS / "clear-speech.txt").read_text("utf-8")), words_of(answer, answer["duration"]))
    assert error_rate(way) <= 0.125


@pytest.mark.parametrize(
    ("value", "found", "told"), [("loud", True, "there is no such speech"), ("clear", False, "needs pocketsphinx")]
)
def test_a_speech_that_is_not_there(monkeypatch: pytest.MonkeyPatch, value: str, found: bool, told: str) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if found else None)
    with pytest.raises(UsageError, match=told):
        clear_speech({"SONIC_SPEECH": value})


@pytest.mark.skipif(shutil.which("flite") is None, reason="needs flite: apt-get install flite")
def test_the_speech_is_what_its_program_makes(tmp_path: Path) -> None:
    command = [sys.executable, str(ASSETS / "make_speech.py"), str(tmp_path / "clear-speech.wav")]
    subprocess.run(command, check=True, capture_output=True)
    made, kept = ((place / "clear-speech.wav").stat().st_size for place in (tmp_path, ASSETS))
    assert abs(made - kept) < 3200  # a tenth of a second: other versions of flite differ in a few samples
