"""What `compile --events triggers` writes: which events start a run, and what it is called.

Expressions are evaluated here (read_triggers.py); Triggers itself is asked on the control-plane tier.
"""

from __future__ import annotations

import json
import re

import pytest
from event_payloads import SENDERS, SHA, UUID, Payload, github, gitlab
from read_triggers import of_kind, started

from flowdsl import body, event, pipeline, pull_request, push, tag, task, webhook
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.events import Trigger
from flowdsl.ir.options import Provider
from flowdsl.ir.settings import EventSettings, Settings


def made(
    *starts: Trigger, provider: Provider = "github", namespace: str = "ml", tls: str = "", **settings: str
) -> list[Payload]:
    @task(image="python:3.12-slim")
    def work(revision: str, steps: int) -> None:
        print(revision, steps)

    @pipeline(name="model", provider=provider, on=starts, listener_tls=tls)
    def flow(revision: str = "main", steps: int = 1) -> None:
        work(revision, steps)

    assert isinstance(flow, Pipeline)
    chosen = Settings(events=EventSettings(**settings))  # type: ignore[arg-type]
    options = CompileOptions(events=("triggers",), namespace=namespace, settings=chosen)
    return [dict(each) for each in compile_pipeline(flow, options).documents]


EVERYTHING = ("push", "tag", "deleted", "pull_request", "fork")


def params_of(run: Payload) -> dict[str, str]:
    return {each["name"]: each["value"] for each in run["spec"]["params"]}


@pytest.mark.parametrize("kind", EVERYTHING)
@pytest.mark.parametrize("provider", SENDERS)
def test_an_event_starts_what_is_meant_and_nothing_else(provider: Provider, kind: str) -> None:
    documents = made(
        push("main", params={"revision": f"{event.branch} {event.short_sha} {event.author} {event.repo}"}),
        tag("v*", params={"revision": f"{event.tag} {event.short_sha} {event.author} {event.repo}"}),
        pull_request(
            "main",
            params={"revision": f"{event.pull_request.branch} {event.short_sha}", "steps": event.pull_request.number},
        ),
        provider=provider,
    )
    runs = started(documents, *SENDERS[provider](kind))
    repo = "TEAM/model" if provider == "bitbucket-server" else "team/model"
    wanted = {
        "push": {"revision": f"main 0123456 ada {repo}"},
        "tag": {"revision": f"v1.2 0123456 ada {repo}"},
        "pull_request": {"revision": "lips 0123456", "steps": "7"},
    }
    assert [params_of(run) for run in runs] == ([wanted[kind]] if kind in wanted else [])
    assert [run["metadata"]["labels"]["flowdsl.dev/started-by"] for run in runs] == (
        [kind.replace("_", "-")] if runs else []
    )


@pytest.mark.parametrize("provider", SENDERS)
@pytest.mark.parametrize("kind", ["push", "tag", "pull_request"])
def test_a_payload_with_a_hole_starts_nothing(provider: Provider, kind: str) -> None:
    documents = made(push(), tag(), pull_request(), provider=provider)
    happening, payload, headers = SENDERS[provider](kind)
    assert len(started(documents, happening, payload, headers)) == 1
    for name in payload:
        rest = {key: value for key, value in payload.items() if key != name}
        for run in started(documents, happening, rest, headers):
            assert re.fullmatch(r"model-[0-9a-f-]+", run["metadata"]["name"]), name
    assert started(documents, happening, {}, headers) == []


def names(documents: list[Payload], *events: tuple[str, Payload, dict[str, str]]) -> list[str]:
    return [run["metadata"]["name"] for each in events for run in started(documents, *each)]


def test_a_run_is_called_after_the_delivery() -> None:
    assert names(made(push("main")), github("push"), github("push")) == [f"model-{UUID}"] * 2
    assert names(made(push("main")), ("push", github("push")[1], {"X-GitHub-Delivery": "Not a name!"})) == []
    assert names(
        made(push("main"), provider="gitlab"),
        ("Push Hook", gitlab("push")[1], {"Idempotency-Key": "K1", "X-Gitlab-Event-UUID": UUID}),
    ) == ["model-k1"]


