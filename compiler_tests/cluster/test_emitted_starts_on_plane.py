"""What `compile --events` writes, before Triggers' own sink and Tekton's own controller: events and times start runs."""

from __future__ import annotations

import contextlib
import copy
import http.client
from collections.abc import Iterator
from typing import Any

import pytest
from api import Api, wait_for
from arrivals import arrive_in_the_end, arrives
from deliveries import SECRET, Delivery
from emitted_starts import (
    NAME,
    SENDERS,
    applied,
    compiled,
    delivered,
    nightly,
    of_every_kind,
    params_of,
    posted,
    reaching,
    slow_pushes,
    with_server,
)
from event_payloads import SHA
from eventing import Sink, Triggers
from plane import Plane
from runs import V1, completes, finished, run_by_name, started, task_of

from flowdsl.events.matching import STARTS, Event, match
from flowdsl.events.sink.interceptors import Secrets
from flowdsl.ir.options import Provider

PATIENCE = 180
STARTED = {"push": "push", "tag": "tag", "pull_request": "pull-request"}
"""By what is delivered, the start that takes it."""
# As JSON writes them: a count, what a float can't hold, what Go writes with an exponent, what is no number.
NUMBERS = (0, 7, -3, 1_000_000, 123_456_789_012, 10**15, 10**15 + 1, 10**21, 2**53 + 1, 2.5, 1e-7, 0.1 + 0.2, True, "8")


@pytest.mark.parametrize("provider", SENDERS)
def test_signed_events_start_runs_with_their_params_that_complete(
    api: Api, triggers: Triggers, provider: Provider
) -> None:
    """The runs are named by the delivery, or by the commit where a push and its pull request could both bring it."""
    namespace = f"starts-{provider}"
    applied(api, compiled(provider, namespace, *of_every_kind()), namespace)
    with triggers.sink(NAME, namespace=namespace) as sink:
        for kind in ("deleted", "fork", "push", "tag", "pull_request"):
            delivery = delivered(provider, kind, f"{kind.replace('_', '-')}-1")
            assert [sink.post(delivery.body, delivery.headers)[0] for _ in range(2)] == [202, 202]
            if kind in STARTED:
                arrives_at(api, sink, delivery, STARTED[kind])
        arrives_at(api, sink, posted({"id": "lips-2", "size": 1_000_000, "steps": 25}), "published", "/published")
        sink.until_idle()
    runs, found = all_of(api, namespace), by_start(api, namespace)
    assert len(runs) == len(found) == 4, "each was delivered twice; what deletes a branch, and a fork, start nothing"
    assert {f"{NAME}-push-1", f"{NAME}-tag-1", f"{NAME}-published-lips-2"} < {each["metadata"]["name"] for each in runs}
    # Bitbucket shortens the commit of a pull request to twelve characters.
    commit = SHA[:12] if provider == "bitbucket" else SHA
    wanted = {
        "push": {"revision": SHA, "text": "main"},
        "tag": {"revision": SHA, "text": "v1.2"},
        "pull-request": {"revision": commit, "text": "Lips", "number": "7"},
        "published": {"text": "1000000", "number": "25"},
    }
    assert {name: params_of(each) for name, each in found.items()} == wanted
    for name, each in found.items():
        done = completes(api, each["metadata"]["name"], namespace)
        told = {"revision": "none", "text": "none", "number": "0", **wanted[name]}
        assert [each["value"] for each in done["status"]["results"]] == [" ".join(map(str, told.values()))]


def test_a_listener_speaks_tls_with_the_secret_that_it_is_given(api: Api, plane: Plane, triggers: Triggers) -> None:
    namespace = "starts-tls"
    documents = compiled("github", namespace, *of_every_kind(), listener_tls="hooks-tls")
    applied(api, [certificate_of(plane, "hooks-tls", namespace), *documents], namespace)
    with triggers.sink(NAME, namespace=namespace) as sink:
        arrives_at(api, sink, delivered("github", "push", "push-1"), "push")
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", sink.port, timeout=60)) as plain:
            plain.request("POST", "/", b"{}")
            answer = plain.getresponse()
            assert (answer.status, answer.read()) == (400, b"Client sent an HTTP request to an HTTPS server.\n")
    completes(api, f"{NAME}-push-1", namespace)


