"""What `max_at_once` and `keep` add to the documents of each target, and where they are refused."""

from __future__ import annotations

import pytest
from event_payloads import Payload
from read_triggers import of_kind

from flowdsl import pipeline, push, schedule, task
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.diagnostics import FlowError
from flowdsl.events.newest import without_first_task
from flowdsl.frontend.pipeline import Pipeline


def made(*targets: str, cancel: bool = False, most: int = 0, keep: int = 0) -> list[Payload]:
    @task(image="python:3.12-slim")
    def work() -> None:
        print("works")

    starts = [schedule("@daily")] if targets == ("cron",) else [push("main", cancel_in_progress=cancel)]

    @pipeline(name="model", provider="github", on=starts, max_at_once=most, keep=keep)
    def flow() -> None:
        work()

    assert isinstance(flow, Pipeline)
    return [dict(each) for each in compile_pipeline(flow, CompileOptions(events=targets, namespace="ml")).documents]


def first_of(documents: list[Payload]) -> Payload:
    first, work = of_kind(documents, "Pipeline")["model"]["spec"]["tasks"]
    assert work["runAfter"] == [first["name"]]
    return dict(first)


def verbs_of(documents: list[Payload]) -> list[str]:
    (rule,) = of_kind(documents, "Role")["model-newest"]["rules"]
    assert rule["resources"] == ["pipelineruns"]
    return list(rule["verbs"])


@pytest.mark.parametrize("target", ["triggers", "cron"])
@pytest.mark.parametrize(
    ("limits", "verbs"),
    [
        ({"most": 2}, ["get", "list"]),
        ({"keep": 20}, ["get", "list", "delete"]),
        ({"most": 1, "keep": 3}, ["get", "list", "delete"]),
    ],
)
def test_a_first_task_holds_the_limits_with_the_least_rights(
    target: str, limits: dict[str, int], verbs: list[str]
) -> None:
    documents = made(target, most=limits.get("most", 0), keep=limits.get("keep", 0))
    first = first_of(documents)
    given = {each["name"]: each["value"] for each in first["params"]}
    assert {name: int(given[name]) for name in limits if name in given} == {name: limits[name] for name in limits}
    assert verbs_of(documents) == verbs


def test_one_task_does_it_all() -> None:
    documents = made("triggers", cancel=True, most=2, keep=20)
    assert first_of(documents)["name"] == "make-room"
    assert verbs_of(documents) == ["get", "list", "patch", "delete"]


def test_where_no_cluster_is_the_pipeline_is_as_without_limits() -> None:
    limited = of_kind(made("triggers", cancel=True, most=2, keep=20), "Pipeline")["model"]
    first = first_of([limited])
    first["taskSpec"]["description"] = "What is said of it is for people."
    plain = of_kind(made("triggers"), "Pipeline")["model"]
    assert without_first_task(limited) == plain
    assert without_first_task(plain) == plain
    plain["spec"]["tasks"][0]["taskSpec"] = {"description": "Makes room for the run: mine."}
    assert without_first_task(plain) == plain, "a task of the user's stays, whatever it says"


def test_as_code_runs_are_kept_by_an_annotation() -> None:
    documents = made("pac", keep=20)
    (run,) = of_kind(documents, "PipelineRun").values()
    assert run["metadata"]["annotations"]["pipelinesascode.tekton.dev/max-keep-runs"] == "20"
    assert len(of_kind(documents, "Pipeline")["model"]["spec"]["tasks"]) == 1


@pytest.mark.parametrize(
    ("target", "limits", "code"),
    [("pac", {"most": 2}, "FLOW396"), ("triggers", {"most": -1}, "FLOW395"), ("cron", {"keep": 10_001}, "FLOW395")],
)
def test_what_is_no_limit_there_stands_at_the_pipeline(target: str, limits: dict[str, int], code: str) -> None:
    with pytest.raises(FlowError) as refused:
        made(target, most=limits.get("most", 0), keep=limits.get("keep", 0))
    found = [each for each in refused.value.diagnostics if each.severity.name == "ERROR"]
    assert [each.code for each in found] == [code]
    assert found[0].location is not None
    assert found[0].location.file.endswith("test_limit_documents.py")
