"""Events start runs: Tekton Triggers' own sink, before Tekton's own controller."""

from __future__ import annotations

import contextlib
import http.client
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from api import Api
from arrivals import arrive_in_the_end, arrives, missing_when_quiet, said_of
from deliveries import PROVIDERS, Delivery, access, listener, push
from eventing import Sink, Triggers
from runs import finished, run_by_name

PATIENCE = 180


@pytest.fixture(scope="module")
def taking(api: Api, triggers: Triggers) -> Triggers:
    """Triggers, with a listener for each provider."""
    for document in [*access(), *map(listener, PROVIDERS), listener("github", "waiting")]:
        api.apply(document)
    return triggers


@pytest.fixture
def github(taking: Triggers) -> Iterator[Sink]:
    with taking.sink("github") as sink:
        yield sink


@pytest.fixture
def waiting(taking: Triggers) -> Iterator[Sink]:
    """The same, but what it creates waits for somebody."""
    with taking.sink("waiting") as sink:
        yield sink


def names(api: Api, prefix: str) -> list[str]:
    found = [each["metadata"]["name"] for each in api.get("tekton.dev/v1", "PipelineRun")["items"]]
    return sorted(name for name in found if name.startswith(prefix))


def send(sink: Sink, delivery: Delivery) -> int:
    return sink.post(delivery.body, delivery.headers)[0]


def starts(api: Api, sink: Sink, delivery: Delivery, name: str) -> dict[str, Any]:
    """The run that an event starts."""
    arrives(sink, delivery, lambda: run_by_name(api, name))
    return api.get("tekton.dev/v1", "PipelineRun", name)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_signed_push_starts_a_run_that_completes(api: Api, taking: Triggers, provider: str) -> None:
    sha = "ab12" * 10
    with taking.sink(provider) as sink:
        found = starts(api, sink, push(provider, "main", f"{provider}-1", sha=sha), f"{provider}-{provider}-1")
    assert {each["name"]: each["value"] for each in found["spec"]["params"]} == {"branch": "main", "revision": sha}
    done = finished(api, "PipelineRun", f"{provider}-{provider}-1", seconds=PATIENCE)
    assert [each["status"] for each in done["status"]["conditions"]] == ["True"]
    assert done["status"]["results"] == [{"name": "told", "value": "main"}]


def test_what_is_not_meant_starts_nothing(api: Api, github: Sink) -> None:
    """A 202 says nothing of it: only that there is no run does. The last delivery shows that the rest was done with."""
    told = push("github", "main", "told", secret="another")
    unsigned = push("github", "main", "unsigned")
    del unsigned.headers["X-Hub-Signature-256"]
    ping = push("github", "main", "ping")
    ping.headers["X-GitHub-Event"] = "ping"
    other = push("github", "topic", "other")
    unknown = push("gitlab", "main", "unknown")
    for delivery in (told, unsigned, ping, other, unknown):
        assert send(github, delivery) == 202
    github.until_idle()
    starts(api, github, push("github", "main", "meant"), "github-meant")
    left = [name for name in names(api, "github-") if name.endswith(("told", "unsigned", "ping", "other", "unknown"))]
    assert left == []


def test_a_redelivery_starts_nothing_twice(api: Api, github: Sink) -> None:
    again = push("github", "main", "Again")
    for _ in range(4):
        assert send(github, again) == 202
    starts(api, github, again, "github-again")
    github.until_idle()
    assert names(api, "github-again") == ["github-again"]


def test_of_two_hundred_events_at_once_none_is_lost_for_good_and_none_doubled(api: Api, waiting: Sink) -> None:
    """Triggers answers before it creates, and tries once: a redelivery brings what it gave up on a busy machine."""
    events = {f"waiting-many-{number}": push("github", "main", f"many-{number}") for number in range(200)}
    arrive_in_the_end(waiting, events, lambda: names(api, "waiting-many-"))
    assert names(api, "waiting-many-") == sorted(events)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_sink_that_ends_in_between_loses_nothing_that_is_delivered_again(
    api: Api, waiting: Sink, how: signal.Signals
) -> None:
    """A provider delivers again what was not answered; killed, the sink may also lose what it has answered."""
    prefix = f"{how.name.lower()}-"
    events = {f"waiting-{prefix}{number}": push("github", "main", f"{prefix}{number}") for number in range(30)}
    there = lambda: names(api, f"waiting-{prefix}")  # noqa: E731

    def answered(event: Delivery) -> str:
        """The id that the sink gives it, or nothing."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            status, answer = waiting.post(event.body, event.headers)
            return str(answer["eventID"]) if status == 202 else ""
        return ""

    with ThreadPoolExecutor(10) as pool:
        told = {name: pool.submit(answered, event) for name, event in events.items()}
        [*told.values()][4].result()
        waiting.triggers.plane.processes[waiting.name].send_signal(how)
        taken = {name: each.result() for name, each in told.items()}
    sent = {name: event for name, event in taken.items() if event}
    if how is signal.SIGTERM:
        # It goes on with what it has, until Kubernetes' patience ends; what it can't do it says.
        assert [name for name in missing_when_quiet(waiting, sent, there) if not said_of(waiting, sent[name])] == []
        again = {name: event for name, event in events.items() if name not in there()}
    else:
        again = events
    waiting.kill()
    waiting.start()
    arrive_in_the_end(waiting, again, there)
    assert there() == sorted(events)


def test_bad_requests_are_answered_and_start_nothing(api: Api, github: Sink) -> None:
    before = names(api, "")
    good = push("github", "main", "bad")
    assert github.post(b"this is no JSON", good.headers)[0] == 400
    assert github.post(b"[1, 2]", good.headers)[0] == 400
    form = {**good.headers, "Content-Type": "application/x-www-form-urlencoded"}
    assert github.post(b"payload=%7B%7D", form)[0] == 400
    # Read as JSON whatever its type says, but the signature is not for a form.
    assert github.post(good.body, form)[0] == 202
    assert github.post(b'{"ref": "' + b"x" * 10_000_000 + b'"}', good.headers)[0] == 202
    # Nobody whom the listener knows: no provider's headers, and those of one that there is none of.
    for headers in ({}, {"X-Nobody-Event": "push", "X-Nobody-Delivery": "bad-nobody"}):
        assert github.post(good.body, {"Content-Type": "application/json", **headers})[0] == 202
    github.until_idle()
    assert names(api, "") == before


def test_a_slow_client_is_hung_up_on_while_others_are_served(api: Api, github: Sink) -> None:
    with socket.create_connection(("127.0.0.1", github.port), 120) as slow:
        slow.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        assert send(github, push("github", "main", "beside")) == 202
        # An answer that says no or none at all: the connection ends.
        answer = slow.recv(65536)
        assert b"202" not in answer.partition(b"\r\n")[0]
    starts(api, github, push("github", "main", "beside"), "github-beside")
