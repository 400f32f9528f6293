"""A run in a notebook: a table that follows it, in the output of the cell that started it."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module

from flowdsl.view.events import FAILED, SKIPPED, Event, Notice, RunFinished, RunStarted, condition
from flowdsl.view.html import TaskRow, run_html, text_html
from flowdsl.view.progress import Progress, Row, duration

_EVERY = 0.25  # seconds between two pictures of the same run


def in_notebook() -> Callable[[Event], None] | None:
    """What shows events in the notebook that this process is the kernel of; None where it is none."""
    module = sys.modules.get("IPython")
    shell = getattr(module, "get_ipython", lambda: None)()
    if getattr(shell, "kernel", None) is None:
        return None
    output = import_module("IPython.display")  # it is there, and no dependency of ours
    handle = output.display(output.HTML(""), display_id=True)
    return NotebookView(lambda html: handle.update(output.HTML(html))).handle


class NotebookView:
    """Keeps a table up to date; `show` is given the HTML that stands for what it was given before."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._progress = Progress()
        self._notices: list[str] = []
        self._lock = threading.Lock()
        self._shown = 0.0

    def handle(self, event: Event) -> None:
        """Take the event in, from any thread."""
        with self._lock:
            self._progress.take(event)
            if isinstance(event, Notice):
                self._notices.append(f"{event.level}: {event.text}")
            must = isinstance(event, (RunStarted, RunFinished, Notice))
            if not must and time.monotonic() - self._shown < _EVERY:
                return  # a later event shows it, too; the last one shows all
            self._shown = time.monotonic()
            self._show(self._html(event))

    def _html(self, event: Event) -> str:
        state = "running"
        if isinstance(event, RunFinished):
            state = str(condition(event.pipeline_run).get("reason") or "ended")
        now = time.time()
        table = run_html(self._progress.name, state, [_shown(row, now) for row in self._progress.rows.values()])
        return table + (text_html("\n".join(self._notices)) if self._notices else "")


def _shown(row: Row, now: float) -> TaskRow:
    told = row.reason if row.state == SKIPPED else row.last_line
    if row.state == FAILED:
        told = next(iter(row.failures()), row.message)
    return TaskRow(row.info.name, row.state, duration(row.seconds(now)) if row.started else "", told)
