"""Volumes whose files come from objects: secret, configMap, projected, downwardAPI; and Kubernetes' `$(VAR)`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from flowdsl.runner import beneath
from flowdsl.runner.taskrun.params import RefusedError

if TYPE_CHECKING:
    from flowdsl.kinds import shapes
    from flowdsl.runner.taskrun.pod import Pod

_MODE = 0o644
OfObject: TypeAlias = """(
    shapes.SecretVolumeSource | shapes.ConfigMapVolumeSource | shapes.SecretProjection | shapes.ConfigMapProjection
)"""


def fill(place: Path, volume: shapes.Volume, pod: Pod) -> None:
    """Write a volume's files. Raises RefusedError where an object or a key that must be there is not."""
    secret, config_map, downward = volume.get("secret"), volume.get("configMap"), volume.get("downwardAPI")
    if secret is not None:
        _object(place, "secret", secret.get("secretName"), secret, pod, int(secret.get("defaultMode") or _MODE))
    if config_map is not None:
        _object(
            place, "configMap", config_map.get("name"), config_map, pod, int(config_map.get("defaultMode") or _MODE)
        )
    if downward is not None:
        _downward(place, downward.get("items"), pod, int(downward.get("defaultMode") or _MODE))
    if projected := volume.get("projected"):
        for source in projected.get("sources") or ():
            _projection(place, source, pod, int(projected.get("defaultMode") or _MODE))


def _projection(place: Path, source: shapes.VolumeProjection, pod: Pod, mode: int) -> None:
    for kind in source:
        if kind == "secret":
            _object(place, kind, source["secret"].get("name"), source["secret"], pod, mode)
        elif kind == "configMap":
            _object(place, kind, source["configMap"].get("name"), source["configMap"], pod, mode)
        elif kind == "downwardAPI":
            _downward(place, source["downwardAPI"].get("items"), pod, mode)
        else:
            raise RefusedError("PodCreationFailed", f"a projected {kind} is not there on this machine")


def _downward(place: Path, items: Iterable[shapes.DownwardAPIVolumeFile] | None, pod: Pod, mode: int) -> None:
    for item in items or ():
        text = field(pod, item["fieldRef"]["fieldPath"]) if item.get("fieldRef") else ""
        _write(place, item["path"], text.encode(), int(item.get("mode") or mode))


def _object(place: Path, kind: str, name: str | None, source: OfObject, pod: Pod, mode: int) -> None:
    data = read(pod, kind, name or "", bool(source.get("optional")))
    items: list[shapes.KeyToPath] = source.get("items") or [{"key": key, "path": key} for key in data]
    for item in items:
        if item["key"] in data:
            _write(place, item["path"], data[item["key"]], int(item.get("mode") or mode))
        elif not source.get("optional"):
            raise RefusedError("CreateContainerConfigError", f"references non-existent {kind} key: {item['key']}")


def read(pod: Pod, kind: str, name: str, optional: bool) -> Mapping[str, bytes]:
    """A Secret's or ConfigMap's data; empty for an optional one that is not there."""
    try:
        return pod.cluster.secret(name) if kind == "secret" else pod.cluster.config_map(name)
    except LookupError:
        if optional:
            return {}
        raise RefusedError("CreateContainerConfigError", f'{kind.lower()} "{name}" not found') from None


def _write(place: Path, path: str, data: bytes, mode: int) -> None:
    file = place / path
    try:
        beneath.names(path)
    except OSError:
        raise RefusedError("CreateContainerConfigError", f'invalid path "{path}" of a volume item') from None
    file.parent.mkdir(parents=True, exist_ok=True)
    # In a folder that only this user can enter, so that the mode asked for can be given.
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(data)
    os.chmod(file, mode & 0o777)


def field(pod: Pod, path: str) -> str:
    """What the downward API says of the pod: metadata, and what this machine can stand for."""
    meta = pod.task_run["metadata"]
    if path.endswith("']") and path.startswith(("metadata.labels['", "metadata.annotations['")):
        kind, _, key = path[:-2].partition("['")
        values = meta.get("labels") if kind == "metadata.labels" else meta.get("annotations")
        return str((values or {}).get(key, ""))
    if path in {"metadata.labels", "metadata.annotations"}:
        values = (meta.get("labels") if path == "metadata.labels" else meta.get("annotations")) or {}
        return "\n".join(f'{key}="{value}"' for key, value in sorted(values.items()))
    return {
        "metadata.name": pod.name,
        "metadata.namespace": str(meta.get("namespace", "")),
        "metadata.uid": str(meta.get("uid", "")),
        "spec.serviceAccountName": str(pod.task_run["spec"].get("serviceAccountName") or "default"),
        "spec.nodeName": "localhost",
        "status.hostIP": "127.0.0.1",
        "status.podIP": "127.0.0.1",
        "status.podIPs": "127.0.0.1",
    }.get(path, "")


def expand(text: str, values: Mapping[str, str]) -> str:
    """Kubernetes' `$(VAR)`: the variable's value, `$$` a dollar sign, what is unknown as it stands."""
    if "$" not in text:
        return text
    made, at = [], 0
    while (found := text.find("$", at)) >= 0 and found + 1 < len(text):
        made.append(text[at:found])
        after = text[found + 1]
        end = text.find(")", found + 2) if after == "(" else -1
        if after == "$":
            made.append("$")
            at = found + 2
        elif end >= 0:
            name = text[found + 2 : end]
            made.append(values.get(name, text[found : end + 1]))
            at = end + 1
        else:
            made.append("$" + after)
            at = found + 2
    return "".join(made) + text[at:]
