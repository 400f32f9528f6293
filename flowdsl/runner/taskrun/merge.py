"""A step over the step template, as Kubernetes merges two containers (pkg/apis/pipeline/v1/merge.go)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

# Lists whose elements are merged by a key; every other list replaces the template's.
_MERGE_KEYS = {"env": "name", "volumeMounts": "mountPath", "volumeDevices": "devicePath", "ports": "containerPort"}
_MERGED_MAPS = ("computeResources", "securityContext", "lifecycle", "readinessProbe", "livenessProbe", "startupProbe")


def step_over_template(template: shapes.StepTemplate | None, step: shapes.Step) -> shapes.Step:
    """The step with what only the template says added."""
    # What a template says is what a step says.
    return cast("shapes.Step", _merged(template, step)) if template else step.copy()


def _merged(template: Mapping[str, object], step: Mapping[str, object]) -> dict[str, object]:
    merged: dict[str, object] = {**template, **{key: one for key, one in step.items() if one is not None}}
    for key, by in _MERGE_KEYS.items():
        under, over = template.get(key), step.get(key)
        if under and over and isinstance(under, list) and isinstance(over, list):
            merged[key] = _lists(under, over, by)
    for key in _MERGED_MAPS:
        under, over = template.get(key), step.get(key)
        if under and over and isinstance(under, Mapping) and isinstance(over, Mapping):
            merged[key] = _maps(under, over)
    return merged


def _lists(
    under: Sequence[Mapping[str, object]], over: Sequence[Mapping[str, object]], by: str
) -> list[dict[str, object]]:
    named = {one.get(by): one for one in under}
    taken = {one.get(by) for one in over}
    # An environment variable has a value or a source: the step's kind wins.
    replaces = {"value", "valueFrom"}
    kept = [dict(one) for one in under if one.get(by) not in taken]
    return kept + [
        {**({} if replaces & one.keys() else named.get(one.get(by), {})), **one}
        for one in (dict(each) for each in over)
    ]


def _maps(under: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    merged = {**under, **over}
    for key, one in over.items():
        below = under.get(key)
        if isinstance(one, Mapping) and isinstance(below, Mapping):
            merged[key] = _maps(below, one)
    return merged
