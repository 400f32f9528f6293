"""The report: written whatever the run left behind, in words that are true of it."""

from __future__ import annotations

import json
import re

import pytest

from flowdsl import Workspace
from sonic_flow.baseline import Baseline
from sonic_flow.judging import judge
from sonic_flow.measures import Thresholds
from sonic_flow.tests.reports import NAMES, Reader, fill, measured, write


def test_tells_statuses_measures_settings_and_the_verdict(
    record: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(record)
    page, summary = write(record)
    text = " ".join(Reader(page).text)
    for wanted in (
        "sonic-x7",
        "7f3-uid",
        "Completed",
        "stopped: lse_d",
        "did not run",
        "17.0% worse",
        "25.0% better",
        "the same",
        "8.19",
        "≤ 8.5",
        "≥ 6",
        "Baseline: run sonic-a1, model sonic 2.1.",
        "lse_d=8.19 is 17.0% worse than the baseline 7; 5% is allowed",
        "inference_steps=18: below 20",
        "smooth_motion",
        "registry/sonic@sha256:1",
        "registry/eval:1",
        "sync_confidence",
        "correlation",
        "no rule",
    ):
        assert wanted in text, wanted
    assert summary["tasks"]["upload"] == "None"
    assert summary["gaps"] == ["clip.mp4: not written"]
    assert summary["gate"]["checks"][0]["change"] == 0.17
    log = capsys.readouterr().out
    assert "run sonic-x7: Completed" in log
    assert "gate: stopped: lse_d" in log
    assert "upload           did not run" in log


def test_measures_that_were_not_made_are_one_line_and_no_row(
    record: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a baseline, and a clip that differs from it: no measure is empty, none is 0.0, none is +0.0 %."""
    made = {name: metric for name, metric in measured(fid=44.0).items() if name not in ("lse_d", "lse_c")}
    before = {name: metric for name, metric in measured().items() if name not in ("lse_d", "lse_c")}
    reasons = {"lse_d": "no weights of SyncNet", "lse_c": "no weights of SyncNet"}
    judged = judge(made, Thresholds().rules(), Baseline(before, reasons, {}), reasons)
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


def test_a_measure_that_is_missing_without_a_word_stops_and_is_called_missing(record: Workspace) -> None:
    judged = judge({}, {"fid": Thresholds().rules()["fid"]}, Baseline(measured(), {}, {}), {})
    (record / "gate.json").write_text(json.dumps({"passed": False, "verdict": "stopped", "checks": judged.checks}))
    row = Reader(write(record)[0]).cells[0]
    assert row == ["fid", "missing", "≤ 60", "40", "not compared", "not known", "fid is missing or not a number"]


def test_stands_alone(record: Workspace) -> None:
    fill(record)
    reader = Reader(write(record)[0])
    assert reader.links == []
    assert not {"script", "link", "img", "iframe"} & set(reader.tags)
    assert reader.open in ([], ["html"])


def test_a_run_that_failed_at_once_still_has_a_report(record: Workspace) -> None:
    failed = ["fetch-source=Failed", *(f"{name}=None" for name in NAMES[1:]), "upload=None"]
    page, summary = write(record, failed, "Failed")
    assert summary["gaps"] == [
        "inference.json: not written",
        "metrics.json: not written",
        "gate.json: not written",
        "clip.mp4: not written",
    ]
    text = " ".join(Reader(page).text)
    assert "did not decide" in text
    assert "inference.json: not written" in text
    assert "Measures" not in text


def test_measures_without_a_verdict_are_shown(record: Workspace) -> None:
    fill(record)
    (record / "gate.json").unlink()
    page, _ = write(record)
    text = " ".join(Reader(page).text)
    assert "8.19" in text
    assert text.count("no rule") == 5
    assert "Against it" not in text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"3",
        b"null",
        b"\xff\xfe",
        b'{"metrics": 3, "checks": 3, "warnings": 3, "settings": 3, "not_made": 3, "baseline": 3}',
        b'{"metrics": {"a": 1}, "checks": [1, {}], "warnings": [1], "settings": {"a": {}}, "passed": "x"}',
    ],
)
@pytest.mark.parametrize("name", ["inference", "metrics", "gate"])
def test_a_broken_note_leaves_a_gap_and_fails_nothing(record: Workspace, name: str, content: bytes) -> None:
    fill(record)
    (record / f"{name}.json").write_bytes(content)
    page, summary = write(record)
    assert Reader(page).open in ([], ["html"])
    assert summary["status"] == "Completed"
