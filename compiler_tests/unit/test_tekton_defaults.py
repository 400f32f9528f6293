"""`with_defaults` says what Tekton's own SetDefaults says, and never touches what it is given."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from flowdsl.kinds.defaults import with_defaults


def task(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "tekton.dev/v1", "kind": "Task", "metadata": {"name": "t"}, "spec": spec}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"name": "a"}, "string"),
        ({"name": "a", "default": "x"}, "string"),
        ({"name": "a", "default": ["x"]}, "array"),
        ({"name": "a", "default": []}, "array"),
        ({"name": "a", "default": {"k": "v"}}, "object"),
        ({"name": "a", "properties": {"k": {}}, "default": "x"}, "object"),
        ({"name": "a", "type": "array"}, "array"),
    ],
)
def test_a_params_type_comes_from_type_then_properties_then_default(given: dict[str, Any], wanted: str) -> None:
    (param,) = with_defaults(task(params=[given]))["spec"]["params"]
    assert param["type"] == wanted
    assert all(each == {"type": "string"} for each in param.get("properties", {}).values())


def test_results_have_types_too() -> None:
    spec = with_defaults(task(results=[{"name": "a"}, {"name": "b", "properties": {"k": {}}}]))["spec"]
    assert spec["results"] == [
        {"name": "a", "type": "string"},
        {"name": "b", "properties": {"k": {"type": "string"}}, "type": "object"},
    ]


def test_a_run_of_a_pipeline() -> None:
    run = {
        "apiVersion": "tekton.dev/v1",
        "kind": "PipelineRun",
        "metadata": {"name": "r"},
        "spec": {
            "pipelineSpec": {"tasks": [{"name": "a", "taskRef": {"name": "t"}}, {"taskRef": {"resolver": "git"}}]}
        },
    }
    spec = with_defaults(run)["spec"]
    assert spec["timeouts"] == {"pipeline": "1h0m0s"}
    assert spec["taskRunTemplate"] == {"serviceAccountName": "default"}
    assert [each["taskRef"] for each in spec["pipelineSpec"]["tasks"]] == [
        {"name": "t", "kind": "Task"},
        {"resolver": "git"},
    ]


def test_a_run_of_a_task() -> None:
    run = {"apiVersion": "tekton.dev/v1", "kind": "TaskRun", "spec": {"taskRef": {"name": "t"}, "timeout": "5m"}}
    assert with_defaults(run) == {
        "apiVersion": "tekton.dev/v1",
        "kind": "TaskRun",
        "metadata": {"labels": {"app.kubernetes.io/managed-by": "tekton-pipelines"}},
        "spec": {"taskRef": {"name": "t", "kind": "Task"}, "timeout": "5m", "serviceAccountName": "default"},
    }


def test_what_says_nothing_goes_and_what_says_something_stays() -> None:
    given = task(
        description="",
        volumes=[{"name": "v", "emptyDir": {}}, {"name": "s", "secret": {"secretName": "x", "optional": False}}],
        workspaces=[{"name": "w", "optional": False, "readOnly": None}],
        steps=[{"name": "a", "image": "i", "args": [""], "env": [{"name": "E", "value": ""}], "command": []}],
        params=[{"name": "p", "default": ""}, {"name": "o", "default": {"k": ""}}],
    )
    before = copy.deepcopy(given)
    assert with_defaults(given)["spec"] == {
        "volumes": [{"name": "v", "emptyDir": {}}, {"name": "s", "secret": {"secretName": "x", "optional": False}}],
        "workspaces": [{"name": "w"}],
        "steps": [{"name": "a", "image": "i", "args": [""], "env": [{"name": "E", "value": ""}]}],
        "params": [
            {"name": "p", "default": "", "type": "string"},
            {"name": "o", "default": {"k": ""}, "type": "object"},
        ],
    }
    assert given == before


@pytest.mark.parametrize("spec", [None, [], "x", {"params": "x", "tasks": [None], "pipelineSpec": {"tasks": {}}}])
@pytest.mark.parametrize("kind", ["Task", "TaskRun", "Pipeline", "PipelineRun", "StepAction", "Other", None])
def test_wrong_shapes_are_left_to_the_checker(kind: Any, spec: Any) -> None:
    assert isinstance(with_defaults({"apiVersion": "tekton.dev/v1", "kind": kind, "spec": spec}), dict)


def test_defaulting_twice_changes_nothing() -> None:
    once = with_defaults(task(params=[{"name": "a", "default": []}], results=[{"name": "r"}]))
    assert with_defaults(once) == once
