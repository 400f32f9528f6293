"""The runs that wait: each is started when the machine has room for it, looked after, and noted when it is over."""

from __future__ import annotations

import contextlib
import errno
import json
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Sequence

import attrs

from flowdsl.diagnostics.escape import block, line
from flowdsl.library.serve.children import Launcher, end, end_group, is_run
from flowdsl.library.serve.deliveries import Told
from flowdsl.library.serve.lanes import Lanes, Waiting
from flowdsl.library.serve.served import Served
from flowdsl.library.serve.tables import (
    AGAIN,
    CANCELLED,
    FAILED,
    INTERRUPTED,
    OPEN,
    QUEUED,
    RUNNING,
    Kept,
    StorageError,
    Tables,
)
from flowdsl.runner.pipelinerun.budget import Budget, Resources

_LOOK = 0.2
"""Seconds between two looks at what runs."""
_FULL = (errno.ENOSPC, errno.EDQUOT)
_GRACE = 20.0
"""Seconds that runs have for their end before they are killed."""
_RUNS = "SELECT runs.*, listener FROM runs JOIN deliveries ON deliveries.id = runs.delivery"
"""Runs, each with the listener or the schedule that started it."""


@attrs.define
class _Going:
    """A run that goes on; `child` is None for one that an earlier process of ours started."""

    name: str
    needs: Resources
    child: subprocess.Popen[bytes] | None
    process: int


