"""Runs that came to harm, or were made to harm: a full disk, torn lines, odd files in a run's folder."""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowdsl.cli import main
from flowdsl.diagnostics import UsageError
from flowdsl.runner.store import DamagedError, FolderRecorder, Journal, RunFolder, find_runs, newest_run
from flowdsl.runner.store import journal as module
from flowdsl.runner.store.journal import read_journal
from flowdsl.runner.store.recorder import finished_before


def entry(name: str, value: str = "v") -> dict[str, Any]:
    return {"taskRun": name, "task": name, "status": {"results": [{"name": "r", "type": "string", "value": value}]}}


# What Python takes for the end of a line, and what JSON writes as it is.
ENDS = [
    "\u2028",
    "\u2029",
    "\x85",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x1d",
    "\x1e",
    "\r",
    "\r\n",
    "\n",
    "\0",
    "\ud800",
    "\ufeff",
]


@pytest.mark.parametrize("mark", ENDS)
def test_no_character_ends_an_entry(mark: str, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.append(entry("a", f"x{mark}y"))
    journal.append(entry(f"b{mark}"))
    journal.close()
    assert read_journal(tmp_path / "j") == [entry("a", f"x{mark}y"), entry(f"b{mark}")]


class Disk:
    """A disk that has room for so many bytes more, and then takes a part of what is written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.room, self.truncates = 1 << 30, True
        self._write, self._truncate = os.write, os.ftruncate
        monkeypatch.setattr(module.os, "write", self.write)
        monkeypatch.setattr(module.os, "ftruncate", self.truncate)

    def write(self, file: int, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        done = self._write(file, data[: self.room])
        self.room -= done
        return done

    def truncate(self, file: int, size: int) -> None:
        if not self.truncates:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self._truncate(file, size)


@pytest.mark.parametrize("truncates", [True, False])
@pytest.mark.parametrize("room", [0, 1, 30, 97])
def test_a_disk_that_fills_up(room: int, truncates: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, disk = Journal(tmp_path / "j"), Disk(monkeypatch)
    journal.append(entry("before"))
    disk.room, disk.truncates = room, truncates
    for name in ("lost-1", "lost-2"):
        with pytest.raises(OSError, match="No space left"):
            journal.append(entry(name))
    disk.room = 1 << 30
    journal.append(entry("after"))
    journal.close()
    assert [one["taskRun"] for one in read_journal(tmp_path / "j")] == ["before", "after"]


def test_many_threads_on_a_disk_that_writes_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(module.os, "write", lambda file, data: write(file, data[:7]))
    journal = Journal(tmp_path / "j")
    names = [[f"t{thread}-{index}" for index in range(40)] for thread in range(6)]
    threads = [
        threading.Thread(target=lambda mine=mine: [journal.append(entry(one)) for one in mine]) for mine in names
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    journal.close()
    found = [one["taskRun"] for one in read_journal(tmp_path / "j")]
    assert sorted(found) == sorted(one for mine in names for one in mine)


@pytest.mark.parametrize("torn", [b'{"taskRun": "x", "sta', b'{"taskRun": "x\xff', b"\0\0\0"])
def test_a_torn_end_does_not_take_the_next_entry_with_it(torn: bytes, tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(json.dumps(entry("a")).encode() + b"\n" + torn)
    journal = Journal(tmp_path / "j")
    journal.append(entry("b"))
    journal.close()
    assert [one["taskRun"] for one in read_journal(tmp_path / "j")] == ["a", "b"]


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 5000,
        b"[1]",
        b'{"taskRun": 1, "status": {}}',
        b'{"taskRun": "x"}',
        b'{"taskRun": "x", "status": []}',
        b'{"taskRun": "x", "status": {"conditions": [1]}}',
        b'{"taskRun": "x", "status": {"conditions": 5}}',
        b'{"taskRun": "x", "status": {"results": [null]}}',
        b"9" * 5000,
    ],
)
def test_what_is_no_entry_is_left_out(line: bytes, tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "r", [], {"name": "r"})
    (folder.path / "journal.jsonl").write_bytes(line + b"\n" + json.dumps(entry("a")).encode() + b"\n")
    assert list(finished_before(folder, lambda *_: "")) == ["a"]


STEP = {"name": "s", "image": "busybox", "script": "true"}
RUN = {
    "apiVersion": "tekton.dev/v1",
    "kind": "PipelineRun",
    "metadata": {"name": "r", "namespace": "default", "uid": "u"},
    "spec": {"pipelineSpec": {"tasks": [{"name": "a", "taskSpec": {"steps": [STEP]}}]}},
}
DONE = {
    **RUN,
    "status": {"conditions": [{"type": "Succeeded", "status": "True", "reason": "Succeeded", "message": "all done"}]},
}
TASK = {"kind": "TaskRun", "metadata": {"name": "r-a"}, "spec": {}, "status": DONE["status"]}


def make(root: Path, name: str, created: float) -> RunFolder:
    folder = RunFolder.create(root / name, [RUN], {"name": name, "source": ["x.yaml"]})
    folder.write_pipeline_run(DONE)
    recorder = FolderRecorder(folder)
    recorder.write(TASK)
    recorder.finished("r-a", "a", DONE["status"])
    recorder.close()
    os.utime(folder.path / "run.json", (created, created))
    return folder


def text(data: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.unlink()
        path.write_bytes(data)

    return write


def instead(make_it: Callable[[Path], Any]) -> Callable[[Path], None]:
    def replace(path: Path) -> None:
        path.unlink()
        make_it(path)

    return replace


def huge(path: Path) -> None:
    with open(path, "wb") as file:
        file.truncate(1 << 40)


HARM: dict[str, Callable[[Path], None]] = {
    "empty": text(b""),
    "no text": text(b"\xff\xfe\0"),
    "torn": text(b'{"name": "r", '),
    "deep": text(b"[" * 100_000),
    "a list": text(b"[]"),
    "a number": text(b"5"),
    "long number": text(b"9" * 5000),
    "other fields": text(b'{"name": [], "metadata": [], "status": "x", "created": "y", "source": 1}'),
    "odd lists": text(
        b'{"name": "r", "metadata": {"name": "r"}, "status": {"conditions": [null], "results": 3}, "source": [1]}'
    ),
    "far future": text(b'{"name": "r", "created": 1e300, "metadata": 1}'),
    "not a number": text(b'{"name": "r", "created": NaN, "metadata": 1}'),
    "yaml tag": text(b"!!python/object/apply:os.system ['true']"),
    "aliases": text(b"a: &a [*a]\nmetadata: *a\n"),
    "pipe": instead(os.mkfifo),
    "link": instead(lambda path: path.symlink_to("/etc/hostname")),
    "dangling": instead(lambda path: path.symlink_to("/nowhere")),
    "round": instead(lambda path: path.symlink_to(path.name)),
    "directory": instead(Path.mkdir),
    "huge": instead(huge),
}
FILES = ["run.json", "pipelinerun.yaml", "documents.yaml", "journal.jsonl", "taskruns/r-a.json", "lock"]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("harm", HARM)
def test_one_damaged_run_takes_no_other_down(
    file: str, harm: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path, "older", 1000.0)
    damaged = make(tmp_path, "damaged", 2000.0)
    (damaged.path / "lock").touch()
    HARM[harm](damaged.path / file)
    assert main(["runs", "list", "--runs", str(tmp_path), "--output", "json"]) == 0
    listed = {one["folder"].rpartition("/")[2]: one for one in json.loads(capsys.readouterr().out)}
    assert listed["older"]["state"] == "Succeeded"
    assert listed["damaged"]["state"] in ("Succeeded", "Damaged", "Interrupted")
    if file == "run.json":
        assert listed["damaged"]["state"] == "Damaged"
    assert main(["runs", "list", "--runs", str(tmp_path)]) == 0
    assert main(["runs", "show", "older", "--runs", str(tmp_path)]) == 0
    assert main(["runs", "show", "damaged", "--runs", str(tmp_path)]) in (0, 2)
    assert main(["runs", "logs", "damaged", "--runs", str(tmp_path)]) in (0, 2)
    newest = newest_run(tmp_path)
    assert newest is not None
    assert newest.path.name in ("older", "damaged")
    newest.documents()
    assert "hostname" not in capsys.readouterr().out


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("harm", ["torn", "pipe", "link", "directory", "huge", "deep"])
def test_a_damaged_run_goes_on_or_says_why_not(
    file: str, harm: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make(tmp_path, "r", 1000.0)
    (folder.path / "lock").touch()
    HARM[harm](folder.path / file)
    code = main(["run", "--resume", str(folder.path)])
    told = capsys.readouterr().err
    assert code in (0, 2), told
    if code == 2:
        assert f"run r is damaged: {file}" in told


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("metadata", None),
        ("metadata", {"name": "r", "namespace": "default"}),
        ("metadata", {"name": "r", "namespace": 5, "uid": "u"}),
        ("kind", "Foo"),
        ("spec", 5),
        ("spec", {"pipelineSpec": {"tasks": 5}}),
        ("spec", {"pipelineSpec": {"tasks": [None]}}),
        ("spec", {"workspaces": [{"name": "w", "persistentVolumeClaim": []}]}),
    ],
)
def test_documents_that_came_to_harm(
    field: str, value: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make(tmp_path, "r", 1000.0)
    (folder.path / "documents.yaml").write_text(json.dumps({**RUN, field: value}))
    assert main(["run", "--resume", str(folder.path)]) == 2
    told = capsys.readouterr().err
    assert "run r is damaged: documents.yaml: " in told
    assert "Spec" not in told


@pytest.mark.parametrize("file", ["run.json", "pipelinerun.yaml", "documents.yaml"])
def test_last_is_the_newest_that_is_whole(file: str, tmp_path: Path) -> None:
    make(tmp_path, "older", 1000.0)
    damaged = make(tmp_path, "damaged", 2000.0)
    assert newest_run(tmp_path) == damaged
    HARM["torn"](damaged.path / file)
    assert newest_run(tmp_path) == RunFolder(tmp_path / "older")
    assert [one.path.name for one in find_runs(tmp_path)] == ["damaged", "older"]


def test_a_damaged_run_is_told_in_plain_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make(tmp_path, "r", 1000.0)
    HARM["pipe"](folder.path / "pipelinerun.yaml")
    with pytest.raises(DamagedError, match="it is a named pipe, not a file"):
        folder.pipeline_run()
    assert issubclass(DamagedError, UsageError)
    assert main(["runs", "show", "r", "--runs", str(tmp_path)]) == 2
    assert "run r is damaged: pipelinerun.yaml: it is a named pipe, not a file" in capsys.readouterr().err


def test_aliases_in_a_run_are_damage(tmp_path: Path) -> None:
    """Nine of nine of nine: a kilobyte that stands for millions of nodes. We write none."""
    folder = RunFolder.create(tmp_path / "r", [{**RUN, "text": "* & stay text"}], {"name": "r"})
    assert folder.documents() == [{**RUN, "text": "* & stay text"}]
    levels = [f"{chr(98 + each)}: &{chr(98 + each)} [{','.join(['*' + chr(97 + each)] * 9)}]" for each in range(9)]
    bomb = "\n".join(["status: {}", "a: &a [x]", *levels])
    (folder.path / "pipelinerun.yaml").write_text(bomb)
    with pytest.raises(DamagedError):
        folder.pipeline_run()
