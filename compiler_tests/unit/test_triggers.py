"""What Triggers' admission refuses, branch by branch, and what it takes although it looks odd."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.check.examine import examine
from flowdsl.kinds.scalars import check_bytes
from flowdsl.kube.go_urls import url_error

RUN = {"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "spec": {"params": [{"value": "$(tt.params.a)"}]}}
TEMPLATE = {"params": [{"name": "a"}], "resourcetemplates": [RUN]}
LISTENER_SPEC = {"triggers": [{"template": {"ref": "t"}}]}
REF: dict[str, Any] = {"template": {"ref": "t"}}
SERVICE = {"apiVersion": "v1", "kind": "Service", "name": "s"}


def document(kind: str, spec: Any, version: str = "v1beta1", **metadata: Any) -> dict[str, Any]:
    api = f"triggers.tekton.dev/{version}"
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "x", **metadata}, "spec": spec}


def errors(document: dict[str, Any], *, strict: bool = False) -> list[tuple[str, tuple[int | str, ...]]]:
    found = examine(document, strict=strict, pitfalls=False).findings
    return [(each.code, each.path) for each in found if each.severity == "error"]


def listener(pod: dict[str, Any] | None = None, container: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A listener with a pod and a container of its own."""
    spec = {**(pod or {}), **({"containers": [container]} if container is not None else {})}
    resource = {"spec": {"template": {"spec": spec}}, **more}
    return document("EventListener", {**LISTENER_SPEC, "resources": {"kubernetesResource": resource}})


def custom(pod: Any) -> dict[str, Any]:
    resource = {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "spec": {"template": {"spec": pod}, "own": 1},
    }
    return document("EventListener", {**LISTENER_SPEC, "resources": {"customResource": resource}})


def trigger(version: str = "v1beta1", **spec: Any) -> dict[str, Any]:
    return document("Trigger", {"bindings": [], **REF, **spec}, version)


def asking(interceptor: Any, version: str = "v1beta1") -> dict[str, Any]:
    return trigger(version, interceptors=[interceptor])


def webhook(header: Any = None, version: str = "v1beta1", **reference: Any) -> dict[str, Any]:
    asked = {"objectRef": {**SERVICE, **reference}, **({"header": [header]} if header else {})}
    return asking({"webhook": asked}, version)


TAKEN: list[dict[str, Any]] = [
    document("EventListener", LISTENER_SPEC),
    document("EventListener", {"labelSelector": {}}),
    document("EventListener", {"namespaceSelector": {"matchNames": ["a"]}}),
    document("EventListener", {"triggers": [{"triggerRef": "t", "bindings": []}]}),
    document(
        "EventListener", {"triggerGroups": [{"interceptors": [{}], "triggerSelector": {"labelSelector": {}}}]}
    ),
    document("EventListener", LISTENER_SPEC, annotations={"tekton.dev/payload-validation": "false"}),
    listener({"tolerations": [{"key": "a"}], "hostNetwork": False, "volumes": []}, {"resources": {}, "stdin": False}),
    listener({"affinity": {}, "imagePullSecrets": [{"name": "a"}]}, {"securityContext": {}, "livenessProbe": {}}),
    listener(None, {"env": [{"name": "TLS_CERT", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}] * 2}),
    listener(serviceType="LoadBalancer", serviceLoadBalancerClass="a", replicas=0),
    custom({"nodeSelector": {}, "unheardOf": 1}),
    document("TriggerTemplate", TEMPLATE),
    document("TriggerTemplate", {"resourcetemplates": [{"apiVersion": "v1", "kind": "A", "x": "$(tt.params.9)"}]}),
    document("TriggerBinding", {"params": [{"name": "a", "value": "$(body.a) (b) $(body.b"}]}),
    document("TriggerBinding", {"params": [{"name": "a", "value": "$(body[?(@.a == 1)].b)$(header.X)"}]}, "v1alpha1"),
    document("ClusterTriggerBinding", {"params": [{}]}),
    trigger(bindings=[{"ref": "a"}, {"ref": "b", "kind": "ClusterTriggerBinding"}, {"name": "c", "value": ""}]),
    trigger(template={"spec": TEMPLATE, "apiversion": "v1beta1"}),
    webhook({"name": "X-Event", "value": "a"}),
    webhook({"name": "a b", "value": ["a"]}),
    webhook({"name": "X", "value": 7}),
    webhook(name=""),
    asking({"github": {}}, "v1alpha1"),
    asking({"github": {}, "gitlab": {}}, "v1alpha1"),
    asking({"cel": {"filter": "no ( CEL"}, "gitlab": {}}, "v1alpha1"),
    asking({"ref": {"name": "cel"}, "cel": {"filter": "a == 'b'", "overlays": []}}, "v1alpha1"),
    document("ClusterInterceptor", {"clientConfig": {"url": "http://[::1]:80/x"}}, "v1alpha1"),
    document("Interceptor", {"clientConfig": {"service": {"name": "a", "namespace": "b"}}}, "v1alpha1"),
    document("Interceptor", {}, "v1alpha1"),
]  # fmt: skip


