"""Tasks that differ in options alone come back as one function and uses of it, equal to the last field."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl import Secret, Task, pipeline, task
from flowdsl.compiler import compile_pipeline
from flowdsl.importer.module import write_module
from flowdsl.library.importing import faithful_module
from flowdsl.library.importing_tried import differing

SCRIPT = "echo one\necho two\n"


def made(name: str, step: dict[str, Any], **meta: Any) -> dict[str, Any]:
    return {
        "apiVersion": "tekton.dev/v1",
        "kind": "Task",
        "metadata": {"name": name, **meta},
        "spec": {"steps": [{"name": "work", "image": "a", "script": SCRIPT, **step}]},
    }


def module(*documents: Any) -> str:
    written = write_module(documents)
    assert differing(written.text, documents) == [], written.text
    assert written.kept == ()
    return written.text


def env(**values: str | None) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} if value is not None else {"name": name} for name, value in values.items()]


FROM_SECRET = {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
LIMITS = {"limits": {"memory": "1Gi"}, "requests": {"memory": "500Mi"}}
GPU = {"limits": {"nvidia.com/gpu": "2"}, "requests": {"nvidia.com/gpu": "2"}}
ALIKE: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "image": ({}, {"image": "b"}, 'image="b"'),
    "no image": ({}, {"image": None}, 'image=""'),
    "nothing": ({}, {}, 'one.with_options(variant="two")'),
    "memory": ({}, {"computeResources": LIMITS}, 'memory="500Mi..1Gi"'),
    "less": ({"computeResources": LIMITS}, {}, 'memory=""'),
    "gpu": ({}, {"computeResources": GPU}, "gpu=2"),
    "no gpu": ({"computeResources": GPU}, {}, "gpu=0"),
    "new variable": ({"env": env(A="1")}, {"env": env(A="1", B="2")}, 'env={"B": "2"}'),
    "variable between": ({"env": env(A="1", C="3")}, {"env": env(A="1", B="2", C="3")}, 'env={"B": "2", "C": "3"}'),
    "other value": ({"env": env(A="1", B="2")}, {"env": env(A="1", B="3")}, 'env={"B": "3"}'),
    "without value": ({"env": env(A="1")}, {"env": env(A=None)}, 'env={"A": None}'),
    "secret": ({}, {"env": [FROM_SECRET]}, 'env={"KEY": Secret("s", "k")}'),
    "labels": ({}, {"labels": {"team": "x"}}, 'labels={"team": "x"}'),
}
APART: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "script": ({}, {"script": "echo three\n"}),
    "order of variables": ({"env": env(A="1", B="2")}, {"env": env(B="2", A="1")}),
    "one each": ({"env": env(A="1")}, {"env": env(B="1")}),
    "other resources": ({}, {"computeResources": {"limits": {"ephemeral-storage": "1Gi"}}}),
    "working dir": ({}, {"workingDir": "/x"}),
    "variable twice": ({"env": env(A="1")}, {"env": env(A="1") + env(A="2")}),
}


def pair(one: dict[str, Any], other: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for name, step in (("one", one), ("two", other)):
        own = {field: value for field, value in step.items() if field != "labels"}
        document = made(name, own, **{"labels": step["labels"]} if "labels" in step else {})
        (inner,) = document["spec"]["steps"]
        document["spec"]["steps"] = [{field: value for field, value in inner.items() if value is not None}]
        found.append(document)
    return found


@pytest.mark.parametrize(("one", "other", "said"), ALIKE.values(), ids=list(ALIKE))
def test_a_task_that_differs_in_options_is_a_use(one: dict[str, Any], other: dict[str, Any], said: str) -> None:
    template = {"stepTemplate": {"image": "t"}}
    documents = [each | {"spec": each["spec"] | template} for each in pair(one, other)]
    text = module(*documents)
    assert text.count("@task(") == 1
    assert said in " ".join(text.split()).replace(", )", ")")


@pytest.mark.parametrize(("one", "other"), APART.values(), ids=list(APART))
def test_what_is_more_than_options_is_a_task_of_its_own(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert module(*pair(one, other)).count("@task(") == 2


def test_images_without_a_program_are_tasks_of_their_own() -> None:
    bare = [
        {**each, "spec": {"steps": [{"image": each["metadata"]["name"]}]}}
        for each in (made("one", {}), made("two", {}))
    ]
    assert module(*bare).count("@task(") == 2


def embedded(name: str, **step: Any) -> dict[str, Any]:
    return {"name": name, "taskSpec": made(name, step)["spec"]}


def flow(*tasks: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "tekton.dev/v1",
        "kind": "Pipeline",
        "metadata": {"name": "flow"},
        "spec": {"tasks": list(tasks)},
    }


def test_embedded_tasks_that_differ_in_options_are_one_function() -> None:
    again = {**embedded("again"), "retries": 2, "timeout": "5m"}
    labelled = embedded("labelled")
    labelled["taskSpec"] = {**labelled["taskSpec"], "metadata": {"labels": {"a": "b"}}}
    text = module(flow(embedded("first"), embedded("second", image="b"), again, labelled))
    assert text.count("@task(") == 1
    assert 'first.with_options(name="second", image="b")()' in text
    assert 'first.with_options(name="again", retries=2, timeout="5m")()' in text
    assert 'first.with_options(name="labelled", labels={"a": "b"})()' in text


def test_a_task_is_called_by_the_name_of_its_use() -> None:
    calls = [{"name": "one", "taskRef": {"name": "one"}}, {"name": "big", "taskRef": {"name": "two"}}]
    text = module(*pair({}, {"image": "b"}), flow(*calls))
    assert 'two.with_options(name="big")()' in text


def test_of_what_stands_as_it_is_there_are_no_uses() -> None:
    one, two = pair({}, {"image": "b"})
    written = write_module([one, two], as_raw={0: "because"})
    assert differing(written.text, (one, two)) == []
    assert "with_options" not in written.text


def plain_tasks() -> list[Task[..., Any]]:
    def train(rows: int, rate: float = 0.5) -> float:
        return rows * rate

    base = task(image="python:3.12-slim", memory="2Gi", env={"A": "1"})(train)
    return [
        base.with_options(memory="8Gi", gpu=2),
        base,
        base.with_options(env={"MODE": "big"}),
        base.with_options(image="python:3.13-slim", labels={"team": "x"}),
        base.with_options(env={"N": 3, "KEY": Secret("s", "k")}),
        base.with_options(variant="train-own", cpu="4..8", annotations={"note": "x"}),
        base.with_options(memory="4Gi"),
    ]


@pytest.mark.parametrize("dropped", [False, True])
def test_what_with_options_made_comes_back_as_with_options(dropped: bool) -> None:
    """Also where the task itself is not among the documents: then the uses are of the first."""

    @pipeline
    def flow() -> None:
        for each in plain_tasks()[::6] if dropped else plain_tasks():
            each(1)

    documents = tuple(each for each in compile_pipeline(flow).documents if each["kind"] != "PipelineRun")
    text = faithful_module(documents).text
    assert differing(text, documents) == []
    assert text.count("@task(") == 1
    assert "raw(" not in text
    assert ('train.with_options(memory="8Gi", gpu=2)' in text) is not dropped
    assert ('variant="train-memory-4gi"' in text) is dropped
