"""The parts that steps, sidecars and step templates share: environment, resources, security contexts, volumes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flowdsl.ir.volumes import PVC, ConfigMap, EmptyDir, Mount, Secret


def _restricted() -> dict[str, Any]:
    """The "restricted" level of the Pod Security Standards, as a user that images seldom define themselves."""
    return {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "runAsUser": 65532,
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def _baseline() -> dict[str, Any]:
    """The user of the image, root included, without new privileges."""
    return {"allowPrivilegeEscalation": False, "seccompProfile": {"type": "RuntimeDefault"}}


def _root() -> dict[str, Any]:
    """Root with the runtime's default capabilities: package managers, buildah with chroot isolation."""
    return {"runAsUser": 0, "seccompProfile": {"type": "RuntimeDefault"}}


# Made anew for each task: what a document holds is its reader's to change.
_PRESETS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "restricted": _restricted,
    "baseline": _baseline,
    "root": _root,
    "privileged": lambda: {"privileged": True},
}


def security_context(wanted: str | Mapping[str, Any]) -> dict[str, Any]:
    """The securityContext of a preset's name, or the given one."""
    return _PRESETS[wanted]() if isinstance(wanted, str) else dict(wanted)


def env_list(env: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The env list of a mapping of names to text, Secret or ConfigMap keys."""
    return [env_entry(name, value) for name, value in env.items()]


def env_entry(name: str, value: Any) -> dict[str, Any]:
    """One environment variable."""
    if isinstance(value, (Secret, ConfigMap)):
        field = "secretKeyRef" if isinstance(value, Secret) else "configMapKeyRef"
        source: dict[str, Any] = {"name": value.name, "key": value.key}
        if value.optional:
            source["optional"] = True
        return {"name": name, "valueFrom": {field: source}}
    if isinstance(value, Mapping):
        return {"name": name, "valueFrom": dict(value)}
    return {"name": name} if value is None else {"name": name, "value": str(value)}


def compute_resources(cpu: str, memory: str, gpu: int = 0, gpu_resource: str = "") -> dict[str, Any]:
    """Requests and limits: `"4..8"` is request..limit, one value is both, `"4.."` and `"..8"` are one of them.

    GPUs can't be overcommitted, so they are both too.
    """
    requests: dict[str, str] = {}
    limits: dict[str, str] = {}
    for name, text in (("cpu", cpu), ("memory", memory)):
        if text:
            low, dots, high = text.partition("..")
            if low:
                requests[name] = low
            if high or not dots:
                limits[name] = high if dots else low
    if gpu:
        requests[gpu_resource] = limits[gpu_resource] = str(gpu)
    found = {"limits": limits, "requests": requests}
    return {name: amounts for name, amounts in found.items() if amounts}


def volume_source(source: Any) -> dict[str, Any]:
    """A pod volume's source for a Secret, ConfigMap, EmptyDir or PVC."""
    if isinstance(source, Secret):
        return {"secret": {"secretName": source.name, **({"optional": True} if source.optional else {})}}
    if isinstance(source, ConfigMap):
        return {"configMap": {"name": source.name, **({"optional": True} if source.optional else {})}}
    if isinstance(source, PVC):
        return {"persistentVolumeClaim": {"claimName": source.name}}
    if isinstance(source, EmptyDir):
        return {"emptyDir": empty_dir(source)}
    return dict(source)


def empty_dir(source: EmptyDir) -> dict[str, Any]:
    """An emptyDir's fields."""
    found = {"medium": source.medium, "sizeLimit": source.size}
    return {name: value for name, value in found.items() if value}


def mounts_and_volumes(volumes: tuple[Any, ...]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The volumeMounts and the volumes of a task's `volumes=`; a mapping is a volume as Kubernetes writes it."""
    mounts: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    for index, item in enumerate(volumes):
        if not isinstance(item, Mount):
            found.append(dict(item))
            continue
        name = getattr(item.source, "name", "") or f"scratch-{index + 1}"
        if not any(volume["name"] == name for volume in found):
            found.append({"name": name, **volume_source(item.source)})
        mount: dict[str, Any] = {"name": name, "mountPath": item.path}
        if item.read_only and not isinstance(item.source, (EmptyDir, PVC)):
            mount["readOnly"] = True
        if item.sub_path:
            mount["subPath"] = item.sub_path
        mounts.append(mount)
    return mounts, found
