"""How a container is started: as a process of this machine, or by docker or podman."""

from __future__ import annotations

from typing import Protocol

from flowdsl.runner.taskrun.container import Host
from flowdsl.runner.taskrun.environment import default_path
from flowdsl.runner.taskrun.launch import Launch, Process, Supervisor


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

    With a mount namespace (Linux, as root or where user namespaces are allowed) the literal paths /workspace and
    /tekton are the step's own folders, and read-only mounts refuse writing. Without one paths are replaced by the real
    ones in variables, environment, command and script.
    """

    def __init__(self, namespace: bool = True, extra_path: str = "") -> None:
        self.supervisor = Supervisor(namespace)
        self._path = default_path(extra_path)
        self._host: Host | None = None

    def host(self) -> Host:
        """See `Executor`."""
        if self._host is None:
            self.supervisor.open()
            self._host = Host(images=False, literal=self.supervisor.namespace, path=self._path)
        return self._host

    def start(self, launch: Launch, output: int, error: int) -> Process:
        """See `Executor`."""
        return self.supervisor.start(launch, output, error, self.host().literal)

    def describe(self) -> str:
        """See `Executor`."""
        if self.host().literal:
            return "process, in mount namespaces: /workspace and /tekton are the step's own"
        why = f" ({self.supervisor.reason})" if self.supervisor.reason else ""
        return f"process, without mount namespaces{why}: paths are replaced by real ones, read-only is not enforced"

    def close(self) -> None:
        """See `Executor`."""
        self.supervisor.close()
