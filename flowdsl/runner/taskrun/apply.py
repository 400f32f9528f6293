"""Which fields of a TaskSpec Tekton replaces references in (pkg/container, pkg/reconciler/taskrun/resources)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flowdsl.kinds.values import json_text
from flowdsl.runner.taskrun.variables import Tables

_ARRAY = re.compile(r"\$\((?:params\.)?(.+?)\[\*\]\)")


def container(spec: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """The fields that a step, a sidecar and a step template have in common."""
    text = tables.text
    made = dict(spec)
    for key in ("name", "image", "imagePullPolicy", "workingDir"):
        if key in made:
            made[key] = text(made[key])
    for key in ("command", "args"):
        if made.get(key):
            made[key] = [word for one in made[key] for word in tables.words(one)]
    if made.get("env"):
        made["env"] = [_env(one, tables) for one in made["env"]]
    if made.get("envFrom"):
        made["envFrom"] = [_named(one, tables, ("prefix",), ("configMapRef", "secretRef")) for one in made["envFrom"]]
    if made.get("volumeMounts"):
        made["volumeMounts"] = [_texts(one, tables, "name", "mountPath", "subPath") for one in made["volumeMounts"]]
    return made


def _env(env: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    made = _texts(env, tables, "value")
    if made.get("valueFrom"):
        source = dict(made["valueFrom"])
        for key in ("secretKeyRef", "configMapKeyRef"):
            if source.get(key):
                source[key] = _texts(source[key], tables, "name", "key")
        made["valueFrom"] = source
    return made


def _texts(spec: Mapping[str, Any], tables: Tables, *keys: str) -> dict[str, Any]:
    return {key: tables.text(one) if key in keys and isinstance(one, str) else one for key, one in spec.items()}


def _named(spec: Mapping[str, Any], tables: Tables, keys: tuple[str, ...], within: tuple[str, ...]) -> dict[str, Any]:
    made = _texts(spec, tables, *keys)
    for key in within:
        if made.get(key):
            made[key] = _texts(made[key], tables, "name")
    return made


def step(spec: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """A step."""
    made = container(spec, tables)
    made = _texts(made, tables, "script", "onError")
    for key in ("stdoutConfig", "stderrConfig"):
        if made.get(key):
            made[key] = _texts(made[key], tables, "path")
    if made.get("when"):
        made["when"] = [when(one, tables) for one in made["when"]]
    if made.get("params"):
        made["params"] = [{**one, "value": tables.value(one["value"])} for one in made["params"]]
    return made


def when(spec: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """A `when` expression; an array as its input becomes JSON, in its values its elements."""
    made = _texts(spec, tables, "cel")
    if "input" in made:
        words = tables.words(made["input"])
        whole = _ARRAY.fullmatch(made["input"]) is not None and words != [made["input"]]
        made["input"] = json_text(words) if whole else tables.text(made["input"])
    if made.get("values"):
        made["values"] = [word for one in made["values"] for word in tables.words(one)]
    return made


def sidecar(spec: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """A sidecar."""
    return _texts(container(spec, tables), tables, "script")


def volume(spec: Mapping[str, Any], tables: Tables) -> dict[str, Any]:
    """A volume of a Task."""
    made = _texts(spec, tables, "name")
    for kind, names in (
        ("configMap", ("name",)),
        ("secret", ("secretName",)),
        ("persistentVolumeClaim", ("claimName",)),
    ):
        if made.get(kind):
            source = _texts(made[kind], tables, *names)
            if source.get("items"):
                source["items"] = [_texts(one, tables, "key", "path") for one in source["items"]]
            made[kind] = source
    if made.get("projected"):
        sources = made["projected"].get("sources") or []
        made["projected"] = {
            **made["projected"],
            "sources": [_named(one, tables, (), ("configMap", "secret")) for one in sources],
        }
    return made
