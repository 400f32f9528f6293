"""What people and machines see of a run."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest

from flowdsl.view import make_view
from flowdsl.view.events import (
    STATES,
    Event,
    LogLine,
    Notice,
    RunFinished,
    RunStarted,
    TaskChanged,
    TaskInfo,
    as_data,
    condition,
)
from flowdsl.view.json_lines import JsonView
from flowdsl.view.plain import WORDS, PlainView
from flowdsl.view.progress import Progress, duration

TASKS = (TaskInfo("build"), TaskInfo("test"), TaskInfo("tell", final=True))
DONE = {
    "kind": "PipelineRun",
    "metadata": {"name": "run-1"},
    "status": {
        "conditions": [{"type": "Succeeded", "status": "False", "reason": "Failed", "message": "Tasks Completed: 2"}],
        "results": [{"name": "out", "value": "a\nb"}, {"name": "many", "value": ["x"]}],
    },
}
EVENTS: list[Event] = [
    RunStarted("run-1", "ci", TASKS, "folder", time=100.0),
    Notice("no GPU here", time=100.0),
    TaskChanged("build", "queued", "run-1-build", time=100.5),
    TaskChanged("build", "running", "run-1-build", time=101.0),
    TaskChanged("build", "running", "run-1-build", step="compile", time=101.1),
    LogLine("build", "run-1-build", "compile", "compiling", time=101.2),
    TaskChanged("build", "running", "run-1-build", "ToBeRetried", attempt=1, time=102.0),
    TaskChanged("build", "failed", "run-1-build", "Failed", "step compile exited with 2", time=104.0),
    TaskChanged("test", "skipped", reason="PipelineRun was stopping", time=104.0),
    TaskChanged("tell", "succeeded", "run-1-tell", "Succeeded", "fine", time=105.0),
    RunFinished(DONE, "more in folder", time=106.0),
]


def test_plain_lines() -> None:
    out = io.StringIO()
    view = PlainView(out)
    for event in EVENTS:
        view.handle(event)
    view.close()
    assert out.getvalue() == (
        "run run-1 of ci: 3 tasks  (folder)\n"
        "note: no GPU here\n"
        "build: runs\n"
        "  [build] compiling\n"
        "build: runs (retry 1)\n"
        "build: failed after 3.0s - step compile exited with 2\n"
        "test: skipped - PipelineRun was stopping\n"
        "tell: succeeded\n"
        "run run-1 failed after 6.0s: Tasks Completed: 2\n"
        "  out = a⏎b\n"
        "  many = ['x']\n"
        "more in folder\n"
    )


HOSTILE = ("::error::x", "x\n::error::y", "\x1b[2J\x9b2J", "a ##[add-mask]b", "a\u2028::error::b\x07", "half \ud800")


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("kind", ["plain", "JSON", "live"])
def test_nothing_in_an_event_acts(kind: str, value: str) -> None:
    tasks = (TaskInfo(value, value), TaskInfo("b"))
    conditions = [{"type": "Succeeded", "status": "False", "reason": value, "message": value}]
    status = {"conditions": conditions, "results": [{"name": value, "value": value}, {"name": "b", "value": [value]}]}
    events: list[Event] = [
        RunStarted(value, value, tasks, value),
        Notice(value),
        TaskChanged(value, "running", value, value, value, step=value),
        LogLine(value, value, value, value),
        TaskChanged(value, "failed", value, value, value),
        TaskChanged("b", "skipped", reason=value),
        RunFinished({"metadata": {"name": value}, "status": status}, value),
    ]
    if kind == "live":
        text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", lambda match: "" if match[0] != "\x1b[2J" else match[0], live(events))
    else:
        out = io.StringIO()
        view = PlainView(out) if kind == "plain" else JsonView(out)
        for event in events:
            view.handle(event)
        text = out.getvalue()
        assert not re.search(r"^\s*::", text, re.MULTILINE), text
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\ud800-\udfff]", text.replace("\r", "")), repr(text)
    assert "##[" not in text


def test_plain_lines_without_logs() -> None:
    out = io.StringIO()
    PlainView(out, logs=False).handle(LogLine("a", "r", "s", "text"))
    assert out.getvalue() == ""


def test_json_is_an_event_a_line_and_ends_with_the_run() -> None:
    out = io.StringIO()
    view = JsonView(out)
    for event in EVENTS:
        view.handle(event)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["event"] for line in lines] == [type(event).__name__ for event in EVENTS]
    assert lines[0]["tasks"][2] == {"name": "tell", "final": True}
    assert lines[6] == {
        "event": "TaskChanged",
        "task": "build",
        "state": "running",
        "run": "run-1-build",
        "reason": "ToBeRetried",
        "attempt": 1,
        "time": 102.0,
    }
    assert lines[-1] == {"event": "RunFinished", "time": 106.0, "pipelineRun": DONE}


def live(events: list[Event], **size: int) -> str:
    console_module = pytest.importorskip("rich.console")
    from flowdsl.view.live import LiveView

    out = io.StringIO()
    view = LiveView(console_module.Console(file=out, force_terminal=True, width=100, **size))
    for event in events:
        view.handle(event)
    view.close()
    view.close()
    return out.getvalue()


def test_the_live_table_ends_with_every_task_and_gives_the_cursor_back() -> None:
    text = live(EVENTS)
    assert "\x1b[?25h" in text[text.rindex("\x1b[?25l") :]
    tail = text[text.rindex("\x1b[?25h") :]
    for words in ("build", "failed", "test", "skipped", "PipelineRun was stopping", "tell", "more in folder"):
        assert words in tail


def test_a_live_table_longer_than_the_screen_shows_what_tells_most() -> None:
    tasks = tuple(TaskInfo(f"t{number}") for number in range(100))
    text = live([RunStarted("r", "p", tasks), TaskChanged("t99", "running", "r-t99")], height=12)
    assert "t99" in text
    assert "… 92 more" in text


def test_text_in_events_is_no_markup() -> None:
    assert "[bold]" in live([EVENTS[0], Notice("[bold] is text"), RunFinished(DONE)])


def test_a_line_that_plays_with_the_terminal_is_flat() -> None:
    line = LogLine("build", "r", "s", "\x1b[2J\x1b[31mred\x1b[0m\r\n50%\x1b]0;title\x07 done")
    text = live([EVENTS[0], line, RunFinished(DONE)])
    assert "\\n50%\\x1b]0;title\\x07 done" in text, "a progress bar writes over itself: its last state"
    assert "\x1b[2J" not in text
    assert "\x1b]0" not in text


def test_of_several_runs_the_loudest_gives_the_state() -> None:
    progress = Progress()
    for event in (
        TaskChanged("m", "running", "m-0", time=1.0),
        TaskChanged("m", "running", "m-1", time=2.0),
        TaskChanged("m", "failed", "m-0", "Failed", "broke", time=3.0),
        TaskChanged("m", "succeeded", "m-1", time=5.0),
    ):
        progress.take(event)
    row = progress.rows["m"]
    assert (row.state, row.reason, row.message) == ("failed", "Failed", "broke")
    assert (row.started, row.ended, row.seconds(99.0)) == (1.0, 5.0, 4.0)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.44, "0.4s"), (12.2, "12s"), (59.9, "1m00s"), (185, "3m05s"), (7500, "2h05m")]
)
def test_durations_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_every_state_has_its_words() -> None:
    assert set(WORDS) == set(STATES)


@pytest.mark.parametrize(("output", "is_live", "name"), [("json", True, "JsonView"), ("text", False, "PlainView")])
def test_which_view(output: str, is_live: bool, name: str) -> None:
    assert type(make_view(output, live=is_live)).__name__ == name


def test_without_rich_a_terminal_gets_lines(monkeypatch: Any) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "rich.console", None)
    monkeypatch.delitem(sys.modules, "flowdsl.view.live", raising=False)
    assert isinstance(make_view("text", live=True), PlainView)


def test_small_readers() -> None:
    assert condition({}) == {}
    assert condition(DONE)["reason"] == "Failed"
    assert as_data(Notice("x", time=1.0)) == {"event": "Notice", "text": "x", "level": "note", "time": 1.0}


@pytest.mark.parametrize(("reason", "rest"), [("Succeeded", "Tasks"), ("Completed", "Completed: Tasks")])
def test_the_last_line_says_succeeded_once(reason: str, rest: str) -> None:
    out = io.StringIO()
    condition = {"type": "Succeeded", "status": "True", "reason": reason, "message": "Tasks Completed: 1"}
    finished = {"metadata": {"name": "run-1"}, "status": {"conditions": [condition]}}
    PlainView(out).handle(RunFinished(finished, time=9.0))
    assert out.getvalue() == f"run run-1 succeeded: {rest} Completed: 1\n"
