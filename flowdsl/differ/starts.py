"""The facets of what starts a run: triggers, what they let through, who may send, which params an event gives."""

from __future__ import annotations

from flowdsl.differ.facets import Taking
from flowdsl.kinds.values import decoded

_GIVEN = {"filter": "filter", "overlays": "overlays", "secretRef": "signature", "eventTypes": "events"}


def of_event_listener(taking: Taking, spec: dict[str, object]) -> None:
    """An EventListenerSpec."""
    for name, trigger in _triggers(taking, spec):
        taking.note("trigger", (name,), trigger.pop("triggerRef", True))
        _trigger(taking, trigger, (name,))
    for name, group in taking.each(spec, "triggerGroups"):
        _interceptors(taking, group, (name,))
        taking.note("trigger", (name,), group)
    taking.remains(spec, ("spec",))
    spec.clear()


def of_trigger(taking: Taking, spec: dict[str, object]) -> None:
    """A TriggerSpec."""
    _trigger(taking, spec, ())
    spec.clear()


def of_trigger_binding(taking: Taking, spec: dict[str, object]) -> None:
    """A TriggerBindingSpec: what others use of it are the params that it gives."""
    for name, param in taking.each(spec, "params"):
        taking.note("bound param", (name,), param.get("value"))


def of_trigger_template(taking: Taking, spec: dict[str, object]) -> None:
    """A TriggerTemplateSpec."""
    for name, param in taking.each(spec, "params"):
        taking.note("template param", (name,), param)
    taking.remains(spec, ("spec",))
    spec.clear()


def _triggers(taking: Taking, spec: dict[str, object]) -> list[tuple[str, dict[str, object]]]:
    """Each trigger with its name, or that of the Trigger that it refers to."""
    named = []
    for name, trigger in taking.each(spec, "triggers"):
        reference = trigger.get("triggerRef")
        named.append((reference if name.startswith("[") and isinstance(reference, str) else name, trigger))
    return named


def _trigger(taking: Taking, spec: dict[str, object], path: tuple[str, ...]) -> None:
    taking.take("template", path, spec, "template")
    for name, binding in taking.each(spec, "bindings"):
        reference = binding.get("ref")
        if isinstance(reference, str):
            taking.note("binding to", (*path, reference), binding)
        else:
            taking.note("bound param", (*path, name), binding.get("value"))
    _interceptors(taking, spec, path)
    taking.remains(spec, (*path, "spec"))


def _interceptors(taking: Taking, holder: dict[str, object], path: tuple[str, ...]) -> None:
    names = []
    for own, interceptor in taking.each(holder, "interceptors"):
        name = _name(own, taking.mapping(interceptor, "ref"), interceptor)
        names.append(name)
        for param, value in taking.each(interceptor, "params"):
            _given(taking, param, value.get("value"), (*path, name))
        taking.note("interceptor", (*path, name), interceptor or True)
    if len(names) > 1:
        # What the one before puts into the event, the next one reads.
        taking.note("order", (*path, "interceptors"), names)


def _name(own: str, reference: dict[str, object], interceptor: dict[str, object]) -> str:
    if not own.startswith("["):
        return own
    return str(reference.get("name") or next(iter(interceptor), "webhook"))


def _given(taking: Taking, param: str, value: object, path: tuple[str, ...]) -> None:
    kind = _GIVEN.get(param)
    if kind:
        taking.note(kind, path, value)
    else:
        taking.note("interceptor param", (*path, param), decoded(value))
