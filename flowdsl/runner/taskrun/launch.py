"""Starting processes through the supervisor: the runner's end of the two sockets."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import attrs

from flowdsl.runner.scratch import DISK, MEMORY, Scratch, sweep

if TYPE_CHECKING:
    from flowdsl.kinds import shapes
    from flowdsl.runner.taskrun.messages import Answer, CommandMessage, MountMessage, SightMessage, StepMessage
    from flowdsl.runner.taskrun.sight import Sight

EARLY = 32768  # bytes: well below the smallest buffer of a Unix socket
SUPERVISOR = Path(__file__).with_name("supervisor.py")


@attrs.frozen
class Mount:
    """A folder or file of this machine shown to a step at an absolute path.

    `root` is the volume that the source is a sub-path of. The source is looked up below it once more when it is
    mounted: by then another step may have put a link in its place.
    """

    target: str
    source: Path
    read_only: bool = False
    root: Path | None = None
    # The type of a hostPath: where steps are confined it is the step's view of that folder, not the machine's own.
    host_path: str = ""

    @property
    def below(self) -> str:
        """The source's path below its volume."""
        return "" if self.root is None else self.source.relative_to(self.root).as_posix()


def _no_container() -> shapes.Step:
    return {}


@attrs.frozen
class Launch:
    """A command to start, everything in it final."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: str
    mounts: Sequence[Mount] = ()
    image: str = ""
    name: str = ""
    # Whether argv begins with a command; otherwise it is arguments for what the image runs by itself.
    command: bool = True
    # What an executor of images wants to know of the container: imagePullPolicy, computeResources.
    spec: shapes.Step | shapes.Sidecar = attrs.field(factory=_no_container)
    # Run when a signal has ended the command: what it started elsewhere must end too.
    after: Sequence[str] = ()


@attrs.frozen
class Ended:
    """How a process ended. `code` is -1 for one that a signal ended; `problem` says why one could not start."""

    code: int
    signal: int = 0
    problem: str = ""


class Process(Protocol):
    """A started process, with all that comes from it."""

    def fileno(self) -> int:
        """Becomes readable when `poll` may have news."""

    def poll(self) -> Ended | None:
        """How it ended, or None while it runs. Never waits."""

    @property
    def started(self) -> bool:
        """Whether the command was executed."""

    def terminate(self, group: bool = True) -> None:
        """Ask it to end: SIGTERM to its process group, or to its command alone."""

    def kill(self) -> None:
        """End it and everything that comes from it."""

    def close(self) -> None:
        """Let go of it; what still runs of it is killed."""


class Beside:
    """A command that runs beside a step's own, in what the step sees."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._code = -1

    def ended(self, code: int) -> None:
        """It has ended."""
        self._code = code
        self._over.set()

    def wait(self, seconds: float) -> int | None:
        """Its exit code, None where it takes longer."""
        return self._code if self._over.wait(seconds) else None


