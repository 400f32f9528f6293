"""Paths that others filled: what is no file is told from one, and nothing leads out of its folder."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from flowdsl.runner import beneath


def fifo(place: Path) -> None:
    os.mkfifo(place)


def unix_socket(place: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(place))


def link(place: Path) -> None:
    (place.parent / "secret").write_text("of this machine")
    place.symlink_to(place.parent / "secret")


def device_link(place: Path) -> None:
    place.symlink_to("/dev/zero")


def folder(place: Path) -> None:
    place.mkdir()


ODD = {"pipe": fifo, "socket": unix_socket, "link": link, "device": device_link, "directory": folder}


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("flags", [os.O_RDONLY, os.O_WRONLY | os.O_CREAT | os.O_APPEND])
def test_only_a_file_is_opened(kind: str, flags: int, tmp_path: Path) -> None:
    make: Callable[[Path], None] = ODD[kind]
    make(tmp_path / "r")
    with pytest.raises(OSError, match="not a file") as raised:
        beneath.open_file(tmp_path, "r", flags)
    assert raised.value.filename == "r"
    assert (tmp_path / "secret").exists() == (kind == "link")


def test_a_link_in_a_folders_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "shadow").write_text("x")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "results").symlink_to(tmp_path / "outside")
    for attempt in (
        lambda: beneath.read(tmp_path / "root", "results/shadow", 10),
        lambda: beneath.write(tmp_path / "root", "results/shadow", b"y"),
        lambda: beneath.read(tmp_path / "root", "../outside/shadow", 10),
        lambda: beneath.read(tmp_path / "root", str(tmp_path / "outside" / "shadow"), 10),
        lambda: beneath.read(tmp_path / "root", "a\0b", 10),
    ):
        with pytest.raises(OSError, match=r"[a-z]"):
            attempt()
    assert (tmp_path / "outside" / "shadow").read_text() == "x"


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    with open(tmp_path / "huge", "wb") as file:
        file.truncate(1 << 40)
    for path, limit in (("huge", 4096), ("huge", 1 << 39)):
        with pytest.raises(beneath.LongError, match=f"more than {limit} bytes"):
            beneath.read(tmp_path, path, limit)
    (tmp_path / "small").write_bytes(b"abc")
    assert beneath.read(tmp_path, "small", 3) == b"abc"


def test_writing_replaces_a_link_and_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("x")
    (tmp_path / "a").symlink_to(tmp_path / "outside")
    os.mkfifo(tmp_path / "b")
    for name in ("a", "b", "c"):
        beneath.write(tmp_path, name, b"new")
        assert (tmp_path / name).read_bytes() == b"new"
        assert not (tmp_path / name).is_symlink()
    assert (tmp_path / "outside").read_text() == "x"


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """A volume with links of all kinds in it."""
    root = tmp_path / "volume"
    (root / "a" / "b").mkdir(parents=True)
    (root / "to-b").symlink_to("a/b")
    (root / "a" / "up-and-down").symlink_to("../to-b/../b")
    (root / "away").symlink_to("../elsewhere")
    (root / "a" / "far").symlink_to("b/../../../elsewhere")
    (root / "absolute").symlink_to(root / "a")
    (root / "round").symlink_to("round")
    (tmp_path / "elsewhere").mkdir()
    return root


@pytest.mark.parametrize(
    ("path", "real"),
    [("", ""), ("a", "a"), ("./a//b/", "a/b"), ("to-b", "a/b"), ("a/up-and-down", "a/b"), ("a/../to-b", "a/b")],
)
def test_links_that_stay_inside_are_followed(volume: Path, path: str, real: str) -> None:
    assert beneath.real_path(volume, path) == real


@pytest.mark.parametrize("path", ["away", "a/far", "absolute", "absolute/b", "..", "a/../..", "away/new", "/etc"])
@pytest.mark.parametrize("make", [False, True])
def test_what_leads_outside_is_refused(volume: Path, path: str, make: bool) -> None:
    with pytest.raises(beneath.OutsideError):
        beneath.real_path(volume, path, make)
    assert list((volume.parent / "elsewhere").iterdir()) == []


def test_a_link_to_itself_ends(volume: Path) -> None:
    with pytest.raises(OSError, match="symbolic links"):
        beneath.real_path(volume, "round")


def test_folders_are_made_below_links_that_stay_inside(volume: Path) -> None:
    with pytest.raises(FileNotFoundError):
        beneath.real_path(volume, "to-b/new/er")
    assert beneath.real_path(volume, "to-b/new/er", make=True) == "a/b/new/er"
    assert (volume / "a" / "b" / "new" / "er").is_dir()


def test_no_descriptor_is_left_open(volume: Path) -> None:
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else pytest.skip("counts in /proc")
    for path in ("to-b", "away", "round", "missing", "a/far"):
        with contextlib.suppress(OSError):
            beneath.real_path(volume, path)
        with contextlib.suppress(OSError):
            beneath.read(volume, path, 9)
    assert len(os.listdir("/proc/self/fd")) == before


def test_an_exchange_in_the_middle_never_leads_outside(volume: Path) -> None:
    """One thread swaps a folder for a link that leaves the volume, as a step of another task might."""
    (volume.parent / "elsewhere" / "b").mkdir()
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            os.rename(volume / "a", volume / "kept")
            os.symlink("../elsewhere", volume / "a")
            os.unlink(volume / "a")
            os.rename(volume / "kept", volume / "a")

    thread = threading.Thread(target=swap)
    thread.start()
    outside = os.stat(volume.parent / "elsewhere" / "b")
    inside, tries, until = 0, 0, time.monotonic() + 60
    try:
        # On a busy machine a thread may hold the interpreter for a whole round of tries.
        while tries < 3000 or (not inside and time.monotonic() < until):
            tries += 1
            try:
                handle, _ = beneath.open_beneath(volume, "a/b")
            except OSError:
                continue
            found = os.fstat(handle)
            os.close(handle)
            assert (found.st_dev, found.st_ino) != (outside.st_dev, outside.st_ino)
            inside += 1
    finally:
        stop.set()
        thread.join()
    assert inside, "the folder was never found: nothing was tried"
