"""Loads what flowdsl's commands need, and forks a process for each that is asked for at an address.

    python forked_server.py ADDRESS MODULE...

It ends where its standard input does, that is with whoever started it, and takes the address and its folder along.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import threading
from typing import Any


def _received(asked: socket.socket) -> tuple[dict[str, Any], list[int]]:
    head, streams, _, _ = socket.recv_fds(asked, 8, 3)
    head += _exactly(asked, 8 - len(head))
    told: dict[str, Any] = json.loads(_exactly(asked, int.from_bytes(head, "big")))
    return told, streams


def _exactly(asked: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        more = asked.recv(size - len(found))
        if not more:
            raise EOFError
        found += more
    return found


def _served(address: str) -> dict[str, Any]:
    """In each process that is forked what it is to do; the process that forks ends here with its standard input."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen(64)
        print("ready", flush=True)
        while True:
            if sys.stdin in select.select([listening, sys.stdin], [], [])[0]:
                os.unlink(address)
                os.rmdir(os.path.dirname(address))
                sys.exit()
            asked, _ = listening.accept()
            if os.fork() == 0:
                break
            asked.close()
            _bury()
    return _minded(asked)


def _bury() -> None:
    """Take leave of the processes that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _minded(asked: socket.socket) -> dict[str, Any]:
    """Fork once more: one does it, the other tells when that has ended, or ends it where nobody listens any more."""
    try:
        told, streams = _received(asked)
    except (EOFError, OSError):
        os._exit(0)
    if (child := os.fork()) == 0:
        asked.close()
        os.setsid()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        for stream in streams:
            if stream > 2:
                os.close(stream)
        return told
    for stream in streams:
        os.close(stream)
    threading.Thread(target=_end_with, args=(asked, child), daemon=True).start()
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(OSError):
        asked.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _end_with(asked: socket.socket, child: int) -> None:
    with contextlib.suppress(OSError):
        if not asked.recv(1):
            os.killpg(child, signal.SIGKILL)


def _become(arguments: list[str], folder: str, environment: dict[str, str]) -> int:
    """What `python -m flowdsl` or `python FILE` finds when it starts."""
    from flowdsl.cli import main

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    program, *rest = arguments
    sys.argv = [program, *rest]
    if program == "flowdsl":
        sys.path[0] = ""
        return main()
    sys.path[0] = os.path.dirname(os.path.abspath(program))
    runpy.run_path(program, run_name="__main__")
    return 0


def _main() -> int:
    address, *modules = sys.argv[1:]
    for name in modules:
        importlib.import_module(name)
    return _become(**_served(address))


if __name__ == "__main__":
    sys.exit(_main())
