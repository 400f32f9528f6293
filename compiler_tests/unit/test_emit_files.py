"""Files are written all or none."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from flowdsl.emit import write_files


def everything(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


def test_new_files_and_directories(tmp_path: Path) -> None:
    write_files({tmp_path / "a.yaml": b"a\n", tmp_path / "deep" / "er" / "b.yaml": b"b\r\n"})
    assert (tmp_path / "a.yaml").read_bytes() == b"a\n"
    assert (tmp_path / "deep/er/b.yaml").read_bytes() == b"b\r\n"
    assert everything(tmp_path) == ["a.yaml", "deep", "deep/er", "deep/er/b.yaml"]


def test_a_new_file_follows_the_umask(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    write_files({tmp_path / "ours": b""})
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_mode_and_link_are_kept(tmp_path: Path) -> None:
    target = tmp_path / "real.yaml"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(target)
    write_files({link: b"new"})
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [("b", "text", TypeError), ("directory", b"", IsADirectoryError), ("./directory/../a", b"", ValueError)],
)
def test_a_bad_request_touches_nothing(tmp_path: Path, name: str, content: Any, kind: type[Exception]) -> None:
    (tmp_path / "directory").mkdir()
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(kind):
        write_files({tmp_path / "a": b"new", tmp_path / "new" / "c": b"", Path(f"{tmp_path}/{name}"): content})
    assert everything(tmp_path) == ["a", "directory"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_a_full_disk_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"old")
    flushed = []

    def flush(descriptor: int) -> None:
        flushed.append(descriptor)
        if len(flushed) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", flush)
    with pytest.raises(OSError, match="No space left") as caught:
        write_files({tmp_path / "a": b"new", tmp_path / "new" / "b": b"new"})
    assert caught.value.filename == str(tmp_path / "new" / "b")
    assert everything(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_a_left_over_temporary_is_not_overwritten_nor_fatal(tmp_path: Path) -> None:
    stale = tmp_path / f".flowdsl-{os.getpid()}-0.tmp"
    stale.write_bytes(b"another's")
    write_files({tmp_path / "a": b"new"})
    assert (tmp_path / "a").read_bytes() == b"new"
    assert stale.read_bytes() == b"another's"


def test_nothing_to_write(tmp_path: Path) -> None:
    write_files({})
    assert everything(tmp_path) == []


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_files({pipe: b"a", tmp_path / "file": b"b"})
    reader.join(10)
    assert read == [b"a"]
    assert pipe.is_fifo()
    assert (tmp_path / "file").read_bytes() == b"b"