@attrs.define
class Queue:
    """Runs what waits, in order of arrival; one thread calls `work`, any the rest."""

    served: Sequence[Served]
    tables: Tables
    launcher: Launcher
    told: Told
    room: Resources
    most: int
    clock: Callable[[], float] = time.time
    _budget: Budget[str] = attrs.field(init=False)
    _lanes: Lanes = attrs.field(factory=Lanes, init=False)
    _going: dict[str, _Going] = attrs.field(factory=dict, init=False)
    _newest: int = attrs.field(default=0, init=False)
    _asked: set[str] = attrs.field(factory=set, init=False)
    _ending: set[str] = attrs.field(factory=set, init=False)
    _wake: threading.Event = attrs.field(factory=threading.Event, init=False)
    _stopping: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._budget = Budget(self.room, self.most)

    def recover(self) -> None:
        """After a restart: what ran then is over, runs still, or is gone on with."""
        for row in self.tables.rows(f"{_RUNS} WHERE state IN (?, ?)", RUNNING, INTERRUPTED):
            name = row["name"]
            state, message = self.launcher.became(name)
            if state == RUNNING or is_run(row["process"], name):
                self._adopt(row)
            elif self.launcher.is_over(name) and (row["state"], state) != (INTERRUPTED, CANCELLED):
                self._over(name, state, message)
            else:
                self._note(name, QUEUED, "it was interrupted, and is gone on with")
        newer = "SELECT 1 FROM runs WHERE pipeline = old.pipeline AND newest_of = old.newest_of AND number > old.number"
        old = f"SELECT name FROM runs AS old WHERE newest_of != '' AND state IN (?, ?, ?) AND EXISTS ({newer})"
        for row in self.tables.rows(old, *OPEN):
            self.cancel(row["name"])

    def changed(self, kept: Kept) -> None:
        """Something was kept: look at what waits, and end what a newer run is in the place of."""
        for name in kept.cancelled:
            self.told({"event": "run", "name": name, "state": CANCELLED})
        for name in kept.to_end:
            self.cancel(name)
        self._wake.set()

    def cancel(self, name: str) -> bool:
        """End a run: one that waits is over at once, one that runs is cancelled and its `finally` tasks run."""
        rows = self.tables.rows("SELECT state FROM runs WHERE name = ?", name)
        if not rows or rows[0]["state"] not in OPEN:
            return False
        self._asked.add(name)
        self._ending.add(name)
        self._wake.set()
        return True

    def work(self) -> None:
        """Start and look after runs until `stop`."""
        while not self._stopping:
            try:
                self.look()
                pause = _LOOK if self._going or self._ending else None
            except StorageError:  # what could not be noted is done once more
                pause = AGAIN
            self._wake.wait(pause)
            self._wake.clear()

    def look(self) -> None:
        """One look: what is over is noted, what was asked to end is told so, what has room begins."""
        for each in [*self._going.values()]:
            self._look_at(each)
        for name in [*self._ending]:
            self._end(name)
        self._add_new()
        while begun := self._budget.start():  # one that is not to begin after all leaves room for the next
            for number, (name, needs) in enumerate(begun):
                try:
                    self._start(name, needs)
                except StorageError:
                    self._put_back(begun[number:])
                    raise

    def _put_back(self, begun: Sequence[tuple[str, Resources]]) -> None:
        """These wait again, after those that do."""
        for name, needs in begun:
            self._budget.release(needs)
            self._budget.add(name, needs)

    def stop(self) -> None:
        """Begin nothing more; `work` ends."""
        self._stopping = True
        self._wake.set()

    def end_all(self, hurried: Callable[[], bool] = lambda: False) -> None:
        """End what runs, for this process ends; a later one goes on with it. Once more where it is `hurried`."""
        mine = [each for each in self._going.values() if each.child is not None]
        for each in mine:
            end(each.process)
        until, again = time.monotonic() + _GRACE, False
        while any(each.child is not None and each.child.poll() is None for each in mine):
            if time.monotonic() > until or (again and hurried()):
                break
            if not again and (hurried() or time.monotonic() > until - _GRACE / 2):
                again, until = True, time.monotonic() + _GRACE / 2
                for each in mine:
                    end(each.process)
            time.sleep(0.05)
        for each in mine:
            with contextlib.suppress(StorageError):  # it is found as one that ran
                self._ended(each)

    def _ended(self, each: _Going) -> None:
        assert each.child is not None
        if each.child.poll() is None:
            end_group(each.process)
            each.child.wait()
        state, message = self.launcher.became(each.name)
        if state in (CANCELLED, RUNNING) or not self.launcher.is_over(each.name):
            asked = each.name in self._asked
            state, message = (CANCELLED, message) if asked else (INTERRUPTED, "it goes on when this is served again")
        if state == INTERRUPTED:
            self._note(each.name, state, message)
        else:
            self._over(each.name, state, message)

    def _add_new(self) -> None:
        query = f"{_RUNS} WHERE state = ? AND number > ? ORDER BY number"
        for row in self.tables.rows(query, QUEUED, self._newest):
            self._newest = row["number"]
            run = Waiting(row["name"], self._needs(row))
            self._let_in(self._lanes.enter(row["pipeline"], self._most_of(row), run))

    def _let_in(self, runs: Sequence[Waiting]) -> None:
        """These wait for room alone."""
        for each in runs:
            self._budget.add(each.name, each.needs)

    def _needs(self, row: sqlite3.Row) -> Resources:
        served = self._served_for(row)
        return served.needs(json.loads(row["document"])) if served is not None else Resources()

    def _most_of(self, row: sqlite3.Row) -> int:
        served = self._served_for(row)
        return served.most_at_once(json.loads(row["document"])) if served is not None else 0

    def _served_for(self, row: sqlite3.Row) -> Served | None:
        """What has the listener or schedule that started a run; None where that is served no longer."""
        return next((each for each in self.served if row["listener"] in each.names()), None)

    def _start(self, name: str, needs: Resources) -> None:
        (row,) = self.tables.rows(f"{_RUNS} WHERE name = ?", name)
        # One that the disk was too full for may be noted as running.
        if row["state"] not in (QUEUED, RUNNING) or name in self._ending:
            self._budget.release(needs)
            self._let_in(self._lanes.leave(name))
            return
        self._note(name, RUNNING)
        try:
            child = self.launcher.start(self._served_for(row), name, json.loads(row["document"]))
        except OSError as error:
            if error.errno in _FULL:
                self._note(name, QUEUED, f"it waits: {line(error)}")
                raise StorageError(line(error)) from None
            self._over(name, FAILED, f"it can't be started: {line(error)}")
            self._budget.release(needs)
            return
        self._going[name] = _Going(name, needs, child, child.pid)
        with contextlib.suppress(StorageError):  # its folder says, too, that it goes on
            self.tables.note(name, RUNNING, at=self.clock(), process=child.pid)

    def _adopt(self, row: sqlite3.Row) -> None:
        """A run that goes on from before: it takes its room, and is waited for."""
        needs = self._needs(row).within(self.room)
        self._budget.used = self._budget.used.plus(needs)
        self._budget.running += 1
        self._lanes.take(row["pipeline"], self._most_of(row), row["name"])
        self._going[row["name"]] = _Going(row["name"], needs, None, row["process"])

    def _look_at(self, each: _Going) -> None:
        if each.child.poll() is None if each.child is not None else is_run(each.process, each.name):
            return
        state, message = self.launcher.became(each.name)
        if state == RUNNING:  # another process has it: its end is waited for
            each.child = None
            return
        self._over(each.name, state, message)
        self._budget.release(each.needs)
        del self._going[each.name]

    def _end(self, name: str) -> None:
        going = self._going.get(name)
        if going is None:
            self._budget.withdraw(lambda each: each == name)
            rows = self.tables.rows("SELECT state FROM runs WHERE name = ?", name)
            if rows[0]["state"] in OPEN:
                self._over(name, CANCELLED, "it was cancelled before it began")
            self._let_in(self._lanes.leave(name))
        elif going.child is not None or is_run(going.process, name):
            end(going.process)
        self._ending.discard(name)

    def _note(self, name: str, state: str, message: str = "") -> None:
        self.tables.note(name, state, block(message), at=self.clock())
        self.told({"event": "run", "name": name, "state": state})

    def _over(self, name: str, state: str, message: str) -> None:
        self._note(name, state, message[:4000])
        self._asked.discard(name)
        self.launcher.clean(name)
        self._let_in(self._lanes.leave(name))
