"""What steps and sidecars have of a Kubernetes container."""

from __future__ import annotations

from typing import ClassVar

from flowdsl.tekton.base import IntOrString, Model, Quantity
from flowdsl.tekton.volumes import ObjectFieldSelector, ResourceFieldSelector


class AppArmorProfile(Model):
    """Kubernetes's `AppArmorProfile`."""

    type: str | None = None
    localhostProfile: str | None = None


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


class ExecAction(Model):
    """Kubernetes's `ExecAction`."""

    command: list[str] | None = None


class FileKeySelector(Model):
    """Kubernetes's `FileKeySelector`."""

    key: str | None = None
    optional: bool | None = None
    path: str | None = None
    volumeName: str | None = None


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


class ResourceRequirements(Model):
    """Kubernetes's `ResourceRequirements`."""

    claims: list[CoreV1ResourceClaim] | None = None
    limits: dict[str, Quantity] | None = None
    requests: dict[str, Quantity] | None = None


class SELinuxOptions(Model):
    """Kubernetes's `SELinuxOptions`."""

    type: str | None = None
    level: str | None = None
    role: str | None = None
    user: str | None = None


class SeccompProfile(Model):
    """Kubernetes's `SeccompProfile`."""

    type: str | None = None
    localhostProfile: str | None = None


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


class SleepAction(Model):
    """Kubernetes's `SleepAction`."""

    seconds: int | None = None


class TCPSocketAction(Model):
    """Kubernetes's `TCPSocketAction`."""

    host: str | None = None
    port: IntOrString | None = None


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


class WindowsSecurityContextOptions(Model):
    """Kubernetes's `WindowsSecurityContextOptions`."""

    gmsaCredentialSpec: str | None = None
    gmsaCredentialSpecName: str | None = None
    hostProcess: bool | None = None
    runAsUserName: str | None = None
