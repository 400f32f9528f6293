"""The report of notes that hold anything: nothing in it can be markup, and nothing stops it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowdsl import Workspace
from sonic_flow.tasks.report import report
from sonic_flow.tests.reports import EVIL, TASKS, Reader, fill, write


def test_text_from_a_run_is_never_markup(record: Workspace) -> None:
    notes = {
        "inference": {
            "model": EVIL,
            "warnings": [EVIL],
            "settings": {EVIL: EVIL},
            "service": EVIL,
            "speech_seconds": EVIL,
        },
        "metrics": {"evaluator": EVIL, "metrics": {EVIL: {"value": EVIL, "method": EVIL}}, "not_made": {EVIL: EVIL}},
        "gate": {
            "passed": EVIL and False,
            "verdict": EVIL,
            "baseline": {"told": EVIL},
            "checks": [{"metric": EVIL, "limit": EVIL, "baseline": EVIL, "difference": EVIL, "reason": EVIL}],
        },
    }
    for name, content in notes.items():
        (record / f"{name}.json").write_text(json.dumps(content))
    page, _ = write(record, [f"{EVIL}={EVIL}"], EVIL, EVIL)
    assert "<script" not in page
    reader = Reader(page)
    assert "script" not in reader.tags
    assert "".join(reader.text).count(EVIL) >= 17


def test_a_status_is_coloured_by_a_class_of_ours(record: Workspace) -> None:
    page, _ = write(record, ["a=Failed", "b=Succeeded", "c=None", "d=Surprise onclick=x"], "Failed")
    assert "<td class=bad>Failed</td>" in page
    assert "<td class=good>Succeeded</td>" in page
    assert "<td class=none>did not run</td>" in page
    assert "<td class=none>Surprise onclick=x</td>" in page


def evaluation(**changes: object) -> dict[str, Any]:
    jpeg = base64.b64encode(b"\xff\xd8\xff picture").decode()
    frames = [{"seconds": 0.0, "jpeg": jpeg}, {"seconds": 1.25, "jpeg": jpeg}]
    curves = {"fps": 25, "mouth": [0, 0.5, 1.0], "sound": [0, 0.25, 1.0]}
    return {"version": "evaluator-9", "frames": frames, "curves": curves, **changes}


def test_the_clip_its_pictures_and_its_curves_are_in_the_page(record: Workspace) -> None:
    fill(record)
    (record / "clip.mp4").write_bytes(b"\0\0\0\x18ftyp clip")
    (record / "evaluation.json").write_text(json.dumps(evaluation()))
    page, summary = write(record)
    digest = hashlib.sha256(b"\0\0\0\x18ftyp clip").hexdigest()
    assert summary["clip"] == {"bytes": 13, "sha256": digest}
    assert summary["gaps"] == []
    assert base64.b64encode(b"\0\0\0\x18ftyp clip").decode() in page
    assert page.count("<figure>") == 2
    assert page.count("<polyline") == 2
    text = " ".join(Reader(page).text)
    for wanted in ("evaluator-9", digest, "1.25 s", "mouth, how open"):
        assert wanted in text, wanted


@pytest.mark.parametrize(
    "changes",
    [
        {"frames": None, "curves": None},
        {"frames": [{"jpeg": '"><script>', "seconds": "<b>"}, 3, {}], "curves": {"fps": "25", "mouth": [1, 2]}},
        {"frames": "x", "curves": {"fps": 0, "mouth": [0, 1], "sound": [0, 1]}},
        {"frames": [], "curves": {"fps": 25, "mouth": [None, "a"], "sound": [True, 1e400]}},
    ],
)
def test_an_evaluator_may_add_nothing_or_nonsense(record: Workspace, changes: dict[str, Any]) -> None:
    fill(record)
    (record / "evaluation.json").write_text(json.dumps(evaluation(**changes)))
    page, _ = write(record)
    assert "<polyline" not in page
    assert "<script" not in page


def test_a_clip_that_is_too_large_for_a_page_is_told(record: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(record)
    (record / "clip.mp4").write_bytes(b"x" * 1000)
    monkeypatch.setattr("sonic_flow.notes.EMBEDDED", 999)
    page, summary = write(record)
    assert summary["gaps"] == ["clip.mp4: 1000 bytes are too many for a page"]
    assert "<video" not in page


def test_a_stand_in_is_called_one(record: Workspace) -> None:
    fill(record)
    assert "not made by Sonic" not in write(record)[0]
    noted = json.loads((record / "inference.json").read_text())
    (record / "inference.json").write_text(json.dumps({**noted, "service": "reference-1.0 (stand-in: <warping>)"}))
    page, _ = write(record)
    assert "This clip was not made by Sonic. It comes from reference-1.0 (stand-in: &lt;warping&gt;)." in page


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
KEYS = (
    "passed",
    "verdict",
    "checks",
    "metrics",
    "not_made",
    "baseline",
    "origin",
    "warnings",
    "service",
    "sha256",
    "settings",
    "curves",
    "frames",
    "peak_memory_bytes",
    "elapsed_seconds",
    "version",
    "evaluator",
)
NOTE = st.dictionaries(st.sampled_from(KEYS), ANY)
CHECK = st.dictionaries(
    st.sampled_from(["metric", "better", "limit", "baseline", "change", "difference", "reason", "value"]), ANY
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    inference=NOTE,
    metrics=NOTE | st.fixed_dictionaries({"metrics": st.dictionaries(st.text(max_size=6), ANY, max_size=3)}),
    gate=NOTE | st.fixed_dictionaries({"checks": st.lists(CHECK | ANY, max_size=3), "passed": ANY}),
    evaluation=NOTE
    | st.fixed_dictionaries(
        {
            "curves": st.fixed_dictionaries(
                {"fps": ANY, "mouth": st.lists(ANY), "sound": st.lists(st.floats(), min_size=2)}
            )
        }
    ),
)
def test_any_note_gives_a_page(
    record: Workspace,
    capsys: pytest.CaptureFixture[str],
    inference: dict[str, Any],
    metrics: dict[str, Any],
    gate: dict[str, Any],
    evaluation: dict[str, Any],
) -> None:
    for name, note in (("inference", inference), ("metrics", metrics), ("gate", gate), ("evaluation", evaluation)):
        (record / f"{name}.json").write_text(json.dumps(note))
    made = report("r", "u", "Failed", TASKS, record)
    Reader(made.page.read_text("utf-8"))
    json.loads(made.summary.read_text("utf-8"), parse_constant=pytest.fail)
    assert all(line.isprintable() for line in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[" * 100_000, "unreadable"),
        (b'{"warnings": ' + b"[" * 500 + b"]" * 500 + b"}", ""),
        (b'{"verdict": "\\ud800", "passed": [1]}', ""),
        (
            b'{"verdict": "\\u001b[2J\\n::error::x", "checks": [{"change": 1e999, "reason": {}, "metric": {"a": 1}}]}',
            "",
        ),
        (b'{"peak_memory_bytes": ' + b"9" * 4000 + b', "elapsed_seconds": -1e400}', ""),
        (b'{"peak_memory_bytes": ' + b"9" * 5000 + b"}", "unreadable"),
        (b"\xff\xfe", "unreadable"),
        (b"\0", "unreadable"),
        (b"[1]", "not an object"),
        (b'{"a": "' + b"x" * (9 << 20) + b'"}', "more than"),
    ],
)
@pytest.mark.parametrize("name", ["inference", "metrics", "gate"])
def test_a_broken_note_leaves_a_gap(
    record: Workspace, name: str, content: bytes, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(record)
    (record / f"{name}.json").write_bytes(content)
    made = report("r", "u", "Failed", TASKS, record)
    Reader(made.page.read_text("utf-8"))
    gaps = json.loads(made.summary.read_text("utf-8"))["gaps"]
    assert [gap for gap in gaps if gap.startswith(name)] == [gap for gap in gaps if told and told in gap]
    assert not told or any(told in gap for gap in gaps)
    out = capsys.readouterr().out
    assert all(line.isprintable() for line in out.splitlines())
    assert not any(line.startswith("::") for line in out.splitlines())


@pytest.mark.parametrize("name", ["gate.json", "clip.mp4"])
@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_what_is_no_plain_file_is_a_gap_and_stops_nothing(
    record: Workspace, tmp_path: Path, name: str, kind: str
) -> None:
    fill(record)
    place = record / name
    place.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "link":
        (tmp_path / "secret").write_text('{"verdict": "of another"}')
        place.symlink_to(tmp_path / "secret")
    else:
        place.mkdir()
    made = report("r", "u", "Failed", TASKS, record)
    assert any(gap.startswith(name) for gap in json.loads(made.summary.read_text("utf-8"))["gaps"])
    assert "of another" not in made.page.read_text("utf-8")
