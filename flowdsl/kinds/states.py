"""States of containers, as a finished run reports them."""

from __future__ import annotations

from flowdsl.kinds.base import Model, Timestamp


class ContainerStateRunning(Model):
    """Kubernetes's `ContainerStateRunning`."""

    startedAt: Timestamp | None = None


class ContainerStateTerminated(Model):
    """Kubernetes's `ContainerStateTerminated`."""

    containerID: str | None = None
    exitCode: int | None = None
    finishedAt: Timestamp | None = None
    message: str | None = None
    reason: str | None = None
    signal: int | None = None
    startedAt: Timestamp | None = None


class ContainerStateWaiting(Model):
    """Kubernetes's `ContainerStateWaiting`."""

    message: str | None = None
    reason: str | None = None