class Supervised:
    """A process whose shim answers over a socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._text = b""
        self._ended: Ended | None = None
        self._beside: dict[int, Beside] = {}
        self.started = False

    def fileno(self) -> int:
        """See `Process`."""
        return self._connection.fileno()

    def poll(self) -> Ended | None:
        """See `Process`."""
        if self._ended is None:
            try:
                part = self._connection.recv(65536, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return None
            except OSError:
                part = b""
            self._text += part
            *lines, self._text = self._text.split(b"\n")
            for line in lines:
                self._hear(json.loads(line))
            if not part and self._ended is None:
                self._ended = Ended(-1, 9, "its supervisor was killed")
        return self._ended

    def _hear(self, answer: Answer) -> None:
        if "started" in answer:
            self.started = True
        elif "beside" in answer:
            self._beside.pop(answer["beside"]).ended(answer["exit"])
        elif "failed" in answer:
            self._ended = Ended(-1, 0, f"{answer['what']}: {answer['message']}")
        else:
            self._ended = Ended(answer["exit"], answer["signal"])

    def beside(self, argv: Sequence[str], env: Mapping[str, str], cwd: str) -> Beside:
        """Start another command where this one is; whoever polls this process hears of its end."""
        made = Beside()
        number = id(made)
        self._beside[number] = made
        self._tell(b"X" + _message({"id": number, "argv": list(argv), "env": dict(env), "cwd": cwd}))
        return made

    def kill_beside(self) -> None:
        """End the other commands."""
        self._tell(b"x")

    def _tell(self, command: bytes) -> None:
        with contextlib.suppress(OSError):
            self._connection.sendall(command)

    def terminate(self, group: bool = True) -> None:
        """See `Process`."""
        self._tell(b"T" if group else b"t")

    def kill(self) -> None:
        """See `Process`."""
        self._tell(b"K")

    def close(self) -> None:
        """See `Process`."""
        self._connection.close()


class Supervisor:
    """The supervisor process of a runner; started on first use, safe to use from many threads."""

    def __init__(self, namespace: bool, sight: Sight | None = None) -> None:
        self.namespace = namespace
        # Whether steps have a view of their own; without `sight` nobody has asked for it.
        self.confined = namespace and sight is not None
        self._sight = sight
        self.reason = ""
        self._lock = threading.Lock()
        self._running: weakref.WeakSet[Supervised] = weakref.WeakSet()
        self._closed = False
        # The file systems that were there when the namespace was made.
        self._devices: set[int] = set()
        self._retired: list[tuple[socket.socket | None, subprocess.Popen[bytes] | None]] = []
        self._control: socket.socket | None = None
        self._bases: list[Scratch] = []
        self.program: subprocess.Popen[bytes] | None = None
        # What earlier ones could not take away themselves: they were killed before their program was there to do it.
        sweep()
        # On a disk, for what steps may write much to: /var/tmp is the one of a machine's two that is not in memory.
        disk = Scratch(DISK)
        # In memory where the machine has such a place: files of secrets must not reach a disk, and it is fast.
        memory = Scratch(MEMORY)
        self.scratch, self.private = disk.path, memory.path
        # Also where nobody closes it, and where the process ends before its program was started.
        self._remove = weakref.finalize(self, _remove, os.getpid(), self._bases, memory, disk)

    def open(self) -> None:
        """Start the supervisor if it isn't there; what can't be had, `confined` or `namespace`, becomes False."""
        with self._lock:
            self._ensure()

    def _ensure(self) -> socket.socket:
        if self._closed:
            raise OSError(errno.ESHUTDOWN, "the runner is closed")
        if self.program is not None and self.program.poll() is None and self._control is not None:
            return self._control
        if self.namespace and sys.platform != "linux":
            self.namespace, self.confined, self.reason = False, False, "mount namespaces are Linux's"
        if self.confined:
            answer = self._spawn("confined")
            if "ready" in answer:
                return self._started()
            self.confined, self.reason = False, str(answer.get("message", "it did not answer"))
        if self.namespace:
            answer = self._spawn("namespace")
            if "ready" not in answer:
                self.namespace, self.reason = False, str(answer.get("message", "it did not answer"))
        if not self.namespace and "ready" not in (answer := self._spawn("plain")):
            raise OSError(f"the supervisor of the steps does not start: {answer.get('message', 'it did not answer')}")
        return self._started()

    def _started(self) -> socket.socket:
        assert self._control is not None
        return self._control

    def _spawn(self, mode: str) -> Answer:
        self._drop()
        ours, theirs = socket.socketpair()
        # A tmpfs is mounted there, in a namespace alone: on this machine the folder stays empty. It is in none of the
        # folders that the supervisor removes: in its namespace it may have the whole machine below it.
        base = Scratch()
        self._bases.append(base)
        command = [sys.executable, "-I", "-S", str(SUPERVISOR), mode, os.path.realpath(base.path)]
        command += [str(self.private), str(self.scratch)]
        with theirs:
            self.program = subprocess.Popen(command, stdin=theirs.fileno(), env={}, start_new_session=True, cwd="/")
        if mode == "confined" and self._sight is not None:
            with contextlib.suppress(OSError):  # it is gone: it gives no answer
                ours.sendall(_message(self._sight.plan(self.scratch)))
        with ours.makefile("rb") as lines:
            answer = lines.readline()
        if mode != "confined":  # there each shim mounts on it
            _remove_bases(self._bases)
        self._control = ours
        self._devices |= _mounted_devices()
        found: Answer = json.loads(answer) if answer else {}
        return found

    def start(self, launch: Launch, output: int, error: int, mounted: bool = True) -> Supervised:
        """Start a command; `output` and `error` are descriptors for its streams, the caller's to close."""
        ours, theirs = socket.socketpair()
        mounts: list[MountMessage] = [
            {
                "target": one.target,
                "source": str(one.root or one.source),
                "below": one.below,
                "readOnly": one.read_only,
                "hostPath": one.host_path if self.confined else "",
            }
            for one in launch.mounts
            if mounted
        ]
        request: StepMessage = {
            "argv": list(launch.argv),
            "env": dict(launch.env),
            "cwd": launch.cwd,
            "mounts": mounts,
            "after": list(launch.after),
        }
        message = _message(request)
        if mounted:
            self._see(launch.mounts)
        # A short message is there before the shim looks; a long one would wait for its reader.
        early = len(message) < EARLY
        if early:
            ours.sendall(message)
        with theirs:
            for last in (False, True):
                with self._lock:
                    control = self._ensure()
                    try:
                        socket.send_fds(control, [b"s"], [theirs.fileno(), output, error])
                        break
                    except OSError:
                        if last:
                            raise
                        self._drop()
        if not early:
            with contextlib.suppress(BrokenPipeError):  # then `poll` tells
                ours.sendall(message)
        process = Supervised(ours)
        with self._lock:
            self._running.add(process)
        return process

    def _see(self, mounts: Sequence[Mount]) -> None:
        """Make the namespace anew where a mount's source is on a file system that came after it: it would be hidden."""
        devices = {os.stat(one.source).st_dev for one in mounts if not (self.confined and one.host_path)}
        with self._lock:
            if not devices <= self._devices:
                # A step may be on its way to the old one, which stays until the end.
                self._retired.append((self._control, self.program))
                self._control = self.program = None
                self._ensure()
                self._devices |= devices

    def _drop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self.program is not None:
            self.program.wait()
            self.program = None

    def close(self) -> None:
        """End the supervisor; what is still running is killed."""
        with self._lock:
            self._closed = True
            for process in self._running:
                process.kill()
            self._drop()
            while self._retired:
                self._control, self.program = self._retired.pop()
                self._drop()
        self._remove()


def _message(request: StepMessage | CommandMessage | SightMessage) -> bytes:
    text = json.dumps(request).encode()
    return struct.pack("!I", len(text)) + text


def _mounted_devices() -> set[int]:
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return set()
    numbers = (line.split()[2].split(":") for line in lines)
    return {os.makedev(int(major), int(minor)) for major, minor in numbers}


def _remove_bases(bases: list[Scratch]) -> None:
    while bases:
        base = bases.pop()
        with contextlib.suppress(OSError):
            base.path.rmdir()  # it is empty, or it is none of ours
        base.let_go()


def _remove(owner: int, bases: list[Scratch], *folders: Scratch) -> None:
    if os.getpid() == owner:  # a forked process has a copy of the object, not of the folders
        _remove_bases(bases)
        for folder in folders:
            folder.remove()
