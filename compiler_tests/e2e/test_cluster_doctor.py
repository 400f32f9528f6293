"""`flowdsl doctor`: whether a cluster is ready, and what is not known of it."""

from __future__ import annotations

import pytest
from cluster_support import Person, pipeline, run_of, task
from fake_api import FakeApi

pytest.importorskip("kubernetes", reason="the extra `cluster` is not installed")


@pytest.mark.parametrize(("has", "code", "said"), [
    ("4", 0, "ok:      a node has 4 nvidia.com/gpu; large asks for 4\n"),
    ("2", 3, "error:   no node has 4 nvidia.com/gpu, which large asks for (most: 2)\n"),
])  # fmt: skip
def test_the_doctor_says_which_task_asks_for_what_no_node_has(
    person: Person, api: FakeApi, has: str, code: int, said: str
) -> None:
    api.put("/api/v1/nodes/one", {"kind": "Node", "status": {"allocatable": {"nvidia.com/gpu": has}}})
    asking = task("a-gpu-4")
    asking["spec"]["steps"][0]["computeResources"] = {"limits": {"nvidia.com/gpu": 4}}
    flow = pipeline("flow", "a", "large")
    flow["spec"]["tasks"][1]["taskRef"]["name"] = "a-gpu-4"
    found = person.types("doctor", person.file(task("a"), asking, flow, run_of("flow")))
    assert (found[0], said in found[1]) == (code, True), found[1]


def test_the_doctor_counts_what_a_run_says_of_a_task(person: Person, api: FakeApi) -> None:
    api.put("/api/v1/nodes/one", {"kind": "Node", "status": {"allocatable": {"nvidia.com/gpu": "1"}}})
    specs = [{"pipelineTaskName": "a", "computeResources": {"limits": {"nvidia.com/gpu": "2"}}}]
    files = person.file(task("a"), pipeline("flow", "a"), run_of("flow", taskRunSpecs=specs))
    assert "no node has 2 nvidia.com/gpu, which a asks for (most: 1)" in person.types("doctor", files)[1]


def test_the_doctor_says_that_the_namespace_is_missing_and_that_it_may_not_look(person: Person, api: FakeApi) -> None:
    assert "namespace ml " not in person.types("doctor")[1].partition("\n")[2]
    api.no_namespaces.add("ml")
    code, out, _ = person.types("doctor")
    assert code == 3
    assert "error:   there is no namespace ml\n         an administrator makes it: kubectl create namespace ml" in out
    api.fault = lambda method, path: (403, "no") if path.endswith("/namespaces/ml") else None
    code, out, _ = person.types("doctor")
    assert code == 0
    assert "namespace ml itself may not be read: not checked" in out


def test_the_doctor_does_not_say_of_a_secret_that_it_may_not_see_that_it_is_there(person: Person, api: FakeApi) -> None:
    asking = task("a")
    asking["spec"]["steps"][0]["env"] = [
        {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "store", "key": "key"}}}
    ]
    file = person.file(asking, pipeline("flow", "a"), run_of("flow"))
    api.fault = lambda method, path: (403, "no") if "/secrets/" in path else None
    code, out, _ = person.types("doctor", file)
    assert "warning: whether there is Secret store is not known: you may not read it" in out
    assert "exists, or is applied, but for those" in out
    api.fault = lambda method, path: None
    code, out, _ = person.types("doctor", file)
    assert code == 3
    assert "error:   Secret store does not exist in namespace ml" in out
    assert "exists, or is applied" not in out


def test_the_doctor_looks_for_the_secrets_of_registries(person: Person) -> None:
    template = {"podTemplate": {"imagePullSecrets": [{"name": "registry"}]}}
    file = person.file(task("a"), pipeline("flow", "a"), run_of("flow", taskRunTemplate=template))
    code, out, _ = person.types("doctor", file)
    assert code == 0
    assert "warning: Secret registry (imagePullSecrets) does not exist in namespace ml" in out
