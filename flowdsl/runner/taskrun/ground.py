"""What a shim stands on between two steps: the machine as it is, a root with mounts of ours, or a view of its own.

For the supervisor of the steps alone. Only the standard library is used: see `supervisor.py`.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

# Nothing of the packages installed can be imported here: see `supervisor.py`.
if TYPE_CHECKING:
    from flowdsl.runner.taskrun.confine import confine_run, confine_steps
    from flowdsl.runner.taskrun.limits import leave_groups, limit_resources
    from flowdsl.runner.taskrun.messages import MountMessage, SightMessage
    from flowdsl.runner.taskrun.namespace import (
        CLONE_NEWIPC,
        CLONE_NEWNS,
        CLONE_NEWPID,
        LIBC,
        check,
        leave_mounts,
        make_mounts,
        make_root,
        mount_points,
    )
    from flowdsl.runner.taskrun.view import View
else:
    from confine import confine_run, confine_steps
    from limits import leave_groups, limit_resources
    from namespace import (
        CLONE_NEWIPC,
        CLONE_NEWNS,
        CLONE_NEWPID,
        LIBC,
        check,
        leave_mounts,
        make_mounts,
        make_root,
        mount_points,
    )
    from view import View


class Ground:
    """The machine as it is: nothing can be mounted, and paths are the real ones."""

    # Whether a shim is the first process of a PID namespace, so that its step sees no other, and dies with it.
    alone = False

    def begin(self) -> None:
        """Once, in the supervisor. Raises OSError, as the others do."""

    def end(self) -> None:
        """Once, in the supervisor, when no step runs any more."""

    def fork(self) -> bool:
        """Start a shim; True in the shim."""
        return os.fork() == 0

    def arrive(self, number: int) -> None:
        """Once in each shim; no two have the same number."""

    def prepare(self) -> None:
        """Before a step is known."""

    def enter(self, mounts: list[MountMessage]) -> None:
        """Make the step's mounts."""

    def recover(self) -> bool:
        """After a step; whether another one may follow."""
        return True


class Mounts(Ground):
    """A mount namespace with a root of ours, in which everything of the machine is as it is."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._namespace = -1

    def begin(self) -> None:
        """See `Ground`."""
        make_root(self._base)
        self._namespace = os.open("/proc/self/ns/mnt", os.O_RDONLY)

    def prepare(self) -> None:
        """See `Ground`."""
        check(LIBC.unshare(CLONE_NEWNS), "unshare")

    def enter(self, mounts: list[MountMessage]) -> None:
        """See `Ground`."""
        make_mounts(mounts)

    def recover(self) -> bool:
        """See `Ground`."""
        os.chdir("/")
        check(LIBC.setns(self._namespace, CLONE_NEWNS), "setns")
        return True


class Confined(Ground):
    """A view of the machine whose changes are the step's own; it sees no process outside, and has no right over any."""

    alone = True

    def __init__(self, base: str, plan: SightMessage) -> None:
        self._base, self._plan = base, plan
        self._points: list[str] = []
        self._user = False
        self._made: list[str] = []
        self._namespace = -1
        self._view: View | None = None

    def begin(self) -> None:
        """See `Ground`."""
        self._made = limit_resources(self._plan["scratch"])
        self._user = leave_mounts()
        self._points = mount_points()
        confine_run()

    def end(self) -> None:
        """See `Ground`."""
        leave_groups(self._made)

    def fork(self) -> bool:
        """See `Ground`. A process that has made a PID namespace is not in it, its first child is: hence two forks."""
        if between := os.fork():
            with contextlib.suppress(ChildProcessError):  # gone, and nobody collects children here
                os.waitpid(between, 0)
            return False
        if LIBC.unshare(CLONE_NEWPID) != 0 or os.fork():
            os._exit(0)
        return True

    def arrive(self, number: int) -> None:
        """See `Ground`."""
        check(LIBC.unshare(CLONE_NEWNS | CLONE_NEWIPC), "unshare")
        self._view = View(self._plan, self._points, number, self._user)
        self._view.build(self._base)
        self._namespace = os.open("/proc/self/ns/mnt", os.O_RDONLY)
        confine_steps()

    def prepare(self) -> None:
        """See `Ground`. Shared memory of System V is a step's own, too."""
        check(LIBC.unshare(CLONE_NEWNS | CLONE_NEWIPC), "unshare")

    def enter(self, mounts: list[MountMessage]) -> None:
        """See `Ground`."""
        assert self._view is not None
        self._view.enter(mounts)

    def recover(self) -> bool:
        """See `Ground`."""
        assert self._view is not None
        os.chdir("/")
        check(LIBC.setns(self._namespace, CLONE_NEWNS), "setns")
        if self._view.renew():
            return True
        self._view.clear()
        return False
