"""Where the cluster commands look, and that apply does all or nothing, against the server of `fake_api.py`."""

from __future__ import annotations

import copy
import subprocess
import sys

import pytest
import yaml
from cluster_support import TEKTON, Person, condition, pipeline, run_of, task
from fake_api import FakeApi

from flowdsl.cli import main

pytest.importorskip("kubernetes", reason="the extra `cluster` is not installed")


def test_nothing_is_applied_where_one_document_is_refused(person: Person, api: FakeApi) -> None:
    api.denied["never-good"] = "no such word"
    documents = [task("a"), task("b", script="never-good"), task("c", script="never-good too"), pipeline("flow", "a")]
    code, _, err = person.types("apply", person.file(*documents))
    assert code == 3
    assert "Task b: " in err
    assert "Task c: " in err, "all at once"
    assert "nothing was applied" in err
    assert api.names("tasks") == []


CLAIM = {
    "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
}  # fmt: skip
CLAIM_PATH = "/api/v1/namespaces/ml/persistentvolumeclaims/data"


def refuse_claims(api: FakeApi, code: int, words: str) -> None:
    api.fault = lambda method, path: (code, words) if method == "PATCH" and "claims/data" in path else None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (422, "spec is immutable after creation except resources.requests for bound claims"),
        (422, "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"),
        (403, 'persistentvolumeclaims "data" is forbidden: only dynamically provisioned pvc can be resized and the '
         "storageclass that provisions the pvc must support resize"),
    ],
)  # fmt: skip
def test_a_claim_that_cannot_change_does_not_stop_the_rest(person: Person, api: FakeApi, code: int, words: str) -> None:
    api.put(CLAIM_PATH, copy.deepcopy(CLAIM))
    refuse_claims(api, code, words)
    ended, out, err = person.types("apply", person.file(CLAIM, task("a"), pipeline("flow", "a")))
    assert ended == 0, err
    assert "PersistentVolumeClaim data fixed (what it asks for can't be changed" in out
    assert api.names("tasks") == ["a"]


@pytest.mark.parametrize(
    ("there", "code", "words"),
    [
        (False, 422, "spec.accessModes: Unsupported value"),
        (False, 422, "spec is immutable after creation"),
        (True, 422, "metadata.labels: Invalid value"),
        (True, 403, 'User "me" cannot patch resource "persistentvolumeclaims" in API group ""'),
    ],
)
def test_a_claim_that_is_wrong_is_refused(person: Person, api: FakeApi, there: bool, code: int, words: str) -> None:
    if there:
        api.put(CLAIM_PATH, copy.deepcopy(CLAIM))
    refuse_claims(api, code, words)
    ended, out, err = person.types("apply", person.file(CLAIM, task("a"), pipeline("flow", "a")))
    assert ended == 3
    assert words in err
    assert "fixed" not in out
    assert api.names("tasks") == []


def test_a_task_that_another_pipeline_has_with_other_content(person: Person, api: FakeApi) -> None:
    assert person.types("apply", person.file(task("a"), pipeline("one", "a")))[0] == 0
    assert person.types("apply", person.file(task("a"), pipeline("two", "a")))[0] == 0, "the same content is shared"
    other = person.file(task("a", script="echo other\n"), pipeline("two", "a"))
    code, _, err = person.types("apply", other)
    assert code == 3
    assert "Task a: pipeline one has it too, with other content" in err
    assert api.objects[f"{TEKTON}/tasks/a"]["spec"]["steps"][0]["script"] == "true\n"
    assert person.types("apply", other, "--force-conflicts")[0] == 0
    assert api.objects[f"{TEKTON}/tasks/a"]["spec"]["steps"][0]["script"] == "echo other\n"


