"""One step's process and all that comes from it, as its shim keeps it. For the supervisor of the steps alone.

Only the standard library is used: see `supervisor.py`, which tells the protocol, too.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import select
import signal
import socket
import struct
import sys
import time
from typing import TYPE_CHECKING

# Nothing of the packages installed can be imported here: see `supervisor.py`.
if TYPE_CHECKING:
    from flowdsl.runner.taskrun.ground import Ground
    from flowdsl.runner.taskrun.messages import CommandMessage, StepMessage
else:
    from ground import Ground

# Text files that another process has open for writing can't be executed; a fork elsewhere may hold one for a moment.
BUSY_TRIES = 20
DEFAULTS = [signal.SIGCHLD, signal.SIGPIPE, signal.SIGINT, signal.SIGTERM, signal.SIGXFSZ]


def children_of(root: int) -> list[int]:
    """Every process below one, by /proc."""
    parents: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{name}/stat", "rb") as file:
                # The name of the program is in brackets and may hold anything: what counts begins after the last one.
                parents.setdefault(int(file.read().rpartition(b")")[2].split()[1]), []).append(int(name))
    found: list[int] = []
    waiting = [root]
    while waiting:
        below = parents.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def send(connection: socket.socket, **answer: object) -> None:
    """One line of JSON; a runner that is gone is no error."""
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps(answer).encode() + b"\n")


class Shim:
    """One step: its main process, and all that comes from it."""

    def __init__(self, connection: socket.socket, wake: int, ground: Ground) -> None:
        self.connection = connection
        self.wake = wake
        self.ground = ground
        # Commands beside the main one: the runner's name of each by its process.
        self.beside: dict[int, int] = {}
        self.main = 0
        self.status: int | None = None

    def run(self, request: StepMessage, output: int, error: int) -> bool:
        """Start the step and stay until nothing of it is left; whether the shim is fit for another one."""
        try:
            self.ground.enter(request["mounts"])
            if self.ground.alone:
                os.makedirs(request["cwd"], exist_ok=True)  # as a container runtime does
        except OSError as problem:
            send(self.connection, failed=problem.errno, what="mount", message=str(problem))
            return False
        if not self.start(request, output, error):
            return True
        try:
            status = self.attend()
        finally:
            self.kill()  # whatever happens here, nothing of the step stays behind
        if request["after"] and os.WIFSIGNALED(status):
            self.follow(request)
        code = os.waitstatus_to_exitcode(status)
        send(self.connection, exit=code if code >= 0 else -1, signal=max(-code, 0))
        return True

    def attend(self) -> int:
        """Do as the runner says until the command has ended; its status."""
        runner = self.connection.fileno()
        watched = [runner, self.wake]
        while self.status is None:
            ready, _, _ = select.select(watched, [], [])
            if self.wake in ready:
                os.read(self.wake, 4096)
                self.reap()
            if runner in ready and self.status is None:
                command = self.hear()
                self.obey(command)
                if not command:
                    watched.remove(runner)  # it says no more, and would be ready for ever
        return self.status

    def hear(self) -> bytes:
        """The runner's next command; empty when the runner is gone.

        One that went with an answer unread is told by an error (unix(7): ECONNRESET), not by an end of the stream.
        """
        try:
            return self.connection.recv(1)
        except ConnectionError:
            return b""

    def start(self, request: StepMessage, output: int, error: int) -> bool:
        """Start the command; tell whether it could be executed."""
        what = "chdir"
        try:
            os.chdir(request["cwd"])
            what = "exec"
            self.main = spawn(request["argv"], request["env"], output, error)
        except (OSError, ValueError) as problem:
            send(self.connection, failed=0, what=what, message=getattr(problem, "strerror", None) or str(problem))
            return False
        finally:
            os.close(output)
            os.close(error)
        send(self.connection, started=self.main)
        return True

    def follow(self, request: StepMessage) -> None:
        """Run the command that ends what the killed one had started elsewhere."""
        with contextlib.suppress(OSError, ValueError):
            null = os.open("/dev/null", os.O_WRONLY)
            pid = spawn(request["after"], request["env"], null, null)
            os.waitpid(pid, 0)

    def obey(self, command: bytes) -> None:
        """Do what the runner asks; an end of the connection means that it is gone."""
        with contextlib.suppress(OSError):
            if command == b"X":
                self.start_beside(json.loads(receive_text(self.connection)))
            elif command == b"x":
                for pid in self.beside:
                    os.killpg(pid, signal.SIGKILL)
            elif command == b"t":
                os.kill(self.main, signal.SIGTERM)
            else:
                os.killpg(self.main, signal.SIGTERM if command == b"T" else signal.SIGKILL)

    def start_beside(self, request: CommandMessage) -> None:
        """Start a command where the step is, as an exec probe of a container."""
        null = os.open("/dev/null", os.O_WRONLY)
        try:
            os.chdir(request["cwd"])
            self.beside[spawn(request["argv"], request["env"], null, null)] = request["id"]
        except (OSError, ValueError):
            send(self.connection, beside=request["id"], exit=126)
        finally:
            os.close(null)

    def reap(self) -> bool:
        """Collect what ended; whether anything is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self.main:
                self.status = status
            elif pid in self.beside:
                send(self.connection, beside=self.beside.pop(pid), exit=os.waitstatus_to_exitcode(status))

    def kill(self) -> None:
        """End everything that comes from the step, also what left its process group or its session."""
        with contextlib.suppress(OSError):
            os.killpg(self.main, signal.SIGKILL)
        while self.reap():
            if self.ground.alone:
                with contextlib.suppress(OSError):
                    os.kill(-1, signal.SIGKILL)  # all that this namespace has, whatever it forks meanwhile
                time.sleep(0.001)
                continue
            left = children_of(os.getpid()) if sys.platform == "linux" else []
            # Stopped first, so that nothing can fork while the others are being killed.
            for what in (signal.SIGSTOP, signal.SIGKILL):
                for pid in left:
                    with contextlib.suppress(OSError):
                        os.kill(pid, what)
            time.sleep(0.002)


