"""v1beta1 documents as v1: what Tekton's own conversion moves and renames, as far as nothing is lost by it.

Source: docs/migrating-v1beta1-to-v1.md and pkg/apis/pipeline/v1beta1/*_conversion.go.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import cast

from flowdsl.check.decoding import UNKNOWN_FIELD
from flowdsl.check.findings import Path, Report
from flowdsl.check.names import check_unique
from flowdsl.check.workspaces import UNDECLARED_WORKSPACE
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds import table
from flowdsl.kinds.kind import resolve

Convert = Callable[[dict[str, object], Path, Report], None]
"""Changes a spec at a path, in place. Raises UnconvertibleError."""
_GONE = {
    "resources": "PipelineResources were removed; pass an image's name as a param and files in a workspace",
    "conditions": "Conditions were removed; use `when`",
    "bundle": "use `resolver: bundles` with the params bundle, name and kind",
}

_CURRENT = table.TASK.api_version
"""What nearly all documents have: no kind of it is a former one."""
OLD_FORM = Rule.pitfall("FLOW334", "old-form", "a deprecated form that is still taken, such as v1beta1", opt_in=True)
NO_COUNTERPART_IN_V1 = Rule("FLOW206", "no-counterpart-in-v1", "v1beta1 without a counterpart in v1")


class UnconvertibleError(Exception):
    """v1 has nothing for a field: where, what, and what to do."""

    def __init__(self, path: Path, message: str, hint: str) -> None:
        super().__init__(message)
        self.path, self.message, self.hint = path, message, hint


def to_v1(data: Mapping[str, object], report: Report) -> Mapping[str, object]:
    """A document as v1; as it is where it is that already. Raises UnconvertibleError."""
    version = data.get("apiVersion")
    if version == _CURRENT:
        return data
    kind = table.converted(data.get("kind"), version)
    if kind is None:
        return data
    message = f"{version} is deprecated; it was checked as {kind.version}"
    report.add(OLD_FORM, ("apiVersion",), message, f"write apiVersion: {kind.api_version}")
    changed = copy.deepcopy(dict(data))
    changed["apiVersion"] = kind.api_version
    spec = changed.get("spec")
    if isinstance(spec, dict):
        cast("Convert", resolve(kind.convert))(spec, ("spec",), report)
    return changed


def _refuse(part: object, path: Path, *fields: str) -> None:
    for field in fields:
        if isinstance(part, dict) and part.get(field):
            raise UnconvertibleError((*path, field), f"{field} has no counterpart in v1", _GONE[field])


def _rename(part: object, path: Path, report: Report, **names: str) -> None:
    """Fields by their names of v1 (the values of `names`), which v1beta1 itself does not know."""
    if not isinstance(part, dict):
        return
    for old, new in names.items():
        if new in part:
            _only_v1((*path, new), report, f"v1beta1 calls it {old}")
            del part[new]
        if old in part:
            part[new] = part.pop(old)


def _only_v1(path: Path, report: Report, hint: str) -> None:
    report.add(
        UNKNOWN_FIELD,
        path,
        f"v1beta1 has no field {path[-1]!r}",
        f"{hint}; or write apiVersion: {table.TASK.api_version}",
    )


def _each(part: object, field: str, path: Path) -> list[tuple[object, Path]]:
    items = part.get(field) if isinstance(part, dict) else None
    return [(item, (*path, field, index)) for index, item in enumerate(items)] if isinstance(items, list) else []


def of_task(spec: object, path: Path, report: Report) -> None:
    """The spec of a Task, in place. Raises UnconvertibleError."""
    _refuse(spec, path, "resources")
    for field in ("steps", "sidecars"):
        for part, at in _each(spec, field, path):
            _rename(part, at, report, resources="computeResources")
    if isinstance(spec, dict):
        _rename(spec.get("stepTemplate"), (*path, "stepTemplate"), report, resources="computeResources")


def _reference(ref: object, path: Path) -> None:
    """A `bundle` is refused at creation, in v1beta1 too (TaskRef.Validate); its empty text says nothing."""
    _refuse(ref, path, "bundle")
    if isinstance(ref, dict) and ref.get("bundle") in ("", None):
        ref.pop("bundle", None)


def of_pipeline(spec: object, path: Path, report: Report) -> None:
    """The spec of a Pipeline, in place. Raises UnconvertibleError."""
    _refuse(spec, path, "resources")
    for field in ("tasks", "finally"):
        for each, at in _each(spec, field, path):
            if not isinstance(each, dict):
                continue
            _refuse(each, at, "resources", "conditions")
            _reference(each.get("taskRef"), (*at, "taskRef"))
            of_task(each.get("taskSpec"), (*at, "taskSpec"), report)
            _reference(each.get("pipelineRef"), (*at, "pipelineRef"))
            of_pipeline(each.get("pipelineSpec"), (*at, "pipelineSpec"), report)


def _overrides(part: object, path: Path, report: Report) -> None:
    """What a run says of single steps and sidecars."""
    for old, new in (("stepOverrides", "stepSpecs"), ("sidecarOverrides", "sidecarSpecs")):
        for each, at in _each(part, old, path):
            _rename(each, at, report, resources="computeResources")
        _rename(part, path, report, **{old: new})


def _propagated(spec: dict[str, object], path: Path, report: Report) -> None:
    """FLOW213, FLOW240: what v1beta1 alone asks of an embedded pipeline (validatePropagatedWorkspaces)."""
    embedded = spec.get("pipelineSpec")
    known = {
        each.get("name")
        for part in (spec, embedded)
        for each, _ in _each(part, "workspaces", ())
        if isinstance(each, dict) and isinstance(each.get("name"), str)
    }
    for field in ("tasks", "finally"):
        for task, at in _each(embedded, field, (*path, "pipelineSpec")):
            bindings = [(each, where) for each, where in _each(task, "workspaces", at) if isinstance(each, dict)]
            names = [str(each.get("name") or "") for each, _ in bindings]
            check_unique(names, (*at, "workspaces"), "workspace", report)
            known.update(names)
            for each, where in bindings:
                wanted = each.get("workspace")
                if wanted and isinstance(wanted, str) and wanted not in known:
                    message = f"neither the run nor the pipeline has the workspace {wanted!r}"
                    report.add(UNDECLARED_WORKSPACE, (*where, "workspace"), message, "declare it under `workspaces:`")


def of_task_run(spec: dict[str, object], path: Path, report: Report) -> None:
    """The spec of a TaskRun, in place. Raises UnconvertibleError."""
    _refuse(spec, path, "resources")
    _reference(spec.get("taskRef"), (*path, "taskRef"))
    of_task(spec.get("taskSpec"), (*path, "taskSpec"), report)
    _overrides(spec, path, report)


def of_pipeline_run(spec: dict[str, object], path: Path, report: Report) -> None:
    """The spec of a PipelineRun, in place. Raises UnconvertibleError."""
    _refuse(spec, path, "resources")
    _reference(spec.get("pipelineRef"), (*path, "pipelineRef"))
    of_pipeline(spec.get("pipelineSpec"), (*path, "pipelineSpec"), report)
    _propagated(spec, path, report)
    if "timeout" in spec and "timeouts" not in spec:
        spec["timeouts"] = {"pipeline": spec.pop("timeout")}
    if "taskRunTemplate" in spec:
        _only_v1((*path, "taskRunTemplate"), report, "v1beta1 has serviceAccountName and podTemplate in the spec")
        del spec["taskRunTemplate"]
    template: dict[str, object] = {
        field: spec.pop(field) for field in ("serviceAccountName", "podTemplate") if field in spec
    }
    if template:
        spec["taskRunTemplate"] = template
    for part, at in _each(spec, "taskRunSpecs", path):
        _rename(part, at, report, taskServiceAccountName="serviceAccountName", taskPodTemplate="podTemplate")
        _overrides(part, at, report)
