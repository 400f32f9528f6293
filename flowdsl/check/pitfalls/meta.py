"""The document itself: fields the cluster owns, old syntax, references that may change by themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flowdsl.check.conversion import OLD_FORM
from flowdsl.check.findings import Path, Report
from flowdsl.check.pitfalls import secrets
from flowdsl.check.pitfalls.shapes import at, pipeline_of, texts
from flowdsl.check.values import text_of
from flowdsl.diagnostics.rule import HARDENING, Rule
from flowdsl.kinds.base import Model
from flowdsl.kinds.runs import PipelineRun, TaskRun
from flowdsl.kinds.tasks import PipelineRef, Ref, TaskRef

_SERVER_SET = ("resourceVersion", "uid", "creationTimestamp", "generation", "managedFields", "selfLink")
_OLD = re.compile(r"\$\{?\(?(inputs\.params|inputs\.resources|outputs\.resources)\b[^)}]*[)}]")
_PINNED_REVISION = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}|refs/tags/.+|v?\d+(\.\d+)+([-+.].*)?")
_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ORDER = ("apiVersion", "kind", "metadata", "spec", "status")


FIELD_OF_THE_CLUSTER = Rule.pitfall("FLOW317", "field-of-the-cluster", "a field that belongs to the cluster")
DEPRECATED = Rule.pitfall("FLOW328", "deprecated", "deprecated")
FIELD_ORDER = Rule.pitfall(
    "FLOW346",
    "field-order",
    "fields in another order than apiVersion, kind, metadata, spec",
    opt_in=True,
    fix="move the fields",
)


def check(document: Model, raw: Mapping[str, object], report: Report) -> None:
    """FLOW317, FLOW321 (by shape), FLOW328, FLOW329, and the opt-in FLOW345 and FLOW346."""
    for field in _SERVER_SET:
        if at(raw, ("metadata", field)) is not None:
            hint = "remove it: the API server sets it, and refuses an apply that has an old one"
            report.add(FIELD_OF_THE_CLUSTER, ("metadata", field), f"{field} belongs to the cluster", hint)
    if raw.get("status"):
        report.add(FIELD_OF_THE_CLUSTER, ("status",), "status belongs to the cluster", "remove it")
    for path, text in texts(at(raw, ("metadata", "annotations")), ("metadata", "annotations")):
        secrets.shaped(path, text, raw, report)
    for path, text in texts(at(raw, ("spec",)), ("spec",)):
        secrets.shaped(path, text, raw, report)
        match = _OLD.search(text) if "puts." in text else None
        if match and match[0].startswith("$(inputs.params"):
            hint = "write $(params.NAME): the older form is replaced still, and not checked"
            report.add(OLD_FORM, path, f"{match[0]} is an older form", hint)
        elif match:
            hint = "write $(params.NAME); Tekton replaces the old form no longer"
            report.add(DEPRECATED, path, f"{match[0]} is the syntax of v1alpha1", hint)
    _references(document, report)
    _names(document, report)
    order = [field for field in raw if field in _ORDER]
    if order != sorted(order, key=_ORDER.index):
        from flowdsl.diagnostics.fix import Fix, Reorder

        hint = "apiVersion, kind, metadata, spec is the order that readers expect"
        fix = Fix("move the fields", (Reorder(_ORDER),))
        report.add(FIELD_ORDER, (), "the fields stand in an unusual order", hint, fix)


def _references(document: Model, report: Report) -> None:
    if isinstance(document, PipelineRun) and document.spec and document.spec.pipelineRef:
        _pinned(document.spec.pipelineRef, ("spec", "pipelineRef"), report)
    if isinstance(document, TaskRun) and document.spec and document.spec.taskRef:
        _pinned(document.spec.taskRef, ("spec", "taskRef"), report)
    pipeline = pipeline_of(document)
    for path, task in pipeline.tasks() if pipeline else ():
        if task.taskRef:
            _pinned(task.taskRef, (*path, "taskRef"), report)
        for index, step in enumerate((task.taskSpec.steps if task.taskSpec else None) or ()):
            if step.ref:
                _pinned(step.ref, (*path, "taskSpec", "steps", index, "ref"), report)


REFERENCE_MAY_CHANGE = Rule.pitfall("FLOW329", "reference-may-change", "a reference that may change", quiet=HARDENING)


def _pinned(ref: TaskRef | PipelineRef | Ref, path: Path, report: Report) -> None:
    """FLOW329: what a resolver fetches is the same in the next run."""
    if not ref.resolver:
        return
    values = {param.name: text_of(param.value) for param in ref.params or ()}
    if ref.resolver == "git":
        revision = values.get("revision", "")
        if "$(" not in revision and not _PINNED_REVISION.fullmatch(revision):
            shown = f"the branch {revision!r}" if revision else "the default branch"
            hint = "set revision to a commit or a tag"
            report.add(REFERENCE_MAY_CHANGE, path, f"git fetches {shown}, whatever is there at the time", hint)
    elif ref.resolver == "bundles":
        bundle = values.get("bundle", "")
        if bundle and "$(" not in bundle and "@sha256:" not in bundle:
            report.add(
                REFERENCE_MAY_CHANGE,
                path,
                f"the bundle {bundle!r} may change under its tag",
                "name its digest: @sha256:…",
            )
    elif ref.resolver == "hub":
        version = values.get("version", "")
        if not version or version.startswith((">", "<", "!", "~", "^")):
            report.add(
                REFERENCE_MAY_CHANGE, path, "the hub gives whatever version is newest", "set version to an exact one"
            )


NAME_SPELLING = Rule.pitfall("FLOW345", "name-spelling", "names that are not in kebab-case", opt_in=True)


def _names(document: Model, report: Report) -> None:
    """FLOW345 (opt-in): one spelling for names."""
    pipeline = pipeline_of(document)
    if pipeline is None:
        return
    named = [("params", index, param.name) for index, param in enumerate(pipeline.spec.params or ())]
    named += [("workspaces", index, workspace.name) for index, workspace in enumerate(pipeline.spec.workspaces or ())]
    for section, index, name in named:
        if name and not _KEBAB.fullmatch(name):
            place = (*pipeline.path, section, index, "name")
            report.add(NAME_SPELLING, place, f"{name!r} is not in kebab-case", "lower-case words joined by '-'")
