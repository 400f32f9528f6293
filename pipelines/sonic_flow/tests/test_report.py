"""The report: written whatever the run left behind, and nothing in it can be markup."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sonic_flow.baseline import Baseline
from sonic_flow.judging import judge
from sonic_flow.measures import THRESHOLDS
from sonic_flow.tasks.report import report

EVIL = "<script>alert('x')</script>\"&"
NAMES = ("fetch-source", "build-image", "run-inference", "evaluate", "gate")
TASKS = [*(f"{name}=Succeeded" for name in NAMES), "upload=None"]


class Reader(HTMLParser):
    """What a browser makes of a page: its tags, its text, and whether every tag that opens also closes."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text, self.open, self.links = [], [], [], []
        self.cells = []  # of the tables, row by row
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]
        if tag != "meta":
            self.open.append(tag)
        if tag == "td" and self.tags[-2] == "tr":
            self.cells.append([])
        if tag == "td":
            self.cells[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)
        if self.open[-1:] == ["td"]:
            self.cells[-1][-1] += data


def measured(lse_d=7.0, fid=40.0):
    values = {"lse_d": lse_d, "lse_c": 7.5, "fid": fid, "duration_error": 0.04}
    return {name: {"value": value, "method": "m"} for name, value in values.items()}


@pytest.fixture
def record(tmp_path, monkeypatch):
    folder = tmp_path / "record"
    folder.mkdir()
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return folder


def fill(record, *, passed=False):
    origin = {"run": "sonic-a1", "service": "sonic 2.1"}
    before = Baseline(measured(), {}, origin)
    judged = judge(measured(lse_d=8.19, fid=30.0), THRESHOLDS, before, {})
    known = {"origin": origin, "told": before.told()}
    gate = {"passed": passed, "verdict": "stopped: lse_d", "checks": judged.checks, "not_made": {}, "baseline": known}
    inference = {
        "model": "registry/sonic@sha256:1",
        "settings": {"duration": 2.0, "inference_steps": 18, "smooth_motion": True},
        "warnings": ["inference_steps=18: below 20"],
        "speech_seconds": 2.0,
        "elapsed_seconds": 31.5,
        "peak_memory_bytes": None,
        "service": "1.2",
    }
    extra = {"sync_confidence": {"value": 3.5, "method": "correlation"}}
    metrics = {"evaluator": "registry/eval:1", "metrics": {**measured(lse_d=8.19, fid=30.0), **extra}}
    for name, content in (("inference", inference), ("metrics", metrics), ("gate", gate)):
        (record / f"{name}.json").write_text(json.dumps(content))


def write(record, tasks=TASKS, status="Completed", run="sonic-x7"):
    made = report(run, "7f3-uid", status, tasks, record)
    return made.page.read_text("utf-8"), json.loads(made.summary.read_text("utf-8"))


def test_tells_statuses_measures_settings_and_the_verdict(record, capsys):
    fill(record)
    page, summary = write(record)
    text = " ".join(Reader(page).text)
    for wanted in (
        "sonic-x7", "7f3-uid", "Completed", "stopped: lse_d", "did not run", "17.0% worse", "25.0% better", "the same", "8.19", "≤ 8.5", "≥ 6", "Baseline: run sonic-a1, model sonic 2.1.",
        "lse_d=8.19 is 17.0% worse than the baseline 7; 5% is allowed", "inference_steps=18: below 20", "smooth_motion",
        "registry/sonic@sha256:1", "registry/eval:1", "sync_confidence", "correlation", "no rule",
    ):  # fmt: skip
        assert wanted in text, wanted
    assert summary["tasks"]["upload"] == "None"
    assert summary["gaps"] == ["clip.mp4: not written"]
    assert summary["gate"]["checks"][0]["change"] == 0.17
    log = capsys.readouterr().out
    assert "run sonic-x7: Completed" in log
    assert "gate: stopped: lse_d" in log
    assert "upload           did not run" in log


def test_measures_that_were_not_made_are_one_line_and_no_row(record, capsys):
    """With a baseline, and a clip that differs from it: no measure is empty, none is 0.0, none is +0.0 %."""
    made = {name: metric for name, metric in measured(fid=44.0).items() if name not in ("lse_d", "lse_c")}
    before = {name: metric for name, metric in measured().items() if name not in ("lse_d", "lse_c")}
    reasons = {"lse_d": "no weights of SyncNet", "lse_c": "no weights of SyncNet"}
    judged = judge(made, THRESHOLDS, Baseline(before, reasons, {}), reasons)
    known = {"origin": {}, "told": "its origin is not noted"}
    gate = {"passed": True, "verdict": "passed", "checks": judged.checks, "not_made": reasons, "baseline": known}
    (record / "gate.json").write_text(json.dumps(gate))
    (record / "metrics.json").write_text(json.dumps({"metrics": made, "not_made": reasons}))
    page, _ = write(record)
    cells = Reader(page).cells
    assert cells[0] == ["fid", "44", "≤ 60", "40", "10.0% worse", "m", "ok"]
    assert cells[1] == ["duration_error", "0.04", "≤ 0.5", "0.04", "the same", "m", "ok"]
    assert all(text.strip() for row in cells for text in row)
    log = capsys.readouterr().out
    for told in (page, log):
        assert told.lower().count("not made: lse_d, lse_c (no weights of syncnet)") == 1
        assert told.count("lse_d") == 1
        assert not re.search(r"(?<![0-9])0\.0 ?%", told)
    assert "fid                44, 10.0% worse" in log