def certificate_of(plane: Plane, name: str, namespace: str) -> dict[str, Any]:
    """A Secret with what the plane's API server shows: it is for this machine's address."""
    pair = {"tls.crt": plane.certificate, "tls.key": plane.certificate.with_suffix(".key")}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace},
        "type": "kubernetes.io/tls",
        "stringData": {key: path.read_text() for key, path in pair.items()},
    }


def all_of(api: Api, namespace: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = api.get(V1, "PipelineRun", namespace=namespace)["items"]
    return items


def by_start(api: Api, namespace: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["labels"]["flowdsl.dev/started-by"]: each for each in all_of(api, namespace)}


def arrives_as(api: Api, sink: Sink, delivery: Delivery, run: str) -> None:
    arrives(sink, delivery, lambda: run_by_name(api, run, sink.namespace))


def arrives_at(api: Api, sink: Sink, delivery: Delivery, start: str, path: str = "/") -> None:
    arrives(sink, delivery, lambda: start in by_start(api, sink.namespace), path)


def test_a_number_is_the_text_that_the_laptop_says(api: Api, triggers: Triggers) -> None:
    namespace = "starts-numbers"
    documents = compiled("github", namespace, *of_every_kind())
    for each in documents:
        for made in each["spec"]["resourcetemplates"] if each["kind"] == "TriggerTemplate" else ():
            made["spec"]["status"] = "PipelineRunPending"
    applied(api, documents, namespace)
    wanted, events = {}, {}
    with triggers.sink(NAME, namespace=namespace) as sink:
        for number, size in enumerate(NUMBERS):
            delivery = posted({"id": f"n-{number}", "size": size, "steps": 1_000_000 + number})
            events[f"{NAME}-published-n-{number}"] = delivery
            event = Event(delivery.body, tuple(delivery.headers.items()), "/published")
            found = match(documents, event, Secrets({("", ""): SECRET}, trusted=False))
            (verdict,) = [each for each in found if each.outcome == STARTS]
            wanted[f"n-{number}"] = params_of(verdict.documents[0])
        there = lambda: [each["metadata"]["name"] for each in all_of(api, namespace)]  # noqa: E731
        arrive_in_the_end(sink, events, there, "/published")
        given = {name: params_of(started(api, f"{NAME}-published-{name}", namespace)) for name in wanted}
    assert given == wanted
    assert given["n-3"] == {"text": "1000000", "number": "1000003"}


@pytest.fixture
def newest(plane: Plane, api: Api, triggers: Triggers) -> Iterator[Sink]:
    """The sink of a pipeline whose newer runs end older ones."""
    documents = with_server(compiled("github", "starts-newest", *slow_pushes()), plane)
    applied(api, documents, "starts-newest")
    with triggers.sink(NAME, namespace="starts-newest") as sink:
        yield sink


def test_a_newer_push_ends_the_run_of_an_older_one_for_its_branch_alone(api: Api, newest: Sink) -> None:
    """With the rights that are emitted, by the API server's own word."""
    namespace = newest.namespace
    commit = {"id": SHA, "message": "slow"}
    for name, branch in (("older", "main"), ("beside", "topic")):
        delivery = delivered("github", "push", name, ref=f"refs/heads/{branch}", head_commit=commit)
        arrives_as(api, newest, delivery, f"{NAME}-{name}")
    for name in ("older", "beside"):
        wait_for(f"{name} is slow", lambda: working(api, f"{NAME}-{name}", namespace), PATIENCE)  # noqa: B023
    delivery = delivered("github", "push", "newer", head_commit={**commit, "message": "quick"})
    arrives_as(api, newest, delivery, f"{NAME}-newer")
    ended = finished(api, "PipelineRun", f"{NAME}-older", namespace, PATIENCE)
    assert ended["status"]["conditions"][0]["reason"] == "Cancelled"
    completes(api, f"{NAME}-newer", namespace)
    beside = run_by_name(api, f"{NAME}-beside", namespace)
    assert beside is not None
    assert "completionTime" not in beside["status"]
    api.merge(V1, "PipelineRun", f"{NAME}-beside", {"spec": {"status": "Cancelled"}}, namespace)


def working(api: Api, name: str, namespace: str) -> bool:
    """Whether the run's first task is done, and its second has begun."""
    found = task_of(api, name, "tell", namespace)
    return found is not None and "startTime" in found.get("status", {})


def fired(plane: Plane, api: Api, documents: list[dict[str, Any]], namespace: str, job: str, number: int) -> str:
    """What the pod says that the Job of one time makes, once it is done. Nothing here makes pods of CronJobs."""
    (cron,) = [each for each in documents if each["kind"] == "CronJob"]
    spec = copy.deepcopy(cron["spec"]["jobTemplate"]["spec"]["template"]["spec"])
    spec["containers"][0].setdefault("env", []).extend(reaching(plane))
    spec["restartPolicy"] = "Never"
    metadata = {"name": f"{job}-{number}", "namespace": namespace, "labels": {"job-name": job}}
    api.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    pod = wait_for(f"{job}-{number} is done", lambda: ended(api, metadata["name"], namespace), PATIENCE)
    text: str = api.call("GET", f"/api/v1/namespaces/{namespace}/pods/{metadata['name']}/log")
    assert pod["status"]["phase"] == "Succeeded", text
    return text


def ended(api: Api, name: str, namespace: str) -> dict[str, Any] | None:
    found: dict[str, Any] = api.get("v1", "Pod", name, namespace)
    return found if found["status"].get("phase") in ("Succeeded", "Failed") else None


def test_the_pod_of_a_cronjob_creates_its_run_once(plane: Plane, api: Api) -> None:
    namespace = "starts-cron"
    documents = compiled("github", namespace, *nightly(), target="cron")
    applied(api, documents, namespace)
    job = f"{NAME}-schedule-29712345"
    assert fired(plane, api, documents, namespace, job, 1) == f"started {job}\n"
    assert fired(plane, api, documents, namespace, job, 2) == f"{job} was started before\n"
    assert [each["metadata"]["name"] for each in all_of(api, namespace)] == [job]
    assert params_of(all_of(api, namespace)[0]) == {"text": "nightly"}
    completes(api, job, namespace)


def test_a_time_is_left_out_while_the_run_of_an_earlier_one_goes_on(plane: Plane, api: Api) -> None:
    namespace = "starts-forbid"
    documents = compiled("github", namespace, *nightly(overlap="forbid", name="slow"), target="cron")
    (code,) = [each for each in documents if "run.json" in each.get("data", {})]
    code["data"]["run.json"] = code["data"]["run.json"].replace('"value": "nightly"', '"value": "slow"')
    applied(api, documents, namespace)
    first, second = f"{NAME}-slow-29712345", f"{NAME}-slow-29712346"
    assert fired(plane, api, documents, namespace, first, 1) == f"started {first}\n"
    assert fired(plane, api, documents, namespace, second, 1) == f"not started: {first} has not ended\n"
    api.merge(V1, "PipelineRun", first, {"spec": {"status": "Cancelled"}}, namespace)
    finished(api, "PipelineRun", first, namespace, PATIENCE)
    assert fired(plane, api, documents, namespace, second, 2) == f"started {second}\n"
    api.merge(V1, "PipelineRun", second, {"spec": {"status": "Cancelled"}}, namespace)
