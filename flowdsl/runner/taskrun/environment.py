"""A container's environment, as the kubelet makes it, and nothing of the user's own."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from typing import Any

from flowdsl.runner.taskrun import files
from flowdsl.runner.taskrun.pod import Pod, config_error

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")


def default_path(extra: str = "") -> str:
    """The PATH of a step: this Python first, so that `python3` is the one whose packages are there."""
    return ":".join(part for part in (os.path.dirname(sys.executable), SYSTEM_PATH, extra) if part)


def environment(container: Mapping[str, Any], pod: Pod, home: str, path: str) -> dict[str, str]:
    """The variables of a step or sidecar. Raises RefusedError where a Secret, a ConfigMap or a key is not there."""
    made = {"PATH": path, "HOME": home, "HOSTNAME": pod.name}
    template = pod.task_run["spec"].get("podTemplate") or {}
    for source in container.get("envFrom") or ():
        for key, kind in (("configMapRef", "configMap"), ("secretRef", "secret")):
            if one := source.get(key):
                data = files.read(pod, kind, one.get("name", ""), bool(one.get("optional")))
                names = {name: f"{source.get('prefix') or ''}{name}" for name in sorted(data)}
                made.update({name: _text(data[key]) for key, name in names.items() if _NAME.fullmatch(name)})
    for one in [*(container.get("env") or ()), *(template.get("env") or ())]:
        value = _value(one, container, pod, made)
        if value is not None:
            made[one["name"]] = value
    return made


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _value(one: Mapping[str, Any], container: Mapping[str, Any], pod: Pod, made: Mapping[str, str]) -> str | None:
    source = one.get("valueFrom")
    if not source:
        return files.expand(str(one.get("value") or ""), made)
    for key, kind in (("secretKeyRef", "secret"), ("configMapKeyRef", "configMap")):
        if reference := source.get(key):
            name, item = reference.get("name", ""), reference["key"]
            data = files.read(pod, kind, name, bool(reference.get("optional")))
            if item in data:
                return _text(data[item])
            if reference.get("optional"):
                return None
            raise config_error(f"couldn't find key {item} in {kind[0].upper()}{kind[1:]} {name}")
    if reference := source.get("fieldRef"):
        return files.field(pod, reference["fieldPath"])
    if reference := source.get("resourceFieldRef"):
        group, _, resource = str(reference["resource"]).partition(".")
        return str(((container.get("computeResources") or {}).get(group) or {}).get(resource, "0"))
    return ""
