"""One way to read a file that a user named or that lies in a folder of theirs: never for ever, never without end.

A name may be anything: a named pipe that nobody writes to, a socket, a device, a folder, a link in a circle.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

MAX_BYTES = 16 * 1024 * 1024
"""What is read of one file: a Kubernetes object has 1.5 MiB at most, and a file may hold many."""

# The process's own streams, which a shell hands over as files: `flowdsl lint <(helm template chart)`.
_STREAMS = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class NotReadError(Exception):
    """A file can't be read: why, in words for people, and a hint.

    `head` is its beginning, where there is one; `regular` says that it may be a file like others.
    """

    def __init__(self, words: str, hint: str, head: bytes = b"", *, regular: bool = True) -> None:
        super().__init__(words)
        self.words, self.hint, self.head, self.regular = words, hint, head, regular


def read_file(path: str | Path, most: int = MAX_BYTES) -> bytes:
    """The bytes of a regular file of at most `most` bytes. Raises NotReadError for anything else."""
    try:
        opened = _open(os.fspath(path))
    except ValueError as error:
        raise NotReadError("no file has such a name", "name another") from error
    except OSError as error:
        raise NotReadError(f"the file can't be read: {error.strerror}", _hint(error)) from error
    try:
        with os.fdopen(opened, "rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise NotReadError(f"the file can't be read: {error.strerror}", "try again, or name a copy") from error
    if len(data) > most:
        raise too_long(data, most)
    return data


def too_long(data: bytes, most: int = MAX_BYTES) -> NotReadError:
    """The error for a file, or a stream, that has more than `most` bytes."""
    size = f"{most // 2**20} MiB" if most >= 2**20 else f"{most // 2**10} KiB"
    return NotReadError(f"the file has more than {size}", "split the file", data[:65536])


def _open(path: str) -> int:
    """A file descriptor. Nothing blocks: looked at before it is opened, since opening a device may do something."""
    _check(os.stat(path).st_mode, path)
    opened = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        mode = os.fstat(opened).st_mode
        _check(mode, path)
        # A pipe of the shell is waited for, as standard input is.
        os.set_blocking(opened, not stat.S_ISREG(mode))
    except BaseException:
        os.close(opened)
        raise
    return opened


def _check(mode: int, path: str) -> None:
    if stat.S_ISREG(mode) or (path.startswith(_STREAMS) and not stat.S_ISDIR(mode)):
        return
    kind = _KINDS.get(stat.S_IFMT(mode), "no regular file")
    raise NotReadError(f"this is {kind}, not a file", "name a file; hand over a stream as -", regular=False)


def _hint(error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "the link leads back to itself; remove it"
    return "look at its permissions" if error.errno in (errno.EACCES, errno.EPERM) else "name a file that is there"
