"""What few security contexts say: AppArmor profiles, options of SELinux and Windows. Loaded on first use."""

from __future__ import annotations

from flowdsl.kinds.base import Model


class AppArmorProfile(Model):
    """Kubernetes's `AppArmorProfile`."""

    type: str | None = None
    localhostProfile: str | None = None


class SELinuxOptions(Model):
    """Kubernetes's `SELinuxOptions`."""

    type: str | None = None
    level: str | None = None
    role: str | None = None
    user: str | None = None


class WindowsSecurityContextOptions(Model):
    """Kubernetes's `WindowsSecurityContextOptions`."""

    gmsaCredentialSpec: str | None = None
    gmsaCredentialSpecName: str | None = None
    hostProcess: bool | None = None
    runAsUserName: str | None = None
