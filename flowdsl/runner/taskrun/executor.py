"""How a container is started: as a process of this machine, or by docker or podman."""

from __future__ import annotations

import os
import sys
from typing import Protocol

import attrs

from flowdsl.kube.conventions import TEKTON_PATH, WORKSPACE_PATH
from flowdsl.runner.taskrun.container import Host
from flowdsl.runner.taskrun.environment import default_path
from flowdsl.runner.taskrun.launch import Launch, Process, Supervisor
from flowdsl.runner.taskrun.sight import Sight


class Executor(Protocol):
    """Starts containers."""

    supervisor: Supervisor

    def host(self) -> Host:
        """What the steps find; the first call may probe the machine."""

    def start(self, launch: Launch, output: int, error: int) -> Process:
        """Start one. Raises OSError only where the runner itself is in trouble."""

    def describe(self) -> str:
        """One line for people: what runs the steps, and how paths are given."""

    def close(self) -> None:
        """End everything."""


class ProcessExecutor:
    """Each step a process of this machine.

    With `sight`, a step sees the machine below a layer of its own and can change nothing of it: see `view.py`.

    With a mount namespace (Linux, as root or where user namespaces are allowed) the literal paths /workspace and
    /tekton are the step's own folders, and read-only mounts refuse writing. Without one paths are replaced by the real
    ones in variables, environment, command and script.
    """

    def __init__(self, namespace: bool = True, extra_path: str = "", sight: Sight | None = None) -> None:
        # What is mounted there would hide this Python, which the steps are to use.
        hidden = any(one.startswith((f"{WORKSPACE_PATH}/", f"{TEKTON_PATH}/")) for one in (sys.prefix, sys.base_prefix))
        seen = sight and attrs.evolve(sight, path=extra_path)
        self.supervisor = Supervisor(namespace and not hidden, seen)
        if hidden:
            self.supervisor.reason = f"this Python lies in {sys.prefix}"
        self._path = default_path(extra_path)
        self._host: Host | None = None

    def host(self) -> Host:
        """See `Executor`."""
        if self._host is None:
            self.supervisor.open()
            made = self.supervisor
            self._host = Host(images=False, literal=made.namespace, path=self._path, confined=made.confined)
        return self._host

    def start(self, launch: Launch, output: int, error: int) -> Process:
        """See `Executor`."""
        return self.supervisor.start(launch, output, error, self.host().literal)

    def describe(self) -> str:
        """See `Executor`."""
        host = self.host()
        if host.confined:
            return "process, confined: what a step writes outside its volumes goes with it"
        why = f" ({self.supervisor.reason})" if self.supervisor.reason else ""
        who = "root" if os.geteuid() == 0 else "you"
        reach = f"process, not confined{why}: steps can read and change whatever {who} can on this machine"
        if host.literal:
            return reach
        return f"{reach}; without mount namespaces paths are replaced by real ones, and read-only is not enforced"

    def close(self) -> None:
        """See `Executor`."""
        self.supervisor.close()
