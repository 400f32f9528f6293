"""Documents as Tekton stores them: what its webhook fills in, and nothing that says the same as leaving it out.

Source: `SetDefaults` in pkg/apis/pipeline/v1/*_defaults.go, param_types.go and result_types.go, with the configuration
that Tekton ships (pkg/apis/config/default.go): 60 minutes, the account `default`, no resolver, no pod template.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import cast

from flowdsl.kinds import table
from flowdsl.kinds.kind import resolve
from flowdsl.kinds.values import decoded
from flowdsl.kube.conventions import DEFAULT_TIMEOUT_TEXT, MANAGED

Fill = Callable[[dict[str, object]], None]
"""Fills in, in place, what Tekton's webhook does. It may fall over what is no document: TypeError, AttributeError."""

SERVICE_ACCOUNT = "default"

MANAGER = "tekton-pipelines"

# Where a user's own data lies: an empty text or list is a value there, and names of keys mean nothing to Tekton.
_VALUES = frozenset({"value", "default"})
# Structs that Go holds by value: an empty one and none are the same to it.
_STRUCTS = frozenset({"computeResources", "metadata", "status", "taskRunTemplate"})
_MAPS = frozenset({"labels", "annotations", "nodeSelector", "matchLabels"})
# `false` is what Go's decoder makes of an absent field, and it writes none: workspaces, mounts, persistent claims.
_FALSE = frozenset({"optional", "readOnly"})
# ... but behind these, `optional` is a pointer: false says something.
_POINTERS = frozenset(
    {"secretKeyRef", "configMapKeyRef", "secretRef", "configMapRef", "secret", "configMap", "fileKeyRef"}
)


def with_defaults(document: Mapping[str, object]) -> dict[str, object]:
    """A copy of a document after Tekton's defaulting; the given one stays as it is.

    Takes Task, Pipeline, TaskRun, PipelineRun (v1) and StepAction; of any other kind only what is null is dropped.
    Null, empty lists, empty texts and `retries: 0` go, since Go writes a document without them; an empty mapping stays
    where it is a choice of its own (`emptyDir: {}`). Two documents are the same to Tekton when this gives the same.
    Never raises for what is wrong with a document: a part of the wrong type is copied as it is.
    """
    found = _mapping(document, "")
    kind = table.find(found.get("kind"), found.get("apiVersion"))
    if kind is not None and kind.defaults:
        # A list where a mapping belongs: the checker tells, this only compares.
        with contextlib.suppress(AttributeError, TypeError):
            cast("Fill", resolve(kind.defaults))(found)
    return found


def _copy(value: object, parent: str) -> object:
    if isinstance(value, str):
        return value  # what most are: whether it is a Mapping takes long to tell
    if isinstance(value, Mapping):
        return _mapping(value, parent)
    if isinstance(value, (list, tuple)):
        return [_copy(item, parent) for item in value]
    return value


def _mapping(value: Mapping[str, object], parent: str) -> dict[str, object]:
    kept = {}
    for name, item in value.items():
        if _absent(name, item, parent):
            continue
        copied = _text(item) if name in _VALUES else _copy(item, name)
        if copied or name not in _STRUCTS:
            kept[name] = copied
    return kept


def _text(value: object) -> object:
    return value if value is None else decoded(value)


def _absent(name: str, value: object, parent: str) -> bool:
    if value is None:
        return True
    if parent in _MAPS or parent in _VALUES:
        return False
    if name in _VALUES:
        return False
    if name in _FALSE and value is False:
        return parent not in _POINTERS
    if value == "" or (value == [] and not isinstance(value, bool)):
        return True
    return (name in _MAPS and not value) or _no_retries(name, value)


def _no_retries(name: str, value: object) -> bool:
    return name == "retries" and value == 0 and not isinstance(value, bool)


def _maps(part: object, field: str) -> Iterator[dict[str, object]]:
    items = part.get(field) if isinstance(part, dict) else None
    if isinstance(items, list):
        yield from (item for item in items if isinstance(item, dict))


def _task_spec(spec: object) -> None:
    for param in _maps(spec, "params"):
        _param(param)
    for result in _maps(spec, "results"):
        _result(result)


def _param(param: dict[str, object]) -> None:
    """ParamSpec.SetDefaults: the type from `type`, then `properties`, then the default's own."""
    if not param.get("type"):
        kinds: dict[type, str] = {list: "array", dict: "object"}
        param["type"] = "object" if "properties" in param else kinds.get(type(param.get("default")), "string")
    _properties(param)


def _result(result: dict[str, object]) -> None:
    if not result.get("type"):
        result["type"] = "object" if "properties" in result else "string"
    _properties(result)


def _properties(declared: dict[str, object]) -> None:
    properties = declared.get("properties")
    for each in properties.values() if isinstance(properties, dict) else ():
        if isinstance(each, dict):
            each.setdefault("type", "string")


def _reference(part: dict[str, object]) -> None:
    reference = part.get("taskRef")
    if isinstance(reference, dict) and not reference.get("resolver"):
        reference.setdefault("kind", table.TASK.name)


def _pipeline_spec(spec: object) -> None:
    for param in _maps(spec, "params"):
        _param(param)
    for field in ("tasks", "finally"):
        for each in _maps(spec, field):
            _reference(each)
            if isinstance(each.get("taskSpec"), dict):
                _task_spec(each["taskSpec"])


def task(document: dict[str, object]) -> None:
    """Task.SetDefaults, and StepAction's, which has what it needs of a task's."""
    _task_spec(document.get("spec"))


def pipeline(document: dict[str, object]) -> None:
    """Pipeline.SetDefaults."""
    _pipeline_spec(document.get("spec"))


def task_run(document: dict[str, object]) -> None:
    """TaskRun.SetDefaults."""
    labels = _section(_section(document, "metadata"), "labels")
    labels.setdefault(MANAGED, MANAGER)
    spec = _section(document, "spec")
    _reference(spec)
    spec.setdefault("timeout", DEFAULT_TIMEOUT_TEXT)
    spec.setdefault("serviceAccountName", SERVICE_ACCOUNT)
    _task_spec(spec.get("taskSpec"))


def pipeline_run(document: dict[str, object]) -> None:
    """PipelineRun.SetDefaults."""
    spec = _section(document, "spec")
    _section(spec, "timeouts").setdefault("pipeline", DEFAULT_TIMEOUT_TEXT)
    _section(spec, "taskRunTemplate").setdefault("serviceAccountName", SERVICE_ACCOUNT)
    _pipeline_spec(spec.get("pipelineSpec"))


def _section(holder: dict[str, object], field: str) -> dict[str, object]:
    """A field that is a mapping, made where it is absent. Raises TypeError where it is something else."""
    found = holder.setdefault(field, {})
    if not isinstance(found, dict):
        raise TypeError(f"{field} is no mapping")
    return found
