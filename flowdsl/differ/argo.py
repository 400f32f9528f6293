"""The facets of Argo Events' kinds: what is listened for, which events count, what is created of them."""

from __future__ import annotations

from collections.abc import Mapping

from flowdsl.check.argo.sources import NO_SOURCES
from flowdsl.differ.facets import Taking

_SECRETS = ("authSecret", "webhookSecret", "secretToken")


def of_event_source(taking: Taking, spec: dict[str, object]) -> None:
    """An EventSourceSpec: each event that it sends, by its name."""
    for kind in [each for each in spec if each not in NO_SOURCES]:
        for name, source in taking.mapping(spec, kind).items():
            fields = dict(source) if isinstance(source, Mapping) else {}
            for secret in _SECRETS:
                if secret in fields:
                    taking.note("signature", (str(name),), fields.pop(secret))
            taking.note("event", (str(name),), {kind: fields})
    taking.remains(spec, ("spec",))
    spec.clear()


def of_sensor(taking: Taking, spec: dict[str, object]) -> None:
    """A SensorSpec."""
    for name, dependency in taking.each(spec, "dependencies"):
        taking.take("filter", (name,), dependency, "filters")
        taking.take("transform", (name,), dependency, "transform")
        taking.note("dependency", (name,), dependency)
    for own, trigger in taking.each(spec, "triggers"):
        template = taking.mapping(trigger, "template")
        name = str(template.pop("name", own))
        taking.take("condition", (name,), template, "conditions")
        taking.note("template", (name,), template)
        taking.note("trigger", (name,), trigger)
    taking.remains(spec, ("spec",))
    spec.clear()
