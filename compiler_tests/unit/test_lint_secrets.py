"""Credentials in documents: by shape anywhere, by name, and never where a value is the name of a Secret."""

from __future__ import annotations

import pytest
from lint_support import STEPS, document, told

USES = {
    "env": "env: [{name: X, valueFrom: {secretKeyRef: {name: $(params.api-token), key: k}}}]",
    "key": "env: [{name: X, valueFrom: {secretKeyRef: {name: s, key: $(params.api-token)}}}]",
    "envFrom": "envFrom: [{secretRef: {name: $(params.api-token)}}]",
    "text": "env: [{name: X, value: $(params.api-token)}]",
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("how", ["default", "run", "pipeline", "cluster", "handed on"])
def test_a_name_that_goes_to_a_secret_is_none(use: str, how: str) -> None:
    default = ", default: rox45secrets" if how == "default" else ""
    task = document(
        "Task",
        "t",
        f"  params: [{{name: api-token{default}}}]\n  steps: [{{name: s, image: 'a:1', command: [ls], {USES[use]}}}]",
    )
    given = "params: [{name: api-token, value: rox45secrets}]"
    others = {
        "default": "",
        "run": document("TaskRun", "r", f"  taskRef: {{name: t}}\n  {given}"),
        "pipeline": document("Pipeline", "p", f"  tasks: [{{name: a, taskRef: {{name: t}}, {given}}}]"),
        "cluster": document(
            "Pipeline", "p", f"  tasks: [{{name: a, taskRef: {{name: t, kind: ClusterTask}}, {given}}}]"
        ),
        "handed on": document(
            "Pipeline",
            "p",
            "  params: [{name: my-token, default: rox45secrets}]\n"
            "  tasks: [{name: a, taskRef: {name: t}, params: [{name: api-token, value: $(params.my-token)}]}]",
        )
        + "---\n"
        + document("PipelineRun", "r", "  pipelineRef: {name: p}\n  params: [{name: my-token, value: rox45secrets}]"),
    }
    found = told({"x.yaml": task, "y.yaml": others[how]} if others[how] else {"x.yaml": task}, "FLOW321")
    assert bool(found) is (use == "text")


TOKEN = "ghp_" + "a1B2" * 9


@pytest.mark.parametrize(
    "spec",
    [
        f"  steps: [{{name: s, image: 'a:1', script: 'curl -u x:{TOKEN} https://a.example'}}]",
        f"  steps: [{{name: s, image: 'a:1', args: [--token, {TOKEN}]}}]",
        f"  steps: [{{name: s, image: 'a:1', command: [ls], env: [{{name: NOTE, value: {TOKEN}}}]}}]",
        "  steps: [{name: s, image: 'a:1', script: 'export DB_PASSWORD=hunter22; psql'}]",
        "  steps: [{name: s, image: 'a:1', script: 'client_secret=\"hunter22\"'}]",
        f"  description: use {TOKEN}\n  steps: [{{name: s, image: 'a:1', command: [ls]}}]",
        f"  params: [{{name: conf, type: object, properties: {{a: {{}}}}, default: {{a: {TOKEN}}}}}]\n{STEPS}",
        f"  params: [{{name: all, type: array, default: [{TOKEN}]}}]\n{STEPS}",
    ],
)
def test_a_token_is_told_once_wherever_it_stands(spec: str) -> None:
    assert told({"x.yaml": document("Task", "t", spec)}, "FLOW321") == [("x.yaml", "FLOW321")]


@pytest.mark.parametrize(
    ("kind", "data", "wrong"),
    [
        ("ConfigMap", "{db.password: hunter22}", True),
        ("ConfigMap", f"{{config.yaml: 'token is {TOKEN}'}}", True),
        ("ConfigMap", "{db.password: $(params.p), token_url: 'https://a.example/token'}", False),
        ("Secret", "{db.password: aHVudGVyMjI=}", False),
    ],
)
def test_a_config_map_holds_no_credential(kind: str, data: str, wrong: bool) -> None:
    text = f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: c}}\ndata: {data}\n"
    assert bool(told({"x.yaml": text}, "FLOW321")) is wrong


@pytest.mark.parametrize(
    "line",
    [
        "TOKEN=$(cat /run/token)",
        "API_TOKEN=`get it`",
        "token=get_token",
        'password = os.getenv("PASSWORD")',
        "api_key=api_key,",
        "PASSWORD=",
        "export PASSWORD",
        'PASSWORD="$1"',
        "DB_PASSWORD=${DB_PASSWORD:-}",
        "TOKEN_FILE=/run/token",
    ],
)
def test_what_a_script_fetches_is_no_credential(line: str) -> None:
    spec = f"  steps:\n  - name: s\n    image: 'a:1'\n    script: |\n      {line}\n"
    assert told({"x.yaml": document("Task", "t", spec)}, "FLOW321") == []
