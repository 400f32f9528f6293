"""What `@pipeline(...)` says of its starts, read from the documents that a target was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from flowdsl.events.reporting import OWN_PARAMS
from flowdsl.importer.shapes import Unsupported
from flowdsl.importer.starts.generated import Generated, without_generated
from flowdsl.importer.starts.objects import (
    Fields,
    Objects,
    is_current,
    listed,
    mapping,
    name_of,
    namespace_of,
    text,
)
from flowdsl.importer.starts.schedules import Timed, schedules_of, timed_of
from flowdsl.importer.starts.triggers import Heard, heard
from flowdsl.ir.events import Start, Trigger
from flowdsl.ir.types import TypeSpec
from flowdsl.kinds.table import EVENT_LISTENER, PIPELINE


@attrs.frozen(kw_only=True)
class Asked:
    """A Pipeline as its user wrote it (`generated`), its starts, and what all their runs have.

    `places` are the listener and the CronJobs (by index) that it is read from.
    """

    generated: Generated
    places: tuple[int, ...]
    targets: tuple[str, ...]
    namespace: str
    provider: str
    on: tuple[Start, ...]
    run: Mapping[str, object]
    notes: frozenset[str]
    types: Mapping[str, TypeSpec]
    listener_tls: str


# A document may lack anything, and have a list where a map belongs.
_ODD = (KeyError, IndexError, TypeError, AttributeError, ValueError)
TARGETS = ("triggers", "cron")
"""Those whose documents are read."""


def asked_of(objects: Objects, targets: Sequence[str] = TARGETS) -> tuple[dict[int, Asked], dict[int, str]]:
    """What each Pipeline (by its index) says of its starts; by the index of a listener or CronJob why none says it.

    `targets` are those that are looked at.
    """
    found: dict[int, Asked] = {}
    reasons: dict[int, str] = {}
    timed = timed_of(objects) if "cron" in targets else {}
    for index, document in enumerate(objects.documents):
        name = name_of(document) if is_current(PIPELINE, document) else ""
        if not name:
            continue
        listener = objects.by_name.get((EVENT_LISTENER.name, name)) if "triggers" in targets else None
        try:
            asked = _asked(objects, document, listener, timed)
        except (Unsupported, *_ODD) as error:
            why = error.reason if isinstance(error, Unsupported) else "a field of the wrong type"
            reasons |= dict.fromkeys(timed.get(name, ()) if listener is None else (listener,), why)
            continue
        if asked is not None:
            found[index] = asked
    return found, reasons


def _asked(objects: Objects, pipeline: Fields, listener: int | None, timed: Timed) -> Asked | None:
    name = name_of(pipeline)
    events = Heard() if listener is None else _heard(objects, name, listener)
    schedules = schedules_of(objects, timed, name)
    made = {"triggers": listener is not None, "cron": bool(schedules)}
    if not any(made.values()):
        return None
    places = (*(() if listener is None else (listener,)), *timed.get(name, ()))
    generated = without_generated(objects, pipeline)
    runs = [*events.runs, *(run for _, run in schedules)]
    rest = [_without(run.rest, generated.names) for run in runs]
    if any(each != rest[0] for each in rest):
        raise Unsupported("spec", "its starts make runs that differ in more than params")
    return Asked(
        generated=generated,
        places=places,
        targets=tuple(target for target in TARGETS if made[target]),
        namespace=namespace_of(objects.documents[places[0]]),
        # Those whose events look alike (Gitea and Forgejo) are told of runs by their own names.
        provider=generated.provider or events.provider,
        on=(*map(_without_own, events.starts), *(start for start, _ in schedules)),
        run=rest[0],
        notes=runs[0].notes,
        types=events.types,
        listener_tls="" if listener is None else _certificate(objects.documents[listener]),
    )


def _heard(objects: Objects, pipeline: str, listener: int) -> Heard:
    names = [str(each.get("triggerRef")) for each in listed(objects.documents[listener], "spec", "triggers")]
    return heard(objects, pipeline, names)


def _certificate(listener: Fields) -> str:
    """The Secret with which a listener speaks TLS; "" for none. The documents are compared as a whole later."""
    pod = mapping(listener, "spec", "resources", "kubernetesResource", "spec", "template", "spec")
    for container in listed(pod, "containers"):
        for each in listed(container, "env"):
            if found := text(each, "valueFrom", "secretKeyRef", "name"):
                return found
    return ""


def _without_own(trigger: Trigger) -> Trigger:
    """Without the params that `report=` gives the run."""
    params = {name: value for name, value in trigger.params.items() if name not in OWN_PARAMS}
    return attrs.evolve(trigger, params=params)


def _without(rest: Mapping[str, object], names: frozenset[str]) -> dict[str, object]:
    """A run's spec without what is said of generated tasks."""
    left = dict(rest)
    specs = [each for each in listed(rest, "taskRunSpecs") if each.get("pipelineTaskName") not in names]
    if specs:
        left["taskRunSpecs"] = specs
    else:
        left.pop("taskRunSpecs", None)
    return left
