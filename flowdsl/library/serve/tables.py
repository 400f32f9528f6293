"""The file in which deliveries, runs and schedules are kept: what was accepted is there after a crash."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.escape import line
from flowdsl.runner.modes import make_folder, open_file

QUEUED, RUNNING, INTERRUPTED = "queued", "running", "interrupted"
SUCCEEDED, FAILED, CANCELLED = "succeeded", "failed", "cancelled"
OPEN = (QUEUED, RUNNING, INTERRUPTED)
"""What is not over: it is never dropped."""
_KIND = 0x464C5356
"""SQLite's number for a file of this kind ("FLSV"): another program's is left alone."""
_VERSION = 1
_NAMES = 100_000
"""Names of runs that are remembered beyond the runs themselves, so that a late redelivery starts nothing."""
_BODIES = 256 * 1024 * 1024
"""Bytes of all bodies together, packed; the oldest go first."""
AGAIN = 5.0
"""Seconds until something is tried again that could not be kept."""
_TABLES = """
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, source TEXT NOT NULL, listener TEXT NOT NULL,
    event TEXT NOT NULL, delivery TEXT NOT NULL, url TEXT NOT NULL, headers TEXT NOT NULL, body BLOB,
    verdicts TEXT NOT NULL, note TEXT NOT NULL, started INTEGER NOT NULL, words TEXT NOT NULL);
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, delivery INTEGER NOT NULL,
    pipeline TEXT NOT NULL, start TEXT NOT NULL, newest_of TEXT NOT NULL, document TEXT NOT NULL, state TEXT NOT NULL,
    message TEXT NOT NULL, queued REAL NOT NULL, began REAL, ended REAL, process INTEGER NOT NULL DEFAULT 0);
