"""Pipelines and events for the comparison of Argo Events with Triggers: what starts, and which params the run gets."""

from __future__ import annotations

import copy
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
from oracle import play
from record_argo import digest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from event_payloads import SENDERS

from flowdsl import Pipeline, body, bucket, event, header, pipeline, pull_request, push, schedule, tag, task, webhook
from flowdsl.celgo.goes import canonical
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.events.matching import Event, PayloadError, match
from flowdsl.events.providers import PROVIDERS
from flowdsl.events.sensor.matching import match as match_sensors
from flowdsl.events.sink.interceptors import Secrets
from flowdsl.ir.settings import EventSettings, Settings

RECORDED = Path(__file__).with_name("argo_events.json")
SETTINGS = Settings(events=EventSettings(repositories=("team/model",), token="api/token"))
_SAID = re.compile(r"^-- (?:starts|v\d+): .*\n", re.MULTILINE)
KINDS = ("push", "tag", "deleted", "pull_request", "fork")


@task(image="python:3.12-slim")
def show(revision: str, branch: str, number: int, note: str) -> None:
    print(revision, branch, number, note)


def _pipeline(provider: str) -> Pipeline:
    filed = provider in ("github", "gitlab", "gitea")
    opens = provider in ("github", "gitlab")
    own = provider != "bitbucket"  # whose signatures Argo Events does not check
    lips = (event.author == "ada") & ~event.branch.startswith("wip/")
    late = event.pull_request.number.isin(7, 8) | (event.pull_request.title == "Lips")

    @pipeline(
        name="model",
        provider=provider,
        on=[
            push(
                ["main", "release/*"],
                **({"paths": ["model/**"]} if filed else {}),
                params={"revision": event.revision, "branch": event.branch, "note": f"by {event.author}"},
                filter=lips,
                verify=own,
            ),
            push("dev/**", name="dev", params={"branch": event.short_sha}, verify=own),
            tag("v*", params={"branch": event.tag, "note": event.repo}, verify=own),
            pull_request(
                "main",
                draft=False,
                **({"fork_label": "ok"} if opens else {}),
                cancel_in_progress=True,
                params={"number": event.pull_request.number, "note": event.pull_request.branch},
                filter=late,
                verify=own,
            ),
            webhook(
                "published",
                id=body.model.version,
                filter=(body.model.stage == "candidate") & (body.model.score > 0.5)
                | body["from"].matches("v[0-9]+(-rc)?"),
                params={"number": body.model.number, "note": body.model.score},
            ),
            webhook("plain", params={"note": f"{body.text}/{header['X-Who']}"}, filter=~body.off),
        ],
    )
    def model(revision: str = "main", branch: str = "main", number: int = 0, note: str = "") -> None:
        show(revision, branch, number, note)

    return model


@pipeline(
    name="watch",
    on=[
        schedule("@daily", timezone="Asia/Shanghai", params={"branch": "nightly"}),
        bucket(
            "weights",
            endpoint="minio:9000",
            prefix="sonic/",
            filter=(event.size > 1000) & ~event.key.startswith("sonic/old/"),
            params={"branch": event.key, "number": event.size, "note": event.etag},
        ),
    ],
)
def watch(branch: str = "main", number: int = 0, note: str = "") -> None:
    show("main", branch, number, note)


def _object(**changes: object) -> Any:
    made = {
        "key": "sonic%2Fnew+unet%20v2.safetensors",
        "size": 5000000000,
        "eTag": "AB",
        "sequencer": "17F0A1",
        **changes,
    }
    kept = {name: value for name, value in made.items() if value is not None}
    return {
        "notification": [{"eventName": "s3:ObjectCreated:Put", "s3": {"bucket": {"name": "weights"}, "object": kept}}]
    }


_PUT = {"branch": "sonic/new unet v2.safetensors", "number": "5000000000", "note": "AB"}
WATCHED: dict[str, tuple[str, Any, Any]] = {
    "put": ("bucket", _object(), {"name": "watch-bucket-17f0a1", "params": _PUT}),
    "small": ("bucket", _object(size=10), None),
    "empty": ("bucket", _object(size=None), None),
    "old": ("bucket", _object(key="sonic%2Fold%2Fa"), None),
    "odd change": ("bucket", _object(sequencer="../x"), None),
    "no change": ("bucket", _object(sequencer=None), None),
    "nothing": ("bucket", {"notification": []}, None),
    "null": ("bucket", {"notification": None}, None),
    "time": (
        "schedule",
        {"eventTime": "2026-11-27 00:00:00.000123 +0800 CST m=+0.5"},
        {"name": "watch-schedule-20261127-0000-p0800", "params": {"branch": "nightly"}},
    ),
    "west": (
        "schedule",
        {"eventTime": "2026-11-27 02:30:00 -0330 NST"},
        {"name": "watch-schedule-20261127-0230-m0330", "params": {"branch": "nightly"}},
    ),
    "no time": ("schedule", {}, None),
}
"""Events of which Triggers knows nothing: the start, the data of the event, and what it comes to."""


