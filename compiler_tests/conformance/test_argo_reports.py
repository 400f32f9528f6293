"""`report=`, `max_at_once=` and `keep=` with Argo Events: its Sensor gives the run what its own tasks ask for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from argo_events import SETTINGS, Sent, questions, with_argo, with_triggers
from event_payloads import SENDERS, SHA

from flowdsl import Secret, commit_status, event, pipeline, pull_request, push, tag, task, webhook
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.events.providers import PROVIDERS
from flowdsl.frontend.pipeline import Pipeline

SAID = {"flowdsl-repo": "team/model", "flowdsl-revision": SHA}
FOR = {
    "push": ("push", SAID),
    "tag": ("tag", SAID),
    "pull_request": ("pull-request", {**SAID, "flowdsl-pull-request": "7"}),
}


@task(image="python:3.12-slim")
def tell(text: str) -> str:
    return text


def compiled(provider: str, *targets: str) -> list[Any]:
    @pipeline(
        name="model",
        provider=provider,
        on=[
            push("main", cancel_in_progress=True, params={"text": event.branch}),
            tag("v*", params={"text": event.tag}),
            pull_request("main", params={"text": event.pull_request.title}),
            webhook("published", verify=False),
        ],
        report=commit_status(token=Secret("git-token", "token"), api="https://git.example.com/api", context="x"),
        max_at_once=2,
        keep=5,
    )
    def model(text: str = "none") -> str:
        return tell(text)

    assert isinstance(model, Pipeline)
    options = CompileOptions(events=targets, namespace="ml", settings=SETTINGS)
    return json.loads(json.dumps(compile_pipeline(model, options).documents))


def sent(provider: str, kind: str) -> Sent:
    if kind == "published":
        return Sent(kind, f"/{kind}", {}, {"id": 1})
    said, payload, headers = SENDERS[provider](kind)
    return Sent(kind, "/", {PROVIDERS[provider].event_header: said, **headers}, payload)


@pytest.mark.usefixtures("argo")
@pytest.mark.parametrize("provider", ["github", "gitlab", "gitea"])
def test_the_run_that_a_sensor_creates_knows_what_to_report_on(provider: str) -> None:
    made = compiled(provider, "triggers", "argo")
    for kind, (start, said) in FOR.items():
        found = with_argo(questions(made, sent(provider, kind)))
        assert found == with_triggers(made, sent(provider, kind)), kind
        params = found[start]["params"]
        assert {name: value for name, value in params.items() if name.startswith("flowdsl-")} == said, kind
    # What brings no commit gives none: the run's tasks then say that there is nothing to report.
    (found,) = with_argo(questions(made, sent(provider, "published"))).values()
    assert found["params"] == {}


@pytest.mark.parametrize("provider", ["github", "gitlab", "gitea"])
def test_the_sensor_puts_each_value_where_its_param_stands(provider: str) -> None:
    (sensor,) = [each for each in compiled(provider, "argo") if each["kind"] == "Sensor"]
    seen = []
    for each in sensor["spec"]["triggers"]:
        run = each["template"]["k8s"]["source"]["resource"]
        waiting = {param["value"] for param in run["spec"].get("params", ()) if "$(event" in param["value"]}
        for parameter in each["template"]["k8s"].get("parameters", ()):
            head, _, rest = parameter["dest"].partition("params.")
            if head == "spec.":
                place = run["spec"]["params"][int(rest.split(".")[0])]
                seen.append(place["name"])
                waiting.discard(place["value"])
        assert waiting == set(), "a run would be given the text of the template"
    assert {*SAID, "flowdsl-pull-request", "text"} == {*seen}


def test_the_accounts_of_its_own_tasks_are_there_with_the_least_rights() -> None:
    made = compiled("github", "argo")
    rules = {each["metadata"]["name"]: each["rules"] for each in made if each["kind"] == "Role"}
    may = {name: {verb for rule in found for verb in rule["verbs"]} for name, found in rules.items()}
    assert may == {"model-sensor": {"create"}, "model-newest": {"get", "list", "patch", "delete"}}
    assert {each["metadata"]["name"] for each in made if each["kind"] == "ServiceAccount"} == {*may, "model-report"}
    assert {tuple(rule["resources"]) for found in rules.values() for rule in found} == {("pipelineruns",)}
    # The run says under which account each of those tasks goes.
    (sensor,) = [each for each in made if each["kind"] == "Sensor"]
    for each in sensor["spec"]["triggers"]:
        spec = each["template"]["k8s"]["source"]["resource"]["spec"]
        accounts = {one["pipelineTaskName"]: one["serviceAccountName"] for one in spec["taskRunSpecs"]}
        assert accounts == {
            "make-room": "model-newest",
            "report-start": "model-report",
            "report-values": "model-report",
            "report-end": "model-report",
        }
