"""Folders that steps filled, walked and copied: nothing leads elsewhere, and nothing is waited for."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from flowdsl.runner import beneath

_CHUNK = 1 << 20


def hashes(root: Path, path: str = "") -> Iterator[tuple[str, bytes]]:
    """Name and hash of every file at or below a path below a folder, in order. A link is its target's name.

    Raises OSError for what leads out of the folder, or can't be read.
    """
    place = root / beneath.real_path(root, path)
    if not stat.S_ISDIR(os.lstat(place).st_mode):
        yield place.name, _hash(beneath.open_file(place.parent, place.name))
        return
    for folder, folders, names, at in os.fwalk(place):
        folders.sort()
        below = os.path.relpath(folder, place)
        for name in sorted([*names, *(one for one in folders if _is_link(one, at))]):
            shown = name if below == "." else f"{below}/{name}"
            if _is_link(name, at):
                yield shown, b"link " + os.fsencode(os.readlink(name, dir_fd=at))
            elif _is_file(name, at):
                yield shown, _hash(_open(name, at))


def copy(source: Path, target: Path) -> None:
    """Copy a folder into another: folders, files, and links as links. What lies in their place there is replaced.

    Raises OSError, for a pipe, a socket and a device too: they can't be kept.
    """
    for folder, folders, names, at in os.fwalk(source):
        into = _make_way(target, os.path.relpath(folder, source))
        try:
            for name in [*names, *(one for one in folders if _is_link(one, at))]:
                _copy_one(name, at, into)
        finally:
            os.close(into)


def _copy_one(name: str, at: int, into: int) -> None:
    _clear(name, into)
    if _is_link(name, at):
        os.symlink(os.readlink(name, dir_fd=at), name, dir_fd=into)
        return
    if not _is_file(name, at):
        raise OSError(errno.EINVAL, "it is no file", name)
    with open(_open(name, at), "rb") as reader:
        known = os.fstat(reader.fileno())
        made = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=into)
        with open(made, "wb") as writer:
            shutil.copyfileobj(reader, writer, _CHUNK)
            writer.flush()
            os.fchmod(made, stat.S_IMODE(known.st_mode) & 0o777)
            os.utime(made, ns=(known.st_atime_ns, known.st_mtime_ns))


def _make_way(target: Path, below: str) -> int:
    """A descriptor of a folder below another, made where it is not there; a link in its place is replaced."""
    target.mkdir(parents=True, exist_ok=True)
    at = os.open(target, os.O_RDONLY | os.O_DIRECTORY)
    for name in beneath.names(below):
        try:
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, dir_fd=at)
            if not stat.S_ISDIR(os.stat(name, dir_fd=at, follow_symlinks=False).st_mode):
                os.unlink(name, dir_fd=at)
                os.mkdir(name, dir_fd=at)
            deeper = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
        finally:
            os.close(at)
        at = deeper
    return at


def _clear(name: str, at: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISDIR(os.stat(name, dir_fd=at, follow_symlinks=False).st_mode):
            raise OSError(errno.EISDIR, "a folder is in its place", name)
        os.unlink(name, dir_fd=at)


def _is_link(name: str, at: int) -> bool:
    return stat.S_ISLNK(os.stat(name, dir_fd=at, follow_symlinks=False).st_mode)


def _is_file(name: str, at: int) -> bool:
    return stat.S_ISREG(os.stat(name, dir_fd=at, follow_symlinks=False).st_mode)


def _open(name: str, at: int) -> int:
    return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)


def _hash(descriptor: int) -> bytes:
    digest = hashlib.sha256()
    with open(descriptor, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.digest()
