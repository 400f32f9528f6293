"""The supervisor of steps: what it does when the runner is gone, whatever was on its way between the two."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from taskrun_support import kill, processes_with, wait_gone

from flowdsl.runner.taskrun.launch import Launch, Supervised, Supervisor
from flowdsl.runner.taskrun.namespace import ensure_place

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the local runner needs POSIX processes")


@pytest.fixture
def mark() -> Iterator[str]:
    """A text in the environment of all that a test starts."""
    mark = f"flowdsl-test-{uuid.uuid4().hex}"
    yield mark
    for pid in processes_with(mark):
        kill(pid)


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = Supervisor(namespace=False)
    yield supervisor
    supervisor.close()


def hanging(supervisor: Supervisor, mark: str) -> Supervised:
    """A command that runs, and whose shim has said so: the answer is not read yet."""
    read, write = os.pipe()
    command = ["/bin/sh", "-c", "echo began; setsid sleep 1000 & sleep 1000"]
    process = supervisor.start(Launch(command, {"MARK": mark, "PATH": os.defpath}, "/"), write, write)
    os.close(write)
    assert os.read(read, 100) == b"began\n"
    os.close(read)
    while not process._connection.recv(1, 2):  # MSG_PEEK: until the answer is there
        pass
    return process


def test_a_runner_that_goes_without_reading_the_answer_takes_its_steps_along(supervisor: Supervisor, mark: str) -> None:
    """The kernel tells the other end of a socket that closed with something unread by an error, not by an end."""
    hanging(supervisor, mark).close()
    assert wait_gone(mark) == []


def test_a_runner_that_goes_after_reading_the_answer_takes_its_steps_along(supervisor: Supervisor, mark: str) -> None:
    process = hanging(supervisor, mark)
    while not process.started:
        process.poll()
    process.close()
    assert wait_gone(mark) == []


def test_two_steps_that_begin_at_once_make_one_place_to_mount_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have looked, and found nothing, before either has made it: a sidecar and the first probe of it did so."""
    monkeypatch.setattr("os.path.lexists", lambda path: str(path) != str(tmp_path / "shared"))
    monkeypatch.setattr("flowdsl.runner.taskrun.namespace.mount", lambda *_: None)
    for _ in range(2):
        ensure_place(str(tmp_path / "shared"), True, str(tmp_path))
    assert (tmp_path / "shared").is_dir()
