"""Argo Events v1alpha1: https://argoproj.github.io/argo-events/ (v1.9.11)

An EventSource hears what comes by webhooks, another one times and buckets: their pods are replaced in two ways, which
can't stand together. A Sensor waits for all of it. A script of each dependency decides whether the event counts, by
the same conditions as with Triggers, and says what the run is given; the parameters of the Sensor put that into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.events.bucket import BUCKET
from flowdsl.events.cel import both, quoted
from flowdsl.events.conditions import Matched, Reader, prefix_of
from flowdsl.events.documents import Fields, Starts, rule, secret_of
from flowdsl.events.exposure import exposure
from flowdsl.events.lua import literal, lua
from flowdsl.ir.events import Trigger
from flowdsl.ir.volumes import Secret
from flowdsl.kinds.table import EVENT_SOURCE, PIPELINE_RUN, SENSOR, TEKTON
from flowdsl.kube.conventions import NEWEST_OF
from flowdsl.kube.cron import WORDS

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import Document, Sensor

_PORT = 12000
_GIT = "git"
"""The event of a provider, of which all starts by Git take what is theirs."""
ANY = ("any/any",)
"""Where no repository is named. One has to be (validate.go of the sources); it is looked up to make a webhook there,
which ours never does, and events of all repositories are taken that are signed with the Secret."""
RUN_NAME = "metadata.name"
RUN_GROUP = "metadata.annotations." + NEWEST_OF.replace(".", "\\.")
"""Where a run has its name, and what it is the newest of, as the Sensor's parameters say it."""
_FLOW = "flow"
"""Where a script puts what it says, and the Sensor's parameters find it."""
_TIME = "(%d+)-(%d+)-(%d+) (%d+):(%d+):%d+[%.%d]* ([+-])(%d+)"
"""The time in a calendar's event, as Go prints one; a pattern of Lua."""


@attrs.frozen
class _Asked:
    """An expression of a script: in Lua, and the CEL that it is made of, "" for what is none of CEL."""

    lua: str
    cel: str = ""


@attrs.frozen
class _Start:
    """One start: which event it waits for, when it counts, and the texts that the run is given."""

    name: str
    event: tuple[str, str]
    condition: _Asked
    values: Mapping[str, _Asked]
    prefix: str
    run_name: _Asked | None = None
    group: _Asked | None = None


def documents(starts: Starts) -> list[Document]:
    """All that a cluster with Argo Events needs; it keeps the times, too. Raises NotInLua."""
    made = starts.account(_account(starts), [rule(TEKTON, (PIPELINE_RUN.plural,), ("create",))])
    found = [*_triggers(starts), *_times(starts)]
    webhooks = _webhooks(starts)
    if webhooks:
        service = {"ports": [{"port": _PORT, "targetPort": _PORT}]}
        made.append(_source(starts, starts.pipeline, {"service": service, **webhooks}))
    watched = _watched(starts)
    if watched:
        made.append(_source(starts, _watching(starts), watched))
    made.append(_sensor(starts, found))
    if webhooks:
        # The Service that Argo Events makes for an EventSource.
        made += exposure(starts, f"{starts.pipeline}-argo", f"{starts.pipeline}-eventsource-svc", _PORT)
    return made


def _account(starts: Starts) -> str:
    return f"{starts.pipeline}-sensor"


def _watching(starts: Starts) -> str:
    return f"{starts.pipeline}-watch"


def _source(starts: Starts, name: str, spec: Fields) -> Document:
    return starts.document(EVENT_SOURCE.api_version, EVENT_SOURCE.name, name, spec=spec)


def _webhooks(starts: Starts) -> dict[str, object]:
    """What comes by requests: events of Git's provider under the pipeline's own address, webhooks below it."""
    made: dict[str, object] = {}
    own = {name: each for name, each in starts.triggers.items() if each.happening == "webhook"}
    if own:
        made["webhook"] = {name: _webhook(starts, each) for name, each in own.items()}
    git = [each for each in starts.triggers.values() if each.of_git]
    if git:
        kind, source = _provider(starts, git)
        made[kind] = {_GIT: source}
    return made


def _address(starts: Starts, path: str) -> dict[str, object]:
    address: dict[str, object] = {"endpoint": path, "port": str(_PORT), "method": "POST"}
    if starts.listener_tls:
        # One server has the port, with one certificate: each address names the same.
        address["serverCertSecret"] = {"name": starts.listener_tls, "key": "tls.crt"}
        address["serverKeySecret"] = {"name": starts.listener_tls, "key": "tls.key"}
    return address


def _webhook(starts: Starts, trigger: Trigger) -> Fields:
    """It asks for the token that Argo Events asks for: `Authorization: Bearer TOKEN`."""
    address = _address(starts, f"/{starts.pipeline}/{trigger.name}")
    return {**address, "authSecret": _key(starts.secret(trigger))} if trigger.verify else address


