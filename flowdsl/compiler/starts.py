"""`on=[...]`: what is wrong with it, at the user's lines, and the documents that a target is given for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar, cast

import attrs

from flowdsl.compiler.rules import (
    AT_LEAST_ONCE,
    CRON,
    HEARD_TWICE,
    NO_NAMESPACE,
    NO_PROVIDER,
    NOT_ON_TARGET,
    NOTHING_STARTS,
    START_LACKS_PARAM,
    START_TWICE,
    TIME_ZONE,
    UNKNOWN_START_PARAM,
    UNSIGNED,
)
from flowdsl.compiler.triggers_lack import check_triggers, playable
from flowdsl.diagnostics import Collector
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.events.provider import Provider
from flowdsl.events.providers import PROVIDERS
from flowdsl.frontend.encode import Mismatch, encode
from flowdsl.frontend.rules import START_PARAM_TYPE, UNKNOWN_EVENT_FIELD
from flowdsl.ir.events import (
    FIELDS,
    EventField,
    Joined,
    Schedule,
    Start,
    Trigger,
    called,
    fields_of,
    is_for,
)
from flowdsl.ir.nodes import ParamDecl, PipelineDef, Text
from flowdsl.ir.settings import Settings
from flowdsl.ir.types import Kind
from flowdsl.kube.conventions import CRON_JOB_NAME_MOST, NAME_MOST
from flowdsl.kube.cron import cron_problem
from flowdsl.kube.object_names import is_label

if TYPE_CHECKING:
    from flowdsl.compiler.compilation import CompileOptions
    from flowdsl.kinds.shapes import Document, PipelineRun

T = TypeVar("T", Trigger, Schedule)
_TAKES: dict[str, tuple[Kind, ...]] = {
    "text": (Kind.STRING, Kind.CHOICE),
    "number": (Kind.STRING, Kind.INTEGER, Kind.FLOAT),
    "truth": (Kind.STRING, Kind.BOOLEAN),
    "any": (Kind.STRING, Kind.CHOICE, Kind.INTEGER, Kind.FLOAT, Kind.BOOLEAN),
}
_REPLACED = re.compile(r"\$\((?:tt\.params\.[^)]*|uid)\)")
"""What a TriggerTemplate can't have in a text: there is no way to write it otherwise."""
_LISTENING = ("triggers", "argo")
Given = Mapping[str, Mapping[str, Text]]


def check_starts(
    definition: PipelineDef, values: Mapping[str, Text], settings: Settings, collector: Collector
) -> Given:
    """Whether each start gives the params what they take; the texts of its constants, by its name."""
    named = names_of(definition, collector)
    provider = provider_of(definition, settings)
    given: dict[str, Mapping[str, Text]] = {}
    for name, start in named.items():
        given[name] = _checked_params(definition, start, values, collector)
        if isinstance(start, Schedule):
            _check_times(start, collector)
        else:
            _check_fields(start, provider, collector)
    return given


def names_of(definition: PipelineDef, collector: Collector) -> dict[str, Start]:
    """The starts by their names; FLOW367 for a second one of a name, and for what is no name."""
    found: dict[str, Start] = {}
    for start in definition.options.on:
        name = called(start)
        longest = (CRON_JOB_NAME_MOST if isinstance(start, Schedule) else NAME_MOST) - len(definition.name) - 1
        if name in found:
            related = (("the other", found[name].location),)
            message = f"two starts are called {name!r}"
            hint = 'give one of them a name of its own: name="nightly"'
            collector.add(START_TWICE.finding(message, start.location, hint=hint, related=related))
        elif not is_label(name) or len(name) > longest:
            hint = f"lower-case letters, digits and '-', at most {longest} characters beside the pipeline's name"
            collector.add(START_TWICE.finding(f"{name!r} is no name for a start", start.location, hint=hint))
        found.setdefault(name, start)
    return found


def provider_of(definition: PipelineDef, settings: Settings) -> Provider | None:
    """Who sends the pipeline's Git events, as it or the project says."""
    return PROVIDERS.get(definition.options.provider or settings.events.provider)


