"""Argo Events back to `push(...)` and its like: a Sensor, and the EventSources that it waits for.

What a script decides is read from its comments, which have the CEL that it was made of. They may say anything: what
comes of it is compiled, and has to have the same script again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import attrs

from flowdsl.celgo.tree import Call, Many
from flowdsl.events.argo import ANY, RUN_GROUP, RUN_NAME
from flowdsl.events.cel import quoted
from flowdsl.events.providers import PROVIDERS
from flowdsl.events.sensor.scripts import ForeignScriptError, said
from flowdsl.events.triggers import GROUP, RUN
from flowdsl.importer.shapes import Unsupported
from flowdsl.importer.starts.cel_texts import HERE, header_of, split, text_of, tree
from flowdsl.importer.starts.objects import Fields, Objects, Run, listed, mapping, text
from flowdsl.importer.starts.triggers import Given, Heard, heard_of
from flowdsl.ir.events import Schedule, Trigger
from flowdsl.ir.volumes import Secret
from flowdsl.kinds.table import EVENT_SOURCE

_GIT = ("github", "gitlab", "bitbucket")
_PLACE = re.compile(r"spec\.params\.([0-9]{1,4})\.value")


@attrs.frozen(kw_only=True)
class Sensed:
    """What a Sensor starts: by events, by times, all their runs; and what the sources of the events say."""

    heard: Heard
    schedules: tuple[Schedule, ...] = ()
    runs: tuple[Run, ...] = ()
    repositories: tuple[str, ...] = ()
    token: str = ""
    certificate: str = ""


NOTHING_SENSED = Sensed(heard=Heard())


@attrs.frozen
class _Awaited:
    """A dependency, with the event of an EventSource that it waits for, and what its trigger creates."""

    name: str
    kind: str
    event: Fields
    script: str
    template: Fields

    @property
    def run(self) -> Run:
        """The run that is created."""
        return Run.of(mapping(self.template, "k8s", "source", "resource"))

    @property
    def address(self) -> Fields:
        """Where requests come to."""
        return self.event if self.kind == "webhook" else mapping(self.event, "webhook")


def sensed(objects: Objects, pipeline: str, index: int) -> Sensed:
    """What a Sensor starts. Raises Unsupported for what `on=` would not write."""
    every = _awaited(objects, objects.documents[index])
    by_event = [_given(pipeline, each) for each in every if each.kind != "calendar"]
    requests = [each for each in by_event if each.store is None]
    stored = [each for each in by_event if each.store is not None]
    timed = [each for each in every if each.kind == "calendar"]
    heard = heard_of(pipeline, requests, stored) if by_event else Heard()
    addresses = [text(each.address, "serverCertSecret", "name") for each in every]
    git = next((each.event for each in every if each.kind in _GIT), {})
    token = _secret(mapping(git, "accessToken"))
    return Sensed(
        heard=heard,
        schedules=tuple(map(_schedule, timed)),
        runs=(*heard.runs, *(each.run for each in timed)),
        repositories=_repositories(git),
        token=f"{token.name}/{token.key}" if token else "",
        certificate=next(filter(None, addresses), ""),
    )


def _awaited(objects: Objects, sensor: Fields) -> list[_Awaited]:
    templates = {
        text(each, "template", "name"): mapping(each, "template") for each in listed(sensor, "spec", "triggers")
    }
    found = []
    for each in listed(sensor, "spec", "dependencies"):
        name = text(each, "name")
        kind, event = _event(objects.get(EVENT_SOURCE, text(each, "eventSourceName")), text(each, "eventName"))
        if name not in templates or not kind:
            raise Unsupported("spec", f"no event, or no trigger, is there for its dependency {name}")
        found.append(_Awaited(name, kind, event, text(each, "transform", "script"), templates[name]))
    return found


def _event(source: Fields, name: str) -> tuple[str, Fields]:
    """An event of a source, and its kind; "" where there is none of that name."""
    for kind in (*_GIT, "webhook", "minio", "calendar"):
        if event := mapping(source, "spec", kind, name):
            return kind, event
    return "", {}


def _given(pipeline: str, one: _Awaited) -> Given:
    """The same parts as a Trigger has."""
    try:
        script = said(one.script)
    except ForeignScriptError:
        raise Unsupported("spec", f"the script of its dependency {one.name} isn't one that on= writes") from None
    condition = script.condition
    interceptor, types = "", tuple[str, ...]()
    if one.kind in _GIT:
        first, *rest = split(condition, " && ")
        condition, (interceptor, types) = " && ".join(rest), _told(first)
    secret = {"github": "webhookSecret", "gitlab": "secretToken", "webhook": "authSecret"}.get(one.kind, "")
    return Given(
        name=one.name,
        interceptor=interceptor,
        types=types,
        secret=_secret(mapping(one.event, secret)) if secret else None,
        token=None,
        filter=condition,
        overlays=_overlays(pipeline, one, script.values),
        run=one.run,
        bearer=one.kind == "webhook",
        store=_store(one.event) if one.kind == "minio" else None,
    )


def _told(condition: str) -> tuple[str, tuple[str, ...]]:
    """Which kinds of event a condition asks for, and the interceptor of Triggers that knows them."""
    node = tree(condition)
    if isinstance(node, Call) and node.function == "@in" and isinstance(node.arguments[1], Many):
        header, types = header_of(node.arguments[0]), [text_of(each) for each in node.arguments[1].items]
        for each in PROVIDERS.values():
            if header is not None and each.event_header.lower() == header.lower():
                return each.interceptor, tuple(name for name in types if name)
    raise Unsupported("spec", "its condition asks for no kind of event")


def _overlays(pipeline: str, one: _Awaited, values: Sequence[str]) -> dict[str, str]:
    """What the script gives, by the param that it is for."""
    names = [text(each, "name") for each in listed(one.template, "k8s", "source", "resource", "spec", "params")]
    found: dict[str, str] = {}
    parameters = listed(one.template, "k8s", "parameters")
    if len(parameters) != len(values):
        raise Unsupported("spec", f"its trigger {one.name} takes something else than its script gives")
    for parameter, value in zip(parameters, values, strict=True):
        place = text(parameter, "dest")
        param = _PLACE.fullmatch(place)
        if param is not None and int(param[1]) < len(names):
            found[names[int(param[1])]] = value
        elif place == RUN_NAME:
            found[RUN] = _without_prefix(value)
        elif place == RUN_GROUP:
            found[GROUP] = value
        else:
            raise Unsupported("spec", f"a value of its trigger {one.name} goes to {place}")
    return found


def _without_prefix(name: str) -> str:
    """What a run's name has behind its prefix, which is a literal."""
    first, *rest = split(name, " + ")
    prefix = text_of(tree(first))
    if prefix is None or quoted(prefix) != first:
        raise Unsupported("spec", "its runs are named in another way than those of on=")
    return " + ".join(rest)


