"""`max_at_once=`, `keep=` and `report=` before Triggers' own sink and Tekton's own controller, with the rights emitted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from api import Api, wait_for
from arrivals import arrives
from deliveries import Delivery
from emitted_starts import NAME, SENDERS, applied, compiled, delivered, with_server
from event_payloads import SHA
from eventing import Sink, Triggers
from fake_provider import TOKEN, Provider, provider
from plane import Plane
from runs import V1, completes, finished, run_by_name, task_of, task_runs_of

from flowdsl import Secret, commit_status, event, pull_request, push

PATIENCE = 240
LIMITED, REPORTED = "starts-limited", "starts-reported"
DELETES = {"get", "list", "delete"}


def pushed(name: str, does: str) -> Delivery:
    """A push whose run does what its commit's message says."""
    return delivered("github", "push", name, head_commit={"id": SHA, "message": does})


def send(sink: Sink, delivery: Delivery) -> None:
    assert sink.post(delivery.body, delivery.headers)[0] == 202


def starts(api: Api, sink: Sink, delivery: Delivery, run: str) -> None:
    arrives(sink, delivery, lambda: run_by_name(api, run, sink.namespace))


def names(api: Api, namespace: str) -> set[str]:
    return {each["metadata"]["name"] for each in api.get(V1, "PipelineRun", namespace=namespace)["items"]}


def logs(api: Api, run: str, task: str, namespace: str) -> str:
    """What the pod of a run's task has printed so far."""
    pod = ((task_of(api, run, task, namespace) or {}).get("status") or {}).get("podName", "")
    if not pod:
        return ""
    (container,) = api.get("v1", "Pod", pod, namespace)["spec"]["containers"]
    text: str = api.call("GET", f"/api/v1/namespaces/{namespace}/pods/{pod}/log?container={container['name']}")
    return text


def cancel(api: Api, run: str, namespace: str, how: str = "Cancelled") -> dict[str, Any]:
    api.merge(V1, "PipelineRun", run, {"spec": {"status": how}}, namespace)
    return finished(api, "PipelineRun", run, namespace, PATIENCE)


def collect(api: Api, run: str, namespace: str) -> None:
    """Remove what a deleted run has left, as the garbage collector of a cluster does."""
    for each in task_runs_of(api, run, namespace):
        api.delete(V1, "TaskRun", each["metadata"]["name"], namespace)
    label = f"?labelSelector=tekton.dev%2FpipelineRun%3D{run}"
    for each in api.get("v1", "Pod", namespace=namespace, query=label)["items"]:
        api.delete("v1", "Pod", each["metadata"]["name"], namespace)


