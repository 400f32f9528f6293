"""Parts of the cluster commands that need no server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import attrs
import pytest

from flowdsl.diagnostics import ClusterError, UsageError
from flowdsl.kubeclient import access, programs
from flowdsl.kubeclient.apply import owned
from flowdsl.kubeclient.client import Client
from flowdsl.kubeclient.errors import AnsweredError, answered
from flowdsl.kubeclient.live import counterparts
from flowdsl.kubeclient.logs import Position, parse
from flowdsl.kubeclient.rbac import documents
from flowdsl.kubeclient.resources import path_of
from flowdsl.kubeclient.shapes import seconds
from flowdsl.kubeclient.states import change_of
from flowdsl.kubeclient.submit import create, named, references


def test_lines_come_once_however_often_the_stream_breaks() -> None:
    stream = [
        b"2026-01-01T00:00:01Z a",
        b"2026-01-01T00:00:01.5Z b",
        b"2026-01-01T00:00:01.5Z b",
        b"2026-01-01T00:00:02.25Z c",
    ]
    position, had = Position(), []
    for stop in (0, 1, 2, 2, 3, 4, 4):
        position.rewind()
        # A server gives whole seconds: everything from the second of the last line on.
        since = position.since.rstrip("Z").encode()
        for line in [each for each in stream[:stop] if each[: len(since)] >= since]:
            found = parse(line)
            assert found is not None
            if position.is_new(found[0]):
                had.append(found[1])
    assert had == ["a", "b", "b", "c"]


def test_times_of_different_lengths_are_times() -> None:
    # Go leaves out zeros at the end, so the texts do not sort.
    long, short = parse(b"2026-01-01T00:00:01.123456789Z x"), parse(b"2026-01-01T00:00:01.2Z x y ")
    assert long is not None
    assert short is not None
    assert long[0] < short[0]
    assert short[1] == "x y "
    assert parse(b"unable to retrieve container logs") is None


def test_a_request_has_one_name() -> None:
    run = {"kind": "PipelineRun", "metadata": {"generateName": "f" * 70}, "spec": {}}
    first = named(run, "id")["metadata"]
    assert first == named(run, "id")["metadata"]
    assert first["name"] != named(run)["metadata"]["name"]
    assert len(first["name"]) == 63
    assert "generateName" not in first
    assert named({**run, "metadata": {"name": "mine"}})["metadata"]["name"] == "mine"


def test_references_are_those_that_must_exist() -> None:
    secret = {"valueFrom": {"secretKeyRef": {"name": "must", "key": "k"}}}
    optional = {"valueFrom": {"secretKeyRef": {"name": "may", "key": "k", "optional": True}}}
    step = {"env": [secret, optional], "envFrom": [{"configMapRef": {"name": "settings"}}]}
    volumes = [{"name": "v", "secret": {"secretName": "$(params.x)"}}, {"name": "w", "configMap": {"name": "files"}}]
    task = {"kind": "Task", "spec": {"steps": [step], "volumes": volumes}}
    spaces = [{"name": "a", "persistentVolumeClaim": {"claimName": "data"}}, {"name": "b", "emptyDir": {}}]
    run = {"kind": "PipelineRun", "spec": {"workspaces": spaces, "taskRunTemplate": {"serviceAccountName": "robot"}}}
    assert references(run, [task]) == [
        ("ServiceAccount", "robot"),
        ("PersistentVolumeClaim", "data"),
        ("ConfigMap", "files"),
        ("Secret", "must"),
        ("ConfigMap", "settings"),
    ]


def test_labels_of_other_pipelines_stay() -> None:
    before = {"metadata": {"labels": {"pipelines.flowdsl.dev/other": "true", "theirs": "x"}}}
    document = {"metadata": {"name": "t"}}
    labels = owned(document, "mine", before)["metadata"]["labels"]
    assert labels == {"pipelines.flowdsl.dev/other": "true", "pipelines.flowdsl.dev/mine": "true"}
    assert document == {"metadata": {"name": "t"}}


def test_a_page_of_a_proxy_is_no_missing_tekton() -> None:
    path = "/apis/tekton.dev/v1/namespaces/ml/tasks/a"
    status = '{"kind":"Status","code":404,"reason":"NotFound","message":"tasks \\"a\\" not found"}'
    assert "not installed" not in str(answered(404, status, method="GET", path=path, where="x"))
    assert "not installed" in str(answered(404, "404 page not found\n", method="GET", path=path, where="x"))
    assert answered(502, "<html>bad gateway</html>", method="GET", path=path, where="x").reason == ""


@pytest.mark.parametrize(
    ("status", "reason", "tolerant", "state"),
    [
        ("True", "Succeeded", (), "succeeded"),
        ("False", "Failed", (), "failed"),
        ("False", "Failed", ("a",), "ignored"),
        ("False", "TaskRunCancelled", (), "cancelled"),
        ("Unknown", "Pending", (), "queued"),
        ("Unknown", "Running", (), "running"),
    ],
)
def test_states(status: str, reason: str, tolerant: tuple[str, ...], state: str) -> None:
    labels = {"tekton.dev/pipelineTask": "a"}
    conditions = [{"type": "Succeeded", "status": status, "reason": reason}]
    run = {"metadata": {"name": "r-a", "labels": labels}, "status": {"conditions": conditions, "retriesStatus": [{}]}}
    change = change_of(run, frozenset(tolerant))
    assert (change.task, change.run, change.state, change.attempt) == ("a", "r-a", state, 1)


@pytest.mark.parametrize(
    "text",
    ["1970-01-01T00:00:09Z", "1970-01-01T00:00:09.25Z", "1970-01-01T02:00:09+02:00", "1969-12-31T20:30:09.1-03:30"],
)
def test_a_time_may_say_its_zone(text: str) -> None:
    assert seconds(text) == 9


def test_the_role_reads_no_secrets_unless_asked() -> None:
    def resources(**options: bool) -> set[str]:
        role = documents("ml", "ada", is_account=False, **options)[0]
        return {name for rule in role["rules"] for name in rule["resources"]}

    assert "secrets" not in resources()
    assert "secrets" in resources(check_secrets=True)
    for events in (False, True):
        role = documents("ml", "ada", is_account=False, read_only=True, events=events)[0]
        assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"get", "list", "watch"}
        assert events == any("eventlisteners" in rule["resources"] for rule in role["rules"]), "for diff --live"
    with pytest.raises(UsageError, match="NAMESPACE:NAME"):
        documents("ml", "ci:", is_account=True)


def test_what_one_is_given_is_not_taken_from_another() -> None:
    given = [
        *documents("ml", "alice", is_account=False, check_secrets=True, queues=True),
        *documents("ml", "bob", is_account=False),
        *documents("ml", "Bob@example.org", is_account=False, events=True),
        *documents("ml", "bob@example.org", is_account=False, read_only=True),
        *documents("ml", "ci:bob", is_account=True),
    ]
    bindings = [(each["kind"], each["metadata"]["name"]) for each in given if str(each["kind"]).endswith("Binding")]
    assert len(bindings) == len(set(bindings)) == 6
    roles: dict[tuple[str, str], object] = {}
    for each in given:
        if not str(each["kind"]).endswith("Binding"):
            assert roles.setdefault((each["kind"], each["metadata"]["name"]), each["rules"]) == each["rules"]


@pytest.mark.parametrize("params", [None, 1, "abc", ["a"], [{}], [{"name": 1}]])
def test_a_server_may_answer_a_request_sent_again_with_anything(params: object) -> None:
    class Answers:
        namespace = "ml"

        def one(self, method: str, *_: object) -> dict[str, Any]:
            if method == "POST":
                raise AnsweredError(409, {"reason": "AlreadyExists"}, "", "")
            return {**run, "spec": {"params": params}}

    run = named({"kind": "PipelineRun", "metadata": {"name": "r"}, "spec": {"params": [{"name": "a", "value": "1"}]}})
    with pytest.raises(ClusterError, match="with other values of"):
        create(cast("Client", Answers()), run)


def test_kubernetes_is_loaded_on_use_alone_and_told_where_it_is_missing() -> None:
    code = (
        "import sys; sys.modules['kubernetes'] = None\n"
        "import flowdsl, flowdsl.kubeclient\nfrom flowdsl.cli import main\n"
        "sys.exit(main(['list']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert done.stderr == "error: this needs the Kubernetes client: pip install 'flowdsl[cluster]'\n"
    loaded = "import sys, flowdsl, flowdsl.kubeclient; print('kubernetes' in sys.modules, 'urllib3' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


@pytest.mark.parametrize(
    "version", ["a/../../secrets", "tekton.dev/v1/x", "..", "v1?x=y", "tekton.dev/v1#", "/v1", "v1\n"]
)
def test_an_api_version_is_no_path(version: str) -> None:
    with pytest.raises(UsageError, match="is no group and version"):
        path_of("Task", "ml", "one", version)


def test_api_versions_that_are_some() -> None:
    assert path_of("Task", "ml", "one", "tekton.dev/v1beta1") == "/apis/tekton.dev/v1beta1/namespaces/ml/tasks/one"
    assert path_of("Secret", "a b", "x/y") == "/api/v1/namespaces/a%20b/secrets/x%2Fy"


def test_a_program_of_the_kubeconfig_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("kubernetes")
    monkeypatch.setattr(programs, "LONGEST", 0.5)
    program = {"apiVersion": "client.authentication.k8s.io/v1", "command": "sleep", "args": ["20"]}
    config = {
        "current-context": "a",
        "clusters": [{"name": "a", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "a", "user": {"exec": {**program, "interactiveMode": "Never"}}}],
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
    }
    (tmp_path / "config").write_text(json.dumps(config))
    with pytest.raises(ClusterError, match=r"gave none within 0\.5 s"):
        access.load("", str(tmp_path / "config"))


@attrs.frozen
class Kept:
    """A cluster that has these objects by their paths."""

    objects: dict[str, dict[str, Any]]
    namespace: str = "mine"

    def find(self, path: str) -> dict[str, Any] | None:
        return self.objects.get(path)


@pytest.mark.parametrize("named", [True, False])
def test_code_is_looked_for_where_the_task_is_that_mounts_it(named: bool) -> None:
    space, code = "prod" if named else "mine", "flowdsl-code-" + "0" * 16
    volumes = [{"name": "code", "configMap": {"name": code}}]
    task = {"apiVersion": "tekton.dev/v1", "kind": "Task", "spec": {"volumes": volumes}}
    held = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": code, "namespace": space}, "data": {"a": "1"}}
    cluster = Kept(
        {
            path_of("Task", space, "one"): {**task, "metadata": {"name": "one", "namespace": space}},
            path_of("ConfigMap", space, code): held,
        }
    )
    metadata = {"name": "one", **({"namespace": space} if named else {})}
    found = counterparts(cast("Client", cluster), [{**task, "metadata": metadata}])
    assert [each["metadata"] for each in found] == [metadata | {"labels": {}}, {**metadata, "name": code}]