def _checked_params(
    definition: PipelineDef, start: Start, values: Mapping[str, Text], collector: Collector
) -> dict[str, Text]:
    params = {param.name: param for param in definition.params}
    given: dict[str, Text] = {}
    for name, value in start.params.items():
        if name not in params:
            hint = did_you_mean(name, params, f"it has: {', '.join(params) or 'none'}")
            message = f"pipeline {definition.name!r} has no param {name!r}"
            collector.add(UNKNOWN_START_PARAM.finding(message, start.location, hint=hint))
        elif isinstance(value, (EventField, Joined)):
            _check_type(value, params[name], collector)
        else:
            _constant(value, params[name], start, given, collector)
    missing = [
        name for name, param in params.items() if param.default is None and name not in {**values, **start.params}
    ]
    if missing:
        example = ", ".join(f'"{name}": ...' for name in missing)
        message = f"the run that this starts has no value for {', '.join(missing)}"
        collector.add(START_LACKS_PARAM.finding(message, start.location, hint=f"give it here: `params={{{example}}}`"))
    return given


def _constant(value: object, param: ParamDecl, start: Start, given: dict[str, Text], collector: Collector) -> None:
    try:
        given[param.name] = text = encode(value, param.type)
        replaced = _REPLACED.search(str(text)) if isinstance(start, Trigger) else None
        if replaced:
            raise Mismatch(f"{replaced[0]!r} is replaced by Triggers, wherever it stands in a run")
    except Mismatch as error:
        hint = f"give a value of type {param.type}"
        related = (("the param", param.location),)
        collector.add(
            START_PARAM_TYPE.finding(f"param {param.name!r}: {error}", start.location, hint=hint, related=related)
        )


def _check_type(value: EventField | Joined, param: ParamDecl, collector: Collector) -> None:
    sort = value.sort if isinstance(value, EventField) else "text"
    if param.type.kind in _TAKES[sort]:
        return
    said = str(value) if isinstance(value, EventField) else "a text with values of the event"
    takes = [kind.value for kind in _TAKES[sort]]
    message = f"param {param.name!r} is {param.type}, and {said} is for {' or '.join(takes)}"
    hint = "an event gives single texts, numbers and booleans; make the rest of it in a task's body"
    related = (("the param", param.location),)
    collector.add(START_PARAM_TYPE.finding(message, value.location, hint=hint, related=related))


def _check_fields(trigger: Trigger, provider: Provider | None, collector: Collector) -> None:
    """FLOW361 for fields that this event, or this provider, does not have."""
    for field in _fields(trigger):
        problem = _field_problem(field, trigger, provider)
        if problem:
            place = field.location if field.path else trigger.location  # `body` itself stands in our own file
            collector.add(UNKNOWN_EVENT_FIELD.finding(problem[0], place, hint=problem[1]))


def _field_problem(field: EventField, trigger: Trigger, provider: Provider | None) -> tuple[str, str] | None:
    if field.root == "body" and not field.path:
        return "`body` is the whole of what was sent", "name a field of it: `body.model.version`"
    if field.root != "event":
        return None
    if trigger.happening == "webhook":
        return f"{field}: a webhook has no `event`, what it sends is its own", "take a field of `body` or `header`"
    known = [name for name, (_, events) in FIELDS.items() if trigger.happening in events]
    provider = None if trigger.happening == "bucket" else provider
    if field.name not in known:
        has = ", ".join(f"event.{name}" for name in known)
        return f"{field}: a {trigger.happening} has no such field", f"it has: {has}"
    if provider is not None and field.name not in (*provider.occurrences[trigger.happening].fields, "delivery"):
        hint = "give the param a constant, or take a field of `body`"
        return f"{field}: {provider.title} does not say it of a {trigger.happening}", hint
    return None


def _fields(trigger: Trigger) -> Iterator[EventField]:
    for value in (*trigger.params.values(), trigger.id):
        if isinstance(value, EventField):
            yield value
        elif isinstance(value, Joined):
            yield from value.fields
    if trigger.filter is not None:
        yield from fields_of(trigger.filter)


def _check_times(schedule: Schedule, collector: Collector) -> None:
    problem = cron_problem(schedule.cron)
    if problem:
        hint = 'minute, hour, day of the month, month, day of the week: "30 2 * * 1-5"'
        collector.add(CRON.finding(f"{schedule.cron!r} is no schedule: {problem}", schedule.location, hint=hint))
    if schedule.starting_deadline < 0:
        message = f"starting_deadline={schedule.starting_deadline}: nothing is late by less than no time"
        collector.add(CRON.finding(message, schedule.location, hint="give the seconds that a start may be late: 3600"))
    from flowdsl.kube.zones import all_zones

    zones = all_zones()  # where there are none, the cluster says it
    if zones and schedule.timezone not in zones:
        hint = did_you_mean(schedule.timezone, sorted(zones), 'write it as the IANA does: "Europe/Berlin"')
        message = f"there is no time zone {schedule.timezone!r}"
        collector.add(TIME_ZONE.finding(message, schedule.location, hint=hint))


