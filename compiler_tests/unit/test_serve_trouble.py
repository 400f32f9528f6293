"""`flowdsl serve` where the disk is full, or the clock is wrong: nothing is lost, nothing is started twice."""

from __future__ import annotations

import contextlib
import datetime
import errno
import itertools
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from serve_support import SOURCE, Site, prepare, serving

from flowdsl.library.serve.service import ServeOptions, service
from flowdsl.library.serve.tables import NewDelivery, StorageError, Tables


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    # What could not be kept is tried again soon.
    for module in ("queue", "service"):
        monkeypatch.setattr(f"flowdsl.library.serve.{module}.AGAIN", 0.1)
    prepare(tmp_path)
    return tmp_path


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    with serving(folder) as found:
        yield found


def fill(tables: Tables) -> None:
    """Let its file grow no more, and take what it has: SQLite says then what it says on a full disk."""
    tables.rows("PRAGMA max_page_count=1")
    came = NewDelivery(at=0.0, source="request", listener="filler", body=os.urandom(1000))
    with pytest.raises(StorageError, match="full"):
        list(map(tables.keep, itertools.repeat(came, 1000)))


def free(tables: Tables) -> None:
    tables.rows("PRAGMA max_page_count=1000000")


def test_an_event_that_cant_be_kept_is_told_to_come_again(site: Site) -> None:
    fill(site.service.tables)
    for _ in range(2):
        assert site.push("d-1") == 503
    assert site.launcher.started == []
    assert "full" in site.state()["trouble"]
    free(site.service.tables)
    assert site.push("d-1") == 202
    site.until(lambda: site.state()["runs"] == {"succeeded": 1})
    assert site.state()["trouble"] == ""
    told = [each["message"] for each in site.told if each["event"] == "trouble"]
    assert (bool(told[0]), told[-1]) == (True, "")


def test_trouble_is_told_when_it_begins_and_when_it_is_over_and_not_for_each_event(tmp_path: Path) -> None:
    told: list[str | None] = []
    with contextlib.closing(Tables(tmp_path, troubled=told.append)) as tables:
        fill(tables)
        for _ in range(3):
            with pytest.raises(StorageError):
                tables.keep(NewDelivery(at=0.0, source="request", listener="more", body=os.urandom(10_000)))
        free(tables)
        for number in range(3):
            tables.dealt("nightly", float(number))
    assert len(told) == 2
    assert "full" in str(told[0])
    assert told[1] is None


def test_who_asks_from_elsewhere_is_not_told_where_things_are_kept(site: Site) -> None:
    fill(site.service.tables)
    headers = {"Content-Type": "application/json", "X-Forwarded-For": "192.0.2.1"}
    status, text, _ = site.ask("POST", "/greeting/open", b'{"name": "a"}', headers)
    assert (status, "serve.db" in text) == (503, False)


def test_runs_that_end_and_wait_while_the_disk_is_full_are_noted_and_started_later(folder: Path) -> None:
    with serving(folder, most=1) as site:
        site.launcher.hold.clear()
        for number in range(3):
            assert site.push(f"d-{number}", "refs/tags/v1") == 202
        site.until(lambda: site.state()["runs"] == {"running": 1, "queued": 2})
        site.until(lambda: site.service.queue._going)  # what it starts is noted first
        fill(site.service.tables)
        (going,) = site.service.queue._going.values()
        assert going.child is not None
        site.launcher.hold.set()
        going.child.kill()
        going.child.wait(600)
        assert site.push("d-3", "refs/tags/v1") == 503
        free(site.service.tables)
        site.until(lambda: site.state()["runs"] == {"succeeded": 3})
        assert site.launcher.started == [f"greeting-d-{number}" for number in range(3)]


def test_a_run_that_finds_no_room_for_its_files_waits(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    start, tries = site.launcher.start, []

    def full(served: object, name: str, run: object) -> subprocess.Popen[bytes]:
        tries.append(name)
        if len(tries) < 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return start(served, name, run)

    monkeypatch.setattr(site.launcher, "start", full)
    assert site.push("d-1") == 202
    site.until(lambda: site.state()["runs"] == {"succeeded": 1})
    assert tries == ["greeting-d-1"] * 3


def test_a_run_that_cant_be_started_fails_and_does_not_wait(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(served: object, name: str, run: object) -> subprocess.Popen[bytes]:
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    monkeypatch.setattr(site.launcher, "start", missing)
    assert site.push("d-1") == 202
    site.until(lambda: site.state()["runs"] == {"failed": 1})


def at(text: str) -> float:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc).timestamp()


def test_a_clock_that_was_wrong_stops_no_schedule_and_doubles_no_run(folder: Path) -> None:
    """02:30 in Shanghai is 18:30 UTC. The clock was years ahead, is put right, and is put back by an hour."""
    options = ServeOptions(port=0, state=str(folder / "state"), environment={})
    (folder / "flow.py").write_text(SOURCE.replace(', overlap="forbid", starting_deadline=7200', ""))
    with service([str(folder / "flow.py")], options, lambda _: None, lambda _: None) as found:
        tick = lambda text: found.timetable.tick(at(text))  # noqa: E731
        assert tick("2031-01-01 12:00") == []
        assert tick("2026-03-01 18:00") == []
        run = f"greeting-schedule-{int(at('2026-03-01 18:30')) // 60}"
        assert tick("2026-03-01 18:31") == [run]
        assert tick("2026-03-01 18:00") == []
        assert tick("2026-03-01 18:30") == []
        assert len(tick("2026-03-02 18:30")) == 1
        document = found.tables.rows("SELECT document FROM runs WHERE name = ?", run)[0]["document"]
        assert json.loads(document)["metadata"]["name"] == run


def test_what_is_closed_takes_nothing(tmp_path: Path) -> None:
    tables = Tables(tmp_path)
    tables.close()
    with pytest.raises(StorageError, match="it ends"):
        tables.rows("SELECT 1")
    with pytest.raises(StorageError, match="it ends"):
        tables.dealt("nightly", 1.0)
