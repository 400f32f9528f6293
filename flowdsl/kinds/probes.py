"""Probes and lifecycle hooks of sidecars. Loaded on first use."""

from __future__ import annotations

from typing import ClassVar

from flowdsl.kinds.base import IntOrString, Model


class ExecAction(Model):
    """Kubernetes's `ExecAction`."""

    command: list[str] | None = None


class GRPCAction(Model):
    """Kubernetes's `GRPCAction`."""

    mode: str | None = None
    port: int | None = None
    service: str | None = None


class HTTPGetAction(Model):
    """Kubernetes's `HTTPGetAction`."""

    host: str | None = None
    httpHeaders: list[HTTPHeader] | None = None
    path: str | None = None
    port: IntOrString | None = None
    protocol: str | None = None
    scheme: str | None = None


class HTTPHeader(Model):
    """Kubernetes's `HTTPHeader`."""

    name: str | None = None
    value: str | None = None


class Lifecycle(Model):
    """Kubernetes's `Lifecycle`."""

    postStart: LifecycleHandler | None = None
    preStop: LifecycleHandler | None = None
    stopSignal: str | None = None


class LifecycleHandler(Model):
    """Kubernetes's `LifecycleHandler`."""

    exec: ExecAction | None = None
    httpGet: HTTPGetAction | None = None
    sleep: SleepAction | None = None
    tcpSocket: TCPSocketAction | None = None


class Probe(Model):
    """Kubernetes's `Probe`."""

    embedded: ClassVar[frozenset[str]] = frozenset({"exec", "grpc", "httpGet", "tcpSocket"})

    exec: ExecAction | None = None
    failureThreshold: int | None = None
    grpc: GRPCAction | None = None
    httpGet: HTTPGetAction | None = None
    initialDelaySeconds: int | None = None
    periodSeconds: int | None = None
    successThreshold: int | None = None
    tcpSocket: TCPSocketAction | None = None
    terminationGracePeriodSeconds: int | None = None
    timeoutSeconds: int | None = None


class SleepAction(Model):
    """Kubernetes's `SleepAction`."""

    seconds: int | None = None


class TCPSocketAction(Model):
    """Kubernetes's `TCPSocketAction`."""

    host: str | None = None
    port: IntOrString | None = None
