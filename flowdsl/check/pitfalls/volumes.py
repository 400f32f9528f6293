"""FLOW307: what is mounted exists, in the task or in a podTemplate of its run."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.check.findings import Path, Report
from flowdsl.check.pitfalls.shapes import containers, task_specs
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.base import Model
from flowdsl.kinds.runs import PipelineRun, PodTemplate, TaskRun, TaskRunSpec


def brought(document: Model) -> set[str]:
    """The names of the volumes that a run brings to its pods."""
    return {volume.name or "" for template in _templates(document) for volume in template.volumes or ()}


def _templates(document: Model) -> Iterator[PodTemplate]:
    spec = document.spec if isinstance(document, (TaskRun, PipelineRun)) else None
    if spec is None:
        return
    own = [spec] if isinstance(spec, TaskRunSpec) else [spec.taskRunTemplate, *(spec.taskRunSpecs or ())]
    yield from (each.podTemplate for each in own if each is not None and each.podTemplate is not None)


MOUNT_WITHOUT_VOLUME = Rule.pitfall("FLOW307", "mount-without-volume", "a mount without its volume")


def check(document: Model, known: set[str], report: Report) -> None:
    """Kubernetes refuses a pod that mounts a volume it has not; `known` are the names that runs of the set bring."""
    for spec in task_specs(document):
        volumes = known | {volume.name or "" for volume in spec.spec.volumes or ()}
        for path, container in containers(spec):
            for index, mount in enumerate(container.volumeMounts or ()):
                if mount.name and "$(" not in mount.name and mount.name not in volumes:
                    hint = "declare it under the task's `volumes`; a podTemplate of the run may bring it too"
                    at: Path = (*path, "volumeMounts", index, "name")
                    report.add(MOUNT_WITHOUT_VOLUME, at, f"there is no volume {mount.name!r} to mount", hint)
