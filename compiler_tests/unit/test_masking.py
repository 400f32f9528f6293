"""Secrets are found in whatever form they turn up, however the text comes in, and nothing else is touched."""

from __future__ import annotations

import base64
import html
import json
import urllib.parse
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.runner.masking import MASK, MaskedStream, Masker
from flowdsl.view.events import LogLine, Notice, RunFinished, RunStarted, TaskChanged

VALUE = "pä$$ w0rd'\"<&>/?+é\\x"
PEM = "-----BEGIN KEY-----\n" + "\n".join(f"{number:02d}" * 32 for number in range(17, 21)) + "\n-----END KEY-----\n"
DOCKER = json.dumps(
    {
        "auths": {
            "registry.example": {
                "username": "robot",
                "password": "tall-Horse-99",
                "auth": "cm9ib3Q6dGFsbC1Ib3JzZS05OQ==",
            }
        }
    }
)


def shown(masker: Masker, text: str) -> str:
    return masker.mask(text.encode()).decode()


WRITTEN = {
    "plain": VALUE,
    "JSON": json.dumps(VALUE),
    "JSON in UTF-8": json.dumps(VALUE, ensure_ascii=False),
    "JSON in JSON": json.dumps(json.dumps(VALUE)),
    "URL": urllib.parse.quote(VALUE, safe=""),
    "form": urllib.parse.quote_plus(VALUE),
    "HTML": html.escape(VALUE),
    "shell": VALUE.replace("'", "'\\''"),
    "base64": base64.b64encode(VALUE.encode()).decode(),
    "base64 of a line": base64.b64encode(VALUE.encode() + b"\n").decode(),
    "base64 for URLs": base64.urlsafe_b64encode(VALUE.encode()).decode().rstrip("="),
}


@pytest.mark.parametrize("form", WRITTEN)
def test_a_value_is_found_as_programs_write_it(form: str) -> None:
    masker = Masker([VALUE.encode()])
    text = shown(masker, f"<{WRITTEN[form]}>")
    assert VALUE not in text
    # What may be left of an encoded value are the bits that it shares with its neighbours.
    assert len(text.replace("***", "")) <= len('<"\\""\\>') + 4, text


@pytest.mark.parametrize("before", ["", "u", "us", "user:", "admin:"])
@pytest.mark.parametrize("after", ["", "x", ":more", "\n"])
def test_a_value_within_base64(before: str, after: str) -> None:
    value = "a-token-of-some-length"
    code = base64.b64encode((before + value + after).encode()).decode()
    left = shown(Masker([value.encode()]), f"Basic {code}").removeprefix("Basic ")
    assert "***" in left
    hidden = len(code) - len(left.replace("***", ""))
    assert hidden >= len(value) * 4 // 3 - 4, "what is left would give the value away"


@pytest.mark.parametrize("width", [64, 76])
def test_base64_that_is_broken_into_lines(width: int) -> None:
    code = base64.b64encode(PEM.encode()).decode()
    lines = "\n".join(code[at : at + width] for at in range(0, len(code), width))
    assert set(shown(Masker([PEM.encode()]), lines).split("\n")) == {"***"}


def test_a_value_of_several_lines_is_found_line_by_line() -> None:
    masker = Masker([PEM.encode()])
    assert set(shown(masker, PEM).split()) == {"***"}
    assert set(shown(masker, " ".join(PEM.splitlines())).split()) <= {"***"}
    assert "1818" not in shown(masker, json.dumps({"key": PEM}))


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (DOCKER, "tall-Horse-99"),
        (DOCKER, "cm9ib3Q6dGFsbC1Ib3JzZS05OQ=="),
        ("[default]\naws_secret_access_key = wJalr/XUtnFEMI\nregion = eu\n", "wJalr/XUtnFEMI"),
        ("users:\n- name: me\n  user:\n    token: abcdef0123\n", "abcdef0123"),
        ("export DB_PASS='top-secret-1'\nA=b\n", "top-secret-1"),
        ("https://robot:tall-Horse-99@git.example/x\n", "tall-Horse-99"),
        ("machine git.example login robot password tall-Horse-99", "tall-Horse-99"),
    ],
)
def test_the_secret_part_of_a_known_format(value: str, part: str) -> None:
    assert shown(Masker([value.encode()]), f"it is {part}!") == "it is ***!"


def test_values_that_lie_over_each_other_leave_nothing() -> None:
    masker = Masker([b"abcdef", b"defghi", b"abcdefXYZ"])
    assert shown(masker, "-abcdefghi-") == "-***-"
    assert shown(masker, "-abcdefXYZ-") == "-***-"


