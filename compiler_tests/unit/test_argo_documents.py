"""What `--events argo` writes: what hears, what starts a run of it, and under which account."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl import Pipeline, Secret, bucket, event, pipeline, pull_request, push, schedule, task, webhook
from flowdsl.check.examine import Given, examine_set
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.events.patterns import lua_patterns
from flowdsl.ir.events import Schedule, Trigger
from flowdsl.ir.settings import EventSettings, Settings


@task(image="python:3.12-slim")
def show(version: str, size: int) -> None:
    print(version, size)


def made(
    *on: Trigger | Schedule, provider: Any = "github", targets: tuple[str, ...] = ("argo",), **settings: Any
) -> Any:
    @pipeline(name="model", provider=provider, on=[*on])
    def model(version: str = "dev", size: int = 0) -> None:
        show(version, size)

    assert isinstance(model, Pipeline)
    events = EventSettings(**{"repositories": ("team/model",), "token": "api/token", **settings})
    options = CompileOptions(events=targets, namespace="ml", settings=Settings(events=events))
    return compile_pipeline(model, options).documents


def named(documents: Any, kind: str) -> dict[str, Any]:
    return {each["metadata"]["name"]: each for each in documents if each["kind"] == kind}


GIT = push("main", params={"version": event.short_sha})
ALL = (
    GIT,
    pull_request("main", cancel_in_progress=True),
    webhook("published"),
    schedule("@daily", timezone="Asia/Shanghai"),
    bucket("weights", endpoint="minio:9000", prefix="sonic/", params={"version": event.key, "size": event.size}),
)


def test_lint_finds_nothing_in_what_is_written() -> None:
    documents = made(*ALL)
    found = examine_set([Given(each) for each in documents], strict=True)
    found = [each for each in found if each.data["kind"] in ("EventSource", "Sensor")]
    assert len(found) == 3
    assert [str(item.message) for each in found for item in each.findings] == []


def test_what_is_replaced_in_two_ways_stands_in_two_sources() -> None:
    sources = named(made(*ALL), "EventSource")
    assert {name: {*each["spec"]} - {"service"} for name, each in sources.items()} == {
        "model": {"webhook", "github"},
        "model-watch": {"calendar", "minio"},
    }


def test_senders_prove_themselves() -> None:
    spec = named(made(GIT, webhook("published", secret=Secret("own", "token"))), "EventSource")["model"]["spec"]
    assert spec["github"]["git"]["webhookSecret"] == {"name": "model-webhook", "key": "secret"}
    assert spec["webhook"]["published"]["authSecret"] == {"name": "own", "key": "token"}


@pytest.mark.parametrize(("provider", "secret"), [("gitlab", "secretToken"), ("gitea", "webhookSecret")])
def test_other_providers(provider: str, secret: str) -> None:
    spec = named(made(GIT, provider=provider), "EventSource")["model"]["spec"]
    (source,) = (each["git"] for name, each in spec.items() if name != "service")
    assert source[secret] == {"name": "model-webhook", "key": "secret"}


def test_the_sensor_may_create_runs_and_nothing_else() -> None:
    documents = made(GIT)
    roles = named(documents, "Role")
    assert [(each["resources"], each["verbs"]) for each in roles["model-sensor"]["rules"]] == [
        (["pipelineruns"], ["create"])
    ]
    assert named(documents, "Sensor")["model"]["spec"]["template"] == {"serviceAccountName": "model-sensor"}


def test_a_time_has_no_words_and_cron_keeps_its_own() -> None:
    daily = schedule("@daily", timezone="Asia/Shanghai")
    calendar = named(made(daily), "EventSource")["model-watch"]["spec"]["calendar"]
    assert calendar == {"schedule": {"schedule": "0 0 * * *", "timezone": "Asia/Shanghai"}}
    both = made(daily, GIT, targets=("argo", "cron"))
    assert [*named(both, "EventSource")] == ["model"]
    assert [*named(both, "CronJob")] == ["model-schedule"]
    assert [each["name"] for each in named(both, "Sensor")["model"]["spec"]["dependencies"]] == ["push"]


def test_each_bucket_is_heard_by_itself() -> None:
    """No event is of two buckets: what one waits for leaves nothing out of the other."""
    first, other = bucket("weights", endpoint="m:9000"), bucket("data", name="data", endpoint="m:9000")
    (alone,) = named(made(other), "Sensor")["model"]["spec"]["dependencies"]
    assert named(made(first, other), "Sensor")["model"]["spec"]["dependencies"][1] == alone


def test_params_go_where_they_stand_in_the_run() -> None:
    (trigger,) = named(made(ALL[-1]), "Sensor")["model"]["spec"]["triggers"]
    k8s = trigger["template"]["k8s"]
    run = k8s["source"]["resource"]
    assert [each["name"] for each in run["spec"]["params"]] == ["version", "size"]
    assert "name" not in run["metadata"]
    assert [each["dest"] for each in k8s["parameters"]] == [
        "spec.params.0.value",
        "spec.params.1.value",
        "metadata.name",
    ]


def test_a_source_with_a_certificate_speaks_tls_itself() -> None:
    spec = named(made(*ALL, listener_tls="hooks-tls"), "EventSource")["model"]["spec"]
    found = [spec["github"]["git"]["webhook"], spec["webhook"]["published"]]
    assert [(each["serverCertSecret"], each["serverKeySecret"]) for each in found] == [
        ({"name": "hooks-tls", "key": "tls.crt"}, {"name": "hooks-tls", "key": "tls.key"})
    ] * 2


@pytest.mark.parametrize(("provider", "kind"), [("github", "github"), ("gitea", "github"), ("bitbucket", "bitbucket")])
def test_a_source_names_a_repository_where_the_project_names_none(provider: str, kind: str) -> None:
    """Its controller asks for one, and looks it up to make webhooks alone."""
    documents = made(push("main", verify=provider != "bitbucket"), provider=provider, repositories=())
    (repository,) = named(documents, "EventSource")["model"]["spec"][kind]["git"]["repositories"]
    assert repository == {"owner": "any", **({"repositorySlug": "any"} if kind == "bitbucket" else {"names": ["any"]})}
    found = examine_set([Given(each) for each in documents], strict=True)
    told = [item.code for each in found if each.data["kind"] == "EventSource" for item in each.findings]
    assert told == (["FLOW290"] if provider == "bitbucket" else []), "nothing checks Bitbucket's signatures there"


@pytest.mark.parametrize("expose", ["ingress", "httproute"])
def test_what_is_exposed_is_the_service_of_the_source(expose: str) -> None:
    documents = made(GIT, expose=expose, host="h.example.com", gateway="infra/public")
    (route,) = [each for each in documents if each["kind"] in ("Ingress", "HTTPRoute")]
    assert "model-eventsource-svc" in str(route["spec"])
    assert "12000" in str(route["spec"])


PATTERNS = {
    "^a.b$": ["^a[^\n]b$"],
    "^(?:.*/)?x[.]py$": ["^[^\n]*/x[%.]py$", "^x[%.]py$"],
    "^[^/]{2,3}$": ["^[^/][^/][^/]?$"],
    r"^\d+\.\w*$": ["^[0-9]+%.[0-9A-Za-z_]*$"],
    "a|b": ["a", "b"],
    "^(ab)+$": None,
    "a*?": None,
    "a{2000}": None,
    "(?i)a": None,
    "é": None,
    r"\bword": None,
    "x^y": None,
    "[[:alpha:]]": None,
    "(a": None,
    "a)": None,
    "[]a]": None,
}


@pytest.mark.parametrize("regex", PATTERNS)
def test_patterns(regex: str) -> None:
    assert lua_patterns(regex) == PATTERNS[regex]
