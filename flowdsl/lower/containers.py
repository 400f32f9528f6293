"""The parts that steps, sidecars and step templates share: environment, resources, security contexts, volumes.

What a user gives as a mapping is taken as it is, whatever it holds: admission looks at it in the whole document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal, cast

from flowdsl.ir.options import Security
from flowdsl.ir.types import Data
from flowdsl.ir.volumes import PVC, ConfigMap, EmptyDir, EnvValue, Mount, Mounted, Secret
from flowdsl.kube.conventions import SCRATCH, UNPRIVILEGED
from flowdsl.lower.fields import ABSENT, filled

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import (
        ConfigMapVolumeSource,
        EmptyDirVolumeSource,
        EnvVar,
        EnvVarSource,
        Quantity,
        ResourceRequirements,
        SecretKeySelector,
        SecretVolumeSource,
        SecurityContext,
        Volume,
        VolumeMount,
    )


def _restricted() -> SecurityContext:
    """The "restricted" level of the Pod Security Standards, as a user that images seldom define themselves."""
    return {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "runAsUser": UNPRIVILEGED,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def _baseline() -> SecurityContext:
    """The user of the image, root included, without new privileges."""
    return {"allowPrivilegeEscalation": False, "seccompProfile": {"type": "RuntimeDefault"}}


def _root() -> SecurityContext:
    """Root with the runtime's default capabilities: package managers, buildah with chroot isolation."""
    return {"runAsUser": 0, "seccompProfile": {"type": "RuntimeDefault"}}


def _privileged() -> SecurityContext:
    """All that the node's own root may do."""
    return {"privileged": True}


# Made anew for each task: what a document holds is its reader's to change.
_PRESETS: Mapping[Security, Callable[[], SecurityContext]] = {
    "restricted": _restricted,
    "baseline": _baseline,
    "root": _root,
    "privileged": _privileged,
}


def security_context(wanted: Security | Literal[""] | Mapping[str, Data]) -> SecurityContext:
    """The securityContext of a preset's name, or the given one; nothing for ""."""
    if isinstance(wanted, str):
        return _PRESETS[wanted]() if wanted else {}
    return cast("SecurityContext", dict(wanted))


def env_list(env: Mapping[str, EnvValue]) -> list[EnvVar]:
    """The env list of a mapping of names to text, Secret or ConfigMap keys."""
    return [env_entry(name, value) for name, value in env.items()]


def env_entry(name: str, value: EnvValue) -> EnvVar:
    """One environment variable."""
    if isinstance(value, Secret):
        return {"name": name, "valueFrom": {"secretKeyRef": _key(value)}}
    if isinstance(value, ConfigMap):
        return {"name": name, "valueFrom": {"configMapKeyRef": _key(value)}}
    if isinstance(value, Mapping):
        return {"name": name, "valueFrom": cast("EnvVarSource", dict(value))}
    if isinstance(value, bool):
        # As a param is written: programs in containers know `true`, and nobody but Python `True`.
        return {"name": name, "value": "true" if value else "false"}
    return {"name": name} if value is None else {"name": name, "value": str(value)}


def _key(source: Secret | ConfigMap) -> SecretKeySelector:
    found: SecretKeySelector = {"name": source.name, "key": source.key}
    if source.optional:
        found["optional"] = True
    return found


def compute_resources(cpu: str, memory: str, gpu: int = 0, gpu_resource: str = "") -> ResourceRequirements:
    """Requests and limits: `"4..8"` is request..limit, one value is both, `"4.."` and `"..8"` are one of them.

    GPUs can't be overcommitted, so they are both too.
    """
    requests: dict[str, Quantity] = {}
    limits: dict[str, Quantity] = {}
    for name, text in (("cpu", cpu), ("memory", memory)):
        if text:
            low, dots, high = text.partition("..")
            if low:
                requests[name] = low
            if high or not dots:
                limits[name] = high if dots else low
    if gpu:
        requests[gpu_resource] = limits[gpu_resource] = str(gpu)
    found: ResourceRequirements = {"limits": limits, "requests": requests}
    return filled(found)


def _volume(name: str, source: Mounted) -> Volume:
    """A pod's volume of a Secret, ConfigMap, EmptyDir or PVC, or of a source as Kubernetes writes it."""
    if isinstance(source, Secret):
        secret: SecretVolumeSource = {"secretName": source.name, "optional": source.optional or ABSENT}
        return {"name": name, "secret": filled(secret)}
    if isinstance(source, ConfigMap):
        config_map: ConfigMapVolumeSource = {"name": source.name, "optional": source.optional or ABSENT}
        return {"name": name, "configMap": filled(config_map)}
    if isinstance(source, PVC):
        return {"name": name, "persistentVolumeClaim": {"claimName": source.name}}
    if isinstance(source, EmptyDir):
        return {"name": name, "emptyDir": empty_dir(source)}
    return cast("Volume", {"name": name, **source})


def empty_dir(source: EmptyDir) -> EmptyDirVolumeSource:
    """An emptyDir's fields."""
    found: EmptyDirVolumeSource = {"medium": source.medium, "sizeLimit": source.size}
    return filled(found)


def mounts_and_volumes(volumes: tuple[Mount | Mapping[str, Data], ...]) -> tuple[list[VolumeMount], list[Volume]]:
    """The volumeMounts and the volumes of a task's `volumes=`; a mapping is a volume as Kubernetes writes it."""
    mounts: list[VolumeMount] = []
    found: list[Volume] = []
    for index, item in enumerate(volumes):
        if not isinstance(item, Mount):
            found.append(cast("Volume", dict(item)))
            continue
        source = item.source
        named = source.name if isinstance(source, (Secret, ConfigMap, PVC)) else ""
        name = named or f"{SCRATCH}-{index + 1}"
        if not any(volume.get("name") == name for volume in found):
            found.append(_volume(name, source))
        mount: VolumeMount = {"name": name, "mountPath": item.path}
        if item.read_only and not isinstance(source, (EmptyDir, PVC)):
            mount["readOnly"] = True
        if item.sub_path:
            mount["subPath"] = item.sub_path
        mounts.append(mount)
    return mounts, found