def rights(api: Api, account: str, namespace: str, group: str, resource: str, where: str = "") -> set[str]:
    """What the API server says that an account may do."""
    found = set()
    for verb in ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"):
        asked = {"namespace": where or namespace, "verb": verb, "group": group, "resource": resource}
        spec = {"user": f"system:serviceaccount:{namespace}:{account}", "resourceAttributes": asked}
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
        answer = api.call("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
        found |= {verb} if answer["status"]["allowed"] else set()
    return found


@pytest.fixture(scope="module")
def limited(plane: Plane, api: Api, triggers: Triggers) -> Iterator[Sink]:
    """The sink of a pipeline of which one run goes on at once, and one that is over is kept."""
    starts = push(params={"text": event.message})
    applied(api, with_server(compiled("github", LIMITED, starts, max_at_once=1, keep=1), plane), LIMITED)
    with triggers.sink(NAME, namespace=LIMITED) as sink:
        yield sink


def others_run(api: Api) -> str:
    """A run of somebody else's pipeline, which is over."""
    steps = [{"name": "say", "image": "python:3.12-slim", "script": "#!/bin/sh\necho there\n"}]
    spec = {"pipelineSpec": {"tasks": [{"name": "say", "taskSpec": {"steps": steps}}]}}
    labels = {"tekton.dev/pipeline": "others"}
    metadata = {"name": "others-1", "namespace": LIMITED, "labels": labels}
    api.create({"apiVersion": V1, "kind": "PipelineRun", "metadata": metadata, "spec": spec})
    completes(api, "others-1", LIMITED)
    return "others-1"


def test_a_second_run_waits_and_old_ones_are_deleted_and_nothing_else_is(api: Api, limited: Sink) -> None:
    others = others_run(api)
    starts(api, limited, pushed("a", "slow"), f"{NAME}-a")
    wait_for("the first is slow", lambda: task_of(api, f"{NAME}-a", "tell", LIMITED), PATIENCE)
    for _ in range(2):
        send(limited, pushed("b", "quick"))
    starts(api, limited, pushed("b", "quick"), f"{NAME}-b")
    waits = "waits: 1 older runs go on, and 1 may at once"
    wait_for("the second waits", lambda: waits in logs(api, f"{NAME}-b", "make-room", LIMITED), PATIENCE)
    assert task_of(api, f"{NAME}-b", "tell", LIMITED) is None
    cancel(api, f"{NAME}-a", LIMITED)
    completes(api, f"{NAME}-b", LIMITED)
    assert names(api, LIMITED) == {others, f"{NAME}-a", f"{NAME}-b"}  # what is over goes when another begins
    starts(api, limited, pushed("c", "quick"), f"{NAME}-c")
    completes(api, f"{NAME}-c", LIMITED)
    assert f"deleted {NAME}-a" in logs(api, f"{NAME}-c", "make-room", LIMITED)
    assert names(api, LIMITED) == {others, f"{NAME}-b", f"{NAME}-c"}
    # What is kept is known when its event comes again; what is gone starts anew, as the documentation says.
    collect(api, f"{NAME}-a", LIMITED)
    for name in ("b", "c"):
        send(limited, pushed(name, "slow"))
    starts(api, limited, pushed("a", "slow"), f"{NAME}-a")
    wait_for("it starts anew", lambda: task_of(api, f"{NAME}-a", "tell", LIMITED), PATIENCE)
    assert names(api, LIMITED) == {others, f"{NAME}-a", f"{NAME}-c"}
    cancel(api, f"{NAME}-a", LIMITED)


@pytest.mark.usefixtures("limited")
def test_the_first_tasks_account_may_look_at_runs_and_delete_them_and_no_more(api: Api) -> None:
    account = f"{NAME}-newest"
    assert rights(api, account, LIMITED, "tekton.dev", "pipelineruns") == DELETES
    for group, resource in (("tekton.dev", "taskruns"), ("tekton.dev", "pipelines"), ("", "pods"), ("", "secrets")):
        assert rights(api, account, LIMITED, group, resource) == set(), resource
    assert rights(api, account, LIMITED, "tekton.dev", "pipelineruns", where="default") == set()


@pytest.fixture(scope="module")
def git() -> Iterator[Provider]:
    with provider("github") as made:
        yield made


@pytest.fixture(scope="module")
def reported(plane: Plane, api: Api, triggers: Triggers, git: Provider) -> Iterator[Sink]:
    """The sink of a pipeline that tells a provider on loopback."""
    starts = (
        push("main", params={"text": event.message}),
        pull_request("main", params={"revision": event.revision, "text": event.pull_request.title}),
    )
    report = commit_status(
        token=Secret("git-token", "token"),
        api=git.address,
        context="faces",
        link="https://tekton.example.com/{namespace}/{run}",
    )
    documents = with_server(compiled("github", REPORTED, *starts, report=report, max_at_once=1), plane)
    applied(api, documents, REPORTED)
    metadata = {"name": "git-token", "namespace": REPORTED}
    api.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"token": TOKEN}})
    with triggers.sink(NAME, namespace=REPORTED) as sink:
        yield sink