CREATE INDEX runs_by_delivery ON runs (delivery);
CREATE INDEX runs_by_state ON runs (state);
CREATE TABLE names (name TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE schedules (name TEXT PRIMARY KEY, since REAL NOT NULL) WITHOUT ROWID;
"""


class StorageError(UsageError):
    """The file takes nothing now: its disk is full, or it is closed. What was asked for is as it was before."""


@attrs.frozen(kw_only=True)
class NewRun:
    """A run that something started; `newest_of` is what it ends older runs of, or ""."""

    name: str
    pipeline: str
    start: str
    document: Mapping[str, object]
    newest_of: str = ""


@attrs.frozen(kw_only=True)
class NewDelivery:
    """Something that came, or a time that was reached. `body` is None where it is not to be sent again."""

    at: float
    source: str
    listener: str
    event: str = ""
    delivery: str = ""
    url: str = "/"
    headers: Sequence[tuple[str, str]] = ()
    body: bytes | None = None
    verdicts: Sequence[Mapping[str, object]] = ()
    note: str = ""

    def words(self, names: Sequence[str]) -> str:
        """What a search looks through."""
        said = [self.source, self.listener, self.event, self.delivery, self.url, self.note, *names]
        return line(" ".join([*said, json.dumps(self.verdicts, ensure_ascii=False)])).lower()


@attrs.frozen
class Kept:
    """What was kept: the number of a delivery, which runs are new, and which names were taken before."""

    number: int
    new: tuple[str, ...]
    taken: tuple[str, ...]
    cancelled: tuple[str, ...] = ()
    """Older runs of the same branch, tag or pull request that waited, and will not run."""
    to_end: tuple[str, ...] = ()
    """And those that run, and are to be ended."""


class Tables:
    """The file, for several threads; every change is on the disk when a method returns.

    Its methods raise StorageError where the disk takes nothing; `troubled` hears when that begins, and of None when it
    is over.
    """

    def __init__(self, folder: Path, keep: int = 1000, troubled: Callable[[str | None], None] = lambda _: None) -> None:
        self.folder = folder
        self._keep = keep
        self._troubled = troubled
        self.trouble = ""
        """Why nothing can be kept at the moment; "" where all can."""
        self._closed = False
        self._lock = threading.RLock()
        self.changes = 0
        """How often anything was changed since it was opened."""
        file = folder / "serve.db"
        try:
            make_folder(folder)
            os.close(open_file(file, os.O_RDWR | os.O_NOFOLLOW))
            self._base = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=10)
            self._base.row_factory = sqlite3.Row
            try:
                self._open()
            except BaseException:
                self._base.close()
                raise
        except (sqlite3.Error, OSError) as error:
            raise UsageError(
                f"{line(file)} can't be used: {line(error)}; move it away, or name another folder: --state"
            ) from None

    def _open(self) -> None:
        base = self._base
        kind, version = (base.execute(f"PRAGMA {each}").fetchone()[0] for each in ("application_id", "user_version"))
        empty = not base.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if not empty and (kind, version) != (_KIND, _VERSION):
            raise sqlite3.DatabaseError("it is none of this version's")
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("PRAGMA synchronous=FULL")
        if empty:
            marks = f"PRAGMA application_id={_KIND}; PRAGMA user_version={_VERSION};"
            base.executescript(f"BEGIN; {_TABLES} {marks} COMMIT;")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._closed = True
            self._base.close()

    @contextlib.contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._told():
            self._base.execute("BEGIN IMMEDIATE")
            try:
                yield self._base
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:  # a full disk has ended it by itself
                    self._base.execute("ROLLBACK")
                raise
            self.changes += 1
            self._is(None)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """What SQLite says as StorageError."""
        if self._closed:
            raise StorageError("it ends")
        try:
            yield
        except sqlite3.OperationalError as error:
            why = f"{line(self.folder / 'serve.db')}: {line(error)}"
            self._is(why)
            raise StorageError(why) from None

    def _is(self, trouble: str | None) -> None:
        if (trouble or "") != self.trouble:
            self.trouble = trouble or ""
            self._troubled(trouble)

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """What a query finds."""
        with self._lock, self._told():
            return self._base.execute(query, values).fetchall()

    def keep(self, came: NewDelivery, runs: Sequence[NewRun] = ()) -> Kept:
        """Keep a delivery and the runs that it starts, whole or not at all. A run whose name was taken starts not."""
        with self._change() as base:
            new = [each for each in runs if _takes(base, each.name, came.at)]
            number = _insert(base, came, [each.name for each in new])
            cancelled: list[str] = []
            to_end: list[str] = []
            for each in new:
                if each.newest_of:
                    waiting, running = _older(base, each, came.at)
                    cancelled += waiting
                    to_end += running
                base.execute(
                    "INSERT INTO runs (name, delivery, pipeline, start, newest_of, document, state, message, queued)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, '', ?)",
                    (
                        each.name,
                        number,
                        each.pipeline,
                        each.start,
                        each.newest_of,
                        _json(each.document),
                        QUEUED,
                        came.at,
                    ),
                )
            if number % 16 == 0:
                _drop(base, self._keep)
            names = [each.name for each in new]
            taken = tuple(each.name for each in runs if each.name not in names)
            return Kept(number, tuple(names), taken, tuple(cancelled), tuple(to_end))

    def note(self, name: str, state: str, message: str = "", *, at: float = 0.0, process: int | None = None) -> None:
        """What became of a run."""
        with self._change() as base:
            base.execute("UPDATE runs SET state = ?, message = ? WHERE name = ?", (state, message, name))
            if state == RUNNING:
                began = "UPDATE runs SET began = coalesce(began, ?), process = ? WHERE name = ?"
                base.execute(began, (at, process or 0, name))
            elif state not in OPEN:
                base.execute("UPDATE runs SET ended = ? WHERE name = ?", (at, name))

    def since(self, schedule: str, now: float) -> float:
        """The time of a schedule that was last dealt with; now, where it is new."""
        rows = self.rows("SELECT since FROM schedules WHERE name = ?", schedule)
        if rows:
            return float(rows[0]["since"])
        self.dealt(schedule, now)
        return now

    def dealt(self, schedule: str, moment: float) -> None:
        """A schedule's time is dealt with."""
        with self._change() as base:
            base.execute("INSERT OR REPLACE INTO schedules VALUES (?, ?)", (schedule, moment))


def unpacked(body: bytes | None) -> bytes | None:
    """A body as it came."""
    return None if body is None else zlib.decompress(body)


def _json(document: Mapping[str, object]) -> str:
    return json.dumps(document, default=str)


def _takes(base: sqlite3.Connection, name: str, at: float) -> bool:
    return base.execute("INSERT OR IGNORE INTO names VALUES (?, ?)", (name, at)).rowcount == 1


def _insert(base: sqlite3.Connection, came: NewDelivery, names: Sequence[str]) -> int:
    body = None if came.body is None else zlib.compress(came.body, 1)
    values = (
        came.at, came.source, came.listener, came.event, came.delivery, came.url, json.dumps([*came.headers]), body,
        json.dumps([*came.verdicts]), came.note, bool(names), came.words(names),
    )  # fmt: skip
    made = base.execute(
        "INSERT INTO deliveries"
        " (at, source, listener, event, delivery, url, headers, body, verdicts, note, started, words)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    )
    return int(made.lastrowid or 0)


def _older(base: sqlite3.Connection, run: NewRun, at: float) -> tuple[list[str], list[str]]:
    """The runs that a newer one ends: those that wait are over at once, those that run are to be ended."""
    found = base.execute(
        "SELECT name, state FROM runs WHERE pipeline = ? AND newest_of = ? AND state IN (?, ?, ?)",
        (run.pipeline, run.newest_of, *OPEN),
    ).fetchall()
    waiting = [each["name"] for each in found if each["state"] != RUNNING]
    for name in waiting:
        message = f"{run.name} is newer, for the same {run.newest_of}"
        over = "UPDATE runs SET state = ?, message = ?, ended = ? WHERE name = ?"
        base.execute(over, (CANCELLED, message, at, name))
    return waiting, [each["name"] for each in found if each["state"] == RUNNING]


def _drop(base: sqlite3.Connection, keep: int) -> None:
    """Bound what is kept. What started runs and what did not are counted apart: noise drives out nothing."""
    going_on = "SELECT delivery FROM runs WHERE state IN (?, ?, ?)"
    for started in (1, 0):
        base.execute(
            "DELETE FROM deliveries WHERE started = ? AND id NOT IN"
            f" (SELECT id FROM deliveries WHERE started = ? ORDER BY id DESC LIMIT ?) AND id NOT IN ({going_on})",
            (started, started, keep, *OPEN),
        )
    base.execute("DELETE FROM runs WHERE state NOT IN (?, ?, ?) AND delivery NOT IN (SELECT id FROM deliveries)", OPEN)
    base.execute(
        "UPDATE deliveries SET body = NULL WHERE id IN (SELECT id FROM"
        " (SELECT id, sum(length(body)) OVER (ORDER BY started DESC, id DESC) AS so_far FROM deliveries"
        " WHERE body IS NOT NULL) WHERE so_far > ?)",
        (_BODIES,),
    )
    base.execute(
        "DELETE FROM names WHERE name IN (SELECT name FROM names ORDER BY at DESC LIMIT -1 OFFSET ?)"
        " AND name NOT IN (SELECT name FROM runs)",
        (_NAMES,),
    )
