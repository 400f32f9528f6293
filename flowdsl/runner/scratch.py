"""Folders of a run outside its own: in memory for what is small or secret, on a disk for what may grow.

Each is locked by the process that made it for as long as that lives, so that one whose process was killed before
anything could clean up is known: nobody holds its lock. It gets its name only once it is locked; before, it is empty.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from flowdsl.runner import removal

MEMORY, DISK = "/dev/shm", "/var/tmp"
_NAME, _NEW = "flowdsl-run-", ".flowdsl-new-"
_TRIES = 20


class Scratch:
    """A new folder that only this user can enter. Raises OSError."""

    def __init__(self, parent: str = "") -> None:
        self.path, self._lock = _make(parent if parent and os.access(parent, os.W_OK | os.X_OK) else None)

    def remove(self) -> None:
        """Take it away with all that is in it."""
        removal.remove(self.path)
        self.let_go()

    def let_go(self) -> None:
        """Hold it no longer: whoever looks for what was left may take it away."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _make(parent: str | None) -> tuple[Path, int]:
    for _ in range(_TRIES):
        new = tempfile.mkdtemp(prefix=_NEW, dir=parent)
        lock = -1
        try:
            lock = os.open(new, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            named = new.replace(_NEW, _NAME)
            os.rename(new, named)
        except (FileNotFoundError, BlockingIOError):
            # One who looks for what was left was there first: it was no more than an empty folder.
            if lock >= 0:
                os.close(lock)
            continue
        return Path(named), lock
    raise OSError(f"no folder of our own can be made in {parent or tempfile.gettempdir()}")


def sweep(parents: Iterable[str] = ()) -> list[str]:
    """Remove what killed processes of this user left; the paths. One that is held by a living process stays."""
    removed = []
    for parent in dict.fromkeys(parents or (MEMORY, DISK, tempfile.gettempdir())):
        with contextlib.suppress(OSError), os.scandir(parent) as entries:
            found = [entry.path for entry in entries if entry.name.startswith((_NAME, _NEW))]
            removed += [path for path in found if _remove_if_left(path)]
    return removed


def _remove_if_left(path: str) -> bool:
    try:
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held, there = os.fstat(lock), os.lstat(path)
        # Another user's is not ours to take, and one of the same name may be a new one by now.
        if held.st_uid != os.geteuid() or (held.st_dev, held.st_ino) != (there.st_dev, there.st_ino):
            return False
        return removal.remove(path)
    except OSError:
        return False
    finally:
        os.close(lock)
