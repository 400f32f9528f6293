"""What a step prints: masked, kept in a file with a limit, told line by line. Memory stays small whatever comes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from flowdsl.runner.masking import MaskedStream, Masker
from flowdsl.runner.modes import open_file

LOG_LIMIT = 50 * 1024 * 1024  # bytes of one step's log that are kept; a kubelet keeps five files of 10 MiB by default
CHUNK = 65536  # bytes of one read
LINE_LENGTH = 2000  # characters of a line that are told


class Log:
    """A log file with a limit. A full disk ends the keeping, not the step."""

    def __init__(self, path: Path, limit: int = LOG_LIMIT) -> None:
        self._limit = limit
        self._kept = 0
        self.lost = 0
        self.problem = ""
        try:
            self._file = open_file(path, os.O_WRONLY | os.O_APPEND)
        except OSError as problem:
            self._file = -1
            self.problem = problem.strerror or str(problem)

    @property
    def keeps(self) -> bool:
        """Whether what comes next is kept."""
        return not self.problem and self._kept < self._limit

    def write(self, data: bytes) -> None:
        """Keep what fits."""
        part = data[: self._limit - self._kept] if self.keeps else b""
        done = 0
        try:
            while done < len(part):
                done += os.write(self._file, part[done:])
        except OSError as problem:
            self.problem = problem.strerror or str(problem)
        self._kept += done
        self.lost += len(data) - done

    def close(self) -> str:
        """Close it; the notice that ends a log from which something is missing."""
        notice = ""
        if self.problem:
            notice = f"flowdsl: {self.lost} bytes of this log could not be kept: {self.problem}"
        elif self.lost:
            notice = f"flowdsl: the log is cut at {self._limit} bytes; {self.lost} more were printed and not kept"
        if self._file >= 0:
            if notice:
                with contextlib.suppress(OSError):
                    os.write(self._file, b"\n" + notice.encode() + b"\n")
            os.close(self._file)
            self._file = -1
        return notice


class Stream:
    """One stream of a process: read from its pipe, copied where the step wants it, masked, kept and told."""

    def __init__(self, source: int, log: Log, masker: Masker, tell: Callable[[str], None], copy: int) -> None:
        os.set_blocking(source, False)
        self.source = source
        self._log = log
        self._masker = masker
        self._masked = MaskedStream(masker)
        self._tell = tell
        self._copy = copy
        self._line = b""
        self.open = True

    def pump(self) -> bool:
        """Take what has come; whether there was anything."""
        try:
            data = os.read(self.source, CHUNK)
        except BlockingIOError:
            return False
        if not data:
            self._end()
            return False
        if self._copy >= 0:
            with contextlib.suppress(OSError):
                os.write(self._copy, data)
        self._emit(self._masked.feed(data), last=False)
        return True

    def _end(self) -> None:
        if self.open:
            self.open = False
            self._emit(self._masked.flush(), last=True)

    def finish(self) -> None:
        """Take what is left; nobody holds the other end any more."""
        while self.open and self.pump():
            pass
        self._end()
        os.close(self.source)
        if self._copy >= 0:
            os.close(self._copy)

    def say(self, text: str) -> None:
        """A line of the runner's own, which may quote a command."""
        text = self._masker.text(text)
        self._log.write(text.encode("utf-8", "replace") + b"\n")
        self._tell(text)

    def _emit(self, data: bytes, last: bool) -> None:
        if data:
            kept = self._log.keeps
            self._log.write(data)
            *lines, self._line = (self._line + data).split(b"\n")
            # Once the log is full only the latest line is told: nobody reads millions, and each costs time.
            for line in lines if kept else lines[-1:]:
                self._tell_line(line)
            self._line = self._line[: 4 * LINE_LENGTH]
        if last and self._line:
            self._tell_line(self._line)
            self._line = b""

    def _tell_line(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip("\r")
        self._tell(text if len(text) <= LINE_LENGTH else text[: LINE_LENGTH - 1] + "…")
