"""What the page shows: deliveries with their verdicts, runs with what they printed, and what is due when."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import attrs

from flowdsl.diagnostics import Finding
from flowdsl.diagnostics.escape import printed
from flowdsl.ir.types import NOTHING
from flowdsl.library.kept_runs import log_files, new_lines
from flowdsl.library.serve.children import Launcher
from flowdsl.library.serve.tables import OPEN, Tables
from flowdsl.library.serve.timetable import Timetable
from flowdsl.runner.store import RunFolder

_PAGE = 50
_DELIVERIES = (
    "SELECT id, at, source, listener, event, delivery, url, verdicts, note, body IS NOT NULL AS kept FROM deliveries"
)
_LOG = 1 << 20
"""Characters of a run's log that are shown: the last ones."""


@attrs.frozen
class Reading:
    """Reads what was kept, and says beside it what was told at the start: `notes`, and what bounds the service."""

    tables: Tables
    timetable: Timetable
    launcher: Launcher
    listeners: Sequence[str]
    notes: Sequence[Finding] = ()
    limits: Mapping[str, int] = NOTHING
    clock: Callable[[], float] = time.time

    def state(self, wanted: str = "", before: int | None = None, limit: int | None = None) -> dict[str, object]:
        """The newest deliveries with all words of a search in them, older than one of them, and what goes on."""
        words = [f"%{_literal(each)}%" for each in wanted.lower().split()[:10]]
        where = "".join(" AND words LIKE ? ESCAPE '\\'" for _ in words)
        count = min(limit or _PAGE, 500)
        rows = self.tables.rows(
            f"{_DELIVERIES} WHERE id < ?{where} ORDER BY id DESC LIMIT ?",
            before or 1 << 60, *words, count + 1,
        )  # fmt: skip
        counts = self.tables.rows("SELECT state, count(*) AS count FROM runs GROUP BY state")
        now = self.clock()
        return {
            "changes": self.tables.changes,
            "trouble": self.tables.trouble,
            "now": now,
            "listeners": [f"/{name}" for name in self.listeners],
            "schedules": self.timetable.next(now),
            "notes": [_note(each) for each in self.notes],
            "limits": dict(self.limits),
            "runs": {each["state"]: each["count"] for each in counts},
            "deliveries": [self._delivery(each) for each in rows[:count]],
            "more": len(rows) > count,
        }

    def delivery(self, number: int) -> dict[str, object] | None:
        """One delivery; None where there is none."""
        rows = self.tables.rows(f"{_DELIVERIES} WHERE id = ?", number)
        return self._delivery(rows[0]) if rows else None

    def run(self, name: str) -> dict[str, object] | None:
        """One run; None where there is none."""
        rows = self.tables.rows("SELECT * FROM runs WHERE name = ?", name)
        return self._run(rows[0]) if rows else None

    def log(self, name: str) -> bytes | None:
        """What the command of a run printed, and its steps; None where there is no such run."""
        if not self.tables.rows("SELECT 1 FROM runs WHERE name = ?", name):
            return None
        lines = [*self._of_command(name), *self._of_steps(name)]
        text = "\n".join(map(printed, lines))
        return (text if len(text) <= _LOG else f"…{text[-_LOG:]}").encode("utf-8", "backslashreplace")

    def _of_command(self, name: str) -> list[str]:
        file = self.launcher.output_of(name)
        return new_lines(RunFolder(file.parent), file, {})[-2000:]

    def _of_steps(self, name: str) -> list[str]:
        folder = RunFolder(self.launcher.runs / name)
        lines: list[str] = []
        for path in log_files(folder)[-200:]:
            lines += ["", f"[{path.relative_to(folder.path / 'work').as_posix()}]"]
            lines += new_lines(folder, path, _near_its_end(path))
        return lines

    def _delivery(self, row: sqlite3.Row) -> dict[str, object]:
        runs = self.tables.rows("SELECT * FROM runs WHERE delivery = ? ORDER BY number", row["id"])
        found = {name: row[name] for name in ("id", "at", "source", "listener", "event", "delivery", "url", "note")}
        verdicts: Sequence[Mapping[str, object]] = json.loads(row["verdicts"])
        return {**found, "again": bool(row["kept"]), "verdicts": verdicts, "runs": [self._run(each) for each in runs]}

    def _run(self, row: sqlite3.Row) -> dict[str, object]:
        named = ("name", "pipeline", "start", "state", "message", "queued", "began", "ended")
        found = {name: row[name] for name in named}
        folder = self.launcher.runs / row["name"]
        return {**found, "open": row["state"] in OPEN, "folder": str(folder) if folder.exists() else ""}


def _near_its_end(path: Path) -> dict[Path, int]:
    """Where to read a log from: no more of it than is shown."""
    return {path: max(0, path.lstat().st_size - _LOG)}


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _note(found: Finding) -> dict[str, str]:
    """What was told at the start, with its place."""
    place = f"{found.location.file}:{found.location.line}" if found.location else ""
    return {
        "code": found.code,
        "severity": found.severity.value,
        "message": found.message,
        "hint": found.hint,
        "where": place,
    }
