"""One document gets one verdict, whichever way it comes to the checks: lint, the library, --jsonl, import, a compile."""

from __future__ import annotations

import json
from typing import Any

import pytest

import flowdsl
from flowdsl import raw
from flowdsl.check.examine import examine
from flowdsl.diagnostics import Finding, FlowError, Severity
from flowdsl.importer.documents import load_documents
from flowdsl.linter.engine import Options, lint_sources
from flowdsl.linter.jsonl import check_line
from flowdsl.linter.select import Selection
from flowdsl.yamlread.sources import Source

EVERYTHING = Options(selection=Selection(select=("ALL",)))
STEP = {"name": "s", "image": "alpine:3.20", "command": ["echo"], "computeResources": {"requests": {"cpu": "1"}}}


def document(kind: str, spec: dict[str, Any], version: str = "tekton.dev/v1") -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}, "spec": spec}


def task(**step: Any) -> dict[str, Any]:
    return document("Task", {"steps": [{**STEP, **step}]})


DOCUMENTS = {
    "nothing": task(),
    "a misspelt field": task(comand=["x"]),
    "a field in another case": task(workingdir="/w"),
    "a value of a wrong type": task(args="x"),
    "a number for text": task(args=["x", 1]),
    "no image": document("Task", {"steps": [{"name": "s"}]}),
    "refers to nothing": task(args=["$(params.none)"]),
    "a list that is one text": document(
        "Task", {"params": [{"name": "p", "default": ["a", 1]}], "steps": [{**STEP, "args": ["$(params.p)"]}]}
    ),
    "pasted into a script": document(
        "Task",
        {
            "params": [{"name": "p", "type": "string"}],
            "steps": [{"name": "s", "image": "alpine:3.20", "script": "#!/bin/sh\necho $(params.p)\n"}],
        },
    ),
    "a path out of its volume": document(
        "Task",
        {
            "volumes": [{"name": "v", "emptyDir": {}}],
            "steps": [{**STEP, "volumeMounts": [{"name": "v", "mountPath": "/v", "subPath": "../up"}]}],
        },
    ),
    "a circle": document(
        "Pipeline",
        {
            "tasks": [
                {"name": "a", "taskRef": {"name": "t"}, "runAfter": ["b"]},
                {"name": "b", "taskRef": {"name": "t"}, "runAfter": ["a"]},
            ]
        },
    ),
    "a run of nothing": document("PipelineRun", {}),
    "an alpha feature": document("Pipeline", {"tasks": [{"name": "a", "pipelineSpec": {"tasks": []}}]}),
    "an older version": document(
        "Task", {"steps": [{"name": "s", "image": "alpine:3.20", "resources": {}}]}, "tekton.dev/v1beta1"
    ),
    "without a counterpart": document("TaskRun", {"taskRef": {"name": "t", "bundle": "r/b"}}, "tekton.dev/v1beta1"),
    "no such kind": document("Taks", {}),
    "another kind of Tekton": document("CustomRun", {}, "tekton.dev/v1beta1"),
    "no base64": {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "data": {"k": "no base64!"}},
    "a credential": {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "x"},
        "data": {"DB_PASSWORD": "Xk29-fleet-harbor"},
    },
    "nobody's": {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}, "spec": {}},
}


def codes(findings: Any) -> list[str]:
    return sorted(each.code for each in findings)


def errors(findings: list[Finding] | tuple[Finding, ...]) -> list[str]:
    return codes(each for each in findings if each.severity is Severity.ERROR)


def by_lint(data: dict[str, Any]) -> list[str]:
    # Of JSON, so that nothing is written otherwise than it is meant (FLOW330 is of YAML's text alone).
    (found,) = lint_sources([Source("x.json", json.dumps(data))], EVERYTHING)
    return codes(found.shown)


def compiled(data: dict[str, Any]) -> list[str]:
    try:
        flowdsl.compile(flowdsl.manifest(raw(data)))
    except FlowError as error:
        return errors(error.diagnostics)
    return []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_lint_the_library_and_jsonl_find_the_same(name: str) -> None:
    data = DOCUMENTS[name]
    found = by_lint(data)
    assert codes(each for one in flowdsl.lint([data], select=["ALL"]) for each in one.shown) == found
    line = json.loads(check_line(json.dumps({"id": name, "doc": data}).encode(), EVERYTHING))
    assert sorted(each["code"] for each in line["findings"]) == found
    # What stands between documents is not the door's for one; here each stands alone.
    assert codes(examine(data).findings) == found
    (verdict,) = {line["accepted"], examine(data).accepted, *(one.accepted for one in flowdsl.lint([data]))}
    assert verdict == (name in ACCEPTED)


ACCEPTED = {
    "nothing",
    "a field in another case",
    "a number for text",
    "a list that is one text",
    "pasted into a script",
    "a path out of its volume",
    "an older version",
    "no base64",
    "a credential",
    "nobody's",
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_import_refuses_what_admission_does(name: str) -> None:
    data = DOCUMENTS[name]
    _, told = load_documents([Source("x.json", json.dumps(data))])
    assert errors(told) == errors(examine(data).findings)


@pytest.mark.parametrize("name", [name for name, data in DOCUMENTS.items() if data["apiVersion"] == "tekton.dev/v1"])
def test_a_compile_refuses_what_admission_or_kubernetes_does(name: str) -> None:
    data = DOCUMENTS[name]
    assert compiled(data) == errors(examine(data, strict=True).findings)