def pulled(commit: str, title: str, delivery: str) -> Delivery:
    """A pull request's commit, whose run does what the title says."""
    request = dict(SENDERS["github"]("pull_request")[1]["pull_request"])
    request |= {"title": title, "head": {**request["head"], "sha": commit}}
    return delivered("github", "pull_request", delivery, pull_request=request)


def run_for(api: Api, commit: str) -> str:
    """The name of a commit's run, or nothing."""
    runs = api.get(V1, "PipelineRun", namespace=REPORTED)["items"]
    given = {"name": "flowdsl-revision", "value": commit}
    return next((each["metadata"]["name"] for each in runs if given in each["spec"]["params"]), "")


def said(git: Provider, commit: str) -> list[str]:
    return [body["state"] for repo, revision, body in git.statuses if (repo, revision) == ("team/model", commit)]


def test_a_signed_event_starts_a_run_that_tells_the_provider_of_it(api: Api, reported: Sink, git: Provider) -> None:
    first, second = "1" * 40, "2" * 40
    delivery = pulled(first, "Lips", "p-1")
    for _ in range(2):
        send(reported, delivery)
    arrives(reported, delivery, lambda: run_for(api, first))
    run = run_for(api, first)
    completes(api, run, REPORTED)
    assert said(git, first) == ["pending", "success"]
    links = {body["target_url"] for _, _, body in git.statuses}
    assert links == {f"https://tekton.example.com/{REPORTED}/{run}"}
    (comment,) = git.comments
    assert f"**faces** passed for {first[:12]}" in comment["body"]
    assert f"`{first} Lips 0`" in comment["body"]
    # The next commit's run renews the comment; one that is ended is told of as one that failed.
    delivery = pulled(second, "slow", "p-2")
    arrives(reported, delivery, lambda: run_for(api, second))
    run = run_for(api, second)
    wait_for("it is slow", lambda: task_of(api, run, "tell", REPORTED), PATIENCE)
    # Of a task that still runs when its run is ended Tekton deletes the pod, and what it has printed.
    tells = wait_for("it is told of", lambda: task_of(api, run, "report-start", REPORTED), PATIENCE)
    finished(api, "TaskRun", tells["metadata"]["name"], REPORTED, PATIENCE)
    cancel(api, run, REPORTED, "CancelledRunFinally")
    assert said(git, second) == ["pending", "failure"]
    (comment,) = git.comments
    assert f"**faces** failed for {second[:12]}" in comment["body"]
    assert first not in comment["body"]
    for phase in ("start", "end"):
        assert TOKEN not in logs(api, run, f"report-{phase}", REPORTED)


def test_a_push_has_a_status_and_no_comment_and_one_by_hand_is_told_of_to_nobody(
    api: Api, reported: Sink, git: Provider
) -> None:
    before = len(git.comments)
    commit = "3" * 40
    delivery = delivered("github", "push", "only", head_commit={"id": commit, "message": "quick"})
    arrives(reported, delivery, lambda: run_for(api, commit))
    run = run_for(api, commit)
    completes(api, run, REPORTED)
    assert (said(git, commit), len(git.comments)) == (["pending", "success"], before)
    asked = len(git.asked)
    spec = {name: value for name, value in (run_by_name(api, run, REPORTED) or {})["spec"].items() if name != "params"}
    metadata = {"name": "by-hand", "namespace": REPORTED}
    api.create({"apiVersion": V1, "kind": "PipelineRun", "metadata": metadata, "spec": spec})
    completes(api, "by-hand", REPORTED)
    assert "nothing is reported: no commit started this run" in logs(api, "by-hand", "report-start", REPORTED)
    assert len(git.asked) == asked


@pytest.mark.usefixtures("reported")
def test_the_account_of_what_reports_may_do_nothing(api: Api) -> None:
    for group, resource in (("tekton.dev", "pipelineruns"), ("tekton.dev", "taskruns"), ("", "secrets"), ("", "pods")):
        assert rights(api, f"{NAME}-report", REPORTED, group, resource) == set(), resource