def _secret(of: Fields) -> Secret | None:
    name, key = text(of, "name"), text(of, "key")
    return Secret(name, key) if name and key else None


def _store(event: Fields) -> Trigger:
    secret = text(event, "accessKey", "name")
    return Trigger(
        happening="bucket",
        location=HERE,
        bucket=text(event, "bucket", "name"),
        endpoint=text(event, "endpoint"),
        insecure=event.get("insecure") is True,
        prefix=text(event, "filter", "prefix"),
        suffix=text(event, "filter", "suffix"),
        secret=Secret(secret) if secret else None,
    )


def _schedule(one: _Awaited) -> Schedule:
    return Schedule(
        cron=text(one.event, "schedule"),
        location=HERE,
        name="" if one.name == "schedule" else one.name,
        timezone=text(one.event, "timezone"),
        params=one.run.params,
    )


def _repositories(git: Fields) -> tuple[str, ...]:
    """Those that a source of Git's events names: GitLab's projects, or the others' by their owners."""
    owned = [
        f"{text(each, 'owner')}/{name}"
        for each in listed(git, "repositories")
        for name in (_texts(each, "names") or (text(each, "repositorySlug"),))
    ]
    return _texts(git, "projects") or tuple(each for each in owned if each not in ANY)


def _texts(of: Mapping[str, object], name: str) -> tuple[str, ...]:
    found = of.get(name)
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()