@pytest.mark.parametrize("given", TAKEN, ids=range(len(TAKEN)))
def test_taken(given: dict[str, Any]) -> None:
    assert errors(given) == []


FIRST = ("spec", "triggers", 0)
POD = ("spec", "resources", "kubernetesResource", "spec", "template", "spec")
CUSTOM = ("spec", "resources", "customResource", "spec", "template", "spec")
ASKED = ("spec", "interceptors", 0)
HEADER = (*ASKED, "webhook", "header", 0)
CLIENT = ("spec", "clientConfig")
REFUSED: list[tuple[dict[str, Any], str, tuple[int | str, ...]]] = [
    (document("EventListener", {"triggers": []}), "FLOW260", ("spec",)),
    (document("EventListener", LISTENER_SPEC, name="a" * 61), "FLOW260", ("metadata", "name")),
    (
        {**document("EventListener", LISTENER_SPEC), "metadata": {"generateName": "a" * 60}},
        "FLOW260",
        ("metadata", "generateName"),
    ),
    (
        document("EventListener", LISTENER_SPEC, annotations={"tekton.dev/payload-validation": "no"}),
        "FLOW260",
        ("metadata", "annotations", "tekton.dev/payload-validation"),
    ),
    (document("EventListener", {"triggerGroups": [{"interceptors": [{}]}]}), "FLOW260", ("spec", "triggerGroups", 0)),
    (
        document("EventListener", {"triggerGroups": [{"triggerSelector": {"labelSelector": {}}}]}),
        "FLOW260",
        ("spec", "triggerGroups", 0),
    ),
    (
        document(
            "EventListener",
            {
                "triggerGroups": [
                    {"interceptors": [{"webhook": {"header": [{}]}}], "triggerSelector": {"labelSelector": {}}}
                ]
            },
        ),
        "FLOW264",
        ("spec", "triggerGroups", 0, "interceptors", 0, "webhook", "header", 0),
    ),
    (custom({"nodeSelector": {"a": 1}}), "FLOW266", (*CUSTOM, "nodeSelector", "a")),
    (custom({"HOSTNETWORK": True}), "FLOW266", (*CUSTOM, "hostNetwork")),
    (document("EventListener", {"triggers": [{}]}), "FLOW261", FIRST),
    (document("EventListener", {"triggers": [{"triggerRef": "a", **REF}]}), "FLOW261", FIRST),
    (document("EventListener", {"triggers": [{**REF, "name": "a b"}]}), "FLOW261", (*FIRST, "name")),
    (document("EventListener", {"triggers": [{**REF, "name": "a" * 64}]}), "FLOW261", (*FIRST, "name")),
    (document("EventListener", {"triggers": [{"template": {}}]}), "FLOW261", (*FIRST, "template")),
    (document("EventListener", {"triggers": [{"template": {"ref": ""}}]}), "FLOW261", (*FIRST, "template")),
    (trigger(template={"ref": "a", "spec": TEMPLATE}), "FLOW261", ("spec", "template")),
    (trigger(template={"ref": "a", "apiversion": "v1"}), "FLOW261", ("spec", "template", "apiversion")),
    (
        trigger("v1alpha1", template={"ref": "a", "apiversion": "v1beta1"}),
        "FLOW261",
        ("spec", "template", "apiversion"),
    ),
    (trigger(bindings=[{"ref": "a", "name": "b"}]), "FLOW261", ("spec", "bindings", 0)),
    (trigger(bindings=[{"ref": "a", "kind": "Binding"}]), "FLOW261", ("spec", "bindings", 0, "kind")),
    (trigger(bindings=[{"name": "a"}]), "FLOW261", ("spec", "bindings", 0)),
    (trigger(bindings=[{}]), "FLOW261", ("spec", "bindings", 0)),
    (document("TriggerTemplate", {"params": [{"name": "a"}]}), "FLOW262", ("spec",)),
    (document("TriggerTemplate", {"resourcetemplates": ["x"]}), "FLOW262", ("spec", "resourcetemplates", 0)),
    (document("TriggerTemplate", {"resourcetemplates": [{"kind": "A"}]}), "FLOW262", ("spec", "resourcetemplates", 0)),
    (
        document("TriggerTemplate", {"resourcetemplates": [{"apiVersion": "v1"}]}),
        "FLOW262",
        ("spec", "resourcetemplates", 0),
    ),
    (
        document("TriggerTemplate", {"resourcetemplates": [{"apiVersion": "a/b/c", "kind": "A"}]}),
        "FLOW262",
        ("spec", "resourcetemplates", 0, "apiVersion"),
    ),
    (
        document("TriggerTemplate", {"resourcetemplates": [RUN]}),
        "FLOW262",
        ("spec", "resourcetemplates", 0, "spec", "params", 0, "value"),
    ),
    (
        trigger(template={"spec": {"resourcetemplates": [{"apiVersion": "v1", "kind": "A", "$(tt.params.k)": 1}]}}),
        "FLOW262",
        ("spec", "template", "spec", "resourcetemplates", 0),
    ),
    (document("TriggerTemplate", TEMPLATE, name="Bad Name"), "FLOW204", ("metadata", "name")),
    (document("TriggerBinding", {}), "FLOW263", ("spec",)),
    (
        document("TriggerBinding", {"params": [{"name": "a", "value": "$(a$(b)"}]}),
        "FLOW263",
        ("spec", "params", 0, "value"),
    ),
    (document("TriggerBinding", {"params": [{"name": "a"}, {"name": "a"}]}), "FLOW213", ("spec", "params", 1, "name")),
    (document("TriggerBinding", {"params": [{"name": "a", "value": 7}]}), "FLOW200", ("spec", "params", 0, "value")),
    (asking({}), "FLOW264", ASKED),
    (webhook(kind="Pod"), "FLOW264", (*ASKED, "webhook", "objectRef")),
    (webhook(apiVersion=""), "FLOW264", (*ASKED, "webhook", "objectRef")),
    (webhook(name="", version="v1alpha1"), "FLOW264", (*ASKED, "webhook", "objectRef")),
    (asking({"webhook": {}}), "FLOW264", (*ASKED, "webhook")),
    (asking({"webhook": {"objectRef": SERVICE, "url": "http://a b"}}), "FLOW200", (*ASKED, "webhook", "url")),
    (webhook({"name": "x-event", "value": "a"}), "FLOW264", (*HEADER, "name")),
    (webhook({"value": "a"}), "FLOW264", (*HEADER, "name")),
    (webhook({"name": "X", "value": {"a": "b"}}), "FLOW264", (*HEADER, "value")),
    (webhook({"name": "X"}), "FLOW264", (*HEADER, "value")),
    (asking({"github": {}, "gitlab": {}, "bitbucket": {}}, "v1alpha1"), "FLOW264", ASKED),
    (asking({"ref": {"name": "cel"}, "cel": {}}, "v1alpha1"), "FLOW264", (*ASKED, "cel")),
    (asking({"ref": {"name": "cel"}, "cel": {"filter": "a =="}}, "v1alpha1"), "FLOW264", (*ASKED, "cel", "filter")),
    (asking({"github": {}}), "FLOW201", (*ASKED, "github")),
    (
        document("Interceptor", {"clientConfig": {"url": "a", "service": {"name": "a", "namespace": "b"}}}, "v1alpha1"),
        "FLOW264",
        CLIENT,
    ),
    (
        document("Interceptor", {"clientConfig": {"service": {"name": "a"}}}, "v1alpha1"),
        "FLOW264",
        (*CLIENT, "service"),
    ),
    (document("Interceptor", {"clientConfig": {"caBundle": "a"}}, "v1alpha1"), "FLOW200", (*CLIENT, "caBundle")),
    (listener({"hostNetwork": True}), "FLOW266", (*POD, "hostNetwork")),
    (listener({"enableServiceLinks": False}), "FLOW266", (*POD, "enableServiceLinks")),
    (listener({"containers": [{}, {}]}), "FLOW266", (*POD, "containers")),
    (listener(None, {"image": "a"}), "FLOW266", (*POD, "containers", 0, "image")),
    (listener(None, {"env": [{"name": "A", "value": "b"}]}), "FLOW266", (*POD, "containers", 0, "env", 0, "value")),
    (
        listener(None, {"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {}}}]}),
        "FLOW266",
        (*POD, "containers", 0, "env", 0, "valueFrom", "configMapKeyRef"),
    ),
    (listener(None, {"env": [{"name": "TLS_KEY"}]}), "FLOW266", (*POD, "containers", 0, "env")),
    (listener(replicas=-1), "FLOW266", ("spec", "resources", "kubernetesResource", "replicas")),
    (listener(replicas=2**31), "FLOW200", ("spec", "resources", "kubernetesResource", "replicas")),
    (
        listener(serviceLoadBalancerClass="a"),
        "FLOW266",
        ("spec", "resources", "kubernetesResource", "serviceLoadBalancerClass"),
    ),
    (custom({"volumes": []}), "FLOW266", (*CUSTOM, "volumes")),
    (custom({"hostNetwork": "yes"}), "FLOW266", (*CUSTOM, "hostNetwork")),
    (
        document("EventListener", {**LISTENER_SPEC, "resources": {"customResource": ["a"]}}),
        "FLOW266",
        ("spec", "resources", "customResource"),
    ),
    (
        document("EventListener", {**LISTENER_SPEC, "resources": {"customResource": {}, "kubernetesResource": {}}}),
        "FLOW266",
        ("spec", "resources"),
    ),
]


@pytest.mark.parametrize(("given", "code", "path"), REFUSED, ids=range(len(REFUSED)))
def test_refused(given: dict[str, Any], code: str, path: tuple[int | str, ...]) -> None:
    assert (code, path) in errors(given)
    assert {each for each, _ in errors(given)} == {code}


@pytest.mark.parametrize(
    "metadata", [{"name": "el.with.dots"}, {"name": "Bad"}, {"name": ""}], ids=["dots", "capitals", "none"]
)
def test_a_name_that_kubernetes_refuses_is_an_error_to_who_makes_it(metadata: dict[str, str]) -> None:
    given = {**document("EventListener", LISTENER_SPEC), "metadata": metadata}
    assert errors(given) == []
    assert [code for code, _ in errors(given, strict=True)] == ["FLOW265"]


@pytest.mark.parametrize(
    "text",
    ["", "*", "http://a", "https://a:8080/b?c=%zz#d", "a/b:c", "//a/b", "mailto:%zz", "http://u:p@h", "http://a:",
     "http://[fe80::1%25en0]:80/", "tcp://a:b:80", "http://%e4%bd", "http://a\"b"],
)  # fmt: skip
def test_a_url_to_go(text: str) -> None:
    assert url_error(text) == ""


@pytest.mark.parametrize(
    "text",
    ["a\nb", ":a", "http://a:b", "http://a b", "a:b c/%zz/%2".replace("a:", "/"), "b:0/".replace("b", "1b"), "http://[::1",
     "http://[1.2.3.4]", "http://a[::1]", "http://a:1:2", "http://u s@h", "http://%41", "http://[::1]x", "http://a#%zz", "/%"],
)  # fmt: skip
def test_no_url_to_go(text: str) -> None:
    assert url_error(text)


@pytest.mark.parametrize("value", ["", "YQ==", "YQ\n==", [0, 255]])
def test_bytes(value: object) -> None:
    assert check_bytes(value) == value


@pytest.mark.parametrize("value", ["Y", "é", [256], [True], 7, {}])
def test_no_bytes(value: object) -> None:
    with pytest.raises(ValueError, match="base64"):
        check_bytes(value)
