"""A container's environment, as the kubelet makes it, and nothing of the user's own."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowdsl.runner.taskrun import files
from flowdsl.runner.taskrun.pod import Pod, config_error

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")


def default_path(extra: str = "") -> str:
    """The PATH of a step: this Python first, so that `python3` is the one whose packages are there."""
    return ":".join(part for part in (os.path.dirname(sys.executable), SYSTEM_PATH, extra) if part)


def environment(
    container: shapes.Step | shapes.Sidecar, pod: Pod, own: Mapping[str, str], *, sidecar: bool = False
) -> dict[str, str]:
    """The variables of a step or sidecar, over those that it has of its own (PATH, HOME).

    A podTemplate's go over those of steps, and to no sidecar (pkg/pod/pod.go).

    Raises RefusedError where a Secret, a ConfigMap or a key is not there.
    """
    made = dict(own)
    for source in container.get("envFrom") or ():
        for kind, origin in (("configMap", source.get("configMapRef")), ("secret", source.get("secretRef"))):
            if origin:
                data = files.read(pod, kind, origin.get("name", ""), bool(origin.get("optional")))
                names = {name: f"{source.get('prefix') or ''}{name}" for name in sorted(data)}
                made.update({name: _text(data[key]) for key, name in names.items() if _NAME.fullmatch(name)})
    for one in [*(container.get("env") or ()), *(() if sidecar else pod.env)]:
        value = _value(one, container, pod, made)
        if value is not None:
            made[one["name"]] = value
    return made


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _value(
    one: shapes.EnvVar, container: shapes.Step | shapes.Sidecar, pod: Pod, made: Mapping[str, str]
) -> str | None:
    source = one.get("valueFrom")
    if not source:
        return files.expand(str(one.get("value") or ""), made)
    for kind, reference in (("secret", source.get("secretKeyRef")), ("configMap", source.get("configMapKeyRef"))):
        if reference:
            name, item = reference.get("name", ""), reference["key"]
            data = files.read(pod, kind, name, bool(reference.get("optional")))
            if item in data:
                return _text(data[item])
            if reference.get("optional"):
                return None
            raise config_error(f"couldn't find key {item} in {kind[0].upper()}{kind[1:]} {name}")
    if field := source.get("fieldRef"):
        return files.field(pod, field["fieldPath"])
    if amount := source.get("resourceFieldRef"):
        group, _, resource = str(amount["resource"]).partition(".")
        asked: Mapping[str, object] = container.get("computeResources") or {}
        amounts = asked.get(group)
        return str(amounts.get(resource, "0") if isinstance(amounts, Mapping) else "0")
    return ""
