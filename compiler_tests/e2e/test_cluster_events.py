"""What starts runs, on a cluster: applied with the pipeline, removed when it is no longer emitted."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from cluster_support import Person, pipeline, run_of, task
from fake_api import FakeApi

from flowdsl.kubeclient import starting

pytest.importorskip("kubernetes", reason="the extra `cluster` is not installed")


def of_triggers(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "triggers.tekton.dev/v1beta1", "kind": kind, "metadata": {"name": "push"}, "spec": spec}


STARTS = [
    of_triggers("TriggerTemplate", {"resourcetemplates": [{"apiVersion": "tekton.dev/v1", "kind": "PipelineRun"}]}),
    of_triggers("TriggerBinding", {"params": [{"name": "revision", "value": "$(body.after)"}]}),
    of_triggers("EventListener", {"triggers": [{"template": {"ref": "push"}, "bindings": [{"ref": "push"}]}]}),
]
FLOW = [task("a"), pipeline("flow", "a"), run_of("flow")]


def test_what_starts_runs_is_removed_when_it_is_no_longer_there(person: Person, api: FakeApi) -> None:
    code, out, err = person.types("apply", person.file(*FLOW, *STARTS))
    assert (code, err) == (0, "")
    assert "EventListener push created" in out
    _, out, _ = person.types("apply", person.file(*FLOW))
    gone = [line for line in out.splitlines() if line.endswith("deleted")]
    # What refers to others goes before them.
    assert gone == ["EventListener push deleted", "TriggerBinding push deleted", "TriggerTemplate push deleted"]
    assert api.names("eventlisteners") == []
    assert api.names("tasks") == ["a"]


def test_who_may_not_see_what_starts_runs_can_apply_a_pipeline_that_has_none(person: Person, api: FakeApi) -> None:
    others = ("triggers.tekton.dev", "batch/", "rbac.authorization.k8s.io", "networking.k8s.io")
    api.fault = lambda method, path: (403, "no") if any(each in path for each in others) else None
    code, out, err = person.types("apply", person.file(*FLOW))
    assert (code, err) == (0, "")
    assert "Pipeline flow created" in out


@pytest.mark.parametrize("events", [True, False])
def test_the_rights_to_what_starts_runs_are_given_when_asked_for(person: Person, events: bool) -> None:
    words = ["rbac", "--namespace", "ml", "--user", "ada", *(["--events"] if events else [])]
    code, out, _ = person.types(*words)
    assert code == 0
    assert ("eventlisteners" in out) is events
    assert ("rolebindings" in out) is events
    assert "pipelineruns" in out


PIPELINE = """\
from flowdsl import event, pipeline, push, schedule, task


@task(image="python:3.12-slim")
def build(revision: str) -> None:
    print(revision)


@pipeline(provider="github", on=[push("main", params={"revision": event.revision})])
def flow(revision: str = "main") -> None:
    build(revision)