def find(program: str, path: str) -> str:
    """The file that a command's first word means, as Go's exec.LookPath finds it. Raises OSError."""
    if "/" in program:
        return program
    for folder in path.split(":"):
        place = os.path.join(folder or ".", program)
        if os.path.isfile(place) and os.access(place, os.X_OK):
            return place
    raise OSError(errno.ENOENT, f'"{program}": executable file not found in $PATH')


def spawn(argv: list[str], env: dict[str, str], output: int, error: int) -> int:
    """Start a command in a process group of its own; its process id. Raises OSError."""
    program = find(argv[0], env.get("PATH", ""))
    actions = [(os.POSIX_SPAWN_DUP2, output, 1), (os.POSIX_SPAWN_DUP2, error, 2)]
    for _ in range(BUSY_TRIES):
        try:
            return os.posix_spawn(program, argv, env, file_actions=actions, setpgroup=0, setsigdef=DEFAULTS)
        except OSError as problem:
            if problem.errno != errno.ETXTBSY:
                raise
        time.sleep(0.005)
    raise OSError(errno.ETXTBSY, os.strerror(errno.ETXTBSY))


def receive(connection: socket.socket, size: int) -> bytes:
    """Exactly so many bytes; raises ConnectionError when the runner is gone."""
    parts = b""
    while len(parts) < size:
        part = connection.recv(min(size - len(parts), 1 << 20))
        if not part:
            raise ConnectionError
        parts += part
    return parts


def receive_text(connection: socket.socket) -> bytes:
    """Four bytes of length, and as much JSON: one of `messages.py`."""
    return receive(connection, struct.unpack("!I", receive(connection, 4))[0])
