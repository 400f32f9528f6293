"""Which fields of a TaskSpec Tekton replaces references in (pkg/container, pkg/reconciler/taskrun/resources)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar, cast

from flowdsl.kinds.values import json_text
from flowdsl.runner.taskrun.variables import Tables

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

T = TypeVar("T", bound=Mapping[str, object])
Container = TypeVar("Container", "shapes.Step", "shapes.Sidecar", "shapes.StepTemplate")
OfObject = TypeVar("OfObject", "shapes.SecretVolumeSource", "shapes.ConfigMapVolumeSource")

_ARRAY = re.compile(r"\$\((?:params\.)?(.+?)\[\*\]\)")


def container(spec: Container, tables: Tables) -> Container:
    """The fields that a step, a sidecar and a step template have in common."""
    made = _texts(spec, tables, "name", "image", "imagePullPolicy", "workingDir")
    if made.get("command"):
        made["command"] = [word for one in made["command"] for word in tables.words(one)]
    if made.get("args"):
        made["args"] = [word for one in made["args"] for word in tables.words(one)]
    if made.get("env"):
        made["env"] = [_env(one, tables) for one in made["env"]]
    if made.get("envFrom"):
        made["envFrom"] = [_env_from(one, tables) for one in made["envFrom"]]
    if made.get("volumeMounts"):
        made["volumeMounts"] = [_texts(one, tables, "name", "mountPath", "subPath") for one in made["volumeMounts"]]
    return made


def pod_template(template: shapes.PodTemplate, tables: Tables) -> shapes.PodTemplate:
    """A podTemplate's variables and volumes; what else is in one places pods (ApplyPodTemplateReplacements)."""
    made = template.copy()
    if made.get("env"):
        made["env"] = [_texts(_env(one, tables), tables, "name") for one in made["env"]]
    if made.get("volumes"):
        made["volumes"] = [volume(one, tables) for one in made["volumes"]]
    return made


def _env(env: shapes.EnvVar, tables: Tables) -> shapes.EnvVar:
    made = _texts(env, tables, "value")
    if made.get("valueFrom"):
        made["valueFrom"] = source = made["valueFrom"].copy()
        if source.get("secretKeyRef"):
            source["secretKeyRef"] = _texts(source["secretKeyRef"], tables, "name", "key")
        if source.get("configMapKeyRef"):
            source["configMapKeyRef"] = _texts(source["configMapKeyRef"], tables, "name", "key")
    return made


def _env_from(source: shapes.EnvFromSource, tables: Tables) -> shapes.EnvFromSource:
    made = _texts(source, tables, "prefix")
    if made.get("configMapRef"):
        made["configMapRef"] = _texts(made["configMapRef"], tables, "name")
    if made.get("secretRef"):
        made["secretRef"] = _texts(made["secretRef"], tables, "name")
    return made


def _texts(spec: T, tables: Tables, *keys: str) -> T:
    """A copy with some of its texts replaced."""
    made = {key: tables.text(one) if key in keys and isinstance(one, str) else one for key, one in spec.items()}
    return cast("T", made)


def step(spec: shapes.Step, tables: Tables) -> shapes.Step:
    """A step."""
    made = _texts(container(spec, tables), tables, "script", "onError")
    if made.get("stdoutConfig"):
        made["stdoutConfig"] = _texts(made["stdoutConfig"], tables, "path")
    if made.get("stderrConfig"):
        made["stderrConfig"] = _texts(made["stderrConfig"], tables, "path")
    if made.get("when"):
        made["when"] = [when(one, tables) for one in made["when"]]
    if made.get("params"):
        made["params"] = [{**one, "value": tables.value(one["value"])} for one in made["params"]]
    return made


def when(spec: shapes.WhenExpression, tables: Tables) -> shapes.WhenExpression:
    """A `when` expression; an array as its input becomes JSON, in its values its elements."""
    made = _texts(spec, tables, "cel")
    if "input" in made:
        words = tables.words(made["input"])
        whole = _ARRAY.fullmatch(made["input"]) is not None and words != [made["input"]]
        made["input"] = json_text(words) if whole else tables.text(made["input"])
    if made.get("values"):
        made["values"] = [word for one in made["values"] for word in tables.words(one)]
    return made


def sidecar(spec: shapes.Sidecar, tables: Tables) -> shapes.Sidecar:
    """A sidecar."""
    return _texts(container(spec, tables), tables, "script")


def volume(spec: shapes.Volume, tables: Tables) -> shapes.Volume:
    """A volume of a Task."""
    made = _texts(spec, tables, "name")
    if made.get("configMap"):
        made["configMap"] = _with_items(_texts(made["configMap"], tables, "name"), tables)
    if made.get("secret"):
        made["secret"] = _with_items(_texts(made["secret"], tables, "secretName"), tables)
    if made.get("persistentVolumeClaim"):
        made["persistentVolumeClaim"] = _texts(made["persistentVolumeClaim"], tables, "claimName")
    if made.get("projected"):
        sources = made["projected"].get("sources") or []
        made["projected"] = {**made["projected"], "sources": [_projection(one, tables) for one in sources]}
    return made


def _with_items(source: OfObject, tables: Tables) -> OfObject:
    if source.get("items"):
        source["items"] = [_texts(one, tables, "key", "path") for one in source["items"]]
    return source


def _projection(source: shapes.VolumeProjection, tables: Tables) -> shapes.VolumeProjection:
    made = source.copy()
    if made.get("configMap"):
        made["configMap"] = _texts(made["configMap"], tables, "name")
    if made.get("secret"):
        made["secret"] = _texts(made["secret"], tables, "name")
    return made