def test_a_push_and_its_pull_request_run_one_commit_once() -> None:
    branch = github("push", ref="refs/heads/lips")
    request = github("pull_request")
    # Any branch may be one of a pull request: both are called after the commit.
    assert names(made(push(), pull_request("main")), branch, request) == [f"model-{SHA}"] * 2
    # The branch that all pull requests go into is none of theirs: a merge runs, although its commit ran before.
    assert names(made(push(), pull_request("main")), github("push")) == [f"model-{UUID}"]
    assert names(made(push("main"), pull_request("main")), github("push"), request) == [f"model-{UUID}"] * 2
    # Of several such branches each may go into another.
    both = made(push(["main", "dev"]), pull_request(["main", "dev"]))
    assert names(both, github("push", ref="refs/heads/dev"), request) == [f"model-{SHA}"] * 2
    assert names(made(push(), pull_request()), github("push"), request) == [f"model-{SHA}"] * 2


def test_the_first_that_matches_starts_the_run() -> None:
    documents = made(
        push("main", params={"revision": "first"}),
        push(["main", "dev"], name="second", params={"revision": "second"}),
    )
    found = [started(documents, *github("push", ref=f"refs/heads/{branch}")) for branch in ("main", "dev", "x")]
    assert [[params_of(run)["revision"] for run in runs] for runs in found] == [["first"], ["second"], []]


def test_a_fork_starts_a_run_when_the_label_is_set() -> None:
    documents = made(pull_request(fork_label="ok-to-test"))
    _, payload, headers = github("fork")
    labeled = {**payload, "action": "labeled", "label": {"name": "ok-to-test"}}
    assert started(documents, "pull_request", payload, headers) == []
    assert names(documents, ("pull_request", labeled, headers)) == [f"model-{SHA}"]
    assert started(documents, "pull_request", {**labeled, "label": {"name": "docs"}}, headers) == []
    # Set on a pull request of the repository itself, it starts no second run.
    own = {**github("pull_request")[1], "action": "labeled", "label": {"name": "ok-to-test"}}
    assert started(documents, "pull_request", own, headers) == []
    assert started(documents, "pull_request", {**payload, "action": "synchronize"}, headers) == []
    gone = {**payload, "pull_request": {**payload["pull_request"], "head": {"sha": SHA, "ref": "x", "repo": None}}}
    assert started(documents, "pull_request", gone, headers) == []


def test_drafts_are_left_out_until_they_are_ready() -> None:
    documents = made(pull_request(draft=False))
    _, payload, headers = github("pull_request")
    draft = {**payload, "pull_request": {**payload["pull_request"], "draft": True}}
    assert started(documents, "pull_request", draft, headers) == []
    assert len(started(documents, "pull_request", {**payload, "action": "ready_for_review"}, headers)) == 1
    assert started(made(pull_request()), "pull_request", {**payload, "action": "ready_for_review"}, headers) == []


@pytest.mark.parametrize("provider", ["github", "gitlab", "gitea"])
def test_a_push_starts_a_run_for_its_paths(provider: Provider) -> None:
    event_of = SENDERS[provider]
    assert len(started(made(push(paths="model/**"), provider=provider), *event_of("push"))) == 1
    assert len(started(made(push(paths=["docs/*", "**/net.py"]), provider=provider), *event_of("push"))) == 1
    assert started(made(push(paths=["docs/**", "model/*.md", "net.py"]), provider=provider), *event_of("push")) == []


def test_a_push_whose_files_are_not_all_listed_starts_a_run() -> None:
    happening, payload, headers = gitlab("push")
    documents = made(push(paths="docs/**"), provider="gitlab")
    assert len(started(documents, happening, {**payload, "total_commits_count": 21}, headers)) == 1


def test_the_files_of_a_pull_request_are_asked_for() -> None:
    documents = made(pull_request(paths="model/**"), token="reader/key")
    happening, payload, headers = github("pull_request")
    given = of_kind(documents, "Trigger")["model-pull-request"]["spec"]["interceptors"][0]["params"]
    asked = {"enabled": True, "personalAccessToken": {"secretName": "reader", "secretKey": "key"}}
    assert {"name": "addChangedFiles", "value": asked} in given
    for files, count in (("model/net.py,README.md", 1), ("README.md", 0)):
        assert len(started(documents, happening, payload, headers, extensions={"changed_files": files})) == count


