"""Opening what others made: a step, a task before it, or whoever filled a run's folder.

Where a file is expected there may be anything: a link to a file of this machine, a pipe that nobody writes to, a
device, a socket, a file without end. Nothing of that is followed, waited for, or read beyond a limit. Every path is
walked from a folder that is ours, name by name, each opened relative to the one before: what is exchanged meanwhile
makes the walk fail, and never leads elsewhere.

Only the standard library is used: the program that mounts a step's volumes loads this file by its path.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat

# As many links as the kernel itself follows in one path (path_resolution(7)).
MOST_LINKS = 40
_HANDLE = getattr(os, "O_PATH", os.O_NONBLOCK) | os.O_NOFOLLOW
_FOLDER = _HANDLE | os.O_DIRECTORY
_ROOT = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY
_FILE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
_KINDS = (
    (stat.S_ISLNK, errno.ELOOP, "it is a symbolic link"),
    (stat.S_ISFIFO, errno.ESPIPE, "it is a named pipe"),
    (stat.S_ISSOCK, errno.ENXIO, "it is a socket"),
    (stat.S_ISDIR, errno.EISDIR, "it is a directory"),
    (stat.S_ISCHR, errno.ENXIO, "it is a device"),
    (stat.S_ISBLK, errno.ENXIO, "it is a device"),
)


class OutsideError(OSError):
    """A path that leads out of the folder that it must stay in."""

    def __init__(self, path: str) -> None:
        super().__init__(errno.EXDEV, "it leads out of its folder", path)


class LongError(OSError):
    """A file with more bytes than are read of it."""

    def __init__(self, path: str, limit: int) -> None:
        super().__init__(errno.EFBIG, f"it has more than {limit} bytes", path)


def names(path: str) -> list[str]:
    """The names of a relative path. Raises OutsideError for one that is absolute or goes up, OSError for a NUL."""
    found = _names(path)
    if path.startswith("/") or ".." in found:
        raise OutsideError(path)
    return found


def _names(path: str) -> list[str]:
    if "\0" in path:
        raise OSError(errno.EINVAL, "it has a NUL in it", path)
    return [name for name in path.split("/") if name not in ("", ".")]


def read(root: str | os.PathLike[str], path: str, limit: int) -> bytes:
    """The bytes of a regular file.

    Raises FileNotFoundError, LongError for a file of more than `limit` bytes, and OSError for what is no regular file
    or can't be read; its text says which.
    """
    with open(open_file(root, path), "rb") as file:
        # Its size may be a lie (files of /proc), or grow: that much is read and no more.
        if os.fstat(file.fileno()).st_size > limit or len(data := file.read(limit + 1)) > limit:
            raise LongError(path, limit)
    return data


def write(root: str | os.PathLike[str], path: str, data: bytes, mode: int = 0o644) -> None:
    """A new file in the place of whatever is there. Raises OSError, for a folder in its place too."""
    *folders, name = names(path)
    at = _enter(root, folders, path)
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=at)
        file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FILE, mode, dir_fd=at)
    except OSError as problem:
        problem.filename = path
        raise
    finally:
        os.close(at)
    with open(file, "wb") as stream:
        stream.write(data)


def open_file(root: str | os.PathLike[str], path: str, flags: int = os.O_RDONLY, mode: int = 0o644) -> int:
    """A descriptor of a regular file below a folder; no link is followed. Raises OSError as `read` does."""
    *folders, name = names(path) or [""]
    at = _enter(root, folders, path)
    try:
        # Looked at first: opening a device can already do something.
        try:
            _must_be_file(os.stat(name, dir_fd=at, follow_symlinks=False), path)
        except FileNotFoundError:
            if not flags & os.O_CREAT:
                raise
        file = os.open(name, flags | _FILE, mode, dir_fd=at)
    except OSError as problem:
        problem.filename = path
        raise
    finally:
        os.close(at)
    try:
        _must_be_file(os.fstat(file), path)
    except OSError:
        os.close(file)
        raise
    return file


def _must_be_file(found: os.stat_result, path: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        number, text = next(((n, text) for is_one, n, text in _KINDS if is_one(found.st_mode)), (errno.EINVAL, "odd"))
        raise OSError(number, f"{text}, not a file", path)


def _enter(root: str | os.PathLike[str], folders: list[str], path: str) -> int:
    """A descriptor of a folder below the root, which itself may be reached by links: it is ours."""
    at = os.open(root, _ROOT)
    for name in folders:
        try:
            below = os.open(name, _FOLDER, dir_fd=at)
        except OSError as problem:
            problem.filename = path
            raise
        finally:
            os.close(at)
        at = below
    return at


def real_path(root: str | os.PathLike[str], path: str, make: bool = False) -> str:
    """What a path below a folder leads to, links followed as long as they stay below it; relative to the folder.

    `make` makes folders that are not there. Raises OutsideError, FileNotFoundError, OSError.
    """
    handle, real = open_beneath(root, path, make)
    os.close(handle)
    return real


def open_beneath(root: str | os.PathLike[str], path: str, make: bool = False) -> tuple[int, str]:
    """As `real_path`, with a descriptor of what is there: good for a mount, whatever is exchanged afterwards."""
    # The folders on the way, so that `..` of a link's target goes back to where we came from, not to what is there now.
    way = [(os.open(root, _ROOT), "")]
    waiting = _names(path)[::-1]
    links = 0
    try:
        if path.startswith("/"):
            raise OutsideError(path)
        while waiting:
            name = waiting.pop()
            if name == "..":
                _go_up(way, path)
                continue
            target = _link_at(way[-1][0], name, make)
            if target is None:
                way.append((_step_in(way[-1][0], name), name))
                continue
            links += 1
            if links > MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
            if target.startswith("/"):
                raise OutsideError(path)
            waiting += _names(target)[::-1]
        real = "/".join(name for _, name in way[1:])
        return way.pop()[0], real
    except OSError as problem:
        problem.filename = path
        raise
    finally:
        for handle, _ in way:
            os.close(handle)


def _go_up(way: list[tuple[int, str]], path: str) -> None:
    if len(way) == 1:
        raise OutsideError(path)
    os.close(way.pop()[0])


def _link_at(at: int, name: str, make: bool) -> str | None:
    """The target of a link; None for what is none. A folder is made where nothing is and `make` says so."""
    try:
        mode = os.stat(name, dir_fd=at, follow_symlinks=False).st_mode
    except FileNotFoundError:
        if not make:
            raise
        with contextlib.suppress(FileExistsError):  # another task may make it at the same time
            os.mkdir(name, dir_fd=at)
        return None
    return os.readlink(name, dir_fd=at) if stat.S_ISLNK(mode) else None


def _step_in(at: int, name: str) -> int:
    handle = os.open(name, _HANDLE, dir_fd=at)
    if stat.S_ISLNK(os.fstat(handle).st_mode):  # it was exchanged for one a moment ago
        os.close(handle)
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return handle
