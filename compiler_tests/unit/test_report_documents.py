"""What `report=` adds to the documents that an event starts."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from event_payloads import SENDERS, SHA, Payload
from read_triggers import of_kind, started

from flowdsl import Secret, commit_status, event, pipeline, pull_request, push, schedule, tag, task
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.options import Provider

TOKEN = Secret("git-token", "token")


class Scores(NamedTuple):
    lse_d: float
    clip: str
    names: list[str]


def made(
    provider: Provider = "github",
    targets: tuple[str, ...] = ("triggers", "cron"),
    scheduled: bool = True,
    **options: object,
) -> list[Payload]:
    @task(image="python:3.12-slim")
    def measure(revision: str) -> Scores:
        return Scores(7.5, f"https://clips.example/{revision}.mp4", [])

    starts = [push("main", params={"revision": event.revision}), pull_request("main"), tag()]
    clock = [schedule("@daily")] if scheduled else []
    api = "https://git.example/api/v1"
    report = commit_status(token=TOKEN, api=api, **options)  # type: ignore[arg-type]

    @pipeline(name="model", provider=provider, on=[*starts, *clock], report=report)
    def flow(revision: str = "main") -> Scores:
        scores = measure(revision)
        return Scores(scores.lse_d, scores.clip, scores.names)

    assert isinstance(flow, Pipeline)
    return [dict(each) for each in compile_pipeline(flow, CompileOptions(events=targets, namespace="ml")).documents]


def tasks_of(documents: list[Payload]) -> dict[str, Payload]:
    spec = of_kind(documents, "Pipeline")["model"]["spec"]
    return {each["name"]: each for each in (*spec["tasks"], *spec.get("finally", ()))}


def arguments(node: Payload) -> dict[str, str]:
    return {each["name"]: each["value"] for each in node["params"]}


@pytest.mark.parametrize("provider", ["github", "gitlab", "gitea", "bitbucket", "bitbucket-server"])
def test_the_run_of_an_event_knows_its_commit_and_its_pull_request(provider: Provider) -> None:
    documents = made(provider, link="https://t.example/{run}")
    for kind, number in (("push", None), ("tag", None), ("pull_request", "7")):
        (run,) = started(documents, *SENDERS[provider](kind))
        params = {each["name"]: each["value"] for each in run["spec"]["params"]}
        found = [params.get(f"flowdsl-{name}") for name in ("repo", "revision", "pull-request")]
        repo = "TEAM/model" if provider == "bitbucket-server" else "team/model"
        # A commit of twelve characters is all that Bitbucket Cloud says of a pull request's.
        revision = SHA[:12] if (provider, kind) == ("bitbucket", "pull_request") else SHA
        assert found == [repo, revision, number]


def test_three_tasks_tell_the_beginning_the_values_and_the_end() -> None:
    documents = made(context="sonic", link="https://t.example/{namespace}/{run}", baseline={"lse_d": 7.9})
    tasks = tasks_of(documents)
    assert [*tasks] == ["measure", "report-start", "report-values", "report-end"]
    begin, values, end = (arguments(tasks[f"report-{each}"]) for each in ("start", "values", "end"))
    assert begin["link"] == "https://t.example/$(context.pipelineRun.namespace)/$(context.pipelineRun.name)"
    assert begin["context"] == "sonic"
    assert values["names"] == '["lse_d", "clip"]', "a list is no value of a table"
    assert values["value-0"] == "$(tasks.measure.results.lse_d)"
    assert values["baseline"] == '{"lse_d": 7.9}'
    assert end["state"] == "$(tasks.status)"
    assert "report-end" in [each["name"] for each in of_kind(documents, "Pipeline")["model"]["spec"]["finally"]]


def test_they_have_the_token_and_no_rights() -> None:
    documents = made()
    step = of_kind(documents, "Task")["model-report"]["spec"]["steps"][0]
    reference = {"name": "git-token", "key": "token", "optional": True}
    assert [each for each in step["env"] if each["name"] == "TOKEN"] == [
        {"name": "TOKEN", "valueFrom": {"secretKeyRef": reference}}
    ]
    assert "$(params" not in step["script"]
    assert of_kind(documents, "ServiceAccount")["model-report"]["automountServiceAccountToken"] is False
    assert "model-report" not in of_kind(documents, "Role")
    (run, *_) = started(documents, *SENDERS["github"]("push"))
    accounts = {each["pipelineTaskName"]: each["serviceAccountName"] for each in run["spec"]["taskRunSpecs"]}
    assert accounts == {f"report-{each}": "model-report" for each in ("start", "values", "end")}


def test_without_a_comment_the_pull_request_is_none_of_its_business() -> None:
    documents = made(comment=False)
    assert [*tasks_of(documents)] == ["measure", "report-start", "report-end"]
    (run,) = started(documents, *SENDERS["github"]("pull_request"))
    assert "flowdsl-pull-request" not in {each["name"] for each in run["spec"]["params"]}


def test_as_code_there_is_no_account_to_create() -> None:
    documents = made(targets=("pac", "cron"))
    assert "model-report" in of_kind(documents, "ServiceAccount")
    alone = made(targets=("pac",), scheduled=False)
    assert [*tasks_of(alone)][1:] == ["report-start", "report-values", "report-end"]
    assert of_kind(alone, "ServiceAccount") == {}
    assert "model-report" not in str([*of_kind(alone, "PipelineRun").values()])


def test_a_pipeline_that_nothing_starts_reports_nothing() -> None:
    documents = made(targets=())
    assert [*tasks_of(documents)] == ["measure"]
    assert "report" not in str([*of_kind(documents, "Task"), *of_kind(documents, "ServiceAccount")])
