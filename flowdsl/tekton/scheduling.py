"""How a pod runs: tolerations, DNS, the pod's security context. Loaded on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.tekton.base import Model
from flowdsl.tekton.containers import SeccompProfile
from flowdsl.tekton.later import later

if TYPE_CHECKING:
    from flowdsl.tekton.security import AppArmorProfile, SELinuxOptions, WindowsSecurityContextOptions
else:
    later(globals(), "flowdsl.tekton.security", "AppArmorProfile", "SELinuxOptions", "WindowsSecurityContextOptions")


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


class PodSecurityContext(Model):
    """Kubernetes's `PodSecurityContext`."""

    appArmorProfile: AppArmorProfile | None = None
    fsGroup: int | None = None
    fsGroupChangePolicy: str | None = None
    runAsGroup: int | None = None
    runAsNonRoot: bool | None = None
    runAsUser: int | None = None
    seLinuxChangePolicy: str | None = None
    seLinuxOptions: SELinuxOptions | None = None
    seccompProfile: SeccompProfile | None = None
    supplementalGroups: list[int] | None = None
    supplementalGroupsPolicy: str | None = None
    sysctls: list[Sysctl] | None = None
    windowsOptions: WindowsSecurityContextOptions | None = None


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
