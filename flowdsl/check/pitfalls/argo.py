"""What Argo Events' controllers take and what comes to nothing when an event comes: names that stand for nothing,
filters that no event passes, triggers that create nothing, and sources that anybody can send to.

Sources: pkg/sensors (dependencies/filter.go, triggers/params.go, artifacts) and pkg/eventsources of
github.com/argoproj/argo-events, v1.9.11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from flowdsl.check.argo.actions import ACTIONS
from flowdsl.check.argo.sources import events_of
from flowdsl.check.findings import Path, Report
from flowdsl.check.pitfalls.index import Entry, Index
from flowdsl.check.usage import name_hint
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.diagnostics.rule import HARDENING, Rule
from flowdsl.kinds.table import EVENT_SOURCE, SENSOR, of_model
from flowdsl.kube.go_regexp import regexp_error

if TYPE_CHECKING:
    from flowdsl.kinds.argo.artifacts import ArtifactLocation
    from flowdsl.kinds.argo.parameters import TriggerParameter
    from flowdsl.kinds.argo.sensors import DataFilter, EventDependency, SensorSpec, SensorTrigger
    from flowdsl.kinds.argo.sources import EventSourceSpec
    from flowdsl.kinds.base import Model
    from flowdsl.kinds.kind import Kind

UNKNOWN_DEPENDENCY = Rule.pitfall("FLOW285", "unknown-dependency", "a trigger names an event that its Sensor has not")
MISSING_EVENT = Rule.pitfall("FLOW286", "missing-event", "an event that no EventSource here sends")
UNKNOWN_DATA = Rule.pitfall("FLOW287", "unknown-data", "a key that the event can't have")
DEAD_FILTER = Rule.pitfall("FLOW288", "dead-filter", "a filter that no event passes")
IDLE_TRIGGER = Rule.pitfall("FLOW289", "idle-trigger", "a trigger that creates nothing")
UNSIGNED_EVENT = Rule.pitfall("FLOW290", "unsigned-event", "anybody can send it", quiet=HARDENING)
STOPPED_SOURCE = Rule.pitfall("FLOW291", "stopped-source", "a source of events that stops when it begins")

_HEADERS = ("headers", "body", "metadata")
_SENT: Mapping[str, tuple[str, ...]] = {
    "amqp": (
        "contentType",
        "contentEncoding",
        "deliveryMode",
        "priority",
        "correlationId",
        "replyTo",
        "expiration",
        "messageId",
        "timestamp",
        "type",
        "appId",
        "exchange",
        "routingKey",
        "body",
        "metadata",
    ),
    "azureEventsHub": ("id", "partitionKey", "body", "metadata"),
    "azureQueueStorage": ("body", "messageID", "insertionTime", "metadata"),
    "bitbucket": _HEADERS,
    "bitbucketserver": _HEADERS,
    "calendar": ("eventTime", "metadata"),
    "emitter": ("topic", "body", "metadata"),
    "gerrit": _HEADERS,
    "github": _HEADERS,
    "gitlab": _HEADERS,
    "kafka": ("topic", "key", "partition", "body", "timestamp", "headers", "metadata"),
    "minio": ("notification", "metadata"),
    "mqtt": ("topic", "messageId", "body", "metadata"),
    "nats": ("subject", "body", "header", "metadata"),
    "nsq": ("body", "timestamp", "nsqdAddress", "metadata"),
    "pubSub": ("id", "body", "attributes", "publishTime", "metadata"),
    "pulsar": ("key", "publishTime", "body", "metadata"),
    "redis": ("channel", "pattern", "body", "metadata"),
    "redisStream": ("stream", "message_id", "values", "metadata"),
    "resource": ("type", "body", "oldBody", "group", "version", "resource", "metadata"),
    "sns": ("header", "body", "metadata"),
    "sqs": ("messageId", "messageAttributes", "body", "metadata"),
    "storageGrid": ("notification", "metadata"),
    "stripe": ("event", "metadata"),
    "webhook": ("header", "body", "metadata"),
}
"""What the data of an event has, by the kind of its source (pkg/eventsources/events/event-data.go)."""
_SECRETS = {"github": "webhookSecret", "gitlab": "secretToken", "bitbucketserver": "webhookSecret"}
_FIRST = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)(?=\.|$)")
"""What a path begins with, where it is a plain name."""
_NAMES = re.compile(r"[A-Za-z0-9_-]+")
_TRUTHS = ("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_TYPES = ("string", "number", "bool")
_SOURCES = ("s3", "inline", "file", "url", "git", "configmap", "resource")


def check(document: Model, report: Report) -> None:
    """FLOW285, FLOW287–291 for one document."""
    sensor, source = _sensor(document), _source(document)
    if sensor is not None:
        _check_sensor(sensor, report)
    if source is not None:
        _check_source(source, report)


def _sensor(document: Model | None) -> SensorSpec | None:
    """The spec of a Sensor; None of all else."""
    return cast("SensorSpec | None", _spec(document, SENSOR))


def _source(document: Model | None) -> EventSourceSpec | None:
    """The spec of an EventSource; None of all else."""
    return cast("EventSourceSpec | None", _spec(document, EVENT_SOURCE))


def _spec(document: Model | None, kind: Kind) -> object:
    """The spec of a document of this kind, by the table: a set that has none loads no models to see it."""
    model = type(document)
    return getattr(document, "spec", None) if of_model(f"{model.__module__}:{model.__name__}") is kind else None


def _check_sensor(sensor: SensorSpec, report: Report) -> None:
    names: list[str] = []
    for index, dependency in enumerate(sensor.dependencies or ()):
        at = ("spec", "dependencies", index)
        if dependency.name and dependency.name in names:
            message = f"two dependencies are called {dependency.name!r}: only one of them counts"
            report.add(UNKNOWN_DEPENDENCY, (*at, "name"), message, "give each a name of its own")
        names.append(dependency.name or "")
        _check_filters(dependency, (*at, "filters"), report)
    for path, trigger in _triggers(sensor):
        _check_names(trigger, path, names, report)
        _check_object(trigger, path, report)


def _triggers(sensor: SensorSpec) -> Iterator[tuple[Path, SensorTrigger]]:
    """Every trigger, and those for what fails."""
    for index, first in enumerate(sensor.triggers or ()):
        trigger: SensorTrigger | None = first
        path: Path = ("spec", "triggers", index)
        while trigger is not None:
            yield path, trigger
            trigger, path = trigger.dlqTrigger, (*path, "dlqTrigger")


def _parameters(trigger: SensorTrigger, path: Path) -> Iterator[tuple[Path, TriggerParameter]]:
    holders: list[tuple[Path, Sequence[TriggerParameter]]] = [((*path, "parameters"), trigger.parameters or ())]
    for name in ACTIONS if trigger.template else ():
        action = getattr(trigger.template, name)
        for field in ("parameters", "payload", "dynamicHeaders"):
            holders.append(((*path, "template", name, field), getattr(action, field, None) or ()))
    for at, parameters in holders:
        for index, each in enumerate(parameters):
            yield (*at, index), each


def _check_names(trigger: SensorTrigger, path: Path, names: Sequence[str], report: Report) -> None:
    """FLOW285: of parameters the Sensor takes none, of conditions it does not start; FLOW287 of an event's context."""
    from flowdsl.kinds.argo.sensors import EventContext

    context = tuple(EventContext.fields())
    for at, each in _parameters(trigger, path):
        name = (each.src.dependencyName if each.src else None) or ""
        if name and name not in names:
            message = f"the Sensor has no dependency {name!r}: nothing is put here"
            report.add(UNKNOWN_DEPENDENCY, (*at, "src", "dependencyName"), message, _hint(name, names))
        key = (each.src.contextKey if each.src else None) or ""
        if key and key.partition(".")[0] not in context:
            hint = did_you_mean(key, context, f"it is one of {', '.join(context)}; the payload is `dataKey`")
            report.add(UNKNOWN_DATA, (*at, "src", "contextKey"), f"the context of an event has no {key!r}", hint)
    conditions = (trigger.template.conditions if trigger.template else None) or ""
    for name in _NAMES.findall(conditions):
        if name not in names:
            at = (*path, "template", "conditions")
            message = f"the Sensor has no dependency {name!r}: the trigger never starts"
            report.add(UNKNOWN_DEPENDENCY, at, message, _hint(name, names))