def watching(name: str) -> dict[str, Any]:
    """What the Sensor's pod is asked about one of those."""
    options = CompileOptions(events=("argo",), namespace="ml")
    made = json.loads(json.dumps(compile_pipeline(watch, options).documents))
    (sensor,) = [each for each in made if each["kind"] == "Sensor"]
    start, data, _ = WATCHED[name]
    return {"sensor": sensor, "dependency": start, "data": data}


@attrs.frozen
class Sent:
    """A delivery: where to, with which headers and what body."""

    name: str
    url: str
    headers: Mapping[str, str]
    body: Any


def _changed(payload: Any, path: str, value: object) -> Any:
    made = copy.deepcopy(payload)
    *parents, last = [int(each) if each.isdigit() else each for each in path.split(".")]
    holder = made
    for each in parents:
        holder = holder[each]
    if value is KeyError:
        del holder[last]
    else:
        holder[last] = value
    return made


_CHANGES: dict[tuple[str, str], list[tuple[str, object]]] = {
    ("github", "push"): [
        ("ref", "refs/heads/release/1"),
        ("ref", "refs/heads/release/1/2"),
        ("ref", "refs/heads/dev/a/b"),
        ("ref", KeyError),
        ("sender.login", "eve"),
        ("sender", KeyError),
        ("sender.login", 5),
        ("commits.0.modified", ["docs/x.md"]),
        ("commits", []),
        ("commits", KeyError),
        ("deleted", "no"),
        ("repository.clone_url", None),
    ],
    ("github", "tag"): [("ref", "refs/tags/x"), ("repository", KeyError), ("head_commit.id", 7)],
    ("github", "pull_request"): [
        ("action", "closed"),
        ("action", "ready_for_review"),
        ("pull_request.draft", True),
        ("pull_request.draft", KeyError),
        ("pull_request.number", 9),
        ("pull_request.number", "7"),
        ("pull_request.title", "Ears"),
        ("pull_request.head.repo", None),
        ("pull_request.base.ref", "dev"),
    ],
    ("github", "fork"): [("action", "labeled")],
    ("gitlab", "push"): [("total_commits_count", 99), ("commits", []), ("user_username", "eve")],
    ("gitlab", "pull_request"): [("object_attributes.action", "update"), ("object_attributes.draft", True)],
    ("bitbucket", "push"): [("push.changes", []), ("push.changes.0.new.name", "dev/x"), ("actor", KeyError)],
    ("gitea", "push"): [("total_commits", 9), ("commits.0.modified", [])],
}
_POSTED: list[tuple[str, Any]] = [
    ("published", {"model": {"version": "v1", "stage": "candidate", "score": 0.75, "number": 12}}),
    ("published", {"model": {"version": "v1", "stage": "candidate", "score": 0.25, "number": 12}}),
    ("published", {"model": {"version": "V 1", "stage": "candidate", "score": 0.75, "number": 12}}),
    ("published", {"model": {"version": "v1", "stage": "candidate", "score": 0.75, "number": 1.5}}),
    ("published", {"model": {"version": "v1", "stage": "candidate", "score": "0.75", "number": 1}}),
    ("published", {"model": {"version": "v1", "score": 3, "number": 123456789}, "from": "v12"}),
    ("published", {"model": {"version": "v1", "score": 1e21, "number": "-3"}, "from": "v12-rc"}),
    ("published", {"model": {"version": "v1", "score": True, "number": "3"}, "from": "v12-rc1"}),
    ("published", {"from": "v1"}),
    ("published", {"model": {"version": "v1.2-a", "score": True, "number": "3"}, "from": "v12"}),
    ("plain", {"text": "a", "off": False}),
    ("plain", {"text": 5, "off": False}),
    ("plain", {"text": "a", "off": True}),
    ("plain", {"text": "a"}),
    ("plain", {"text": "ä 'quoted' \"b\" \\ \n", "off": False}),
    ("plain", {"text": {"a": 1}, "off": False}),
    ("plain", {"text": None, "off": False}),
    ("plain", []),
]