FILTERS = [
    (event.author == "ada", True),
    (event.author != "ada", False),
    (event.author.isin("eve", "ada"), True),
    (event.branch.startswith("ma", "x"), True),
    (event.branch.matches("ma.n"), True),
    (event.branch.matches("mai"), False),
    (~event.branch.matches("mai") & (event.message == "Better lips"), True),
    ((event.author == "eve") | (event.branch == "main"), True),
    (~((event.author == "eve") | (event.branch == "main")), False),
    # What is missing makes a filter false, its opposite, too; what stands beside it in `|` holds.
    (body.nothing == "x", False),
    (~(body.nothing == "x"), False),
    (body.nothing.deeper != "x", False),
    (~~(body.repository["full_name"] == "team/model"), True),
    ((body.nothing == "x") | (event.author == "ada"), True),
    (body.commits[0].modified[0] == "model/net.py", True),
    (body.commits[3].id == "x", False),
    (body["in"] == "x", False),
]


@pytest.mark.parametrize("number", range(len(FILTERS)))
def test_a_filter_holds_as_it_reads(number: int) -> None:
    meant, holds = FILTERS[number]
    assert bool(started(made(push(filter=meant)), *github("push"))) is holds


def published(**data: object) -> tuple[str, Payload, dict[str, str]]:
    return "", {"id": "v1.2", **data}, {"X-Webhook-Token": "model-webhook/secret"}


def test_a_webhook_starts_a_run_called_after_its_id() -> None:
    documents = made(webhook("published", id=body.id, filter=body.stage == "candidate", params={"steps": body.steps}))
    for url in ("/published", "/model/published/", "https://host/published?x=1"):
        runs = started(documents, *published(stage="candidate", steps=3), url=url)
        assert [(run["metadata"]["name"], params_of(run)) for run in runs] == [("model-published-v1.2", {"steps": "3"})]
    for wrong in ({"stage": "other", "steps": 3}, {"stage": "candidate"}, {"stage": "candidate", "steps": "many"}):
        assert started(documents, *published(**wrong), url="/published") == []
    for id_ in ("Upper", "a b", "", "x" * 41, "-a", {"a": 1}):
        assert started(documents, *published(id=id_, stage="candidate", steps=3), url="/published") == []
    right = published(stage="candidate", steps=3)
    assert started(documents, *right, url="/publish") == []
    assert started(documents, "", right[1], {"X-Webhook-Token": "guess"}, url="/published") == []
    assert started(documents, "", right[1], {}, url="/published") == []


def test_a_webhook_without_an_id_has_names_made_up() -> None:
    documents = made(webhook("published", params={"revision": body.id}))
    (run,) = started(documents, *published(), url="/published")
    assert run["metadata"]["generateName"] == "model-published-"
    assert "name" not in run["metadata"]


def test_an_event_that_gives_nothing_has_no_binding() -> None:
    documents = made(webhook("published", params={"revision": "dev"}))
    (run,) = started(documents, *published(), url="/published")
    assert params_of(run) == {"revision": "dev"}
    assert of_kind(documents, "TriggerBinding") == {}


def test_what_an_event_says_stays_a_param() -> None:
    documents = made(push(params={"revision": event.message}))
    text = json.dumps([each for each in documents if each["kind"] == "Task"])
    assert "$(tt." not in text
    (template,) = of_kind(documents, "TriggerTemplate").values()
    assert "message" not in json.dumps(template)
    assert template["spec"]["resourcetemplates"][0]["spec"]["params"] == [
        {"name": "revision", "value": "$(tt.params.revision)"}
    ]


