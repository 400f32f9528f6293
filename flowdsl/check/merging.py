"""Whether Tekton can merge a step with its template at all.

It uses Kubernetes' strategic merge (k8s.io/apimachinery/pkg/util/strategicpatch), which orders the entries that differ
by the step's own list and gives up where an entry that is there twice can't be ordered.
"""

from __future__ import annotations

from collections.abc import Sequence

from flowdsl.check.findings import Path, Report
from flowdsl.check.names import NAME_TWICE
from flowdsl.kinds.base import Model
from flowdsl.kinds.tasks import Step, StepTemplate

_LISTS = (("env", "name"), ("volumeMounts", "mountPath"), ("volumeDevices", "devicePath"))
_FIELDS = frozenset(field for field, _ in _LISTS)


def check_merge(template: StepTemplate | None, steps: Sequence[Step], path: Path, report: Report) -> None:
    """FLOW213: entries given twice in a step that has some of the template's too."""
    if template is None or template.model_fields_set.isdisjoint(_FIELDS):
        return
    for index, step in enumerate(steps):
        for field, key in _LISTS:
            own, base = getattr(step, field) or [], getattr(template, field) or []
            names = [getattr(each, key) or "" for each in own]
            if base and len(set(names)) < len(names) and not _can_order(base, own, key):
                twice = next(name for name in names if names.count(name) > 1)
                message = f"{twice!r} is there twice, and can't be merged with the stepTemplate"
                report.add(NAME_TWICE, (*path, "steps", index, field), message, "remove one")


def _can_order(base: Sequence[Model], own: Sequence[Model], key: str) -> bool:
    order = [getattr(each, key) or "" for each in own]
    wanted = sorted(_differing(base, own, key), key=order.index)
    found = 0
    for name in order:
        if found < len(wanted) and wanted[found] == name:
            found += 1
    return found == len(wanted)


def _differing(base: Sequence[Model], own: Sequence[Model], key: str) -> list[str]:
    """The keys of the step's entries that the template has not, or has otherwise."""
    left = sorted(base, key=lambda each: getattr(each, key) or "")
    right = sorted(own, key=lambda each: getattr(each, key) or "")
    found, i = [], 0
    for each in right:
        name = getattr(each, key) or ""
        while i < len(left) and (getattr(left[i], key) or "") < name:
            i += 1
        same = i < len(left) and (getattr(left[i], key) or "") == name
        if not same or left[i] != each:
            found.append(name)
        i += same
    return found