def events(provider: str) -> Iterator[Sent]:
    """Everything that is sent to the pipeline of a provider."""
    known = PROVIDERS[provider]
    for kind in KINDS:
        said, payload, headers = SENDERS[provider](kind)
        headers = {known.event_header: said, **headers}
        yield Sent(kind, "/", headers, payload)
        for number, (path, value) in enumerate(_CHANGES.get((provider, kind), ())):
            yield Sent(f"{kind}-{number}-{path}", "/", headers, _changed(payload, path, value))
    _, payload, headers = SENDERS[provider]("push")
    yield Sent("another-event", "/", {known.event_header: "ping", **headers}, payload)
    yield Sent("no-delivery", "/", {known.event_header: SENDERS[provider]("push")[0]}, payload)
    if provider == "github":
        for number, (name, posted) in enumerate(_POSTED):
            yield Sent(f"{name}-{number}", f"/{name}", {"X-Who": "ada"}, posted)


def documents(provider: str) -> list[Any]:
    options = CompileOptions(events=("triggers", "argo"), namespace="ml", settings=SETTINGS)
    return json.loads(json.dumps(compile_pipeline(_pipeline(provider), options).documents))


def with_triggers(made: list[Any], sent: Sent) -> dict[str, Any]:
    """What starts of an event by Triggers, as matching on the laptop tells it: the run's name and params."""
    raw = json.dumps(sent.body).encode()
    headers = {"Content-Type": "application/json", "X-Webhook-Token": "secret", **sent.headers}
    secrets = Secrets({}, trusted=True) if sent.url == "/" else Secrets({("", ""): "secret"})
    try:
        found = match(made, Event(raw, tuple(headers.items()), sent.url), secrets)
    except PayloadError:
        return {}
    return {each.trigger.removeprefix("model-"): _of(each.documents[0]) for each in found if each.outcome == "starts"}


def on_the_laptop(made: list[Any], sent: Sent) -> dict[str, Any]:
    """What starts of an event by the Sensor, as `flowdsl trigger` plays it."""
    headers = {"Content-Type": "application/json", **sent.headers}
    event = Event(json.dumps(sent.body).encode(), tuple(headers.items()), sent.url)
    try:
        found = match_sensors(made, event, Secrets({}, trusted=True))
    except PayloadError:
        return {}
    return {each.trigger: _of(each.documents[0]) for each in found if each.outcome == "starts"}


def _of(run: Any) -> Any:
    params = {each["name"]: each["value"] for each in run["spec"].get("params", ())}
    group = (run["metadata"].get("annotations") or {}).get("flowdsl.dev/newest-of")
    return {"name": run["metadata"].get("name", ""), "params": params, **({"newest of": group} if group else {})}


def questions(made: list[Any], sent: Sent) -> list[dict[str, Any]]:
    """What the Sensor's pod is asked about an event: at each dependency that waits for what it came by."""
    (sensor,) = [each for each in made if each["kind"] == "Sensor"]
    came = "git" if sent.url == "/" else sent.url[1:]
    headers = {canonical(name): [value] for name, value in sent.headers.items()}
    data = {"header" if sent.url != "/" else "headers": headers, "body": sent.body}
    waiting = [each["name"] for each in sensor["spec"]["dependencies"] if each["eventName"] == came]
    return [{"sensor": sensor, "dependency": name, "data": data} for name in waiting]


def with_argo(asked: list[dict[str, Any]]) -> dict[str, Any]:
    """What starts by Argo Events' own code."""
    found = zip(asked, play(asked), strict=True)
    return {each["dependency"]: _of(answer["run"]) for each, answer in found if answer["starts"]}


def asked_by(asked: Sequence[object]) -> str:
    """The digest of what Argo Events was asked, without the lines that say in CEL what a line of a script does.

    They are comments of Lua: no answer hangs on them.
    """
    return digest([_without_cel(each) for each in asked])


def _without_cel(value: object) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_cel(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_cel(each) for each in value]
    return _SAID.sub("", value) if isinstance(value, str) else value


def main() -> None:
    """Record what Argo Events' own code makes of every event."""
    recorded = {}
    for provider in ("github", "gitlab", "bitbucket", "gitea"):
        made = documents(provider)
        for sent in events(provider):
            asked = questions(made, sent)
            recorded[f"{provider} {sent.name}"] = {"asked": asked_by(asked), "starts": with_argo(asked)}
    for name in WATCHED:
        asked = [watching(name)]
        recorded[f"watch {name}"] = {"asked": asked_by(asked), "starts": with_argo(asked)}
    RECORDED.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"wrote {RECORDED}")


if __name__ == "__main__":
    main()