def test_a_measure_that_is_missing_without_a_word_stops_and_is_called_missing(record):
    judged = judge({}, {"fid": THRESHOLDS["fid"]}, Baseline(measured(), {}, {}), {})
    (record / "gate.json").write_text(json.dumps({"passed": False, "verdict": "stopped", "checks": judged.checks}))
    row = Reader(write(record)[0]).cells[0]
    assert row == ["fid", "missing", "≤ 60", "40", "not compared", "not known", "fid is missing or not a number"]


def test_stands_alone(record):
    fill(record)
    reader = Reader(write(record)[0])
    assert reader.links == []
    assert not {"script", "link", "img", "iframe"} & set(reader.tags)
    assert reader.open in ([], ["html"])


def test_a_run_that_failed_at_once_still_has_a_report(record):
    failed = ["fetch-source=Failed", *(f"{name}=None" for name in NAMES[1:]), "upload=None"]
    page, summary = write(record, failed, "Failed")
    assert summary["gaps"] == ["inference.json: not written", "metrics.json: not written", "gate.json: not written", "clip.mp4: not written"]  # fmt: skip
    text = " ".join(Reader(page).text)
    assert "did not decide" in text
    assert "inference.json: not written" in text
    assert "Measures" not in text


def test_measures_without_a_verdict_are_shown(record):
    fill(record)
    (record / "gate.json").unlink()
    page, _ = write(record)
    text = " ".join(Reader(page).text)
    assert "8.19" in text
    assert text.count("no rule") == 5
    assert "Against it" not in text


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"3", b"null", b"\xff\xfe", b'{"metrics": 3, "checks": 3, "warnings": 3, "settings": 3, "not_made": 3, "baseline": 3}',
     b'{"metrics": {"a": 1}, "checks": [1, {}], "warnings": [1], "settings": {"a": {}}, "passed": "x"}'],
)  # fmt: skip
@pytest.mark.parametrize("name", ["inference", "metrics", "gate"])
def test_a_broken_note_leaves_a_gap_and_fails_nothing(record, name, content):
    fill(record)
    (record / f"{name}.json").write_bytes(content)
    page, summary = write(record)
    assert Reader(page).open in ([], ["html"])
    assert summary["status"] == "Completed"


def test_text_from_a_run_is_never_markup(record):
    notes = {
        "inference": {
            "model": EVIL, "warnings": [EVIL], "settings": {EVIL: EVIL}, "service": EVIL, "speech_seconds": EVIL,
        },
        "metrics": {"evaluator": EVIL, "metrics": {EVIL: {"value": EVIL, "method": EVIL}}, "not_made": {EVIL: EVIL}},
        "gate": {
            "passed": EVIL and False, "verdict": EVIL, "baseline": {"told": EVIL},
            "checks": [{"metric": EVIL, "limit": EVIL, "baseline": EVIL, "difference": EVIL, "reason": EVIL}],
        },
    }  # fmt: skip
    for name, content in notes.items():
        (record / f"{name}.json").write_text(json.dumps(content))
    page, _ = write(record, [f"{EVIL}={EVIL}"], EVIL, EVIL)
    assert "<script" not in page
    reader = Reader(page)
    assert "script" not in reader.tags
    assert "".join(reader.text).count(EVIL) >= 17


def test_a_status_is_coloured_by_a_class_of_ours(record):
    page, _ = write(record, ["a=Failed", "b=Succeeded", "c=None", "d=Surprise onclick=x"], "Failed")
    assert "<td class=bad>Failed</td>" in page
    assert "<td class=good>Succeeded</td>" in page
    assert "<td class=none>did not run</td>" in page
    assert "<td class=none>Surprise onclick=x</td>" in page


def evaluation(**changes):
    jpeg = base64.b64encode(b"\xff\xd8\xff picture").decode()
    frames = [{"seconds": 0.0, "jpeg": jpeg}, {"seconds": 1.25, "jpeg": jpeg}]
    curves = {"fps": 25, "mouth": [0, 0.5, 1.0], "sound": [0, 0.25, 1.0]}
    return {"version": "evaluator-9", "frames": frames, "curves": curves, **changes}


def test_the_clip_its_pictures_and_its_curves_are_in_the_page(record):
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
def test_an_evaluator_may_add_nothing_or_nonsense(record, changes):
    fill(record)
    (record / "evaluation.json").write_text(json.dumps(evaluation(**changes)))
    page, _ = write(record)
    assert "<polyline" not in page
    assert "<script" not in page


def test_a_clip_that_is_too_large_for_a_page_is_told(record, monkeypatch):
    fill(record)
    (record / "clip.mp4").write_bytes(b"x" * 1000)
    monkeypatch.setattr("sonic_flow.notes.EMBEDDED", 999)
    page, summary = write(record)
    assert summary["gaps"] == ["clip.mp4: 1000 bytes are too many for a page"]
    assert "<video" not in page


def test_a_stand_in_is_called_one(record):
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
KEYS = ("passed", "verdict", "checks", "metrics", "not_made", "baseline", "origin", "warnings", "service", "sha256", "settings", "curves", "frames",
        "peak_memory_bytes", "elapsed_seconds", "version", "evaluator")  # fmt: skip
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
def test_any_note_gives_a_page(record, capsys, inference, metrics, gate, evaluation):
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
def test_a_broken_note_leaves_a_gap(record, name, content, told, capsys):
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
def test_what_is_no_plain_file_is_a_gap_and_stops_nothing(record, tmp_path, name, kind):
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
