"""What Kubernetes refuses of the kinds that rights and addresses are made of, and what a change of one means."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from flowdsl.check.examine import examine
from flowdsl.differ.compare import compare
from flowdsl.kinds.table import INGRESS, KINDS, ROLE, ROLE_BINDING, SERVICE_ACCOUNT

Change = Callable[[dict[str, Any]], object]
API = "rbac.authorization.k8s.io"
HEAD = {"metadata": {"name": "hooks"}}
BINDING: dict[str, Any] = {
    "apiVersion": f"{API}/v1",
    "kind": "RoleBinding",
    **HEAD,
    "subjects": [{"kind": "ServiceAccount", "name": "listener", "namespace": "ml"}],
    "roleRef": {"apiGroup": API, "kind": "Role", "name": "starter"},
}
GRANT: dict[str, Any] = {
    "apiVersion": f"{API}/v1",
    "kind": "Role",
    **HEAD,
    "rules": [{"apiGroups": ["tekton.dev"], "resources": ["pipelineruns"], "verbs": ["create"]}],
}
OPEN: dict[str, Any] = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "Ingress",
    **HEAD,
    "spec": {
        "tls": [{"hosts": ["hooks.example.com"], "secretName": "tls"}],
        "rules": [
            {
                "host": "hooks.example.com",
                "http": {
                    "paths": [
                        {
                            "path": "/a",
                            "pathType": "Prefix",
                            "backend": {"service": {"name": "el-a", "port": {"number": 8080}}},
                        }
                    ]
                },
            }
        ],
    },
}
ROUTE: dict[str, Any] = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "HTTPRoute",
    **HEAD,
    "spec": {
        "parentRefs": [{"name": "public", "namespace": "infra"}],
        "hostnames": ["hooks.example.com"],
        "rules": [{"backendRefs": [{"name": "el-a", "port": 8080}]}],
    },
}
PORTS: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    **HEAD,
    "spec": {"ports": [{"name": "http", "port": 80}, {"name": "https", "port": 443}]},
}
ACCOUNT: dict[str, Any] = {"apiVersion": "v1", "kind": "ServiceAccount", **HEAD}
ALL = [BINDING, GRANT, OPEN, ROUTE, PORTS, ACCOUNT]


def changed(document: dict[str, Any], change: Change) -> dict[str, Any]:
    made = copy.deepcopy(document)
    change(made)
    return made


@pytest.mark.parametrize("document", ALL, ids=lambda each: each["kind"])
def test_fine_ones_are_taken(document: dict[str, Any]) -> None:
    assert examine(document).findings == []


def rule(route: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = route["spec"]["rules"][0]
    return found


def path(ingress: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = ingress["spec"]["rules"][0]["http"]["paths"][0]
    return found


IN_PATH = ("spec", "rules", 0, "http", "paths", 0)


@pytest.mark.parametrize(
    ("document", "change", "code", "at"),
    [
        (GRANT, lambda it: it["rules"][0].pop("verbs"), "FLOW438", ("rules", 0)),
        (GRANT, lambda it: it["rules"][0].update(nonResourceURLs=["/x"]), "FLOW438", ("rules", 0, "nonResourceURLs")),
        (GRANT, lambda it: it["rules"][0].update(verb=[]), "FLOW201", ("rules", 0, "verb")),
        (BINDING, lambda it: it.pop("roleRef"), "FLOW438", ()),
        (BINDING, lambda it: it["roleRef"].update(kind="role"), "FLOW438", ("roleRef", "kind")),
        (BINDING, lambda it: it["subjects"][0].update(kind="Account"), "FLOW438", ("subjects", 0, "kind")),
        (BINDING, lambda it: it["subjects"][0].update(apiGroup=API), "FLOW438", ("subjects", 0, "apiGroup")),
        (BINDING, lambda it: it["metadata"].update(name="a/b"), "FLOW204", ("metadata", "name")),
        (OPEN, lambda it: it["spec"].pop("rules"), "FLOW439", ("spec",)),
        (OPEN, lambda it: it["spec"]["rules"][0].update(host="10.0.0.1"), "FLOW439", ("spec", "rules", 0, "host")),
        (OPEN, lambda it: it["spec"]["rules"][0].update(host="Example.com"), "FLOW439", ("spec", "rules", 0, "host")),
        (OPEN, lambda it: it["spec"]["tls"][0].update(secretName="T_S"), "FLOW439", ("spec", "tls", 0, "secretName")),
        (OPEN, lambda it: path(it).pop("pathType"), "FLOW439", IN_PATH),
        (OPEN, lambda it: path(it).update(pathType="prefix"), "FLOW439", (*IN_PATH, "pathType")),
        (OPEN, lambda it: path(it).update(path="a"), "FLOW439", (*IN_PATH, "path")),
        (OPEN, lambda it: path(it)["backend"]["service"].pop("port"), "FLOW439", (*IN_PATH, "backend", "service")),
        (ROUTE, lambda it: rule(it)["backendRefs"][0].pop("port"), "FLOW440", ("spec", "rules", 0, "backendRefs", 0)),
        (ROUTE, lambda it: it["spec"].update(hostnames=["a:8080"]), "FLOW440", ("spec", "hostnames", 0)),
        (ROUTE, lambda it: it["spec"]["parentRefs"].append({"name": "public", "namespace": "infra"}), "FLOW440", ("spec", "parentRefs", 1)),
        (ROUTE, lambda it: rule(it).update(filters=[{"type": "URLRewrite"}]), "FLOW440", ("spec", "rules", 0, "filters", 0)),
        (ROUTE, lambda it: rule(it)["backendRefs"][0].update(weight=-1), "FLOW440", ("spec", "rules", 0, "backendRefs", 0, "weight")),
        (ROUTE, lambda it: rule(it).update(matches=[{"path": {"value": "a"}}]), "FLOW440", ("spec", "rules", 0, "matches", 0, "path", "value")),
        (PORTS, lambda it: it["spec"]["ports"][1].pop("name"), "FLOW441", ("spec", "ports", 1)),
        (PORTS, lambda it: it["spec"]["ports"][1].update(port=80), "FLOW441", ("spec", "ports", 1)),
        (PORTS, lambda it: it["spec"].update(type="Internal"), "FLOW441", ("spec", "type")),
        (PORTS, lambda it: it["spec"].update(type="ExternalName"), "FLOW441", ("spec",)),
        (ACCOUNT, lambda it: it["metadata"].update(name="A"), "FLOW204", ("metadata", "name")),
        (ACCOUNT, lambda it: it.update(imagePullSecret=[]), "FLOW201", ("imagePullSecret",)),
    ],
    ids=range(28),
)  # fmt: skip
def test_refused(document: dict[str, Any], change: Change, code: str, at: tuple[int | str, ...]) -> None:
    found = examine(changed(document, change)).findings
    assert [(each.code, each.path) for each in found] == [(code, at)]
    assert all(each.hint for each in found)


@pytest.mark.parametrize(
    ("document", "change", "told"),
    [
        (GRANT, lambda it: it["rules"][0]["verbs"].append("delete"), ("right", ("pipelineruns.tekton.dev",))),
        (GRANT, lambda it: it["rules"].append({"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}), ("right", ("secrets",))),
        (BINDING, lambda it: it["subjects"].append({"kind": "Group", "name": "all"}), ("subject", ("Group", "all"))),
        (BINDING, lambda it: it["roleRef"].update(name="admin"), ("role", ())),
        (OPEN, lambda it: it["spec"]["tls"][0].update(secretName="new"), ("certificate", ("hooks.example.com",))),
        (OPEN, lambda it: path(it)["backend"]["service"].update(name="el-b"), ("address", ("hooks.example.com", "/a"))),
        (ROUTE, lambda it: it["spec"]["hostnames"].append("x.example.com"), ("host", ("x.example.com",))),
        (ROUTE, lambda it: it["spec"]["parentRefs"][0].update(sectionName="http"), ("gateway", ("infra/public",))),
    ],
    ids=range(8),
)  # fmt: skip
def test_a_difference_says_what_it_is_about(
    document: dict[str, Any], change: Change, told: tuple[str, tuple[str, ...]]
) -> None:
    found = compare([document], [changed(document, change)])
    assert [(each.subject.kind, each.subject.path, each.impact.name) for each in found] == [(*told, "BEHAVIOURAL")]


def test_a_host_that_is_another_moves_its_addresses() -> None:
    moved = changed(OPEN, lambda it: it["spec"]["rules"][0].update(host="x.example.com"))
    found = {(each.subject.kind, each.subject.path) for each in compare([OPEN], [moved])}
    assert found == {("address", ("hooks.example.com", "/a")), ("address", ("x.example.com", "/a"))}


def test_rules_of_a_role_that_say_the_same_are_no_difference() -> None:
    one = changed(GRANT, lambda it: it["rules"][0].update(verbs=["create", "get"]))
    two = changed(GRANT, lambda it: it["rules"].append({**it["rules"][0], "verbs": ["get"]}))
    assert compare([one], [two]) == []


def test_a_rule_whose_lists_multiply_is_told_as_it_stands() -> None:
    many = {field: [f"x{index}" for index in range(2000)] for field in ("apiGroups", "resources", "resourceNames")}
    one = changed(GRANT, lambda it: it["rules"][0].update(many))
    two = changed(one, lambda it: it["rules"][0]["verbs"].append("delete"))
    assert compare([one], [two])
    assert len(compare([one], [two])) < 10


def test_who_is_referred_to_is_applied_first() -> None:
    order = [KINDS.index(each) for each in (SERVICE_ACCOUNT, ROLE, ROLE_BINDING, INGRESS)]
    assert order == sorted(order)
