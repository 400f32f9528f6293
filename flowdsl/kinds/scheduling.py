"""How a pod runs: tolerations, DNS, kernel parameters. Loaded on first use."""

from __future__ import annotations

from flowdsl.kinds.base import Model


class HostAlias(Model):
    """Kubernetes's `HostAlias`."""

    hostnames: list[str] | None = None
    ip: str | None = None


class PodDNSConfig(Model):
    """Kubernetes's `PodDNSConfig`."""

    nameservers: list[str] | None = None
    options: list[PodDNSConfigOption] | None = None
    searches: list[str] | None = None


class PodDNSConfigOption(Model):
    """Kubernetes's `PodDNSConfigOption`."""

    name: str | None = None
    value: str | None = None


class Sysctl(Model):
    """Kubernetes's `Sysctl`."""

    name: str | None = None
    value: str | None = None


class Toleration(Model):
    """Kubernetes's `Toleration`."""

    key: str | None = None
    value: str | None = None
    effect: str | None = None
    operator: str | None = None
    tolerationSeconds: int | None = None
