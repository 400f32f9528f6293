"""An append-only file of what is over, safe against the end of the process at any moment."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flowdsl.runner.modes import open_file

_TOGETHER = 0.02


class Journal:
    """One JSON object a line.

    A line is in the file, as far as the system goes, when `append` returns: kill -9 of this process loses nothing. A
    thread of its own flushes to the disk at once, so that nobody waits for it; where lines come fast, those of a
    fiftieth of a second together. That much a power cut may take.
    """

    def __init__(self, path: Path) -> None:
        self._file = open_file(path, os.O_WRONLY | os.O_APPEND)
        if _ends_midway(path):
            # The machine went down in the middle of a line: close it, so that the next one can be read.
            os.write(self._file, b"\n")
        self._dirty = threading.Event()
        self._closing = False
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._flush, name="journal", daemon=True)
        self._thread.start()

    def append(self, entry: Mapping[str, Any]) -> None:
        """Add a line."""
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n"
        # One write to a file opened for appending: lines of several threads do not mix.
        os.write(self._file, line.encode())
        self._dirty.set()

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


def read_journal(path: Path) -> list[dict[str, Any]]:
    """The whole lines of a journal; one that is torn is left out."""
    found = []
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            found.append(entry)
    return found


def _ends_midway(path: Path) -> bool:
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