def _hint(name: str, names: Sequence[str]) -> str:
    return name_hint(name, names, "dependencies") if names else "add it under `dependencies:`"


def _check_filters(dependency: EventDependency, path: Path, report: Report) -> None:
    """FLOW288."""
    filters = dependency.filters
    if filters is None:
        return
    for index, each in enumerate(filters.data or ()):
        _check_data(each, (*path, "data", index), report)
    if filters.script and "return" not in filters.script:
        message = "the script returns nothing: no event passes"
        report.add(DEAD_FILTER, (*path, "script"), message, "end it with `return true`, or what is true")


def _check_data(each: DataFilter, path: Path, report: Report) -> None:
    if each.type and each.type not in _TYPES:
        hint = did_you_mean(each.type, _TYPES, f"it is one of {', '.join(_TYPES)}")
        report.add(DEAD_FILTER, (*path, "type"), f"there is no type {each.type!r}: no event passes", hint)
    for index, value in enumerate(each.value or ()):
        problem = _problem(each.type or "", value)
        if problem and value:
            report.add(DEAD_FILTER, (*path, "value", index), f"{problem}: no event passes", "write another value")
    if each.type == "string" and each.comparator in (">=", ">", "<", "<="):
        message = f"texts are not compared by {each.comparator}: no event passes"
        report.add(DEAD_FILTER, (*path, "comparator"), message, "write = or !=, or `type: number`")


