"""What `@pipeline(...)` says of its starts, read from the documents that a target was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from flowdsl.events.reporting import OWN_PARAMS
from flowdsl.importer.shapes import Unsupported
from flowdsl.importer.starts.as_code import NOTHING_COMMITTED, committed, committed_of
from flowdsl.importer.starts.generated import Generated, without_generated
from flowdsl.importer.starts.merged import merged, placed
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
from flowdsl.importer.starts.sensors import NOTHING_SENSED, sensed
from flowdsl.importer.starts.triggers import Heard, heard
from flowdsl.ir.events import Start, Trigger
from flowdsl.ir.types import TypeSpec
from flowdsl.kinds.table import EVENT_LISTENER, PIPELINE, SENSOR


@attrs.frozen(kw_only=True)
class Asked:
    """A Pipeline as its user wrote it (`generated`), its starts, and what all their runs have.

    `places` are the listener, the CronJobs, the Sensor and the runs in a repository (by index) that it is read from.
    `repositories` are those that an EventSource names, `token` is the Secret (`name/key`) with which it asks for them.
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
    repositories: tuple[str, ...] = ()
    token: str = ""


# A document may lack anything, and have a list where a map belongs.
_ODD = (KeyError, IndexError, TypeError, AttributeError, ValueError)
TARGETS = ("triggers", "cron", "pac", "argo")
"""Those whose documents are read."""


@attrs.frozen
class _Sources:
    """Where a pipeline's starts stand, by index: what listens, its CronJobs, its runs in a repository, its Sensor."""

    listener: int | None
    timed: tuple[int, ...]
    committed: tuple[int, ...]
    sensor: int | None

    @property
    def all(self) -> tuple[int, ...]:
        """All of them."""
        single = (each for each in (self.listener, self.sensor) if each is not None)
        return (*single, *self.timed, *self.committed)


def asked_of(objects: Objects, targets: Sequence[str] = TARGETS) -> tuple[dict[int, Asked], dict[int, str]]:
    """What each Pipeline (by its index) says of its starts; by the index of what starts it why none says it.

    `targets` are those that are looked at.
    """
    found: dict[int, Asked] = {}
    reasons: dict[int, str] = {}
    timed = timed_of(objects) if "cron" in targets else {}
    runs = committed_of(objects.documents) if "pac" in targets else {}
    for index, document in enumerate(objects.documents):
        name = name_of(document) if is_current(PIPELINE, document) else ""
        if not name:
            continue
        listener = objects.by_name.get((EVENT_LISTENER.name, name)) if "triggers" in targets else None
        sensor = objects.by_name.get((SENSOR.name, name)) if "argo" in targets else None
        sources = _Sources(listener, tuple(timed.get(name, ())), runs.get(name, ()), sensor)
        try:
            asked = _asked(objects, document, sources, timed)
        except (Unsupported, *_ODD) as error:
            why = error.reason if isinstance(error, Unsupported) else "a field of the wrong type"
            reasons |= dict.fromkeys(sources.all, why)
            continue
        if asked is not None:
            found[index] = asked
    return found, reasons


def _asked(objects: Objects, pipeline: Fields, sources: _Sources, timed: Timed) -> Asked | None:
    name, listener = name_of(pipeline), sources.listener
    if not sources.all:
        return None
    events = Heard() if listener is None else _heard(objects, name, listener)
    schedules = schedules_of(objects, timed, name)
    generated = without_generated(objects, pipeline)
    provider = generated.provider or events.provider
    as_code = committed(objects, name, sources.committed, provider) if sources.committed else NOTHING_COMMITTED
    argo = sensed(objects, name, sources.sensor) if sources.sensor is not None else NOTHING_SENSED
    runs = [*events.runs, *(run for _, run in schedules), *as_code.heard.runs, *argo.runs]
    rest = [_without(run.rest, generated.names) for run in runs]
    if any(each != rest[0] for each in rest):
        raise Unsupported("spec", "its starts make runs that differ in more than params")
    by_target: dict[str, list[Start]] = {
        "triggers": [*map(_without_own, events.starts)],
        "cron": [start for start, _ in schedules],
        "pac": [*map(_without_own, as_code.heard.starts)],
        "argo": [*map(_without_own, argo.heard.starts), *argo.schedules],
    }
    return Asked(
        generated=attrs.evolve(generated, keep=generated.keep or as_code.keep),
        places=sources.all,
        targets=tuple(target for target in TARGETS if by_target[target]),
        namespace=as_code.namespace or namespace_of(objects.documents[sources.all[0]]),
        # Those whose events look alike (Gitea and Forgejo) are told of runs by their own names.
        provider=provider or as_code.heard.provider or argo.heard.provider,
        on=merged(by_target),
        run=rest[0],
        notes=runs[0].notes,
        types={**argo.heard.types, **as_code.heard.types, **events.types},
        listener_tls=argo.certificate if listener is None else _certificate(objects.documents[listener]),
        repositories=argo.repositories,
        token=argo.token,
    )


def said_for(asked: Mapping[int, Asked]) -> dict[int, Asked]:
    """The same, each start naming its targets where it is not for all that any of these pipelines has."""
    targets = {target for each in asked.values() for target in each.targets}
    return {index: attrs.evolve(each, on=tuple(placed(each.on, targets))) for index, each in asked.items()}


def _heard(objects: Objects, pipeline: str, listener: int) -> Heard:
    names = [_reference(each) for each in listed(objects.documents[listener], "spec", "triggers")]
    return heard(objects, pipeline, names)


def _reference(trigger: Fields) -> str:
    """The Trigger that a listener names. Raises Unsupported for one that stands in the listener."""
    name = trigger.get("triggerRef")
    if not isinstance(name, str):
        which = repr(trigger["name"]) if isinstance(trigger.get("name"), str) else "without a name"
        raise Unsupported("spec", f"its trigger {which} stands within it, and on= writes a Trigger for each")
    return name


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