def start_documents(
    definition: PipelineDef,
    run: PipelineRun,
    given: Given,
    options: CompileOptions,
    collector: Collector,
) -> list[Document]:
    """What the targets are given; nothing after a finding that stops it."""
    targets, settings, namespace = options.targets, options.settings, options.place
    named = {name: start for name, start in names_of(definition, Collector()).items() if is_for(start, *targets)}
    provider = provider_of(definition, settings)
    if options.playing:
        named = playable(named, provider, targets, collector)
    elif not named:
        _check_left_out(definition, targets, collector)
    triggers = {name: start for name, start in named.items() if isinstance(start, Trigger)}
    schedules = {name: start for name, start in named.items() if isinstance(start, Schedule)}
    # What is for the repository has a compile of its own: the project's targets say that there is another.
    there = (*targets, *settings.events.targets) if "pac" in targets else targets
    _check_targets(definition, triggers, schedules, targets, there, namespace, collector)
    listening = {name: each for name, each in triggers.items() if each.happening != "bucket"}
    _check_heard(definition, listening, provider, targets, collector)
    heard, committed = (_for(each, listening, targets) for each in ("triggers", "pac"))
    timed, sensed = _for("cron", schedules, targets), _for("argo", triggers, targets)
    kept = {name: each for name, each in _for("argo", schedules, targets).items() if name not in timed}
    if heard and provider is not None:
        check_triggers(heard.values(), provider, settings, collector)
    if committed:
        from flowdsl.compiler.starts_as_code import check_as_code

        check_as_code(definition, committed, provider, targets, collector)
    if "argo" in targets:
        from flowdsl.compiler.argo_starts import check_argo

        check_argo(definition, sensed, kept, provider, settings, collector)
    from flowdsl.compiler.limits import check_limits, room_of
    from flowdsl.compiler.listening import certificate_of

    check_limits(definition, targets, collector)
    secret = certificate_of(definition, settings, targets, collector)
    if collector.has_errors:
        return []
    from flowdsl.compiler.reports import report_documents
    from flowdsl.events.cron import documents as cron_documents
    from flowdsl.events.documents import Starts
    from flowdsl.events.triggers import documents as trigger_documents

    starts = Starts(
        pipeline=definition.name,
        namespace=namespace,
        triggers=triggers,
        schedules=schedules,
        params={param.name: param for param in definition.params},
        values=given,
        provider=provider,
        settings=settings.events,
        run=run,
        room=room_of(definition, targets),
        keep=definition.options.keep,
        listener_tls=secret,
    )
    made = report_documents(definition, targets, starts)
    if heard:
        made += trigger_documents(attrs.evolve(starts, triggers=heard))
    if committed:
        from flowdsl.events.pac import documents as pac_documents

        made += pac_documents(attrs.evolve(starts, triggers=committed))
    if not heard:
        made += starts.first_task()  # theirs has it in its place
    if sensed or kept:
        from flowdsl.events.argo import documents as argo_documents

        made += argo_documents(attrs.evolve(starts, triggers=sensed, schedules=kept))
    if timed:
        made += cron_documents(attrs.evolve(starts, schedules=timed))
    return made


def _check_left_out(definition: PipelineDef, targets: tuple[str, ...], collector: Collector) -> None:
    """FLOW373: each start names other targets."""
    if definition.options.on:
        message = f"no start of pipeline {definition.name!r} is for {', '.join(targets)}: each names other targets"
        hint = "name it in `targets=` of a start, or compile for another: `--events`"
        collector.add(NOTHING_STARTS.finding(message, definition.location, hint=hint))


def _for(target: str, starts: Mapping[str, T], targets: tuple[str, ...]) -> dict[str, T]:
    """What one of several targets is given; nothing where it is not asked for."""
    return {name: each for name, each in starts.items() if target in targets and is_for(each, target)}


