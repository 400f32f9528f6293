"""A step over the step template, as Kubernetes merges two containers (pkg/apis/pipeline/v1/merge.go)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Lists whose elements are merged by a key; every other list replaces the template's.
_MERGE_KEYS = {"env": "name", "volumeMounts": "mountPath", "volumeDevices": "devicePath", "ports": "containerPort"}
_MERGED_MAPS = ("computeResources", "securityContext", "lifecycle", "readinessProbe", "livenessProbe", "startupProbe")


def step_over_template(template: Mapping[str, Any] | None, step: Mapping[str, Any]) -> dict[str, Any]:
    """The step with what only the template says added."""
    if not template:
        return dict(step)
    merged = {**template, **{key: one for key, one in step.items() if one is not None}}
    for key, by in _MERGE_KEYS.items():
        if template.get(key) and step.get(key):
            merged[key] = _lists(template[key], step[key], by)
    for key in _MERGED_MAPS:
        if template.get(key) and step.get(key):
            merged[key] = _maps(template[key], step[key])
    return merged


def _lists(under: Sequence[Mapping[str, Any]], over: Sequence[Mapping[str, Any]], by: str) -> list[Any]:
    named = {one.get(by): one for one in under}
    taken = {one.get(by) for one in over}
    # An environment variable has a value or a source: the step's kind wins.
    replaces = {"value", "valueFrom"}
    kept = [dict(one) for one in under if one.get(by) not in taken]
    return kept + [
        {**({} if replaces & one.keys() else named.get(one.get(by), {})), **one}
        for one in (dict(each) for each in over)
    ]


def _maps(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**under, **over}
    for key, one in over.items():
        if isinstance(one, Mapping) and isinstance(under.get(key), Mapping):
            merged[key] = _maps(under[key], one)
    return merged
