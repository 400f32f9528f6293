"""What steps and sidecars have of a Kubernetes container."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from flowdsl.kinds.base import Model, Quantity
from flowdsl.kinds.later import later
from flowdsl.kinds.volumes import ObjectFieldSelector, ResourceFieldSelector

if TYPE_CHECKING:
    from flowdsl.kinds.security import (
        AppArmorProfile,
        SELinuxOptions,
        WindowsSecurityContextOptions,
    )
else:
    later(globals(), "flowdsl.kinds.security", "AppArmorProfile", "SELinuxOptions", "WindowsSecurityContextOptions")


class Capabilities(Model):
    """Kubernetes's `Capabilities`."""

    add: list[str] | None = None
    drop: list[str] | None = None


class ConfigMapEnvSource(Model):
    """Kubernetes's `ConfigMapEnvSource`."""

    embedded: ClassVar[frozenset[str]] = frozenset({"name"})

    name: str | None = None
    optional: bool | None = None


class ConfigMapKeySelector(Model):
    """Kubernetes's `ConfigMapKeySelector`."""

    embedded: ClassVar[frozenset[str]] = frozenset({"name"})

    name: str | None = None
    key: str | None = None
    optional: bool | None = None


class ContainerPort(Model):
    """Kubernetes's `ContainerPort`."""

    name: str | None = None
    containerPort: int | None = None
    hostIP: str | None = None
    hostPort: int | None = None
    protocol: str | None = None


class CoreV1ResourceClaim(Model):
    """Kubernetes's `CoreV1ResourceClaim`."""

    name: str | None = None
    request: str | None = None


class EnvFromSource(Model):
    """Kubernetes's `EnvFromSource`."""

    configMapRef: ConfigMapEnvSource | None = None
    prefix: str | None = None
    secretRef: SecretEnvSource | None = None


class EnvVar(Model):
    """Kubernetes's `EnvVar`."""

    name: str | None = None
    value: str | None = None
    valueFrom: EnvVarSource | None = None


class EnvVarSource(Model):
    """Kubernetes's `EnvVarSource`."""

    configMapKeyRef: ConfigMapKeySelector | None = None
    fieldRef: ObjectFieldSelector | None = None
    fileKeyRef: FileKeySelector | None = None
    resourceFieldRef: ResourceFieldSelector | None = None
    secretKeyRef: SecretKeySelector | None = None


class FileKeySelector(Model):
    """Kubernetes's `FileKeySelector`."""

    key: str | None = None
    optional: bool | None = None
    path: str | None = None
    volumeName: str | None = None


class ResourceRequirements(Model):
    """Kubernetes's `ResourceRequirements`."""

    claims: list[CoreV1ResourceClaim] | None = None
    limits: dict[str, Quantity] | None = None
    requests: dict[str, Quantity] | None = None


class SecretEnvSource(Model):
    """Kubernetes's `SecretEnvSource`."""

    embedded: ClassVar[frozenset[str]] = frozenset({"name"})

    name: str | None = None
    optional: bool | None = None


class SecretKeySelector(Model):
    """Kubernetes's `SecretKeySelector`."""

    embedded: ClassVar[frozenset[str]] = frozenset({"name"})

    name: str | None = None
    key: str | None = None
    optional: bool | None = None


class SeccompProfile(Model):
    """Kubernetes's `SeccompProfile`."""

    type: str | None = None
    localhostProfile: str | None = None


class SecurityContext(Model):
    """Kubernetes's `SecurityContext`."""

    allowPrivilegeEscalation: bool | None = None
    appArmorProfile: AppArmorProfile | None = None
    capabilities: Capabilities | None = None
    privileged: bool | None = None
    procMount: str | None = None
    readOnlyRootFilesystem: bool | None = None
    runAsGroup: int | None = None
    runAsNonRoot: bool | None = None
    runAsUser: int | None = None
    seLinuxOptions: SELinuxOptions | None = None
    seccompProfile: SeccompProfile | None = None
    windowsOptions: WindowsSecurityContextOptions | None = None


class VolumeDevice(Model):
    """Kubernetes's `VolumeDevice`."""

    name: str | None = None
    devicePath: str | None = None


class VolumeMount(Model):
    """Kubernetes's `VolumeMount`."""

    name: str | None = None
    mountPath: str | None = None
    bindMountOptions: list[str] | None = None
    mountPropagation: str | None = None
    readOnly: bool | None = None
    recursiveReadOnly: str | None = None
    subPath: str | None = None
    subPathExpr: str | None = None
