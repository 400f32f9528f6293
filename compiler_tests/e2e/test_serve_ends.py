"""`flowdsl serve` that ends, in all ways and at any moment: what was accepted is run once, and what had begun goes on."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from serve_process import Server, prepared, serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and /proc")
RUN = "greeting-d-1"


@pytest.fixture
def go(tmp_path: Path) -> Iterator[Callable[[], None]]:
    with prepared(tmp_path) as given:
        yield given


@pytest.fixture
def folder(tmp_path: Path, go: Callable[[], None]) -> Iterator[Path]:
    yield tmp_path
    go()
    until_none_runs(tmp_path)


def runs_in(folder: Path) -> list[int]:
    """The processes of runs, whoever started them."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (each / "cmdline").read_bytes().split(b"\0")
            if b"flowdsl" in words and b"run" in words and (each / "cwd").readlink() == folder:
                found.append(int(each.name))
    return found


def until_none_runs(folder: Path) -> None:
    for _ in range(2400):
        if not runs_in(folder):
            return
        time.sleep(0.05)
    raise AssertionError(f"runs go on: {runs_in(folder)}")


def begun(server: Server, name: str = RUN) -> str:
    """What the run's first task gave, once its second has begun."""
    server.until(lambda: server.drawn(name))
    (drawn,) = server.drawn(name)
    return drawn


@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130), (signal.SIGHUP, 0)])
def test_a_signal_ends_runs_in_order_and_the_next_serve_goes_on_with_them(
    folder: Path, go: Callable[[], None], how: signal.Signals, code: int
) -> None:
    with serving(folder, "--max-runs", "1") as first:
        assert first.push("d-1", "slow") == 202
        drawn = begun(first)
        assert first.push("d-2", "main") == 202
        assert first.states() == {RUN: "running", "greeting-d-2": "queued"}
        assert first.end(how) == code
    assert runs_in(folder) == []
    assert [(each["name"], each["state"]) for each in first.said("run")] == [(RUN, "running"), (RUN, "interrupted")]
    go()
    with serving(folder, "--max-runs", "1") as second:
        assert second.push("d-1", "slow") == 202
        second.until(lambda: second.states() == {RUN: "succeeded", "greeting-d-2": "succeeded"})
        assert second.drawn(RUN, "hello") == [drawn]  # what was done is not done again
        assert len(second.drawn("greeting-d-2", "hello")) == 1


def test_a_run_outlives_a_killed_serve_and_the_next_one_waits_for_it(folder: Path, go: Callable[[], None]) -> None:
    with serving(folder) as first:
        assert first.push("d-1", "slow") == 202
        drawn = begun(first)
        first.end(signal.SIGKILL)
    process = runs_in(folder)
    assert len(process) == 1
    with serving(folder) as second:
        assert second.push("d-1", "slow") == 202
        assert second.states() == {RUN: "running"}
        assert runs_in(folder) == process
        go()
        second.until(lambda: second.states() == {RUN: "succeeded"})
        assert second.drawn(RUN, "hello") == [drawn]
        second.until(lambda: [each["state"] for each in second.said("run")] == ["succeeded"])  # told once it is kept


def test_a_run_that_ended_while_nothing_served_is_known_to_have_ended(folder: Path, go: Callable[[], None]) -> None:
    with serving(folder) as first:
        assert first.push("d-1", "slow") == 202
        drawn = begun(first)
        first.end(signal.SIGKILL)
    go()
    until_none_runs(folder)
    with serving(folder) as second:
        assert second.states() == {RUN: "succeeded"}
        assert second.drawn(RUN, "hello") == [drawn]
        assert second.push("d-1", "slow") == 202
        second.until(lambda: second.said("delivery"))
        assert (second.said("delivery")[0]["started"], runs_in(folder)) == ([], [])


def test_a_run_that_was_killed_with_its_serve_goes_on_where_it_was(folder: Path, go: Callable[[], None]) -> None:
    with serving(folder) as first:
        assert first.push("d-1", "slow") == 202
        drawn = begun(first)
        first.end(signal.SIGKILL)
    for each in runs_in(folder):
        os.killpg(each, signal.SIGKILL)
    until_none_runs(folder)
    go()
    with serving(folder) as second:
        second.until(lambda: second.states() == {RUN: "succeeded"})
        assert second.drawn(RUN, "hello") == [drawn]


def test_what_was_accepted_and_had_not_begun_when_serve_was_killed_runs_once(folder: Path) -> None:
    wanted = {f"greeting-d-{number}": "succeeded" for number in range(3)}
    with serving(folder, "--max-runs", "1") as first:
        for number in range(3):
            assert first.push(f"d-{number}", "main") == 202
        first.process.kill()
        first.process.wait(600)
    with serving(folder, "--max-runs", "1") as second:
        second.until(lambda: second.states() == wanted)
        assert [len(second.drawn(name, "hello")) for name in wanted] == [1, 1, 1]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_events_that_come_while_it_ends_are_there_once_when_those_unanswered_come_again(
    folder: Path, how: signal.Signals
) -> None:
    """A provider delivers again what was not answered; the rest has been answered, and is there."""
    names = [f"d-{number}" for number in range(60)]

    def taken(server: Server, name: str) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return server.push(name, "main") == 202
        return False

    with serving(folder, "--max-runs", "1") as first, ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(taken, first, name) for name in names]
        assert answers[10].result()
        first.process.send_signal(how)
        answered = {name for name, each in zip(names, answers, strict=True) if each.result()}
        assert first.process.wait(600) == (0 if how is signal.SIGTERM else -how)
    assert "Traceback" not in first.output.read_text()
    assert {f"greeting-{name}" for name in answered} <= {*kept(folder)}
    with serving(folder, "--max-runs", "1") as second:
        for name in {*names} - answered:
            assert second.push(name, "main") == 202
        assert second.states().keys() == {f"greeting-{name}" for name in names}
        second.end(signal.SIGKILL)  # enough is seen: 60 runs take their time


def kept(folder: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(folder / ".flowdsl" / "serve" / "serve.db")) as base:
        return [name for (name,) in base.execute("SELECT name FROM runs")]


def test_a_second_serve_in_one_folder_is_refused_and_takes_nothing_from_the_first(folder: Path) -> None:
    with serving(folder) as first:
        command = [sys.executable, "-m", "flowdsl", "serve", "flow.py", "--port", "0"]
        second = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
        assert (second.returncode, second.stdout) == (2, "")
        assert "another `flowdsl serve` uses" in second.stderr
        # Elsewhere its events may be kept, its port is taken.
        command[-1] = str(first.port)
        third = subprocess.run(
            [*command, "--state", "other"], cwd=folder, capture_output=True, text=True, timeout=600, check=False
        )
        assert (third.returncode, "can't listen at" in third.stderr) == (2, True)
        assert first.push("d-1", "main") == 202
        first.until(lambda: first.states() == {RUN: "succeeded"})
