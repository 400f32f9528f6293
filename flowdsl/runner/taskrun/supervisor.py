"""The program that starts the steps' processes and sees to it that none of them outlives its step.

It runs as a process of its own (`python -I -S supervisor.py`), small and with one thread, so that forking it is cheap
and safe where forking the threaded runner is neither. For each step it has a *shim*: the shim makes the step's mounts
in a mount namespace of its own, starts the step's command and is the reaper of everything that comes from it, also
what forks twice. It kills what is left when the command ends, when it is asked to, and when the runner is gone.

Only the standard library is used: the interpreter starts without site packages.

A *ground* is what the shims stand on: see `ground.py`. Where steps are confined each shim is the first process of a PID
namespace, and has a view of the machine that its step may change as it likes.

On the control socket (descriptor 0) comes first, for confined steps, the plan of `view.py`, as four bytes of length and
as much JSON; then one byte comes with three descriptors: the step's socket, its standard output, its
standard error. On a step's socket come first four bytes of length and as much JSON (`argv`, `env`, `cwd`, `mounts`),
then single bytes: `T` terminate the process group, `t` the command alone, `K` kill, `X` start another command beside it
(length and JSON again: `id`, `argv`, `env`, `cwd`) and `x` kill those. It answers with lines of JSON: `started` or
`failed`, `beside` and `exit` for another command, then `exit`.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import os
import select
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING

# Nothing of the packages installed can be imported here, only what lies beside this file and its folder.
if TYPE_CHECKING:
    from flowdsl.runner.removal import remove
    from flowdsl.runner.taskrun.ground import Confined, Ground, Mounts
    from flowdsl.runner.taskrun.namespace import LIBC
    from flowdsl.runner.taskrun.shim import Shim, receive_text, send
else:
    sys.path[:0] = [
        os.path.dirname(os.path.abspath(__file__)),
        os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
    ]
    from ground import Confined, Ground, Mounts
    from namespace import LIBC
    from removal import remove
    from shim import Shim, receive_text, send

    del sys.path[:2]

PR_SET_CHILD_SUBREAPER = 36
# So many shims wait ready, so that a step needn't wait for a fork.
READY = 2
# When shims fail at once so often, the supervisor gives up; and so long, in seconds, it waits for the first one.
TOO_MANY_FAILURES, PATIENCE = 50, 30.0


class Nursery:
    """What the supervisor and its shims share."""

    def __init__(self, control: socket.socket, ground: Ground) -> None:
        self.control = control
        self.ground = ground
        # A pipe on which shims say that they are ready at first (r), failed to be (f), taken (t), idle again (i).
        self.read, self.word = os.pipe()
        # A pipe on which nothing is said: it ends with the supervisor.
        self.life, self.life_end = os.pipe()


def shim(nursery: Nursery, number: int) -> None:
    """One shim's life: it waits for a step, runs it, goes back to where it was, waits again. Never returns."""
    try:
        os.close(nursery.life_end)
        os.setsid()
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        if sys.platform == "linux":
            LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        try:
            nursery.ground.arrive(number)
        except Exception as problem:
            os.write(nursery.word, b"f" if number else b"f" + str(problem).encode()[:1000])
            return
        os.write(nursery.word, b"r")
        while wait(nursery, wake_read):
            os.write(nursery.word, b"i")
    except ConnectionError:
        pass
    finally:
        os._exit(0)


def wait(nursery: Nursery, wake: int) -> bool:
    """Wait for one step and run it; whether the shim can take another one."""
    nursery.ground.prepare()
    while True:
        ready, _, _ = select.select([nursery.control.fileno(), nursery.life], [], [])
        if nursery.life in ready:
            return False
        try:
            message, descriptors, _, _ = socket.recv_fds(nursery.control, 1, 3, socket.MSG_DONTWAIT)
        except BlockingIOError:
            continue  # another shim has it
        break
    if not message:
        return False
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)  # the step must not speak for its shim
    os.write(nursery.word, b"t")
    with socket.socket(fileno=descriptors[0]) as connection:
        request = json.loads(receive_text(connection))
        fit = Shim(connection, wake, nursery.ground).run(request, descriptors[1], descriptors[2])
    return nursery.ground.recover() and fit


def serve(nursery: Nursery) -> None:
    """Keep shims ready until the runner is gone. They take the messages, and say so, and say when they are free."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the runner's to answer
    events = select.poll()
    events.register(nursery.control, 0)  # the end of the connection is always told
    events.register(nursery.read, select.POLLIN)
    number, idle, failures = 1, 1, 0
    while failures < TOO_MANY_FAILURES:
        while idle < READY:
            if nursery.ground.fork():
                shim(nursery, number)
            number, idle = number + 1, idle + 1
        for descriptor, _ in events.poll():
            if descriptor != nursery.read:
                return
            words = os.read(nursery.read, 4096)
            idle += words.count(b"i") - words.count(b"t") - words.count(b"f")
            failures += words.count(b"f")


def first_shim(nursery: Nursery) -> str:
    """Start one and wait until it is ready; why it can't be, where it can't."""
    if nursery.ground.fork():
        shim(nursery, 0)
    ready, _, _ = select.select([nursery.read, nursery.control.fileno()], [], [], PATIENCE)
    if nursery.read not in ready:
        return "nothing starts in it"
    return os.read(nursery.read, 4096).removeprefix(b"r").removeprefix(b"f").decode("utf-8", "replace")


def make_ground(mode: str, base: str, control: socket.socket) -> Ground:
    """The ground of that name. What a confined step is to see comes first on the socket: everybody sees arguments."""
    if mode == "confined":
        return Confined(base, json.loads(receive_text(control)))
    return Mounts(base) if mode == "namespace" else Ground()


def main() -> None:
    """`supervisor.py MODE BASE FOLDER...`

    MODE is confined, namespace or plain; BASE an empty folder for a root's tmpfs; the FOLDERs are removed at the end.
    """
    mode, base, *folders = sys.argv[1:]
    # Descriptor 0 becomes a step's input later on; the socket lives higher up.
    control = socket.socket(fileno=os.dup(0))
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    ground = make_ground(mode, base, control)
    nursery = Nursery(control, ground)
    try:
        ground.begin()
        gc.freeze()
        if problem := first_shim(nursery):
            raise OSError(errno.EPERM, problem)
    except OSError as error:
        ground.end()
        send(control, failed=error.errno, message=error.strerror or str(error))
        return
    send(control, ready=True)
    serve(nursery)
    ground.end()
    with contextlib.suppress(OSError):
        os.rmdir(base)
    for _ in range(50):
        folders = [folder for folder in folders if not remove(folder)]
        if not folders:
            break
        time.sleep(0.1)  # a step that is being ended may still write


if __name__ == "__main__":
    main()
