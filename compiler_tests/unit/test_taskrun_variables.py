"""References of a Task, the way Tekton replaces them."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.runner.taskrun import apply
from flowdsl.runner.taskrun.files import expand
from flowdsl.runner.taskrun.merge import step_over_template
from flowdsl.runner.taskrun.variables import Table, Tables, params_table

SPECS: list[dict[str, Any]] = [
    {"name": "s", "default": "plain"},
    {"name": "from-s", "default": "<$(params.s)>"},
    {"name": "list", "type": "array", "default": ["a", "b"]},
    {"name": "thing", "type": "object", "default": {"key": "v", "other": "w"}},
    {"name": "a.b", "default": "dotted"},
]


def tables(params: list[dict[str, Any]] | None = None) -> Tables:
    return Tables([params_table(SPECS, params or []), Table({"context.taskRun.name": "run-a"})])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$(params.s)", "plain"),
        ("$(params[\"s\"]) $(params['s'])", "plain plain"),
        ("$(inputs.params.s)", "plain"),
        ("$(params.from-s)", "<plain>"),
        ("$(params.list[1])", "b"),
        ('$(params["list"][0])', "a"),
        ("$(params.thing.key)", "v"),
        ('$(params["a.b"]) $(params.a.b)', "dotted dotted"),
        ("$$(params.s)", "$plain"),  # Tekton has no escape
        ("$(unknown) $(params.nope) $(echo x)", "$(unknown) $(params.nope) $(echo x)"),
        ("$(echo $(params.s))", "$(echo plain)"),
        ("$(params.list[7])", "$(params.list[7])"),
        ("$(params.s", "$(params.s"),
    ],
)
def test_a_text(text: str, expected: str) -> None:
    assert tables().text(text) == expected


def test_a_value_is_not_looked_through_again_by_its_own_table_but_by_the_next() -> None:
    made = tables([{"name": "s", "value": "$(params.list[0]) $(context.taskRun.name)"}])
    assert made.text("$(params.s)") == "$(params.list[0]) run-a"


def test_an_array_becomes_words_only_where_it_stands_alone() -> None:
    assert tables().words("$(params.list[*])") == ["a", "b"]
    assert tables().words("$(params.list)") == ["a", "b"]
    assert tables().words("x$(params.list[*])") == ["x$(params.list[*])"]
    assert tables([{"name": "list", "value": []}]).words("$(params.list[*])") == []


def test_a_value_given_replaces_a_default_objects_key_by_key() -> None:
    made = tables([{"name": "thing", "value": {"key": "mine"}}, {"name": "list", "value": ["x"]}])
    assert made.text("$(params.thing.key) $(params.thing.other)") == "mine w"
    assert made.words("$(params.list[*])") == ["x"]


def test_a_params_value_that_is_a_whole_reference_takes_its_type() -> None:
    assert tables().value("$(params.list[*])") == ["a", "b"]
    assert tables().value("$(params.thing[*])") == {"key": "v", "other": "w"}
    assert tables().value(["$(params.list[*])", "c"]) == ["a", "b", "c"]
    assert tables().value({"k": "$(params.s)"}) == {"k": "plain"}


def test_every_field_of_a_step_that_tekton_replaces() -> None:
    reference = "$(params.s)"
    step = {
        "name": "x",
        "image": reference,
        "command": [reference, "$(params.list[*])"],
        "args": ["$(params.list[*])", reference],
        "script": reference,
        "workingDir": reference,
        "onError": reference,
        "imagePullPolicy": reference,
        "stdoutConfig": {"path": reference},
        "stderrConfig": {"path": reference},
        "env": [
            {"name": "A", "value": reference},
            {"name": "B", "valueFrom": {"secretKeyRef": {"name": reference, "key": reference}}},
            {"name": "C", "valueFrom": {"configMapKeyRef": {"name": reference, "key": reference}}},
        ],
        "envFrom": [{"prefix": reference, "secretRef": {"name": reference}}, {"configMapRef": {"name": reference}}],
        "volumeMounts": [{"name": reference, "mountPath": reference, "subPath": reference}],
        "when": [{"input": reference, "operator": "in", "values": ["$(params.list[*])", reference]}],
    }
    made = apply.step(step, tables())
    assert "$(" not in str(made)
    assert made["command"] == ["plain", "a", "b"]
    assert made["args"] == ["a", "b", "plain"]
    assert made["when"][0]["values"] == ["a", "b", "plain"]
    assert step["image"] == reference, "the given step stays as it was"


def test_an_array_as_the_input_of_when_is_json() -> None:
    made = apply.when({"input": "$(params.list[*])", "operator": "in", "values": ["x"]}, tables())
    assert made["input"] == '["a","b"]'


def test_every_field_of_a_volume_that_tekton_replaces() -> None:
    reference = "$(params.s)"
    volumes = [
        {"name": reference, "secret": {"secretName": reference, "items": [{"key": reference, "path": reference}]}},
        {"name": "c", "configMap": {"name": reference, "items": [{"key": reference, "path": reference}]}},
        {"name": "p", "persistentVolumeClaim": {"claimName": reference}},
        {"name": "j", "projected": {"sources": [{"secret": {"name": reference}}, {"configMap": {"name": reference}}]}},
    ]
    assert "$(" not in str([apply.volume(one, tables()) for one in volumes])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$(A)/$(B)", "1/2"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$1"),
        ("$(C)", "$(C)"),
        ("$A $ $", "$A $ $"),
        ("$(A", "$(A"),
        ("$()", "$()"),
        ("cost: 5$$", "cost: 5$"),
    ],
)
def test_kubernetes_expands_variables(text: str, expected: str) -> None:
    assert expand(text, {"A": "1", "B": "2"}) == expected


def test_a_step_over_its_template() -> None:
    template = {
        "image": "base",
        "command": ["sh"],
        "env": [{"name": "A", "value": "t"}, {"name": "B", "value": "t"}, {"name": "S", "valueFrom": {"x": {}}}],
        "volumeMounts": [{"name": "v", "mountPath": "/v", "readOnly": True}],
        "computeResources": {"limits": {"cpu": "1", "memory": "1Gi"}},
    }
    step = {
        "name": "s",
        "args": ["x"],
        "env": [{"name": "B", "value": "s"}, {"name": "S", "value": "now a value"}],
        "volumeMounts": [{"name": "w", "mountPath": "/w"}],
        "computeResources": {"limits": {"cpu": "2"}},
    }
    assert step_over_template(template, step) == {
        "image": "base",
        "name": "s",
        "command": ["sh"],
        "args": ["x"],
        "env": [{"name": "A", "value": "t"}, {"name": "B", "value": "s"}, {"name": "S", "value": "now a value"}],
        "volumeMounts": [{"name": "v", "mountPath": "/v", "readOnly": True}, {"name": "w", "mountPath": "/w"}],
        "computeResources": {"limits": {"cpu": "2", "memory": "1Gi"}},
    }
    assert step_over_template(None, step) == step
