"""Standard output and error of a command: what cannot be written ends no command, and no character is too much.

Python's own streams raise where the reader is gone (`| head -1`), where a descriptor was closed (`>&-`) and where the
encoding lacks a character (`PYTHONIOENCODING=latin-1`), each at another place, and once more at exit.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import select
import sys
import threading
from collections.abc import Iterator
from typing import TextIO, cast

# Nobody reads any more: a pipe or socket without a reader, a terminal that was hung up, a descriptor that was closed.
_GONE = frozenset({errno.EPIPE, errno.EIO, errno.EBADF, errno.ECONNRESET, errno.ESHUTDOWN, errno.ENXIO})
_PATIENCE = 0.5  # seconds of waiting for a reader at a time


class _Descriptor(io.RawIOBase):
    """Writes to a descriptor. The first failure is the last one: what comes after it is dropped.

    Where nobody reads any more nothing is raised at all, so that the command ends as it would have. Anything else, a
    full disk, is raised once: what was asked for is not there. `silent` never raises: there is no other place to
    complain at than standard error. It waits for a reader that does not read, until it is `hurried`: a command that was
    asked to end must get there.
    """

    def __init__(self, descriptor: int, name: str, *, silent: bool) -> None:
        self._descriptor = descriptor
        self._name = name
        self._silent = silent
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)
        self.gone = False
        self.hurried = False

    def writable(self) -> bool:
        """It is."""
        return True

    def fileno(self) -> int:
        """The descriptor, which stays open when this is closed."""
        return self._descriptor

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return os.isatty(self._descriptor)

    def write(self, data: bytes | bytearray | memoryview) -> int:  # type: ignore[override]
        """Write some of it. Raises OSError once."""
        while not self.gone:
            if not self._poll.poll(_PATIENCE * 1000):
                self.gone = self.hurried
                continue
            try:
                # So much fits into a pipe that takes anything, without waiting.
                return os.write(self._descriptor, data[: select.PIPE_BUF])
            except BlockingIOError:  # another program has set the descriptor, which is shared, not to wait
                continue
            except OSError as error:
                self.gone = True
                if not self._silent and error.errno not in _GONE:
                    raise OSError(error.errno, error.strerror, self._name) from None
        return len(data)


class _Stream(io.TextIOWrapper):
    """Text over a descriptor; a character that the encoding lacks is escaped."""

    def __init__(self, descriptor: int, like: TextIO | None, name: str, *, silent: bool = False) -> None:
        self._raw = _Descriptor(descriptor, name, silent=silent)
        encoding = like.encoding if like is not None else "utf-8"
        lines = silent or self._raw.isatty()
        super().__init__(
            io.BufferedWriter(cast(io.RawIOBase, self._raw)), encoding, "backslashreplace", line_buffering=lines
        )

    @property
    def gone(self) -> bool:
        """Whether what is written gets nowhere."""
        return self._raw.gone

    def hurry(self) -> None:
        """Wait no longer for a reader."""
        self._raw.hurried = True


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """Guard `sys.stdout` and `sys.stderr` while the context lasts, where they are the process's own."""
    _fill_closed()
    before = sys.stdin, sys.stdout, sys.stderr
    with contextlib.ExitStack() as stack:
        if sys.stdin is None:
            sys.stdin = stack.enter_context(open(0, encoding="utf-8", closefd=False))
        # Others' streams, such as a test's, stay what they are.
        if sys.stdout is sys.__stdout__:
            sys.stdout = stack.enter_context(_leaving(_Stream(1, sys.stdout, "standard output")))
        if sys.stderr is sys.__stderr__:
            sys.stderr = stack.enter_context(_leaving(_Stream(2, sys.stderr, "standard error", silent=True)))
        try:
            yield
        finally:
            sys.stdin, sys.stdout, sys.stderr = before


@contextlib.contextmanager
def _leaving(stream: _Stream) -> Iterator[_Stream]:
    try:
        yield stream
    finally:
        with contextlib.suppress(OSError):
            stream.close()


def _fill_closed() -> None:
    """Give a closed standard descriptor to /dev/null: the next file opened would take its number, and its output."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)


def is_gone() -> bool:
    """Whether nobody reads standard output any more: a command that goes on for long may end then."""
    return bool(getattr(sys.stdout, "gone", False))


def hurry() -> None:
    """Wait no longer for a reader that does not read: the command was asked to end. Safe in a signal's handler."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, _Stream):
            stream.hurry()


def need_reader() -> None:
    """For a command that does nothing but show what goes on elsewhere. Raises BrokenPipeError where nobody reads.

    In the main thread alone: from another one the error would end in a traceback, and the command would go on.
    """
    if is_gone() and threading.current_thread() is threading.main_thread():
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
