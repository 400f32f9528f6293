"""EventListener as the webhook checks it: what it listens for, and what may be set of the pod that listens.

Source: event_listener_validation.go in pkg/apis/triggers/v1beta1 and v1alpha1, and pkg/apis/triggers/validation.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.names import is_label_value, placed_name
from flowdsl.check.triggers.interceptors import check_asked_by_all, check_interceptors
from flowdsl.check.triggers.names import check_object_name
from flowdsl.check.triggers.triggers import TRIGGER, check_bindings, check_template
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.labels import PAYLOAD_VALIDATION
from flowdsl.kube.conventions import NAME_MOST

if TYPE_CHECKING:
    from flowdsl.kinds.triggers.alpha import AlphaEventListener, AlphaEventListenerTrigger
    from flowdsl.kinds.triggers.listeners import EventListener, EventListenerTrigger, TriggerGroup

AnyListener: TypeAlias = "EventListener | AlphaEventListener"
AnyTrigger: TypeAlias = "EventListenerTrigger | AlphaEventListenerTrigger"

EVENT_LISTENER = Rule("FLOW260", "event-listener", "an EventListener that can't listen")
_NAME_MOST = 60
"""Its Service is called `el-NAME`."""


def check_event_listener(listener: AnyListener, _: Gates, report: Report) -> None:
    """FLOW260–262, FLOW264–266."""
    from flowdsl.kinds.triggers.listeners import EventListener

    _check_metadata(listener, report)
    spec = listener.spec
    triggers: Sequence[AnyTrigger] = (spec.triggers if spec else None) or ()
    alpha = not isinstance(listener, EventListener)
    groups = (listener.spec.triggerGroups if isinstance(listener, EventListener) and listener.spec else None) or ()
    spaces = spec.namespaceSelector.matchNames if spec and spec.namespaceSelector else None
    if spec is None or not (triggers or groups or spaces or spec.labelSelector is not None):
        if not report.broken(("spec",)):
            hint = "add `triggers:`, or a selector that finds Triggers"
            report.add(EVENT_LISTENER, ("spec",), "the listener has no triggers", hint)
        return
    for index, trigger in enumerate(triggers):
        _check_trigger(trigger, ("spec", "triggers", index), report, alpha=alpha)
    for index, group in enumerate(groups):
        _check_group(group, ("spec", "triggerGroups", index), report)
    if spec.resources is not None:
        from flowdsl.check.triggers.pods import check_resources

        check_resources(spec.resources, ("spec", "resources"), report)


def _check_metadata(listener: AnyListener, report: Report) -> None:
    check_object_name(listener.metadata, report, label=True)
    name, path = placed_name(listener.metadata)
    if len(name) > _NAME_MOST:
        message = f"the name has {len(name)} characters; {_NAME_MOST} is the most, since its Service is el-NAME"
        report.add(EVENT_LISTENER, path, message, "shorten it")
    notes = (listener.metadata.annotations if listener.metadata else None) or {}
    said = notes.get(PAYLOAD_VALIDATION)
    if said is not None and said not in ("true", "false"):
        at = ("metadata", "annotations", PAYLOAD_VALIDATION)
        report.add(EVENT_LISTENER, at, f"{PAYLOAD_VALIDATION} is {said!r}", 'it is "true" or "false", in quotes')


def _check_trigger(trigger: AnyTrigger, path: Path, report: Report, *, alpha: bool) -> None:
    own = [field for field in ("template", "bindings", "interceptors") if getattr(trigger, field) not in (None, [])]
    if trigger.triggerRef and own:
        message = f"the trigger has both a triggerRef and {', '.join(own)}"
        report.add(TRIGGER, path, message, "keep `triggerRef:`, or write the trigger here")
    if not trigger.triggerRef and trigger.template is None and not report.broken(path):
        hint = "add `template: {ref: NAME}` of a TriggerTemplate, or `triggerRef:` of a Trigger"
        report.add(TRIGGER, path, "the trigger has no template", hint)
    check_bindings(trigger.bindings, path, report)
    if trigger.template is not None:
        check_template(trigger.template, path, report, alpha=alpha)
    check_interceptors(trigger.interceptors, path, report)
    name = trigger.name or ""
    if not is_label_value(name):
        hint = f"letters, digits, '-', '_' and '.', at most {NAME_MOST}: it becomes the value of a label"
        report.add(TRIGGER, (*path, "name"), f"{name!r} is no name for a trigger", hint)


def _check_group(group: TriggerGroup, path: Path, report: Report) -> None:
    selector = group.triggerSelector
    spaces = selector.namespaceSelector.matchNames if selector and selector.namespaceSelector else None
    if not spaces and (selector is None or selector.labelSelector is None):
        hint = "add `triggerSelector: {labelSelector: …}` or a namespaceSelector"
        report.add(EVENT_LISTENER, path, "the group selects no triggers", hint)
    if not group.interceptors:
        hint = "add `interceptors:`, or list the triggers under `triggers:`"
        report.add(EVENT_LISTENER, path, "the group has no interceptors", hint)
    check_asked_by_all(group.interceptors, path, report)