def test_a_signature_is_asked_for_unless_it_is_turned_off() -> None:
    def secrets(*starts: Trigger, **settings: str) -> list[object]:
        triggers = of_kind(made(*starts, **settings), "Trigger").values()
        params = [one for each in triggers for one in each["spec"]["interceptors"][0]["params"]]
        return [each["value"] for each in params if each["name"] == "secretRef"]

    assert secrets(push(), tag(), pull_request()) == [{"secretName": "model-webhook", "secretKey": "secret"}] * 3
    assert secrets(push(), secret="hooks/key") == [{"secretName": "hooks", "secretKey": "key"}]
    assert secrets(webhook("w", id=body.id, signature="sha256")) == [
        {"secretName": "model-webhook", "secretKey": "secret"}
    ]
    assert secrets(push(verify=False)) == []


def test_rights_are_the_least() -> None:
    documents = made(push())
    rules = [rule for each in documents if each["kind"] in ("Role", "ClusterRole") for rule in each["rules"]]
    allowed = {(resource, verb) for rule in rules for resource in rule["resources"] for verb in rule["verbs"]}
    assert {each for each in allowed if each[1] not in ("get", "list", "watch")} == {("pipelineruns", "create")}
    assert not any(resource in ("secrets", "pods", "*") for resource, _ in allowed)
    more = made(push(cancel_in_progress=True))
    assert of_kind(more, "Role")["model-newest"]["rules"] == [
        {"apiGroups": ["tekton.dev"], "resources": ["pipelineruns"], "verbs": ["get", "list", "patch"]}
    ]


def test_newer_commits_end_older_runs_by_a_first_task() -> None:
    documents = made(push(cancel_in_progress=True), pull_request("main"))
    (flow,) = of_kind(documents, "Pipeline").values()
    first, second = flow["spec"]["tasks"]
    assert (first["name"], second["runAfter"]) == ("end-older-runs", ["end-older-runs"])
    (run,) = started(documents, *github("push"))
    assert run["metadata"]["annotations"]["flowdsl.dev/newest-of"] == "branch main"
    assert {"pipelineTaskName": "end-older-runs", "serviceAccountName": "model-newest"} in run["spec"]["taskRunSpecs"]
    (request,) = started(documents, *github("pull_request"))
    assert "flowdsl.dev/newest-of" not in request["metadata"].get("annotations", {})
    assert "end-older-runs" not in json.dumps(made(push()))


def test_the_listener_is_reached_by_an_ingress_or_a_route() -> None:
    given = {"host": "hooks.example.com", "tls_secret": "hooks-tls", "ingress_class": "nginx"}
    (ingress,) = of_kind(made(push(), expose="ingress", **given), "Ingress").values()
    assert ingress["spec"]["tls"] == [{"hosts": ["hooks.example.com"], "secretName": "hooks-tls"}]
    (path,) = ingress["spec"]["rules"][0]["http"]["paths"]
    assert path["backend"] == {"service": {"name": "el-model", "port": {"number": 8080}}}
    (route,) = of_kind(
        made(push(), expose="httproute", host="h.example.com", gateway="infra/public"), "HTTPRoute"
    ).values()
    assert route["spec"]["parentRefs"] == [{"name": "public", "namespace": "infra"}]
    assert [each["kind"] for each in made(push()) if each["kind"] in ("Ingress", "HTTPRoute")] == []


def test_a_listener_with_a_certificate_speaks_tls_itself() -> None:
    def variables(**options: str) -> list[Payload]:
        (listener,) = of_kind(made(push(), **options), "EventListener").values()
        pod = listener["spec"]["resources"]["kubernetesResource"]["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        assert [*pod, *container] == ["containers", "env"], "what else stands there Triggers refuses"
        found: list[Payload] = container["env"]
        return found

    wanted = [
        {"name": "TLS_CERT", "valueFrom": {"secretKeyRef": {"name": "hooks-tls", "key": "tls.crt"}}},
        {"name": "TLS_KEY", "valueFrom": {"secretKeyRef": {"name": "hooks-tls", "key": "tls.key"}}},
    ]
    assert variables(listener_tls="hooks-tls") == variables(tls="hooks-tls") == wanted
    assert variables(listener_tls="of-all", tls="hooks-tls") == wanted, "the pipeline's own goes before the project's"
    assert "resources" not in next(iter(of_kind(made(push()), "EventListener").values()))["spec"]
