"""Reports for the tests: what tasks note, the report of it, and the page as a browser reads it."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

from flowdsl import Workspace
from sonic_flow.baseline import Baseline
from sonic_flow.judging import judge
from sonic_flow.measures import Thresholds
from sonic_flow.tasks.report import report

EVIL = "<script>alert('x')</script>\"&"
NAMES = ("fetch-source", "build-image", "run-inference", "evaluate", "gate")
TASKS = [*(f"{name}=Succeeded" for name in NAMES), "upload=None"]


class Reader(HTMLParser):
    """What a browser makes of a page: its tags, its text, and whether every tag that opens also closes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.links: list[str | None] = []
        self.cells: list[list[str]] = []  # of the tables, row by row
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]
        if tag != "meta":
            self.open.append(tag)
        if tag == "td" and self.tags[-2] == "tr":
            self.cells.append([])
        if tag == "td":
            self.cells[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self.open[-1:] == ["td"]:
            self.cells[-1][-1] += data


def measured(lse_d: float = 7.0, fid: float = 40.0) -> dict[str, Any]:
    values = {"lse_d": lse_d, "lse_c": 7.5, "fid": fid, "duration_error": 0.04}
    return {name: {"value": value, "method": "m"} for name, value in values.items()}


def fill(record: Workspace, *, passed: bool = False) -> None:
    origin = {"run": "sonic-a1", "service": "sonic 2.1"}
    before = Baseline(measured(), {}, origin)
    judged = judge(measured(lse_d=8.19, fid=30.0), Thresholds().rules(), before, {})
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


def write(
    record: Workspace, tasks: list[str] = TASKS, status: str = "Completed", run: str = "sonic-x7"
) -> tuple[str, dict[str, Any]]:
    made = report(run, "7f3-uid", status, tasks, record)
    return made.page.read_text("utf-8"), json.loads(made.summary.read_text("utf-8"))