def _problem(kind: str, value: str) -> str:
    if kind == "bool" and value not in _TRUTHS:
        return f"{value!r} is neither true nor false"
    if kind == "number" and not _NUMBER.fullmatch(value):
        return f"{value!r} is no number"
    found = regexp_error(value) if kind == "string" else ""
    return f"{value!r} is no regular expression ({found})" if found else ""


def _check_object(trigger: SensorTrigger, path: Path, report: Report) -> None:
    """FLOW289."""
    template = trigger.template
    if template is None:
        return
    at = (*path, "template")
    actions = [each for each in ACTIONS if getattr(template, each) is not None]
    if not actions and not report.broken(at):
        report.add(IDLE_TRIGGER, at, "the trigger does nothing", "add `k8s:`, with the run that it creates")
    for other in actions[1:]:
        message = f"the trigger has {actions[0]} and {other}: one of them is left out"
        report.add(IDLE_TRIGGER, (*at, other), message, "write a trigger for each")
    for name in ("k8s", "argoWorkflow"):
        source = getattr(getattr(template, name), "source", None)
        if source is not None:
            _check_origin(source, (*at, name, "source"), report)


def _check_origin(source: ArtifactLocation, path: Path, report: Report) -> None:
    given = [each for each in _SOURCES if getattr(source, each) is not None]
    if not given and not report.broken(path):
        report.add(IDLE_TRIGGER, path, "the source says nowhere from", "add `resource:` with the object")
    for other in given[1:]:
        message = f"the source has {given[0]} and {other}: {given[0]} is taken"
        report.add(IDLE_TRIGGER, (*path, other), message, "keep one of them")
    resource = source.resource
    if resource is None:
        return
    if not isinstance(resource, Mapping):
        report.add(
            IDLE_TRIGGER, (*path, "resource"), "the object is no map of fields", "write an object, such as a run"
        )
        return
    for field in ("apiVersion", "kind"):
        if not resource.get(field):
            report.add(IDLE_TRIGGER, (*path, "resource"), f"the object has no {field}", f"add `{field}:`")


