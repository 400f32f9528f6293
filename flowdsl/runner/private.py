"""A folder for what must not stay: Secrets as files, in memory where this machine can, gone with the runner.

Run as a script, by its path, this waits until whoever started it goes away, kill -9 included, and takes the folder that
it is given away.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if __name__ != "__main__" or TYPE_CHECKING:
    from flowdsl.runner.removal import remove
    from flowdsl.runner.scratch import MEMORY, Scratch
else:
    # The program that waits has no packages, only what lies beside it.
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from removal import remove

    del sys.path[0]


class Private:
    """Gives folders that only this user can read. Nothing is made before the first is asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._root: Scratch | None = None
        self._reaper: subprocess.Popen[bytes] | None = None

    def folder(self) -> Path:
        """A new, empty folder."""
        with self._lock:
            if self._root is None:
                self._root = Scratch(MEMORY)
                self._reaper = subprocess.Popen(
                    [sys.executable, "-I", "-S", __file__, str(self._root.path)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            return Path(tempfile.mkdtemp(dir=self._root.path))

    def close(self) -> None:
        """Take it all away."""
        with self._lock:
            root, reaper = self._root, self._reaper
            self._root = self._reaper = None
        if root is not None:
            root.remove()
        if reaper is not None:
            with reaper:
                pass


def _reap(path: str) -> None:
    # Ctrl-C reaches the whole terminal; only the end of the runner counts.
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(ValueError):
            signal.signal(number, signal.SIG_IGN)
    os.read(0, 1)
    remove(path)


if __name__ == "__main__":
    _reap(sys.argv[1])
