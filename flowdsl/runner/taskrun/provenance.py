"""Artifacts that steps tell of, in files that they write (pkg/apis/pipeline/v1, artifact_types.go)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar

from flowdsl.runner.taskrun.results import go_text

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

T = TypeVar("T")


def parse_artifacts(text: str) -> shapes.Artifacts:
    """The inputs and outputs of a provenance file; nothing where it is not what Tekton reads."""
    try:
        value = json.loads(text)
        found: shapes.Artifacts = {}
        if value.get("inputs") is not None:
            found["inputs"] = _artifacts(value["inputs"])
        if value.get("outputs") is not None:
            found["outputs"] = _artifacts(value["outputs"])
        return found
    except (ValueError, RecursionError, AttributeError, TypeError):
        return {}


def _artifacts(listed: object) -> list[shapes.Artifact]:
    """As Go reads it: other fields are left out, null is nothing. Raises TypeError for another type."""
    found: list[shapes.Artifact] = []
    for each in _of(listed, list):
        one = _of(each, dict)
        made: shapes.Artifact = {"name": go_text(_of(one.get("name"), str))}
        if one.get("values") is not None:
            made["values"] = [_value(_of(value, dict)) for value in _of(one["values"], list)]
        if _of(one.get("buildOutput"), bool):
            made["buildOutput"] = True
        found.append(made)
    return found


def _value(one: Mapping[str, object]) -> shapes.ArtifactValue:
    made: shapes.ArtifactValue = {}
    digest, uri = _of(one.get("digest"), dict), _of(one.get("uri"), str)
    if digest:
        made["digest"] = {go_text(key): go_text(_of(value, str)) for key, value in digest.items()}
    if uri:
        made["uri"] = go_text(uri)
    return made


def _of(value: object, kind: type[T]) -> T:
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise TypeError(value)
    return value


def merge_artifacts(into: shapes.Artifacts, more: shapes.Artifacts) -> None:
    """Add artifacts, those of one name together, none twice."""
    if "inputs" in more:
        _merge(into.setdefault("inputs", []), more["inputs"])
    if "outputs" in more:
        _merge(into.setdefault("outputs", []), more["outputs"])


def _merge(into: list[shapes.Artifact], more: Iterable[shapes.Artifact]) -> None:
    known = {one["name"]: one for one in into}
    for one in more:
        target = known.get(one["name"])
        if target is None:
            target = {"name": one["name"], "values": []}
            known[one["name"]] = target
            into.append(target)
        if one.get("buildOutput"):
            target["buildOutput"] = True
        target["values"] += [value for value in one.get("values") or () if value not in target["values"]]