def _provider(starts: Starts, triggers: Sequence[Trigger]) -> tuple[str, Fields]:
    """The source of a provider's events, which makes no webhooks itself: it is given no address to tell."""
    assert starts.provider is not None  # FLOW376 has said so
    secret = _key(starts.secret(triggers[0])) if triggers[0].verify else None
    webhook = _address(starts, f"/{starts.pipeline}")
    pairs = [each.partition("/") for each in starts.settings.repositories or ANY]
    if starts.provider.name == "gitlab":
        token = triggers[0].token or secret_of(starts.settings.token)
        assert token is not None  # FLOW387 has said so
        gitlab = {
            "events": ["PushEvents", "TagPushEvents", "MergeRequestsEvents"],
            "gitlabBaseURL": "https://gitlab.com",
            "accessToken": _key(token, "token"),
            "projects": [*starts.settings.repositories],
            "webhook": webhook,
        }
        return "gitlab", {**gitlab, **({"secretToken": secret} if secret else {})}
    if starts.provider.name == "bitbucket":
        repositories = [{"owner": owner, "repositorySlug": name} for owner, _, name in pairs]
        return "bitbucket", {"auth": {}, "events": ["repo:push"], "repositories": repositories, "webhook": webhook}
    github = {"repositories": [{"owner": owner, "names": [name]} for owner, _, name in pairs], "webhook": webhook}
    return "github", {**github, **({"webhookSecret": secret} if secret else {})}


def _key(secret: Secret, key: str = "secret") -> Fields:
    return {"name": secret.name, "key": secret.key or key}


def _watched(starts: Starts) -> dict[str, object]:
    """Times, and buckets."""
    made: dict[str, object] = {}
    if starts.schedules:
        # Argo Events' calendar takes no words such as @daily.
        made["calendar"] = {
            name: {"schedule": WORDS.get(each.cron, each.cron), "timezone": each.timezone}
            for name, each in starts.schedules.items()
        }
    buckets = _buckets(starts)
    if buckets:
        made["minio"] = {name: _bucket(starts, each) for name, each in buckets.items()}
    return made


def _buckets(starts: Starts) -> dict[str, Trigger]:
    return {name: each for name, each in starts.triggers.items() if each.happening == "bucket"}


def _bucket(starts: Starts, trigger: Trigger) -> Fields:
    secret = trigger.secret.name if trigger.secret else f"{starts.pipeline}-bucket"
    made: dict[str, object] = {"endpoint": trigger.endpoint, "bucket": {"name": trigger.bucket}}
    made |= {"insecure": True} if trigger.insecure else {}
    made |= {"accessKey": {"name": secret, "key": "accesskey"}, "secretKey": {"name": secret, "key": "secretkey"}}
    made["events"] = ["s3:ObjectCreated:*"]
    if trigger.prefix or trigger.suffix:
        made["filter"] = {"prefix": trigger.prefix, "suffix": trigger.suffix}
    return made


def _triggers(starts: Starts) -> Iterator[_Start]:
    buckets = _buckets(starts)
    requests = {name: each for name, each in starts.triggers.items() if name not in buckets}
    for matched in Reader(starts.pipeline, starts.params, starts.provider).all(requests):
        own = matched.trigger.happening == "webhook"
        yield _start(matched, (starts.pipeline, matched.name if own else _GIT), _told(starts, matched))
    for matched in Reader(starts.pipeline, starts.params, BUCKET).all(buckets):
        yield _start(matched, (_watching(starts), matched.name), matched.condition, "event")


def _told(starts: Starts, matched: Matched) -> str:
    """The condition with the kind of event, which an interceptor of Triggers asks for."""
    if not matched.trigger.of_git:
        return matched.condition
    assert starts.provider is not None
    types = starts.provider.occurrences[matched.trigger.happening].types
    header = f"header.canonical({quoted(starts.provider.event_header)})"
    return both((f"{header} in [{', '.join(map(quoted, types))}]", matched.condition))


def _start(matched: Matched, event: tuple[str, str], condition: str, body: str = "event.body") -> _Start:
    return _Start(
        matched.name,
        event,
        _Asked(lua(condition, body), condition),
        {name: _Asked(lua(value, body), value) for name, value in matched.values.items()},
        matched.prefix,
        _Asked(lua(matched.run_name, body), matched.run_name) if matched.run_name else None,
        _Asked(lua(matched.group, body), matched.group) if matched.group else None,
    )


