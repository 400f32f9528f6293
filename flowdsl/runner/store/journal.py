"""An append-only file of what is over, safe against the end of the process at any moment."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import cast

from flowdsl.runner import beneath
from flowdsl.runner.modes import open_file
from flowdsl.runner.store.shapes import ENTRY, DamagedError, Entry, fits

MOST = 1 << 28  # bytes of a journal that are read: a run of 100,000 tasks has a third of that
_TOGETHER = 0.02
JOURNAL = "journal.jsonl"
"""The journal's file in the folder of a run."""


class Journal:
    """One JSON object a line.

    A line is in the file, as far as the system goes, when `append` returns: kill -9 of this process loses nothing. A
    thread of its own flushes to the disk at once, so that nobody waits for it; where lines come fast, those of a
    fiftieth of a second together. That much a power cut may take.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = open_file(path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK)
            torn = _ends_midway(self._file)
        except OSError as problem:
            raise DamagedError(path.parent, path.name, problem.strerror or str(problem)) from None
        self._lock = threading.Lock()
        # Whether a part of a line stands at the end, and nothing could be done about it.
        self._torn = torn
        self._dirty = threading.Event()
        self._closing = False
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._flush, name="journal", daemon=True)
        self._thread.start()

    def append(self, entry: Entry) -> None:
        """Add a line, whole or not at all. Raises OSError, where the disk is full and then the file is as it was."""
        # ASCII: whatever characters a value has, half of a surrogate pair too.
        line = json.dumps(entry, separators=(",", ":")).encode("ascii") + b"\n"
        with self._lock:
            self._write(b"\n" + line if self._torn else line)
            self._torn = False
        self._dirty.set()

    def _write(self, data: bytes) -> None:
        begin = os.fstat(self._file).st_size
        try:
            while data:
                # A disk that is nearly full takes a part of it.
                data = data[os.write(self._file, data) :]
        except OSError:
            try:
                os.ftruncate(self._file, begin)
            except OSError:
                self._torn = True
            raise

    def close(self) -> None:
        """Flush and close."""
        if not self._closing:
            self._closing = True
            self._closed.set()
            self._dirty.set()
            self._thread.join()
            os.fsync(self._file)
            os.close(self._file)

    def _flush(self) -> None:
        while not self._closing:
            self._dirty.wait()
            self._dirty.clear()
            os.fsync(self._file)
            self._closed.wait(_TOGETHER)


def read_journal(path: Path) -> list[Entry]:
    """The whole entries of a journal; what is torn, or no entry, is left out. Raises DamagedError."""
    found: list[Entry] = []
    try:
        data = beneath.read(path.parent, path.name, MOST)
    except FileNotFoundError:
        return []
    except OSError as problem:
        raise DamagedError(path.parent, path.name, problem.strerror or str(problem)) from None
    # Bytes: a value may hold whatever else ends a line of text.
    for line in data.split(b"\n"):
        try:
            entry = json.loads(line.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            continue
        if fits(entry, ENTRY):
            found.append(cast("Entry", entry))
    return found


def _ends_midway(file: int) -> bool:
    size = os.fstat(file).st_size
    return size > 0 and os.pread(file, 1, size - 1) != b"\n"
