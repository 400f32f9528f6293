"""Lint of Argo Events' kinds: told where an event would come to nothing, quiet where it would not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lint_support import told

CODES = tuple(f"FLOW{number}" for number in range(280, 292))
SECRET = {"name": "hook", "key": "secret"}
RUN = {
    "apiVersion": "tekton.dev/v1",
    "kind": "PipelineRun",
    "metadata": {"generateName": "r-"},
    "spec": {"pipelineRef": {"name": "p"}},
}
CREATES = {"source": {"resource": RUN}}


def document(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": {"name": "sonic"}, "spec": spec}


def source(**more: Any) -> dict[str, Any]:
    webhook = {"push": {"endpoint": "/push", "port": "12000", "authSecret": SECRET}}
    return document("EventSource", more or {"webhook": webhook})


def dependency(**more: Any) -> dict[str, Any]:
    return {"name": "push", "eventSourceName": "sonic", "eventName": "push", **more}


def sensor(*triggers: dict[str, Any], depends: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    made = [{"template": {"name": "run", **each}} for each in triggers or ({"k8s": CREATES},)]
    return document("Sensor", {"dependencies": depends or [dependency()], "triggers": made})


def filtered(**filters: Any) -> dict[str, Any]:
    return sensor(depends=[dependency(filters=filters)])


def data(kind: str, *values: str, path: str = "body.x", **more: Any) -> dict[str, Any]:
    return filtered(data=[{"path": path, "type": kind, "value": [*values], **more}])


def given(dest: str = "spec.a", **src: Any) -> dict[str, Any]:
    parameter = {"src": {"dependencyName": "push", **src}, "dest": dest}
    return sensor({"k8s": {**CREATES, "parameters": [parameter]}})


def reset(cron: str) -> dict[str, Any]:
    return sensor({"k8s": CREATES, "conditionsReset": [{"byTime": {"cron": cron}}]})


TOLD: list[tuple[str, list[dict[str, Any]]]] = [
    ("FLOW280", [document("Sensor", {"triggers": [{"template": {"name": "run", "k8s": CREATES}}]})]),
    ("FLOW280", [document("Sensor", {"dependencies": [dependency()]})]),
    ("FLOW280", [sensor({"k8s": CREATES}, {"k8s": CREATES})]),
    ("FLOW280", [sensor(depends=[dependency(filtersLogicalOperator="xor")])]),
    ("FLOW281", [data("string", "x", comparator="==")]),
    ("FLOW281", [data("string")]),
    ("FLOW281", [filtered(time={"start": "02:00:00", "stop": "02:00:00"})]),
    ("FLOW281", [filtered(context={})]),
    ("FLOW282", [sensor({"k8s": {"operation": "create"}})]),
    ("FLOW282", [sensor({"k8s": {**CREATES, "operation": "made"}})]),
    ("FLOW282", [given(dest="")]),
    ("FLOW282", [reset("@daily")]),
    ("FLOW282", [reset("TZ=Mars/North 0 0 * * *")]),
    ("FLOW283", [source(calendar={"nightly": {}})]),
    ("FLOW283", [source(calendar={"nightly": {"schedule": "@daily"}})]),
    ("FLOW283", [source(calendar={"nightly": {"schedule": "99 * * * *"}})]),
    ("FLOW283", [source(calendar={"nightly": {"schedule": "TZ=Mars/North 0 0 * * *"}})]),
    ("FLOW283", [source(calendar={"nightly": {"interval": "often"}})]),
    ("FLOW283", [source(calendar={"a": {"interval": "1s"}}, webhook={"a": {"endpoint": "/a", "port": "1"}})]),
    ("FLOW283", [source(sqs={"a": {"region": "r", "queue": "q"}}, mns={"a": {"queue": "q", "endpoint": "e"}})]),
    ("FLOW284", [document("EventBus", {})]),
    ("FLOW284", [document("EventBus", {"jetstream": {"version": "latest", "replicas": 2}})]),
    ("FLOW285", [given(dependencyName="pull")]),
    ("FLOW285", [sensor({"k8s": CREATES, "conditions": "push || pull"})]),
    ("FLOW285", [sensor(depends=[dependency(), dependency(eventName="other")])]),
    ("FLOW286", [source(), sensor(depends=[dependency(eventName="psuh")])]),
    ("FLOW286", [source(), sensor(depends=[dependency(eventSourceName="other")])]),
    ("FLOW287", [source(), given(dataKey="payload.x")]),
    ("FLOW287", [source(), data("string", "x", path="headers.x")]),
    ("FLOW287", [given(contextKey="data")]),
    ("FLOW288", [data("number", "many")]),
    ("FLOW288", [data("bool", "yes")]),
    ("FLOW288", [data("string", "(")]),
    ("FLOW288", [data("integer", "1")]),
    ("FLOW288", [data("string", "a", comparator="<")]),
    ("FLOW288", [filtered(script="local x = event.body")]),
    ("FLOW289", [sensor({})]),
    ("FLOW289", [sensor({"k8s": CREATES, "log": {}})]),
    ("FLOW289", [sensor({"k8s": {"source": {}}})]),
    ("FLOW289", [sensor({"k8s": {"source": {"resource": RUN, "inline": "x"}}})]),
    ("FLOW289", [sensor({"k8s": {"source": {"resource": {"kind": "PipelineRun"}}}})]),
    ("FLOW290", [source(webhook={"push": {"endpoint": "/push", "port": "12000"}})]),
    ("FLOW290", [source(github={"push": {"organizations": ["o"], "webhook": {"endpoint": "/", "port": "1"}}})]),
    ("FLOW291", [source(minio={"weights": {"endpoint": "m", "accessKey": SECRET, "secretKey": SECRET}})]),
]


def text(*documents: dict[str, Any]) -> str:
    return "\n---\n".join(map(json.dumps, documents))


@pytest.mark.parametrize(("code", "documents"), TOLD, ids=[f"{code}-{i}" for i, (code, _) in enumerate(TOLD)])
def test_told(code: str, documents: list[dict[str, Any]]) -> None:
    assert {found for _, found in told({"start.yaml": text(*documents)}, *CODES)} == {code} | (
        {"FLOW290"} if code == "FLOW283" and "webhook" in documents[0]["spec"] else set()
    )


QUIET: list[list[dict[str, Any]]] = [
    [source(), sensor()],
    [sensor()],  # its EventSource may be in the cluster
    [source(), given(dataKey="body.x")],
    [source(), given(dataKey="@this.body")],
    [source(), given(contextKey="id")],
    [source(), sensor(depends=[dependency(transform={"jq": ".body"}, filters={"script": "return true"})])],
    [data("number", "1.5e3", comparator=">=")],
    [data("string", "^v[0-9]+$", comparator="!=")],
    [sensor({"k8s": CREATES, "conditions": "push && push"})],
    [source(calendar={"nightly": {"schedule": "CRON_TZ=Europe/Berlin 0 0 * * *"}})],
    [reset("TZ=Europe/Berlin 0 0 * * *")],
]


@pytest.mark.parametrize("documents", QUIET, ids=range(len(QUIET)))
def test_quiet(documents: list[dict[str, Any]]) -> None:
    assert told({"start.yaml": text(*documents)}, *CODES) == []


def test_a_field_in_another_case_is_none() -> None:
    """Other than Tekton's decoder, that of the controllers has regard to case."""
    other = sensor({"k8S": CREATES})
    assert {code for _, code in told({"start.yaml": text(other)}, "FLOW201", "FLOW303")} == {"FLOW201"}


def test_the_run_within_a_sensor_is_read_as_any_run() -> None:
    wrong = {**RUN, "spec": {"pipelineReff": {"name": "p"}}}
    made = sensor({"k8s": {"source": {"resource": wrong}}})
    assert "FLOW201" in {code for _, code in told({"start.yaml": text(made)}, "FLOW201")}