def _check_targets(
    definition: PipelineDef,
    triggers: Mapping[str, Trigger],
    schedules: Mapping[str, Schedule],
    targets: tuple[str, ...],
    there: tuple[str, ...],
    namespace: str,
    collector: Collector,
) -> None:
    """What one target can't do, and no other is there for."""
    if not definition.options.on:
        message = f"pipeline {definition.name!r} says nothing of what starts it"
        hint = 'say it: `@pipeline(on=[push(branch="main"), schedule("30 2 * * *")])`'
        collector.add(NOTHING_STARTS.finding(message, definition.location, hint=hint))
    if not namespace and {*targets} - {"pac"}:
        message = "what starts the pipeline has an account, whose rights are bound by its namespace"
        hint = "say it: `--namespace NS`, or in a profile"
        collector.add(NO_NAMESPACE.finding(message, definition.location, hint=hint))
    starts: dict[str, Start] = {**triggers, **schedules}
    for name, start in starts.items():
        able = _able(start)
        meant = [each for each in able if is_for(start, each)]
        if not meant:
            message = f"{name!r} names only targets that can't start it: {', '.join(start.targets)}"
            hint = f'name one that does: `targets=["{able[0]}"]`'
            collector.add(NOT_ON_TARGET.finding(message, start.location, hint=hint))
        elif not {*meant} & {*there}:
            message = f"{name!r} is not for {', '.join(targets)}"
            hint = f"compile it, too: `--events {meant[0]}`"
            collector.add(NOT_ON_TARGET.finding(message, start.location, hint=hint))


def _able(start: Start) -> tuple[str, ...]:
    """The targets that start a run for such a start, the usual one first."""
    if isinstance(start, Schedule):
        return "cron", "argo"
    return ("argo",) if start.happening == "bucket" else ("triggers", "pac", "argo")


def _check_senders(
    definition: PipelineDef, triggers: Mapping[str, Trigger], provider: Provider | None, collector: Collector
) -> None:
    """FLOW371, FLOW372, FLOW376: who sends, who proves it, and what is sent twice."""
    for trigger in triggers.values():
        if not trigger.verify:
            message = f"verify=False: whoever reaches the address starts runs of {definition.name!r}"
            collector.add(UNSIGNED.finding(message, trigger.location, hint="take it out, and give the sender a secret"))
        if trigger.happening == "webhook" and trigger.id is None:
            message = f"webhook {trigger.name!r} has no id=: a request that is sent twice starts two runs"
            hint = "say what its event is known by: `id=body.id`"
            collector.add(AT_LEAST_ONCE.finding(message, trigger.location, hint=hint))
        if trigger.of_git and provider is None:
            message = f"who sends the {trigger.happening}? Each provider says it in its own way"
            known = ", ".join(PROVIDERS)
            hint = f'say it: `@pipeline(provider="github")`, or `[tool.flowdsl.events] provider`; one of {known}'
            collector.add(NO_PROVIDER.finding(message, trigger.location, hint=hint))


def _check_heard(
    definition: PipelineDef,
    triggers: Mapping[str, Trigger],
    provider: Provider | None,
    targets: tuple[str, ...],
    collector: Collector,
) -> None:
    """What those that listen are asked, and what both hear."""
    listening = {*_LISTENING} & {*targets}
    if listening:
        heard = {name: each for name, each in triggers.items() if is_for(each, *listening)}
        _check_senders(definition, heard, provider, collector)
    if {*_LISTENING} <= {*targets}:
        _check_heard_twice(triggers, collector)


def _check_heard_twice(triggers: Mapping[str, Trigger], collector: Collector) -> None:
    """FLOW442: two listeners name a run alike where its event has a name, and create it once."""
    for trigger in triggers.values():
        if trigger.happening == "webhook" and trigger.id is None and all(is_for(trigger, each) for each in _LISTENING):
            message = f"webhook {trigger.name!r} has no id=, and both Triggers and Argo Events listen: "
            message += "a sender that tells both starts two runs"
            hint = 'say what its event is known by, `id=body.id`, or which one listens: `targets=["triggers"]`'
            collector.add(HEARD_TWICE.finding(message, trigger.location, hint=hint))


def run_in_template(document: Mapping[str, object]) -> Document:
    """The run that a start makes, as one that can be checked: its name has signs that the event alone puts in."""
    metadata = dict(cast("Mapping[str, object]", document["metadata"]))
    metadata.pop("name", None)
    return cast("Document", {**document, "metadata": {"generateName": "run-", **metadata}})
