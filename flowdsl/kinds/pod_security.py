"""The security context of a pod. Loaded on first use: every run that flowdsl compiles has one, few others do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.base import Model
from flowdsl.kinds.containers import SeccompProfile
from flowdsl.kinds.later import later

if TYPE_CHECKING:
    from flowdsl.kinds.scheduling import Sysctl
    from flowdsl.kinds.security import AppArmorProfile, SELinuxOptions, WindowsSecurityContextOptions
else:
    later(globals(), "flowdsl.kinds.scheduling", "Sysctl")
    later(globals(), "flowdsl.kinds.security", "AppArmorProfile", "SELinuxOptions", "WindowsSecurityContextOptions")


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
