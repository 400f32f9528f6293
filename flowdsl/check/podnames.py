"""Names and paths that admission lets through and Kubernetes refuses: in the pod, or in the object that it names.

A cluster never makes such a pod; where a run's folders stand for volumes, these names would become paths. Lint warns of
them, since Tekton's admission takes the object; a compile and a local run refuse it.

Sources: ValidateVolumes and ValidateConfigMap in Kubernetes' pkg/apis/core/validation,
https://kubernetes.io/docs/concepts/overview/working-with-objects/names/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from flowdsl.check.findings import Path, Report
from flowdsl.check.names import LABEL_HINT, SUBDOMAIN_HINT
from flowdsl.check.objects import check_data
from flowdsl.check.pitfalls.shapes import SpecAt, containers, pipeline_of, task_specs
from flowdsl.diagnostics import Severity
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.base import Model
from flowdsl.kinds.params import WorkspaceBinding
from flowdsl.kinds.runs import PipelineRun, PipelineTaskRunSpec, PipelineTaskRunTemplate, TaskRun, TaskRunSpec
from flowdsl.kinds.table import BOUND, CLAIM, HOLDING, find
from flowdsl.kinds.tasks import Task
from flowdsl.kinds.volumes import KeyToPath, Volume
from flowdsl.kube.conventions import NAME_MOST
from flowdsl.kube.object_names import is_label, is_subdomain

OBJECTS = frozenset(kind.name for kind in BOUND)
_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_KEY_HINT = "letters, digits, '-', '_' and '.', at most 253 characters, not beginning with '..'"
_PATH_HINT = "a relative path without '..'"


def check_pod_names(document: Model, report: Report) -> None:
    """FLOW246–248 for one document."""
    for at in task_specs(document):
        # Few tasks have volumes, and every task of a compile comes by here.
        if at.spec.volumes or at.spec.sidecars:
            _volumes(at.spec.volumes, (*at.path, "volumes"), report)
            _sidecars(at, report)
        for path, container in containers(at):
            for index, mount in enumerate(container.volumeMounts or ()):
                _sub_path(mount.subPath, (*path, "volumeMounts", index, "subPath"), report)
    if isinstance(document, Task):
        return
    pipeline = pipeline_of(document)
    for path, task in pipeline.tasks() if pipeline else ():
        for index, space in enumerate(task.workspaces or ()):
            _sub_path(space.subPath, (*path, "workspaces", index, "subPath"), report)
    if isinstance(document, (PipelineRun, TaskRun)) and document.spec:
        for index, binding in enumerate(document.spec.workspaces or ()):
            _binding(binding, ("spec", "workspaces", index), report)
        _templates(document, report)


VOLUME_OR_SIDECAR_NAME = Rule(
    "FLOW247", "volume-or-sidecar-name", "no name for a volume or a sidecar", Severity.WARNING, refused=True
)


def _sidecars(at: SpecAt, report: Report) -> None:
    for index, sidecar in enumerate(at.spec.sidecars or ()):
        if sidecar.name and not _is_open(sidecar.name) and not is_label(sidecar.name[:NAME_MOST]):
            where = (*at.path, "sidecars", index, "name")
            report.add(VOLUME_OR_SIDECAR_NAME, where, f"{sidecar.name!r} is no name for a sidecar", LABEL_HINT)


def _templates(document: PipelineRun | TaskRun, report: Report) -> None:
    assert document.spec is not None
    if isinstance(document.spec, TaskRunSpec):
        _template(document.spec, ("spec",), report)
        return
    if document.spec.taskRunTemplate:
        _template(document.spec.taskRunTemplate, ("spec", "taskRunTemplate"), report)
    for index, each in enumerate(document.spec.taskRunSpecs or ()):
        _template(each, ("spec", "taskRunSpecs", index), report)


def _template(holder: TaskRunSpec | PipelineTaskRunTemplate | PipelineTaskRunSpec, path: Path, report: Report) -> None:
    if holder.podTemplate is not None:
        _volumes(holder.podTemplate.volumes, (*path, "podTemplate", "volumes"), report)


def _volumes(volumes: Iterable[Volume] | None, path: Path, report: Report) -> None:
    for index, volume in enumerate(volumes or ()):
        if volume.name and not _is_open(volume.name) and not is_label(volume.name):
            report.add(
                VOLUME_OR_SIDECAR_NAME, (*path, index, "name"), f"{volume.name!r} is no name for a volume", LABEL_HINT
            )
        _sources(volume, (*path, index), report)


def _binding(binding: WorkspaceBinding, path: Path, report: Report) -> None:
    _sub_path(binding.subPath, (*path, "subPath"), report)
    _sources(binding, path, report)
    claim = binding.volumeClaimTemplate
    if claim and claim.metadata:
        _object(CLAIM.name, claim.metadata.name, (*path, "volumeClaimTemplate", "metadata", "name"), report)


def _sources(volume: Volume | WorkspaceBinding, path: Path, report: Report) -> None:
    for kind in BOUND:
        field, name = kind.volume
        source = getattr(volume, field)
        if source is not None:
            _object(kind.name, getattr(source, name), (*path, field, name), report)
            _items(getattr(source, "items", None), (*path, field, "items"), report)
    for index, source in enumerate((volume.projected.sources or ()) if volume.projected else ()):
        for kind in HOLDING:
            field = kind.volume[0]
            one = getattr(source, field)
            if one is not None:
                at = (*path, "projected", "sources", index, field)
                _object(kind.name, one.name, (*at, "name"), report)
                _items(one.items, (*at, "items"), report)


CLAIM_OR_SECRET_NAME = Rule(
    "FLOW246", "claim-or-secret-name", "no name of a claim, a Secret or a ConfigMap", Severity.WARNING, refused=True
)


def _object(kind: str, name: str | None, path: Path, report: Report) -> None:
    if name and not _is_open(name) and not is_subdomain(name):
        report.add(CLAIM_OR_SECRET_NAME, path, f"{name!r} is no name of a {kind}", SUBDOMAIN_HINT)


PATH_LEAVES_VOLUME = Rule(
    "FLOW248", "path-leaves-volume", "a path that leaves its volume", Severity.WARNING, refused=True
)


def _items(items: Iterable[KeyToPath] | None, path: Path, report: Report) -> None:
    for index, item in enumerate(items or ()):
        if item.key and not _is_open(item.key) and not is_key(item.key):
            report.add(
                PATH_LEAVES_VOLUME,
                (*path, index, "key"),
                f"{item.key!r} is no key of a Secret or a ConfigMap",
                _KEY_HINT,
            )
        _sub_path(item.path, (*path, index, "path"), report)


def _sub_path(path: str | None, where: Path, report: Report) -> None:
    if path and (path.startswith("/") or ".." in path.split("/") or "\0" in path) and not _is_open(path):
        report.add(PATH_LEAVES_VOLUME, where, f"the path {path!r} leaves its volume", _PATH_HINT)


def is_key(name: str) -> bool:
    """Whether a Secret or a ConfigMap may have such a key (IsConfigMapKey)."""
    return len(name) <= 253 and name != "." and not name.startswith("..") and _KEY.fullmatch(name) is not None


def _is_open(text: str) -> bool:
    """Whether a param, a result or a value of Pipelines-as-Code still stands in it."""
    return "$(" in text or "{{" in text


def check_object(document: Mapping[str, object], report: Report) -> None:
    """FLOW120, FLOW246, FLOW248 for a Secret, a ConfigMap or a claim as it was read: its name, its data, its keys."""
    known = find(document.get("kind"), document.get("apiVersion"))
    if known is None or known not in BOUND:
        return
    kind = known.name
    metadata = document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if isinstance(name, str):
        _object(kind, name, ("metadata", "name"), report)
    for field in (*known.texts, *known.base64):
        data = document.get(field)
        for key in data if isinstance(data, dict) else ():
            # A key names a file.
            if not is_key(str(key)):
                report.add(PATH_LEAVES_VOLUME, (field, key), f"{str(key)!r} is no key of a {kind}", _KEY_HINT)
    check_data(document, report)
