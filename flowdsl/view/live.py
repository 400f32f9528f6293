"""A run as a live table in a terminal: each task with its state, its time and its last line."""

from __future__ import annotations

import threading
import time

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from flowdsl.diagnostics.escape import block, line, printed
from flowdsl.view.events import (
    CANCELLED,
    FAILED,
    IGNORED,
    QUEUED,
    RESTORED,
    RUNNING,
    SKIPPED,
    SUCCEEDED,
    WAITING,
    Event,
    LogLine,
    Notice,
    Planned,
    RunFinished,
    RunStarted,
    TaskChanged,
)
from flowdsl.view.plain import WORDS, summary
from flowdsl.view.planned import planned_lines
from flowdsl.view.progress import Progress, Row, duration

_STYLES = {
    WAITING: "dim",
    QUEUED: "yellow",
    RUNNING: "bold cyan",
    SUCCEEDED: "green",
    RESTORED: "green dim",
    FAILED: "bold red",
    IGNORED: "yellow",
    CANCELLED: "magenta",
    SKIPPED: "dim",
}
_SIGNS = {
    WAITING: "·",
    QUEUED: "…",
    SUCCEEDED: "✓",
    RESTORED: "↺",
    FAILED: "✗",
    IGNORED: "!",
    CANCELLED: "■",
    SKIPPED: "-",
}
_PER_SECOND = 8


class LiveView:
    """A table that stays at the bottom of the terminal while lines that matter scroll by above it."""

    def __init__(self, console: Console | None = None, *, color: bool | None = None) -> None:
        self._console = console or Console(no_color=color is False, highlight=False)
        self._progress = Progress()
        self._lock = threading.Lock()
        self._spinner = Spinner("dots", style=_STYLES[RUNNING])
        self._live: Live | None = None

    def handle(self, event: Event) -> None:
        """Take the event in; the table follows by itself."""
        with self._lock:
            self._progress.take(event)
            if isinstance(event, RunStarted) and self._live is None:
                self._live = Live(
                    console=self._console, get_renderable=self._table, refresh_per_second=_PER_SECOND, transient=True
                )
                self._live.start()
            elif isinstance(event, Notice):
                self._print(
                    Text(f"{event.level}: {block(event.text)}", "yellow" if event.level == "warning" else "dim")
                )
            elif isinstance(event, Planned):
                self._print(Text(planned_lines(event), "dim"))
            elif isinstance(event, TaskChanged) and event.state in (FAILED, IGNORED):
                name = event.run or event.task
                why = self._progress.row(event.task).said.get(event.run) or event.message or event.reason
                self._print(Text(line(f"✗ {name}: {why}"), _STYLES[event.state]))
            elif isinstance(event, LogLine):
                return
        if isinstance(event, RunFinished):
            self._finish(event)

    def close(self) -> None:
        """Take the table away."""
        live, self._live = self._live, None
        if live is not None:
            live.stop()

    def _finish(self, event: RunFinished) -> None:
        self.close()
        self._console.print(self._table(whole=True))
        self._console.print(Text(summary(event, self._progress)))

    def _print(self, text: Text) -> None:
        self._console.print(text)

    def _table(self, *, whole: bool = False) -> RenderableType:
        now = time.time()
        rows = list(self._progress.rows.values())
        room = len(rows) if whole else max(4, self._console.size.height - 4)
        shown = rows if len(rows) <= room else _most_telling(rows, room)
        table = Table(box=None, padding=(0, 1), expand=True, show_header=False)
        for width in (1, None, 14, 7):
            table.add_column(width=width, no_wrap=True)
        table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        for row in shown:
            table.add_row(*self._cells(row, now))
        done = sum(row.state not in (WAITING, QUEUED, RUNNING) for row in rows)
        head = f"{line(self._progress.name)}  {done}/{len(rows)} tasks  {duration(now - self._progress.started)}"
        more = [] if len(shown) == len(rows) else [Text(f"  … {len(rows) - len(shown)} more", "dim")]
        return Group(Text(head, "bold"), table, *more)

    def _cells(self, row: Row, now: float) -> tuple[RenderableType, ...]:
        style = _STYLES[row.state]
        sign: RenderableType = self._spinner if row.state == RUNNING else Text(_SIGNS[row.state], style)
        words = WORDS[row.state] + (f" ({row.attempt})" if row.attempt else "")
        # A copy: other threads add to it while this one, the terminal's, draws.
        ended = sum(state not in (WAITING, QUEUED, RUNNING) for state in list(row.runs.values()))
        name = row.info.name + (f" {ended}/{len(row.runs)}" if len(row.runs) > 1 else "")
        took = duration(row.seconds(now)) if row.started else ""
        told = row.reason if row.state == SKIPPED else row.last_line
        if row.state == FAILED:
            told = next(iter(row.failures()), row.message)
        return (
            sign,
            Text(line(name), style),
            Text(words, style),
            Text(took, "dim", justify="right"),
            Text(_last(told), "dim"),
        )


def _last(text: str) -> str:
    """What a line of a step ends in: a progress bar writes over itself."""
    return printed(text.rstrip("\r").rpartition("\r")[2])


def _most_telling(rows: list[Row], room: int) -> list[Row]:
    """The rows to show where not all fit: what runs and what failed first, then what comes next, in their order."""
    rank = {RUNNING: 0, FAILED: 0, CANCELLED: 1, QUEUED: 2, IGNORED: 2, WAITING: 3}
    chosen = sorted(range(len(rows)), key=lambda index: (rank.get(rows[index].state, 4), index))[:room]
    return [rows[index] for index in sorted(chosen)]
