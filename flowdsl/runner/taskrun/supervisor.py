"""The program that starts the steps' processes and sees to it that none of them outlives its step.

It runs as a process of its own (`python -I -S supervisor.py`), small and with one thread, so that forking it is cheap
and safe where forking the threaded runner is neither. For each step it has a *shim*: the shim makes the step's mounts
in a mount namespace of its own, starts the step's command and is the reaper of everything that comes from it, also
what forks twice. It kills what is left when the command ends, when it is asked to, and when the runner is gone.

Only the standard library is used: the interpreter starts without site packages.

On the control socket (descriptor 0) one byte comes with three descriptors: the step's socket, its standard output, its
standard error. On a step's socket come first four bytes of length and as much JSON (`argv`, `env`, `cwd`, `mounts`),
then single bytes: `T` terminate the process group, `t` the command alone, `K` kill. It answers with lines of JSON:
`started` or `failed`, then `exit`.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import os
import select
import shutil
import signal
import socket
import struct
import sys
import time
from typing import TYPE_CHECKING, Any

# Nothing of the packages installed can be imported here, only what lies beside this file.
if TYPE_CHECKING:
    from flowdsl.runner.taskrun.namespace import CLONE_NEWNS, LIBC, check, make_mounts, make_root
else:
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from namespace import CLONE_NEWNS, LIBC, check, make_mounts, make_root

    del sys.path[0]

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
# Text files that another process has open for writing can't be executed; a fork elsewhere may hold one for a moment.
BUSY_TRIES = 20
# So many shims wait ready, so that a step needn't wait for a fork.
READY = 2
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

    def __init__(self, connection: socket.socket, wake: int) -> None:
        self.connection = connection
        self.wake = wake
        self.main = 0
        self.status: int | None = None

    def run(self, request: dict[str, Any], output: int, error: int) -> bool:
        """Start the step and stay until nothing of it is left; whether the shim is fit for another one."""
        try:
            if request["mounts"]:
                make_mounts(request["mounts"])
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

    def start(self, request: dict[str, Any], output: int, error: int) -> bool:
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

    def follow(self, request: dict[str, Any]) -> None:
        """Run the command that ends what the killed one had started elsewhere."""
        with contextlib.suppress(OSError, ValueError):
            null = os.open("/dev/null", os.O_WRONLY)
            pid = spawn(request["after"], request["env"], null, null)
            os.waitpid(pid, 0)

    def obey(self, command: bytes) -> None:
        """Do what the runner asks; an end of the connection means that it is gone."""
        with contextlib.suppress(OSError):
            if command == b"t":
                os.kill(self.main, signal.SIGTERM)
            else:
                os.killpg(self.main, signal.SIGTERM if command == b"T" else signal.SIGKILL)

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

    def kill(self) -> None:
        """End everything that comes from the step, also what left its process group or its session."""
        with contextlib.suppress(OSError):
            os.killpg(self.main, signal.SIGKILL)
        while self.reap():
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


def shim(control: socket.socket, word: int, base: int) -> None:
    """One shim's life: it waits for a step, runs it, makes a fresh namespace, waits again. Never returns."""
    try:
        parent = os.getppid()
        os.setsid()
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        if sys.platform == "linux":
            LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        while wait(control, word, base, parent, wake_read):
            os.chdir("/")
            if base >= 0:
                check(LIBC.setns(base, CLONE_NEWNS), "setns")
            os.write(word, b"i")
    except ConnectionError:
        pass
    finally:
        os._exit(0)


def wait(control: socket.socket, word: int, base: int, parent: int, wake: int) -> bool:
    """Wait for one step and run it; whether the shim can take another one."""
    if base >= 0:
        check(LIBC.unshare(CLONE_NEWNS), "unshare")
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        return False
    message, descriptors, _, _ = socket.recv_fds(control, 1, 3)
    if not message:
        return False
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0)
    os.write(word, b"t")
    with socket.socket(fileno=descriptors[0]) as connection:
        size = struct.unpack("!I", receive(connection, 4))[0]
        request = json.loads(receive(connection, size))
        return Shim(connection, wake).run(request, descriptors[1], descriptors[2])


def serve(control: socket.socket, base: int) -> None:
    """Keep shims ready until the runner is gone. They take the messages, and say so, and say when they are free."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the runner's to answer
    gc.freeze()
    read, write = os.pipe()
    events = select.poll()
    events.register(control, 0)  # the end of the connection is always told
    events.register(read, select.POLLIN)
    idle = 0
    while True:
        while idle < READY:
            if os.fork() == 0:
                shim(control, write, base)
            idle += 1
        for descriptor, _ in events.poll():
            if descriptor != read:
                return
            words = os.read(read, 4096)
            idle += words.count(b"i") - words.count(b"t")


def main() -> None:
    """`supervisor.py MODE BASE FOLDER...`

    MODE is namespace or plain; BASE an empty folder for the root's tmpfs; the FOLDERs are removed at the end.
    """
    mode, base, *folders = sys.argv[1:]
    # Descriptor 0 becomes a step's input later on; the socket lives higher up.
    control = socket.socket(fileno=os.dup(0))
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    try:
        if mode == "namespace":
            make_root(base)
    except OSError as problem:
        send(control, failed=problem.errno, message=str(problem))
        return
    send(control, ready=True)
    serve(control, os.open("/proc/self/ns/mnt", os.O_RDONLY) if mode == "namespace" else -1)
    for _ in range(50):
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        if not any(os.path.exists(folder) for folder in folders):
            break
        time.sleep(0.1)  # a step that is being ended may still write


if __name__ == "__main__":
    main()