def _check_source(source: EventSourceSpec, report: Report) -> None:
    """FLOW290, FLOW291."""
    for kind, name, path, each in events_of(source):
        webhook = each if kind == "webhook" else getattr(each, "webhook", None)
        known = getattr(each, _SECRETS.get(kind, ""), None) or getattr(webhook, "authSecret", None)
        if kind in ("webhook", "bitbucket", *_SECRETS) and known is None:
            field = _SECRETS.get(kind, "authSecret")
            message = f"nothing checks who sends the event {name!r}: whoever reaches it starts what waits for it"
            report.add(UNSIGNED_EVENT, path, message, f"add `{field}: {{name: SECRET, key: KEY}}`")
        if kind == "minio" and getattr(each, "bucket", None) is None:
            report.add(STOPPED_SOURCE, path, f"the event {name!r} has no bucket", "add `bucket: {name: …}`")


def check_events(entries: Sequence[Entry], index: Index) -> None:
    """FLOW286, FLOW287 over a set."""
    for entry in entries:
        sensor = _sensor(entry.model)
        if sensor is not None:
            _check_waiting(sensor, entry, index)


def _check_waiting(sensor: SensorSpec, entry: Entry, index: Index) -> None:
    """What a Sensor waits for, and what it takes of that."""
    known: dict[str, tuple[str, ...]] = {}
    for number, dependency in enumerate(sensor.dependencies or ()):
        at = ("spec", "dependencies", number)
        sent = _sent(dependency, at, entry, index)
        if sent and dependency.transform is None:
            known[dependency.name or ""] = sent
            _check_paths(dependency, sent, at, entry.report)
    for path, trigger in _triggers(sensor):
        for place, each in _parameters(trigger, path):
            if each.src is not None:
                sent = known.get(each.src.dependencyName or "", ())
                _check_key(each.src.dataKey or "", sent, (*place, "src", "dataKey"), entry.report)


def _sent(dependency: EventDependency, path: Path, entry: Entry, index: Index) -> tuple[str, ...]:
    """What the data of a dependency's event has; nothing where that can't be told."""
    source, event = dependency.eventSourceName or "", dependency.eventName or ""
    names = index.beside(EVENT_SOURCE, entry)
    if names and source and not index.has(EVENT_SOURCE, source):
        hint = name_hint(source, names, "EventSources") + "; if it is in the cluster, ignore this line"
        message = f"there is no EventSource {source!r} in these files"
        entry.report.add(MISSING_EVENT, (*path, "eventSourceName"), message, hint)
    found = index.find(EVENT_SOURCE, source, entry)
    if found is None or found.model is None or found.report.broken(("spec",)):
        return ()
    spec = _source(found.model)
    events = {name: kind for kind, name, _, _ in events_of(spec)} if spec is not None else {}
    if event and event not in events:
        hint = name_hint(event, list(events), "events") if events else "add it to the EventSource"
        message = f"the EventSource {source!r} sends no event {event!r}"
        entry.report.add(MISSING_EVENT, (*path, "eventName"), message, hint)
    return _SENT.get(events.get(event, ""), ())


def _check_paths(dependency: EventDependency, sent: Sequence[str], path: Path, report: Report) -> None:
    filters = dependency.filters
    if filters is None:
        return
    for number, each in enumerate(filters.data or ()):
        _check_key(each.path or "", sent, (*path, "filters", "data", number, "path"), report)
    for number, expression in enumerate(filters.exprs or ()):
        for place, field in enumerate(expression.fields_ or ()):
            at = (*path, "filters", "exprs", number, "fields", place, "path")
            _check_key(field.path or "", sent, at, report)


def _check_key(key: str, sent: Sequence[str], path: Path, report: Report) -> None:
    """FLOW287."""
    first = _FIRST.match(key)
    if sent and first and first[1] not in sent:
        hint = did_you_mean(first[1], sent, f"it has {', '.join(sent)}")
        report.add(UNKNOWN_DATA, path, f"the event has no {first[1]!r}", hint)
