"""What a trigger refers to: templates and bindings of these files, and whether every param of a template has a source.

Triggers' webhook sees one document at a time; what is missing is found when an event comes, and the run is not made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flowdsl.check.findings import Path
from flowdsl.check.pitfalls.events import asked, check_signed, is_of_triggers, triggers_of
from flowdsl.check.pitfalls.index import Entry, Index
from flowdsl.check.triggers.templates import used_in
from flowdsl.check.usage import name_hint
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.kind import Kind
from flowdsl.kinds.table import CLUSTER_TRIGGER_BINDING, TRIGGER, TRIGGER_BINDING, TRIGGER_TEMPLATE
from flowdsl.kinds.values import json_text

if TYPE_CHECKING:
    from flowdsl.check.pitfalls.events import Trigger
    from flowdsl.kinds.triggers.templates import TriggerTemplateSpec

MISSING_START = Rule.pitfall("FLOW354", "missing-start", "what a trigger refers to is not here")
PARAM_WITHOUT_SOURCE = Rule.pitfall("FLOW355", "param-without-source", "a param of a template that nothing gives")
PARAM_BOUND_TWICE = Rule.pitfall("FLOW356", "param-bound-twice", "two bindings give one param")


def check_starts(entries: Sequence[Entry], index: Index) -> None:
    """FLOW352, FLOW354–356 over a set."""
    started = [each for each in entries if each.model is not None and is_of_triggers(each.model)]
    grouped = any(getattr(getattr(each.model, "spec", None), "triggerGroups", None) for each in started)
    for entry in started:
        assert entry.model is not None
        for path, trigger in triggers_of(entry.model):
            _check(trigger, path, entry, index)
            # Interceptors of a group stand before those of the Triggers that it selects.
            if entry.kind == TRIGGER.name and not grouped:
                check_signed(asked(trigger.interceptors, path), path, entry.report)


def _check(trigger: Trigger, path: Path, entry: Entry, index: Index) -> None:
    reference = getattr(trigger, "triggerRef", None)
    if reference:
        _missing(reference, TRIGGER, (*path, "triggerRef"), entry, index)
        return
    template = trigger.template
    if template is not None and template.ref:
        _missing(template.ref, TRIGGER_TEMPLATE, (*path, "template", "ref"), entry, index)
    given: list[tuple[str, Path]] | None = []
    for number, binding in enumerate(trigger.bindings or ()):
        at = (*path, "bindings", number)
        kind = CLUSTER_TRIGGER_BINDING if binding.kind == CLUSTER_TRIGGER_BINDING.name else TRIGGER_BINDING
        names: list[str] | None = [binding.name or ""]
        if binding.ref:
            _missing(binding.ref, kind, (*at, "ref"), entry, index)
            names = _given_by(kind, binding.ref, entry, index)
        given = None if names is None or given is None else [*given, *((name, at) for name in names)]
    spec = template.spec if template is not None else None
    if template is not None and template.ref:
        found = index.find(TRIGGER_TEMPLATE, template.ref, entry)
        spec = getattr(found.model, "spec", None) if found is not None else None
    if given is not None:
        _check_twice(given, entry)
        _check_sources(spec, {name for name, _ in given}, (*path, "template"), entry)


def _missing(name: str, kind: Kind, path: Path, entry: Entry, index: Index) -> None:
    """FLOW354, only where documents of the kind stand beside: else they live elsewhere."""
    names = index.beside(kind, entry)
    if names and not index.has(kind, name):
        hint = name_hint(name, names, f"{kind.name}s") + "; if it is in the cluster, ignore this line"
        entry.report.add(MISSING_START, path, f"there is no {kind.name} {name!r} in these files", hint)


def _given_by(kind: Kind, name: str, entry: Entry, index: Index) -> list[str] | None:
    """The params of a binding; None where it is not here."""
    found = index.find(kind, name, entry)
    if found is None or found.model is None or found.report.broken(("spec", "params")):
        return None
    spec = getattr(found.model, "spec", None)
    return [param.name or "" for param in (spec.params if spec else None) or ()]


def _check_twice(given: Sequence[tuple[str, Path]], entry: Entry) -> None:
    """FLOW356: mergeBindingParams in pkg/template/resource.go refuses it at every event."""
    seen: set[str] = set()
    for name, at in given:
        if name in seen:
            message = f"the param {name!r} comes from two bindings: every event is refused"
            entry.report.add(PARAM_BOUND_TWICE, at, message, "leave it out of one")
        seen.add(name)


def _check_sources(spec: TriggerTemplateSpec | None, given: set[str], path: Path, entry: Entry) -> None:
    """FLOW355: what a template uses has a binding or a default; else its text stays as it is in the run."""
    if spec is None:
        return
    used = {name for each in spec.resourcetemplates or () for name in used_in(json_text(each))}
    for param in spec.params or ():
        name = param.name or ""
        if name in used and param.default is None and name not in given:
            message = f"nothing gives the param {name!r} of the template, and it has no default"
            hint = name_hint(name, sorted(given), "params bound") if given else "add it to a binding"
            entry.report.add(PARAM_WITHOUT_SOURCE, path, message, hint)