def test_no_owner_is_lost_where_two_apply_at_once(person: Person, api: FakeApi) -> None:
    """One has read what there is before the other writes, and writes after it."""
    flows = {}
    for name in ("one", "two"):
        flows[name] = person.folder / f"{name}.yaml"
        flows[name].write_text(yaml.safe_dump_all([task("a"), pipeline(name, "a")]))
    between = []

    def in_between(method: str, path: str) -> None:
        real = method == "PATCH" and "tasks/a?" in path and "dryRun" not in path
        if real and not between:
            between.append(path)
            api.fault = lambda method, path: None
            assert main(["apply", str(flows["two"]), "--kubeconfig", str(person.config)]) == 0

    api.fault = in_between
    code, _, err = person.types("apply", str(flows["one"]))
    assert code == 0, err
    assert between
    labels = api.objects[f"{TEKTON}/tasks/a"]["metadata"]["labels"]
    assert sorted(labels) == ["pipelines.flowdsl.dev/one", "pipelines.flowdsl.dev/two"]
    assert person.types("delete", "--pipeline", "two")[0] == 0
    assert sorted(api.objects[f"{TEKTON}/tasks/a"]["metadata"]["labels"]) == ["pipelines.flowdsl.dev/one"]
    assert person.types("delete", "--pipeline", "one")[0] == 0
    assert api.names("tasks") == []


def test_a_document_of_another_namespace_than_was_asked_for(person: Person, api: FakeApi) -> None:
    other = task("a")
    other["metadata"]["namespace"] = "prod"
    code, _, err = person.types("apply", person.file(other), "-n", "ml")
    assert code == 2
    assert "Task a is of namespace 'prod', and -n says 'ml'" in err
    assert all(method == "GET" for method, _ in api.requests)
    assert api.names("tasks") == api.names("tasks", "prod") == []


def test_a_run_is_watched_where_it_was_made(person: Person, api: FakeApi) -> None:
    documents = [task("a"), pipeline("flow", "a"), run_of("flow")]
    for each in documents:
        each["metadata"]["namespace"] = "prod"
    code, out, err = person.types("submit", person.file(*documents))
    assert code == 0, err
    assert api.names("pipelineruns", "prod") == [out.strip()]
    assert all("/namespaces/ml/" not in path for _, path in api.requests)
    assert f"flowdsl watch {out.strip()} -n prod" in err


@pytest.mark.parametrize("command", ["watch", "logs", "cancel", "delete"])
def test_last_is_the_last_of_this_pipeline(person: Person, api: FakeApi, command: str) -> None:
    for number, name in enumerate(("flow", "other")):
        labels = {"tekton.dev/pipeline": name}
        run = {**run_of(name), "metadata": {"name": f"{name}-1", "labels": labels}}
        run["metadata"]["creationTimestamp"] = f"2026-01-0{number + 1}T00:00:00Z"
        run["status"] = {"conditions": condition("False", "Failed"), "pipelineSpec": {"tasks": []}}
        api.put(f"{TEKTON}/pipelineruns/{name}-1", run)
    (person.folder / "flow.py").write_text(
        "from flowdsl import pipeline, task\n@task(image='python:3.12-slim')\ndef a() -> None: ...\n"
        "@pipeline\ndef flow() -> None:\n    a()\nif __name__ == '__main__':\n    flow.cli()\n"
    )
    words = [command, "last", "--kubeconfig", str(person.config)]
    done = subprocess.run(
        [sys.executable, "flow.py", *words], cwd=person.folder, capture_output=True, text=True, check=False
    )
    assert "other" not in done.stdout + done.stderr
    asked = [path for method, path in api.requests if "labelSelector=tekton.dev" in path]
    assert any("pipeline%3Dflow" in path for path in asked), done.stderr


def test_one_request_with_other_params_is_no_second_try(person: Person, api: FakeApi) -> None:
    flow = pipeline("flow", "a")
    flow["spec"]["params"] = [{"name": "branch", "type": "string"}]
    file = person.file(task("a"), flow, run_of("flow"))
    words = ("submit", file, "--request-id", "job-1", "--set")
    code, out, err = person.types(*words, "branch=main")
    assert code == 0, err
    assert person.types(*words, "branch=main")[:2] == (0, out), "the same, sent again"
    code, _, err = person.types(*words, "branch=dev")
    assert code == 3
    assert f"this request made {out.strip()} before, with other values of branch" in err
    assert api.names("pipelineruns") == [out.strip()]
