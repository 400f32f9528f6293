"""Runs a command and ends it, with all it started, when whoever started this goes away: run as a script, by its path.

Standard input is a pipe whose other end the runner holds: it closes with the runner, kill -9 included.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading

_PATIENCE = 5.0


def main(command: list[str]) -> int:
    """Run the command in a process group of its own; its exit code, or 143 if it was ended."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    ended = threading.Event()

    def watch() -> None:
        # Nothing is ever written: reading ends when the other end is closed.
        os.read(0, 1)
        stop()

    def stop(*_: object) -> None:
        ended.set()
        for number, patience in ((signal.SIGTERM, _PATIENCE), (signal.SIGKILL, _PATIENCE)):
            try:
                os.killpg(process.pid, number)
                process.wait(patience)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        os._exit(143)

    # Ctrl-C reaches the whole group of the terminal; only the runner decides when the service ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, stop)
    threading.Thread(target=watch, daemon=True).start()
    code = process.wait()
    if ended.is_set():
        threading.Event().wait(2 * _PATIENCE + 1)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
