"""Folders in shared memory: what a killed process left is taken away, what a living one has is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from flowdsl.runner.scratch import Scratch, sweep

HOLD = """
import sys, time
from flowdsl.runner.scratch import Scratch
held = Scratch(sys.argv[1])
print(held.path, flush=True)
time.sleep(1000)
"""
# What a run makes first; then it is killed before its supervisor is there.
KILLED = """
import os, signal
from flowdsl.runner.private import Private
from flowdsl.runner.taskrun import process_runner
runner = process_runner()
print(runner.executor.supervisor.private, runner.executor.supervisor.scratch, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def holder(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(parent)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_what_a_living_process_has_stays(tmp_path: Path) -> None:
    process, path = holder(tmp_path)
    try:
        (path / "secret").write_text("x")
        for number in (0, signal.SIGSTOP):
            os.kill(process.pid, number)
            assert sweep([str(tmp_path)]) == []
        assert (path / "secret").exists()
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    assert sweep([str(tmp_path)]) == [str(path)]
    assert not path.exists()


def test_killed_in_the_first_second(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED], check=False, capture_output=True, text=True, timeout=600)
    assert done.returncode == -signal.SIGKILL
    left = [Path(each) for each in done.stdout.split()]
    assert len(left) == 2
    subprocess.run(
        [sys.executable, "-c", "from flowdsl.runner.taskrun import process_runner; process_runner().close()"],
        check=True,
        timeout=600,
    )
    assert [path for path in left if path.exists()] == []


def test_what_has_another_name_or_is_no_folder_stays(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("x")
    (tmp_path / "flowdsl-mine").mkdir()
    (tmp_path / "flowdsl-run-file").write_text("x")
    (tmp_path / "flowdsl-run-link").symlink_to(tmp_path / "outside")
    os.mkfifo(tmp_path / "flowdsl-run-pipe")
    assert sweep([str(tmp_path), str(tmp_path / "missing")]) == []
    assert (tmp_path / "outside" / "file").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of another user")
def test_what_is_another_users_stays(tmp_path: Path) -> None:
    other = tmp_path / "flowdsl-run-other"
    other.mkdir()
    os.chown(other, 4321, 4321)
    assert sweep([str(tmp_path)]) == []


def test_one_killed_between_making_and_naming_is_swept(tmp_path: Path) -> None:
    (tmp_path / ".flowdsl-new-x").mkdir()
    assert len(sweep([str(tmp_path)])) == 1


def test_many_make_while_many_sweep(tmp_path: Path) -> None:
    made: list[Scratch] = []
    stop = threading.Event()

    def make() -> None:
        for _ in range(100):
            made.append(Scratch(str(tmp_path)))

    def clean() -> None:
        while not stop.is_set():
            sweep([str(tmp_path)])

    makers, cleaners = [threading.Thread(target=make) for _ in range(3)], [threading.Thread(target=clean)]
    for each in (*makers, *cleaners):
        each.start()
    for each in makers:
        each.join()
    stop.set()
    for each in cleaners:
        each.join()
    assert len(made) == 300
    assert all(one.path.is_dir() for one in made)
    for one in made:
        one.remove()
    assert list(tmp_path.iterdir()) == []


def test_what_something_is_mounted_in_stays(tmp_path: Path) -> None:
    """A base of a root that a step sees may have the whole machine below it."""
    left = tmp_path / "flowdsl-run-left"
    (left / "below").mkdir(parents=True)
    script = (
        f"mount --bind {tmp_path}/precious {left}/below && exec {sys.executable} -c "
        f"\"from flowdsl.runner.scratch import sweep; print(sweep(['{tmp_path}']))\""
    )
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("x")
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--user", "--map-root-user"]
    done = subprocess.run([*unshare, "sh", "-c", script], check=False, capture_output=True, text=True, timeout=600)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr}")
    assert done.stdout.strip() == "[]"
    assert (tmp_path / "precious" / "file").exists()
    assert sweep([str(tmp_path)]) == [str(left)]
