"""pip, uv and engines are bounded in time, and end with all that they have started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flowdsl.packages import programs
from flowdsl.packages.tools import Tool, ToolError

ROOT = Path(__file__).parents[2]
# Starts a child that would outlive it, says both ids, and stays; `$0` is where.
STAYS = """echo $$ > "$1/own.tmp"; sleep 600 & echo $! > "$1/child.tmp"
mv "$1/own.tmp" "$1/own"; mv "$1/child.tmp" "$1/child"; wait"""
PATIENCE = 60


def pid_of(folder: Path, name: str) -> int:
    end = time.monotonic() + PATIENCE
    while not (folder / name).exists():
        assert time.monotonic() < end, f"{name} never started"
        time.sleep(0.05)
    return int((folder / name).read_text())


def ended(pid: int) -> bool:
    """Whether a process is gone, or waits for nobody but its parent."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks /proc for processes")


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    tool = Tool("uv", ("sh", "-c", STAYS, "sh", str(tmp_path)), limit=2)
    with pytest.raises(ToolError, match=r"^sh was ended after 2 seconds, which is the longest it may take"):
        tool.run([], os.environ)
    assert ended(pid_of(tmp_path, "own"))
    assert ended(pid_of(tmp_path, "child"))


def test_a_program_that_takes_no_hint_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_GRACE", 0.2)
    program = programs.start(["sh", "-c", f"trap '' TERM; {STAYS}", "sh", str(tmp_path)], os.environ)
    own = pid_of(tmp_path, "own")
    programs.end(program)
    programs.finish(program, PATIENCE)
    assert ended(own)


def test_ctrl_c_ends_the_program_too(tmp_path: Path) -> None:
    """As a terminal does it: the signal reaches the command, and not what that has started."""
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text(f"#!/bin/sh\nset -- {tmp_path}\n{STAYS}\n")
    uv.chmod(0o755)
    (tmp_path / "mine.py").write_text(
        'from flowdsl import pipeline, task\n\n@task(image="python:3.12-slim", packages=["six"])\n'
        "def one() -> None:\n    print(1)\n\n@pipeline\ndef ones() -> None:\n    one()\n"
    )
    env = {"PATH": f"{uv.parent}:/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "flowdsl", "lock", "mine.py"]
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    flow = subprocess.Popen(command, cwd=tmp_path, env=env, **given)
    child, own = pid_of(tmp_path, "child"), pid_of(tmp_path, "own")
    flow.send_signal(signal.SIGINT)
    said, _ = flow.communicate(timeout=PATIENCE)
    assert (flow.returncode, "Traceback" in said) == (130, False), said
    assert ended(own)
    assert ended(child)
