"""Asks the process that forks (`forked_server.py`): for tests in Python, and for the programs `flowdsl` and `python` of a shell.

    python -S -E forked_client.py ADDRESS VARIABLES PYTHON flowdsl|python [ARGUMENT...]

As a program it is what a shell starts many times, so it needs nothing but the least of Python's own library.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Mapping, Sequence


def variables(environment: Mapping[str, str]) -> str:
    """What of an environment changes how Python itself starts."""
    return json.dumps({name: value for name, value in sorted(environment.items()) if name.startswith("PYTHON")})


def begin(
    address: str, arguments: Sequence[str], folder: str, environment: Mapping[str, str], streams: Sequence[int]
) -> socket.socket:
    """Start a process with these streams as its 0, 1 and 2; it ends where what is given back is closed before `ended`.

    The first argument is "flowdsl", or the path of a Python file. Raises OSError where nobody answers at the address.
    """
    told = json.dumps({"arguments": list(arguments), "folder": folder, "environment": dict(environment)}).encode()
    asked = socket.socket(socket.AF_UNIX)
    try:
        asked.connect(address)
        socket.send_fds(asked, [len(told).to_bytes(8, "big")], list(streams))
        asked.sendall(told)
    except OSError:
        asked.close()
        raise
    return asked


def ended(asked: socket.socket) -> int | None:
    """The exit code, as `subprocess` gives it, once there is one; None where the process that forks has gone."""
    answer = b""
    while not answer.endswith(b"\n"):
        more = asked.recv(64)
        if not more:
            return None
        answer += more
    return int(answer)


def _main() -> int:
    address, started_with, python, program, *arguments = sys.argv[1:]
    own = [program, *arguments] if program == "flowdsl" else arguments
    forks = program == "flowdsl" or (arguments and arguments[0].endswith(".py") and os.path.isfile(arguments[0]))
    if arguments[:2] == ["-m", "flowdsl"]:
        forks, own = True, arguments[1:]
    if not forks or started_with != variables(os.environ):
        os.execv(python, [python, *(["-m", "flowdsl"] if program == "flowdsl" else []), *arguments])
    with begin(address, own, os.getcwd(), os.environ, (0, 1, 2)) as asked:
        code = ended(asked)
    if code is None:
        raise SystemExit("the process that forks has gone")
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(_main())
