"""Names and paths that admission lets through and Kubernetes refuses: in the pod, or in the object that it names.

A cluster never makes such a pod; where a run's folders stand for volumes, these names would become paths. Lint warns of
them, since Tekton's admission takes the object; a compile and a local run refuse it.

Sources: ValidateVolumes and ValidateConfigMap in Kubernetes' pkg/apis/core/validation,
https://kubernetes.io/docs/concepts/overview/working-with-objects/names/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from flowdsl.check.findings import Path
from flowdsl.check.names import LABEL_HINT, SUBDOMAIN_HINT, is_label, is_subdomain
from flowdsl.check.objects import check_data
from flowdsl.check.pitfalls.shapes import SpecAt, containers, pipeline_of, task_specs
from flowdsl.kinds.base import Model
from flowdsl.kinds.params import WorkspaceBinding
from flowdsl.kinds.runs import PipelineRun, PipelineTaskRunSpec, PipelineTaskRunTemplate, TaskRun, TaskRunSpec
from flowdsl.kinds.table import BOUND, CLAIM, HOLDING, find
from flowdsl.kinds.tasks import Task
from flowdsl.kinds.volumes import Volume

CODES = frozenset({"FLOW120", "FLOW246", "FLOW247", "FLOW248"})
OBJECTS = frozenset(kind.name for kind in BOUND)
_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_KEY_HINT = "letters, digits, '-', '_' and '.', at most 253 characters, not beginning with '..'"
_PATH_HINT = "a relative path without '..'"

Tell = Callable[[str, Path, str, str], None]


def check_pod_names(document: Model, tell: Tell) -> None:
    """FLOW246–248 for one document; `tell` is a report's `error` or `warning`."""
    for at in task_specs(document):
        # Few tasks have volumes, and every task of a compile comes by here.
        if at.spec.volumes or at.spec.sidecars:
            _volumes(at.spec.volumes, (*at.path, "volumes"), tell)
            _sidecars(at, tell)
        for path, container in containers(at):
            for index, mount in enumerate(container.volumeMounts or ()):
                _sub_path(mount.subPath, (*path, "volumeMounts", index, "subPath"), tell)
    if isinstance(document, Task):
        return
    pipeline = pipeline_of(document)
    for path, task in pipeline.tasks() if pipeline else ():
        for index, space in enumerate(task.workspaces or ()):
            _sub_path(space.subPath, (*path, "workspaces", index, "subPath"), tell)
    if isinstance(document, (PipelineRun, TaskRun)) and document.spec:
        for index, binding in enumerate(document.spec.workspaces or ()):
            _binding(binding, ("spec", "workspaces", index), tell)
        _templates(document, tell)


def _sidecars(at: SpecAt, tell: Tell) -> None:
    for index, sidecar in enumerate(at.spec.sidecars or ()):
        if sidecar.name and not _is_open(sidecar.name) and not is_label(sidecar.name[:63]):
            where = (*at.path, "sidecars", index, "name")
            tell("FLOW247", where, f"{sidecar.name!r} is no name for a sidecar", LABEL_HINT)


def _templates(document: PipelineRun | TaskRun, tell: Tell) -> None:
    assert document.spec is not None
    if isinstance(document.spec, TaskRunSpec):
        _template(document.spec, ("spec",), tell)
        return
    if document.spec.taskRunTemplate:
        _template(document.spec.taskRunTemplate, ("spec", "taskRunTemplate"), tell)
    for index, each in enumerate(document.spec.taskRunSpecs or ()):
        _template(each, ("spec", "taskRunSpecs", index), tell)


def _template(holder: TaskRunSpec | PipelineTaskRunTemplate | PipelineTaskRunSpec, path: Path, tell: Tell) -> None:
    if holder.podTemplate is not None:
        _volumes(holder.podTemplate.volumes, (*path, "podTemplate", "volumes"), tell)


def _volumes(volumes: Iterable[Volume] | None, path: Path, tell: Tell) -> None:
    for index, volume in enumerate(volumes or ()):
        if volume.name and not _is_open(volume.name) and not is_label(volume.name):
            tell("FLOW247", (*path, index, "name"), f"{volume.name!r} is no name for a volume", LABEL_HINT)
        _sources(volume, (*path, index), tell)


def _binding(binding: WorkspaceBinding, path: Path, tell: Tell) -> None:
    _sub_path(binding.subPath, (*path, "subPath"), tell)
    _sources(binding, path, tell)
    claim = binding.volumeClaimTemplate
    if claim and claim.metadata:
        _object(CLAIM.name, claim.metadata.name, (*path, "volumeClaimTemplate", "metadata", "name"), tell)


def _sources(volume: Volume | WorkspaceBinding, path: Path, tell: Tell) -> None:
    for kind in BOUND:
        field, name = kind.volume
        source = getattr(volume, field)
        if source is not None:
            _object(kind.name, getattr(source, name), (*path, field, name), tell)
            _items(getattr(source, "items", None), (*path, field, "items"), tell)
    for index, source in enumerate((volume.projected.sources or ()) if volume.projected else ()):
        for kind in HOLDING:
            field = kind.volume[0]
            one = getattr(source, field)
            if one is not None:
                at = (*path, "projected", "sources", index, field)
                _object(kind.name, one.name, (*at, "name"), tell)
                _items(one.items, (*at, "items"), tell)


def _object(kind: str, name: str | None, path: Path, tell: Tell) -> None:
    if name and not _is_open(name) and not is_subdomain(name):
        tell("FLOW246", path, f"{name!r} is no name of a {kind}", SUBDOMAIN_HINT)


def _items(items: Iterable[Any] | None, path: Path, tell: Tell) -> None:
    for index, item in enumerate(items or ()):
        if item.key and not _is_open(item.key) and not is_key(item.key):
            tell("FLOW248", (*path, index, "key"), f"{item.key!r} is no key of a Secret or a ConfigMap", _KEY_HINT)
        _sub_path(item.path, (*path, index, "path"), tell)


def _sub_path(path: str | None, where: Path, tell: Tell) -> None:
    if path and (path.startswith("/") or ".." in path.split("/") or "\0" in path) and not _is_open(path):
        tell("FLOW248", where, f"the path {path!r} leaves its volume", _PATH_HINT)


def is_key(name: str) -> bool:
    """Whether a Secret or a ConfigMap may have such a key (IsConfigMapKey)."""
    return len(name) <= 253 and name != "." and not name.startswith("..") and _KEY.fullmatch(name) is not None


def _is_open(text: str) -> bool:
    """Whether a param, a result or a value of Pipelines-as-Code still stands in it."""
    return "$(" in text or "{{" in text


def check_object(document: Any, tell: Tell) -> None:
    """FLOW120, FLOW246, FLOW248 for a Secret, a ConfigMap or a claim as it was read: its name, its data, its keys."""
    known = find(document.get("kind"), document.get("apiVersion"))
    if known is None or known not in BOUND:
        return
    kind = known.name
    metadata = document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if isinstance(name, str):
        _object(kind, name, ("metadata", "name"), tell)
    for field in (*known.texts, *known.base64):
        data = document.get(field)
        for key in data if isinstance(data, dict) else ():
            # A key names a file.
            if not is_key(str(key)):
                tell("FLOW248", (field, key), f"{str(key)!r} is no key of a {kind}", _KEY_HINT)
    check_data(document, tell)
