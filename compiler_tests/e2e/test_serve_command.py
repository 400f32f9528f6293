"""`flowdsl serve` as a user has it: a process that runs what starts, is ended in all ways, and forgets nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from serve_process import prepared, serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and /proc")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with prepared(tmp_path):
        yield tmp_path


def test_a_signed_push_runs_and_the_page_shows_it(folder: Path) -> None:
    with serving(folder) as server:
        assert server.push("d-1", "main") == 202
        server.until(lambda: server.states() == {"greeting-d-1": "succeeded"})
        assert b"hello main" in server.ask("GET", "/-/runs/greeting-d-1/log")[1]
        assert b"<title>flowdsl serve</title>" in server.ask("GET", "/")[1]
        assert server.end(signal.SIGINT) == 130
        assert [each["state"] for each in server.said("run")] == ["running", "succeeded"]
    assert (folder / ".flowdsl" / ".gitignore").read_text() == "*\n"


def test_yaml_is_served_as_the_python_that_it_comes_from(folder: Path) -> None:
    command = [sys.executable, "-m", "flowdsl", "compile", "flow.py", "--events", "triggers", "--namespace", "ci"]
    subprocess.run(command, cwd=folder, check=True, timeout=600)
    with serving(folder, "flow.triggers.yaml") as server:
        assert server.push("d-1", "main") == 202
        server.until(lambda: server.states() == {"greeting-d-1": "succeeded"})
        assert server.end(signal.SIGTERM) == 0
    # In the folder of both, the Python file is meant.
    with serving(folder, ".") as server:
        assert server.push("d-1", "main") == 202
        assert server.push("d-2", "main") == 202
        server.until(lambda: server.states()["greeting-d-2"] == "succeeded")


def test_the_end_of_its_terminal_ends_the_runs_as_a_signal_does(folder: Path) -> None:
    with serving(folder) as server:
        assert server.push("d-1", "slow") == 202
        server.until(lambda: b"begun slow" in server.ask("GET", "/-/runs/greeting-d-1/log")[1])
        assert server.end(signal.SIGHUP) == 0
        assert [each["state"] for each in server.said("run")] == ["running", "interrupted"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "Missing argument"),
        (("missing.py",), 2, "missing.py"),
        (("flow.py", "--host", "nowhere.example"), 2, "--host takes an address"),
        (("flow.py", "--secret-file", "greeting-webhook"), 2, "NAME=FILE"),
        (("plain.py",), 1, "FLOW397"),
        (("wrong.py",), 1, "FLOW080"),
    ],
)
def test_what_cant_be_served_ends_at_once(folder: Path, words: tuple[str, ...], code: int, said: str) -> None:
    source = (folder / "flow.py").read_text()
    plain = source.replace('on=[push(["main", "slow*"], params={"branch": event.branch})], ', "")
    (folder / "plain.py").write_text(plain)
    (folder / "wrong.py").write_text("def :\n")
    command = [sys.executable, "-m", "flowdsl", "serve", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