def test_short_values_and_other_text_stay() -> None:
    masker = Masker([b"abc", b"", b"\n\n", b"s3cret-value\n"])
    assert shown(masker, "abc s3cret-valu") == "abc s3cret-valu"
    assert not Masker([b"abc"])


def test_bytes_that_are_no_text() -> None:
    value = b"\x80\xffbinary\xfe"
    masker = Masker([value])
    assert masker.mask(b"<" + value + b">") == b"<***>"
    assert masker.text(f"<{value.decode('utf-8', 'replace')}>") == "<***>"
    assert masker.text(f"<{value.decode('utf-8', 'surrogateescape')}>") == "<***>"
    assert masker.text("\ud800 half") == "\ud800 half"


VALUES = st.lists(st.binary(min_size=4, max_size=40), min_size=1, max_size=4)


@given(VALUES, st.data())
def test_no_part_of_a_stream_gives_a_value_away(values: list[bytes], data: st.DataObject) -> None:
    """However the text is cut, what comes out is what comes of the whole text."""
    masker = Masker(values)
    filler = st.binary(max_size=10)
    pieces = data.draw(st.lists(st.one_of(filler, st.sampled_from(values)), max_size=12))
    text = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    stream = MaskedStream(masker)
    got = b"".join(stream.feed(text[a:b]) for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)) + stream.flush()
    assert got == masker.mask(text)


@pytest.mark.parametrize("count", [1, 1200])
def test_a_very_long_line_in_parts(count: int) -> None:
    """Few values are looked for one by one, many by how they begin."""
    values = [f"{number:04d}s3cret-value{number:04d}".encode() for number in range(count)]
    masker, noise = Masker(values), b"x" * 70000
    for cut in range(1, len(values[0]), 1 if count == 1 else 7):
        stream = MaskedStream(masker)
        parts = (noise, values[0][:cut], values[0][cut:], values[0], noise, noise)
        got = b"".join(stream.feed(part) for part in parts) + stream.flush()
        assert got == noise + MASK + noise + noise


def test_a_bundle_of_certificates_is_no_burden() -> None:
    bundle = "\n".join(base64.b64encode(f"line {number} of a bundle".encode() * 2).decode() for number in range(3000))
    masker = Masker([bundle.encode()])
    assert set(shown(masker, bundle).split()) == {"***"}
    assert shown(masker, "nothing of it " * 5000) == "nothing of it " * 5000


RECORD: dict[str, Any] = {
    "apiVersion": "tekton.dev/v1",
    "kind": "TaskRun",
    "metadata": {"name": "build", "labels": {"tekton.dev/pipelineTask": "build"}},
    "spec": {"params": [{"name": "build", "value": "build"}, {"name": "o", "value": {"build": "1", "name": "build"}}]},
    "status": {
        "conditions": [{"type": "Succeeded", "status": "True", "reason": "Succeeded", "message": "build it"}],
        "results": [{"name": "r", "type": "string", "value": "x build"}],
        "steps": [{"name": "build", "terminated": {"message": '[{"key":"r","value":"x build"}]'}}],
    },
}


def test_a_record_keeps_its_structure_where_a_secret_is_an_ordinary_word() -> None:
    masked = Masker([b"build", b"True", b"TaskRun"]).data(RECORD)
    assert masked["kind"] == "TaskRun"
    assert masked["metadata"] == RECORD["metadata"]
    assert masked["spec"]["params"] == [
        {"name": "build", "value": "***"},
        {"name": "o", "value": {"***": "1", "name": "***"}},
    ]
    assert masked["status"]["conditions"][0] == {**RECORD["status"]["conditions"][0], "message": "*** it"}
    assert masked["status"]["results"][0]["value"] == "x ***"
    assert "build" not in masked["status"]["steps"][0]["terminated"]["message"]


def test_what_has_nothing_to_mask_is_given_back_as_it_is() -> None:
    assert Masker([b"s3cret-value"]).data(RECORD) is RECORD
    assert Masker().data(RECORD) is RECORD


def test_events() -> None:
    masker = Masker([b"s3cret-value"])
    started = RunStarted("run", "pipeline", ())
    assert masker.event(started) is started
    line = LogLine("t", "r", "s", "text")
    assert masker.event(line) is line
    for event in (
        Notice("it is s3cret-value"),
        TaskChanged("t", "failed", message="no s3cret-value"),
        RunFinished({"status": {"results": [{"name": "r", "value": "s3cret-value"}]}}),
    ):
        assert "s3cret" not in repr(masker.event(event))
        assert "***" in repr(masker.event(event))