"""
SECRET = "/api/v1/namespaces/ml/secrets/webhook"
LISTENER = "/apis/triggers.tekton.dev/v1beta1/namespaces/ml/eventlisteners/flow"
INTERCEPTOR = "/apis/triggers.tekton.dev/v1alpha1/clusterinterceptors/"
GROUPS = {
    "triggers.tekton.dev": ["eventlisteners", "triggers", "triggertemplates", "triggerbindings", "clusterinterceptors"],
    "rbac.authorization.k8s.io": ["roles", "rolebindings"],
    "networking.k8s.io": ["ingresses"],
}
SETTINGS = """[tool.flowdsl.events]
targets = ["triggers"]
expose = "ingress"
host = "flows.example.invalid"
secret = "webhook/token"
"""


def project(person: Person, settings: str = "") -> str:
    (person.folder / "flow.py").write_text(PIPELINE)
    (person.folder / "pyproject.toml").write_text(settings or "[tool.flowdsl]\n")
    return str(person.folder / "flow.py")


def test_what_starts_a_pipeline_is_applied_when_asked_for_or_when_the_project_says(
    person: Person, api: FakeApi
) -> None:
    api.groups = GROUPS
    code, out, err = person.types("apply", project(person))
    assert (code, err) == (0, "")
    assert "EventListener" not in out
    code, out, err = person.types("apply", "-n", "ml", project(person), "--events", "triggers")
    assert (code, err) == (0, "")
    assert "EventListener flow created" in out
    # Without being asked for it is no longer part of the pipeline; the project can say that it always is.
    assert "EventListener flow deleted" in person.types("apply", project(person))[1]
    code, out, err = person.types("apply", "-n", "ml", project(person, SETTINGS))
    assert (code, err) == (0, "")
    assert "EventListener flow created" in out
    assert "Ingress flow-events created" in out


def test_a_wrong_target_and_documents_that_have_none(person: Person) -> None:
    code, _, err = person.types("apply", "-n", "ml", project(person), "--events", "trigers")
    assert code == 2
    assert "did you mean 'triggers'" in err
    code, _, err = person.types("apply", person.file(*FLOW), "--events", "triggers")
    assert code == 2
    assert "--events is for a pipeline" in err


def test_the_doctor_of_a_cluster_that_can_start_nothing(person: Person, api: FakeApi) -> None:
    code, out, _ = person.types("doctor", "-n", "ml", project(person, SETTINGS))
    assert code == 3
    assert "error:   the server has no TriggerBinding" in out
    assert "an administrator installs Tekton Triggers" in out
    assert "error:   Secret webhook, with which a sender is checked, does not exist in namespace ml" in out
    assert "warning: flows.example.invalid:80 can't be reached from here" in out


@pytest.mark.parametrize(("data", "said"), [
    ({"token": "eA=="}, "ok:      Secret webhook has the key 'token'"),
    ({"other": "eA=="}, "error:   Secret webhook, with which a sender is checked, has no key 'token'"),
])  # fmt: skip
def test_the_doctor_looks_at_the_secrets_of_senders(
    person: Person, api: FakeApi, data: dict[str, str], said: str
) -> None:
    api.groups = GROUPS
    api.put(SECRET, {"kind": "Secret", "data": data})
    _, out, _ = person.types("doctor", "-n", "ml", project(person, SETTINGS))
    assert said in out
    assert "eA==" not in out


def test_the_doctor_looks_at_the_certificate_of_a_listener(person: Person, api: FakeApi) -> None:
    api.groups = GROUPS
    secret = SECRET.replace("webhook", "hooks-tls")
    without = "\n".join(each for each in SETTINGS.splitlines() if not each.startswith(("expose", "host")))
    asked = project(person, without + '\nlistener_tls = "hooks-tls"\n')
    _, out, _ = person.types("doctor", "-n", "ml", asked)
    assert "error:   Secret hooks-tls, with which the listener speaks TLS, does not exist in namespace ml" in out
    assert "kubectl create secret tls hooks-tls --cert=FILE --key=FILE" in out
    api.put(secret, {"kind": "Secret", "data": {"tls.crt": "eA=="}})
    _, out, _ = person.types("doctor", "-n", "ml", asked)
    assert "ok:      Secret hooks-tls has the key 'tls.crt' with which the listener speaks TLS" in out
    assert "error:   Secret hooks-tls, with which the listener speaks TLS, has no key 'tls.key'" in out


def test_the_doctor_tells_what_it_may_not_see_from_what_is_not_there(person: Person, api: FakeApi) -> None:
    api.groups = GROUPS
    api.fault = lambda method, path: (403, "no") if "/secrets/" in path or "interceptors/" in path else None
    _, out, _ = person.types("doctor", "-n", "ml", project(person, SETTINGS))
    assert "warning: Secret webhook, with which a sender is checked, may not be read" in out
    assert "warning: interceptors may not be read, so whether there are cel, github is not known" in out


@pytest.mark.parametrize(("status", "said"), [
    ({}, "warning: EventListener flow has no status: does Triggers' controller run?"),
    (
        {"conditions": [{"type": "Available", "status": "False", "message": "no pod \x1b[31mruns"}]},
        "error:   EventListener flow is not ready: Available: no pod \\x1b[31mruns",
    ),
    (
        {"conditions": [{"type": "Available", "status": "True"}], "address": {"url": "http://el-flow.ml.svc:8080"}},
        "ok:      EventListener flow is ready at http://el-flow.ml.svc:8080",
    ),
])  # fmt: skip
def test_the_doctor_looks_at_the_listener(person: Person, api: FakeApi, status: dict[str, Any], said: str) -> None:
    api.groups = GROUPS
    for name in ("cel", "github"):
        api.put(INTERCEPTOR + name, {"kind": "ClusterInterceptor"})
    api.put("/api/v1/namespaces/tekton-pipelines/configmaps/triggers-info", {"data": {"version": "v0.37.0"}})
    _, out, _ = person.types("doctor", "-n", "ml", project(person, SETTINGS))
    assert "ok:      EventListener flow is not there yet" in out
    api.put(LISTENER, {"kind": "EventListener", "status": status})
    _, out, _ = person.types("doctor", "-n", "ml", project(person, SETTINGS))
    assert said in out, out
    assert "ok:      Tekton Triggers v0.37.0" in out


@pytest.mark.parametrize(("version", "said"), [
    ("v0.24.1", "warning: Tekton Triggers v0.24.1 is older than v0.37, which flowdsl is tried with"),
    ("v0.37.0", "ok:      Tekton Triggers v0.37.0"),
    ("v1.2.0", "ok:      Tekton Triggers v1.2.0"),
    ("devel\x1b[31m", "ok:      Tekton Triggers devel\\x1b[31m"),
])  # fmt: skip
def test_the_doctor_says_that_triggers_is_old(person: Person, api: FakeApi, version: str, said: str) -> None:
    api.groups = GROUPS
    api.put("/api/v1/namespaces/tekton-pipelines/configmaps/triggers-info", {"data": {"version": version}})
    _, out, _ = person.types("doctor", "-n", "ml", project(person, SETTINGS))
    assert said in out, out


def test_an_address_whose_name_or_port_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = threading.Event()

    def waits(*_: object) -> None:
        ends.wait(30)
        raise OSError

    monkeypatch.setattr(starting, "_PATIENCE", 0.2)
    monkeypatch.setattr("socket.create_connection", waits)
    began = time.monotonic()
    assert starting.reach("hooks.example.com", 443) == "no answer within 0.2 seconds"
    assert time.monotonic() - began < 10
    ends.set()


ARGO = SETTINGS.replace('["triggers"]', '["argo"]\nrepositories = ["team/model"]')
BUS = "/apis/argoproj.io/v1alpha1/namespaces/ml/eventbus/default"


def test_the_doctor_looks_for_what_argo_events_needs(person: Person, api: FakeApi) -> None:
    code, out, _ = person.types("doctor", "-n", "ml", project(person, ARGO))
    assert code == 3
    assert "error:   the server has no EventSource, Sensor of argoproj.io/v1alpha1" in out
    assert "an administrator installs Argo Events" in out
    assert "EventBus" not in out
    api.groups = {**GROUPS, "argoproj.io": ["eventbus", "eventsources", "sensors"]}
    code, out, _ = person.types("doctor", "-n", "ml", project(person, ARGO))
    assert code == 3
    assert "error:   there is no EventBus default in namespace ml" in out
    assert "error:   Secret webhook, with which a sender is checked, does not exist in namespace ml" in out
    api.put(BUS, {"kind": "EventBus"})
    api.put(SECRET, {"kind": "Secret", "data": {"token": "eA=="}})
    code, out, _ = person.types("doctor", "-n", "ml", project(person, ARGO))
    assert code == 0, out
    assert "ok:      EventBus default is there" in out
    assert "ok:      Secret webhook has the key 'token'" in out


def test_what_argo_events_starts_is_applied_and_goes_with_its_target(person: Person, api: FakeApi) -> None:
    api.groups = {**GROUPS, "argoproj.io": ["eventbus", "eventsources", "sensors"]}
    code, out, err = person.types("apply", "-n", "ml", project(person, ARGO))
    assert (code, err) == (0, "")
    assert "Sensor flow created" in out
    out = person.types("apply", "-n", "ml", project(person))[1]
    assert "Sensor flow deleted" in out
    assert "EventSource flow deleted" in out


def test_what_pipelines_as_code_reads_from_a_repository_is_not_applied(person: Person, api: FakeApi) -> None:
    code, out, err = person.types("apply", "-n", "ml", project(person), "--events", "pac")
    assert (code, err) == (0, "")
    assert "Pipeline flow created" in out
    assert "PipelineRun" not in out
    assert api.names("pipelineruns") == []
    code, out, err = person.types("doctor", "-n", "ml", project(person), "--events", "pac")
    assert (code, err) == (0, ""), out
