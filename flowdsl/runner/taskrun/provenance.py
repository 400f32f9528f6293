"""Artifacts that steps tell of, in files that they write (pkg/apis/pipeline/v1, artifact_types.go)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flowdsl.runner.taskrun.results import go_text

Artifacts = dict[str, list[dict[str, Any]]]


def parse_artifacts(text: str) -> Artifacts:
    """The inputs and outputs of a provenance file; nothing where it is not what Tekton reads."""
    try:
        value = json.loads(text)
        return {key: _artifacts(value[key]) for key in ("inputs", "outputs") if value.get(key) is not None}
    except (ValueError, RecursionError, AttributeError, TypeError):
        return {}


def _artifacts(listed: Any) -> list[dict[str, Any]]:
    """As Go reads it: other fields are left out, null is nothing. Raises TypeError for another type."""
    found = []
    for each in _of(listed, list):
        one = _of(each, dict)
        made: dict[str, Any] = {"name": go_text(_of(one.get("name"), str))}
        if one.get("values") is not None:
            made["values"] = [_value(_of(value, dict)) for value in _of(one["values"], list)]
        if _of(one.get("buildOutput"), bool):
            made["buildOutput"] = True
        found.append(made)
    return found


def _value(one: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    digest, uri = _of(one.get("digest"), dict), _of(one.get("uri"), str)
    if digest:
        made["digest"] = {go_text(key): go_text(_of(value, str)) for key, value in digest.items()}
    if uri:
        made["uri"] = go_text(uri)
    return made


def _of(value: Any, kind: type) -> Any:
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise TypeError(value)
    return value


def merge_artifacts(into: Artifacts, more: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
    """Add artifacts, those of one name together, none twice."""
    for key, listed in more.items():
        known = {one["name"]: one for one in into.setdefault(key, [])}
        for one in listed:
            target = known.get(one["name"])
            if target is None:
                target = {"name": one["name"], "values": []}
                known[one["name"]] = target
                into[key].append(target)
            if one.get("buildOutput"):
                target["buildOutput"] = True
            target["values"] += [value for value in one.get("values") or () if value not in target["values"]]
