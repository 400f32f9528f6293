"""Removing folders of ours, with whatever others have put in them: the one place where the runner removes trees.

A folder may hold a link to somewhere else, or be where something else is mounted, as far as the whole machine: in a
namespace of the steps, in one that flowdsl itself was started in, or because the user has mounted it there. So nothing
is named by more than one name: each folder is opened relative to the one that holds it, never through a link, and is
entered only where it belongs to the same mount. What does not stays as it is, with the folders above it.

Only the standard library is used: programs that can import nothing of ours load this file by its path, or carry it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Collection

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_OWN = stat.S_IRWXU


def remove(path: str | os.PathLike[str]) -> bool:
    """Remove a folder with all that is in it; whether nothing is there any more.

    Of a link in its place the link goes. Raises nothing: what can't be removed stays.
    """
    parent, name = os.path.split(os.path.abspath(path))
    with contextlib.suppress(OSError):
        at = os.open(parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _remove(name, at)
        finally:
            os.close(at)
    return not os.path.lexists(path)


def empty(path: str | os.PathLike[str], but: Collection[str] = ()) -> bool:
    """Remove what is in a folder, other than the entries named; whether nothing else is in it any more.

    Raises OSError where the folder is a link or none, and nothing for what can't be removed: that stays.
    """
    at = os.open(path, _FOLDER)
    try:
        return _empty(at, but)
    finally:
        os.close(at)


def mount_of(folder: int) -> str:
    """What tells one mount from all others. Raises OSError where it can't be told, as Linux without /proc."""
    if not sys.platform.startswith("linux"):
        return str(os.fstat(folder).st_dev)
    # A bind mount has the device of what it shows, but a number of its own (proc(5), fdinfo).
    with open(f"/proc/self/fdinfo/{folder}", encoding="ascii") as lines:
        for line in lines:
            if line.startswith("mnt_id:"):
                return line
    raise OSError(errno.ENOTSUP, "this kernel does not tell mounts apart")


def _remove(name: str, at: int) -> None:
    """Remove one entry of an open folder. Raises OSError."""
    if not stat.S_ISDIR(os.stat(name, dir_fd=at, follow_symlinks=False).st_mode):
        os.unlink(name, dir_fd=at)
        return
    below = _enter(name, at, mount_of(at))
    try:
        _empty(below, ())
    finally:
        os.close(below)
    os.rmdir(name, dir_fd=at)


def _empty(at: int, but: Collection[str]) -> bool:
    folders, whole = _unlink_files(at, but)
    if not folders:
        return whole
    try:
        walk = _Walk(at, folders, mount_of(at))
    except OSError:
        return False
    try:
        walk.run()
    except OSError:  # somebody moves what is being removed
        return False
    finally:
        os.close(walk.at)
    return whole and walk.whole


class _Walk:
    """A walk through a tree, deepest folders first. It holds one descriptor, however deep a step has made the tree."""

    def __init__(self, root: int, folders: list[str], mount: str) -> None:
        self.at = os.dup(root)
        self.whole = True
        self._mount = mount
        # The folders from the root to where we are: name, what tells it from others, and those in it still to go.
        self._way = [("", _identity(self.at), folders)]

    def run(self) -> None:
        """Remove the folders. Raises OSError where the way back up is not the one that led down."""
        while True:
            name, _, folders = self._way[-1]
            if folders:
                self._down(folders.pop())
                continue
            self._way.pop()
            if not self._way:
                return
            self._up()
            try:
                os.rmdir(name, dir_fd=self.at)
            except OSError:
                self.whole = False

    def _down(self, name: str) -> None:
        try:
            below = _enter(name, self.at, self._mount)
        except OSError:
            self.whole = False
            return
        os.close(self.at)
        self.at = below
        folders, whole = _unlink_files(below, ())
        self.whole = self.whole and whole
        self._way.append((name, _identity(below), folders))

    def _up(self) -> None:
        above = os.open("..", _FOLDER, dir_fd=self.at)
        os.close(self.at)
        self.at = above
        if _identity(above) != self._way[-1][1]:
            raise OSError("it was moved")


def _enter(name: str, at: int, mount: str) -> int:
    """A descriptor of a folder in another one. Raises OSError where it is none, or of another mount."""
    try:
        below = os.open(name, _FOLDER, dir_fd=at)
    except PermissionError:
        _give_rights(name, at, mount)
        below = os.open(name, _FOLDER, dir_fd=at)
    try:
        _must_be_of(mount, below)
        mode = os.fstat(below).st_mode
        if mode & _OWN != _OWN:
            with contextlib.suppress(OSError):  # another's: what can be removed is removed
                os.fchmod(below, _OWN)
    except OSError:
        os.close(below)
        raise
    return below


def _give_rights(name: str, at: int, mount: str) -> None:
    """Make a folder one that its owner may read. Raises OSError."""
    handle = os.open(name, getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
    try:
        _must_be_of(mount, handle)
        os.chmod(f"/proc/self/fd/{handle}", _OWN)
    finally:
        os.close(handle)


def _must_be_of(mount: str, folder: int) -> None:
    if mount_of(folder) != mount:
        raise OSError(errno.EXDEV, "something is mounted there")


def _unlink_files(at: int, but: Collection[str]) -> tuple[list[str], bool]:
    """Remove what is no folder; the folders, and whether nothing else is left."""
    folders: list[str] = []
    others: list[str] = []
    with os.scandir(at) as entries:
        for entry in entries:
            if entry.name not in but:
                (folders if entry.is_dir(follow_symlinks=False) else others).append(entry.name)
    whole = True
    for name in others:
        try:
            os.unlink(name, dir_fd=at)
        except FileNotFoundError:
            pass
        except OSError:
            whole = False
    return folders, whole


def _identity(folder: int) -> tuple[int, int]:
    found = os.fstat(folder)
    return found.st_dev, found.st_ino