def _times(starts: Starts) -> Iterator[_Start]:
    """Runs by time, named by their minute and what it was away from UTC: it comes twice when clocks are put back."""
    for name in starts.schedules:
        key = f"time({literal(_TIME)})"
        prefix = prefix_of(f"{starts.pipeline}-{name}")
        comes = _Asked(f"(kind({key}) == 'string')")
        yield _Start(name, (_watching(starts), name), comes, {}, prefix, _Asked(key))


def _sensor(starts: Starts, found: Sequence[_Start]) -> Document:
    spec = {
        "template": {"serviceAccountName": _account(starts)},
        "dependencies": [_dependency(each) for each in found],
        "triggers": [_trigger(starts, each) for each in found],
    }
    return starts.document(SENSOR.api_version, SENSOR.name, starts.pipeline, spec=spec)


def _dependency(start: _Start) -> Fields:
    source, event = start.event
    counts = {"path": f"{_FLOW}.starts", "type": "bool", "value": ["true"]}
    return {
        "name": start.name,
        "eventSourceName": source,
        "eventName": event,
        "transform": {"script": _script(start)},
        "filters": {"data": [counts]},
    }


def _given(start: _Start) -> dict[str, _Asked]:
    """What the script gives, by where it goes in the run."""
    found: dict[str, _Asked] = {}
    if start.run_name is not None:
        prefix, named = f"{start.prefix}-", start.run_name
        cel = f"{quoted(prefix)} + {named.cel}" if named.cel else ""
        found[RUN_NAME] = _Asked(f"plus({literal(prefix)}, {named.lua})", cel)
    if start.group is not None:
        found[RUN_GROUP] = start.group
    return found


def _script(start: _Start) -> str:
    """The script of a dependency: whether the event counts, and the texts of the run if so; CEL above its Lua."""
    asked = [start.condition, *start.values.values(), *_given(start).values()]
    condition, *values = (each.lua for each in asked)
    return script(condition, values, [each.cel for each in asked])


def script(condition: str, values: Sequence[str], cel: Sequence[str] = ()) -> str:
    """What a dependency runs: `flow.starts` is whether the condition holds, `flow.v0` and so on are the values.

    Both are expressions of Lua; `cel` is what they are made of, the condition first, "" for what is none of CEL.
    """
    said, *comments = cel or [""] * (1 + len(values))
    lines = [
        line
        for number, (value, comment) in enumerate(zip(values, comments, strict=True))
        for line in (*_said(f"v{number}", comment), f"local v{number} = {value}")
    ]
    texts = "".join(f", v{number} = v{number}" for number in range(len(values)))
    known = " and ".join(f"type(v{number}) == 'string'" for number in range(len(values)))
    tail = [
        *_said("starts", said),
        f"if {condition} ~= true then return {{{_FLOW} = {{starts = false}}}} end",
        *lines,
        *([f"if not ({known}) then return {{{_FLOW} = {{starts = false}}}} end"] if known else []),
        f"return {{{_FLOW} = {{starts = true{texts}}}}}",
    ]
    return library() + "\n".join(tail) + "\n"


def _said(what: str, cel: str) -> list[str]:
    """A line for who reads the script; `flowdsl import` reads it, too."""
    return [f"-- {what}: {cel}"] if cel else []


@cache
def library() -> str:
    """The functions that every script calls."""
    return files("flowdsl.events").joinpath("programs").joinpath("argo.lua").read_text(encoding="utf-8")


def _trigger(starts: Starts, start: _Start) -> Fields:
    # The text stands where the parameter puts its own: without it, nothing is created.
    bound = {name: f"$(event.{name})" for name in start.values}
    metadata: dict[str, object] = {} if start.run_name else {"generateName": f"{start.prefix}-"}
    if start.group:
        metadata["annotations"] = {NEWEST_OF: "$(event)"}
    run = starts.run_of(start.name, metadata, bound)
    k8s: dict[str, object] = {"operation": "create", "source": {"resource": run}}
    places = [_place(run, name) for name in start.values]
    parameters = [
        {"src": {"dependencyName": start.name, "dataKey": f"{_FLOW}.v{number}"}, "dest": place}
        for number, place in enumerate([*places, *_given(start)])
    ]
    if parameters:
        k8s["parameters"] = parameters
    return {"template": {"name": start.name, "conditions": start.name, "k8s": k8s}}


def runs_of(sensor: Document) -> list[Mapping[str, object]]:
    """The runs that a Sensor of ours creates."""
    triggers = cast("Sensor", sensor)["spec"]["triggers"]
    return [cast("Mapping[str, object]", each["template"]["k8s"]["source"]["resource"]) for each in triggers]


def _place(run: Mapping[str, object], name: str) -> str:
    """Where the value of a param stands in a run."""
    spec = run["spec"]
    params = cast("Mapping[str, Sequence[Fields]]", spec)["params"]
    return f"spec.params.{[each['name'] for each in params].index(name)}.value"
