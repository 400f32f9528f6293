"""Tekton Triggers' kinds: our verdict beside that of its webhook's own code, on mutants of documents that use much."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mutants import mutant
from oracle import admit, defaulted

from flowdsl.check.examine import examine
from flowdsl.kinds.defaults import with_defaults

pytestmark = pytest.mark.usefixtures("admission")

EACH = 250
# As in test_mutated_documents. A field that is there twice, in two cases and with a wrong type the first time, is one.
ALLOWED = 1
RUN = {
    "apiVersion": "tekton.dev/v1",
    "kind": "PipelineRun",
    "metadata": {"generateName": "sonic-"},
    "spec": {"params": [{"name": "revision", "value": "$(tt.params.revision)"}], "nonsense": 1},
}
TEMPLATE = {"params": [{"name": "revision", "default": "main"}], "resourcetemplates": [RUN]}
INTERCEPTORS: list[dict[str, Any]] = [
    {"ref": {"name": "github", "kind": "ClusterInterceptor"}, "params": [{"name": "eventTypes", "value": ["push"]}]},
    {"name": "own", "ref": {"name": "cel"}, "params": [{"name": "filter", "value": "body.x == 1"}]},
    {
        "webhook": {
            "objectRef": {"apiVersion": "v1", "kind": "Service", "name": "s", "namespace": "n"},
            "header": [{"name": "X-Event", "value": "a"}, {"name": "Y", "value": ["a", "b"]}],
        }
    },
]
FORMER: list[dict[str, Any]] = [
    {"github": {"secretRef": {"secretName": "a", "secretKey": "b"}, "eventTypes": ["push"]}},
    {"cel": {"filter": "body.x == 1", "overlays": [{"key": "a.b", "expression": "body.y"}]}},
    {"ref": {"name": "cel"}, "cel": {"filter": "body.x == 1"}, "gitlab": {}},
]
BINDINGS = [
    {"ref": "push"},
    {"ref": "all", "kind": "ClusterTriggerBinding"},
    {"name": "revision", "value": "$(body.after)"},
]
POD = {
    "serviceAccountName": "a",
    "nodeSelector": {"a": "b"},
    "tolerations": [{"key": "a", "operator": "Exists"}],
    "containers": [
        {
            "resources": {"limits": {"cpu": "1"}},
            "env": [
                {"name": "TLS_CERT", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}},
                {"name": "TLS_KEY", "valueFrom": {"secretKeyRef": {"name": "a", "key": "c"}}},
            ],
        }
    ],
}
DEPLOYMENT = {"replicas": 1, "serviceType": "ClusterIP", "spec": {"template": {"spec": POD}}}
CUSTOM = {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "spec": {"template": {"spec": POD}, "own": [1]}}


def document(kind: str, spec: Any, version: str = "v1beta1") -> dict[str, Any]:
    api = f"triggers.tekton.dev/{version}"
    return {"apiVersion": api, "kind": kind, "metadata": {"name": "x"}, "spec": copy.deepcopy(spec)}


def of_version(version: str, interceptors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    whole = {"bindings": BINDINGS, "interceptors": interceptors, "name": "push", "template": {"ref": "sonic"}}
    triggers = [whole, {"triggerRef": "push"}, {"template": {"spec": TEMPLATE}, "serviceAccountName": "a"}]
    return [
        document("EventListener", {"serviceAccountName": "a", "triggers": triggers}, version),
        document("EventListener", {"triggers": triggers, "resources": {"kubernetesResource": DEPLOYMENT}}, version),
        document("EventListener", {"labelSelector": {}, "resources": {"customResource": CUSTOM}}, version),
        document("Trigger", {**whole, "template": {"spec": TEMPLATE}}, version),
        document("TriggerTemplate", TEMPLATE, version),
        document(
            "TriggerBinding",
            {"params": [{"name": "a", "value": "$(body.a)-$(body.b)"}, {"name": "b", "value": ""}]},
            version,
        ),
        document("ClusterTriggerBinding", {"params": [{"name": "a", "value": "$(header.X)"}]}, version),
    ]


GROUP = {
    "name": "g",
    "interceptors": INTERCEPTORS,
    "triggerSelector": {"labelSelector": {"matchLabels": {"a": "b"}}, "namespaceSelector": {"matchNames": ["n"]}},
}
CLIENT = {"caBundle": "YQ==", "service": {"name": "a", "namespace": "b", "port": 8443, "path": "x"}}
SEEDS = [
    *of_version("v1beta1", INTERCEPTORS),
    *of_version("v1alpha1", INTERCEPTORS + FORMER),
    document("EventListener", {"triggerGroups": [GROUP], "namespaceSelector": {"matchNames": ["n"]}}),
    document("ClusterInterceptor", {"clientConfig": CLIENT}, "v1alpha1"),
    document("Interceptor", {"clientConfig": {"url": "https://a.b:1/c?d#e"}}, "v1alpha1"),
]


def differing(documents: list[dict[str, Any]]) -> list[str]:
    found = []
    for each, verdict in zip(documents, admit(documents), strict=True):
        ours = examine(each, pitfalls=False)
        # What metadata holds is read by the API server, which this oracle has not.
        foreign = not each["metadata"].keys() <= {"name", "generateName", "labels"}
        if ours.accepted != verdict.accepted and not foreign:
            errors = [f"{f.code} {f.where}: {f.message}" for f in ours.findings if f.severity == "error"]
            found.append(f"Tekton: {verdict.message or 'accepted'}\n  we: {errors or 'accepted'}\n  {each}")
    return found


def test_as_they_are_all_are_accepted() -> None:
    assert [verdict.message for verdict in admit(SEEDS)] == [""] * len(SEEDS)
    assert differing(SEEDS) == []


@settings(max_examples=6)
@example(seed=1)
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_mutants_of_triggers(seed: int) -> None:
    rng = random.Random(seed)
    wrong = differing([mutant(rng.choice(SEEDS), rng) for _ in range(EACH)])
    assert len(wrong) <= ALLOWED, f"{len(wrong)} of {EACH}:\n" + "\n".join(wrong[:5])


def test_our_defaulting_is_that_of_the_webhook() -> None:
    for each, theirs in zip(SEEDS, defaulted(SEEDS), strict=True):
        theirs.pop("status", None)
        assert with_defaults(each) == with_defaults(theirs)


def test_what_makes_the_webhook_fall_over_is_refused() -> None:
    given = document(
        "Trigger", {"bindings": [], "interceptors": [{"webhook": {}}], "template": {"ref": "t"}}, "v1alpha1"
    )
    (verdict,) = admit([given])
    assert "panics" in verdict.message
    assert differing([given]) == []
