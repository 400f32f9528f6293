"""Lint of what starts runs: told where an event would come to nothing, quiet where it would not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lint_support import told

CODES = ("FLOW350", "FLOW351", "FLOW352", "FLOW353", "FLOW354", "FLOW355", "FLOW356")
SIGNED = {"ref": {"name": "github"}, "params": [{"name": "secretRef", "value": {"secretName": "a", "secretKey": "b"}}]}
BINDING = {"params": [{"name": "revision", "value": "$(body.after)"}]}


def text(*documents: dict[str, Any]) -> str:
    return "\n---\n".join(map(json.dumps, documents))


def document(kind: str, name: str, spec: dict[str, Any], version: str = "v1beta1") -> dict[str, Any]:
    return {"apiVersion": f"triggers.tekton.dev/{version}", "kind": kind, "metadata": {"name": name}, "spec": spec}


def run(value: str, name: str = "sonic", **param: Any) -> dict[str, Any]:
    """A template whose run uses the param revision."""
    made = {
        "apiVersion": "tekton.dev/v1",
        "kind": "PipelineRun",
        "metadata": {"generateName": "r-"},
        "spec": {"pipelineRef": {"name": "p"}, "params": [{"name": "a", "value": value}]},
    }
    return document("TriggerTemplate", name, {"params": [{"name": "revision", **param}], "resourcetemplates": [made]})


def trigger(*interceptors: dict[str, Any], version: str = "v1beta1", **spec: Any) -> dict[str, Any]:
    whole = {"bindings": [], "template": {"ref": "sonic"}, "interceptors": [SIGNED, *interceptors], **spec}
    return document("Trigger", "push", whole, version)


def cel(filter_: str = "", *overlays: Any) -> dict[str, Any]:
    params = [{"name": "filter", "value": filter_}] if filter_ else []
    return {
        "ref": {"name": "cel"},
        "params": [*params, *([{"name": "overlays", "value": [*overlays]}] if overlays else [])],
    }


def asked(name: str, param: str, value: Any) -> dict[str, Any]:
    return {"ref": {"name": name}, "params": [{"name": param, "value": value}]}


def listener(*interceptors: dict[str, Any], **more: Any) -> dict[str, Any]:
    trigger = {"template": {"ref": "sonic"}, "interceptors": [*interceptors]}
    return document("EventListener", "sonic", {"triggers": [trigger], **more})


FORMER_CEL = {"cel": {"filter": "body.x ==", "overlays": [{"key": "a", "expression": "body.y"}]}}
FORMER_SIGNED = {"github": {"secretRef": {"secretName": "a", "secretKey": "b"}}}
TOLD: list[tuple[str, list[dict[str, Any]]]] = [
    ("FLOW350", [trigger(cel("this is ( not CEL"))]),
    ("FLOW350", [trigger(cel("payload.ref == 'x'"))]),
    ("FLOW350", [trigger(cel("body.ref.startswith('x')"))]),
    ("FLOW350", [trigger(cel("", {"key": "a", "expression": "first(body.x"}))]),
    ("FLOW350", [trigger(FORMER_CEL, version="v1alpha1")]),
    (
        "FLOW350",
        [
            document(
                "EventListener",
                "sonic",
                {"triggerGroups": [{"interceptors": [cel("a")], "triggerSelector": {"labelSelector": {}}}]},
            )
        ],
    ),
    ("FLOW351", [trigger(asked("github", "eventType", ["push"]))]),
    ("FLOW351", [trigger(asked("gitlab", "eventTypes", "Push Hook"))]),
    ("FLOW351", [trigger(asked("bitbucket", "secretRef", {"secretName": "a"}))]),
    ("FLOW351", [trigger(asked("github", "addChangedFiles", {"enabled": True, "personalAccessToken": {}}))]),
    ("FLOW351", [trigger(asked("github", "githubOwners", True))]),
    ("FLOW351", [trigger(asked("cel", "filter", ["a"]))]),
    ("FLOW351", [trigger(asked("cel", "overlays", {"key": "a"}))]),
    ("FLOW351", [trigger(cel("", {"key": "a"}))]),
    ("FLOW352", [listener()]),
    ("FLOW352", [listener(asked("github", "eventTypes", ["push"]))]),
    ("FLOW352", [listener(cel("body.x == 'y'"))]),
    ("FLOW352", [trigger(interceptors=[])]),
    ("FLOW353", [document("TriggerBinding", "push", {"params": [{"name": "a", "value": "$(body.x"}]})]),
    ("FLOW353", [document("ClusterTriggerBinding", "push", {"params": [{"name": "a", "value": "$(payload.x)"}]})]),
    ("FLOW353", [trigger(bindings=[{"name": "a", "value": "$()"}])]),
    ("FLOW354", [trigger(bindings=[{"ref": "psuh"}]), document("TriggerBinding", "push", BINDING)]),
    ("FLOW354", [trigger(template={"ref": "other"}), run("x")]),
    ("FLOW354", [trigger(), document("EventListener", "sonic", {"triggers": [{"triggerRef": "pull"}]})]),
    ("FLOW355", [trigger(), run("$(tt.params.revision)")]),
    ("FLOW355", [trigger(bindings=[{"name": "revison", "value": "x"}]), run("$(tt.params.revision)")]),
    ("FLOW355", [trigger(template={"spec": run("$(tt.params.revision)")["spec"]})]),
    (
        "FLOW356",
        [
            trigger(bindings=[{"ref": "push"}, {"name": "revision", "value": "x"}]),
            document("TriggerBinding", "push", BINDING),
        ],
    ),
]


@pytest.mark.parametrize(("code", "documents"), TOLD, ids=[f"{code}-{i}" for i, (code, _) in enumerate(TOLD)])
def test_told(code: str, documents: list[dict[str, Any]]) -> None:
    assert {found for _, found in told({"start.yaml": text(*documents)}, *CODES)} == {code}


QUIET: list[list[dict[str, Any]]] = [
    [trigger(cel("header.match('X-GitHub-Event', 'push') && has(body.ref) && body.commits.all(c, c.id != '')"))],
    [trigger(cel("math.greatest(1, 2) == 2 && requestURL.parseURL().path == '/'", {"key": "a", "expression": "body"}))],
    [trigger(asked("own", "filter", "no ( CEL"))],
    [trigger(asked("github", "addChangedFiles", {"enabled": True}))],
    [trigger(FORMER_SIGNED, version="v1alpha1", interceptors=[FORMER_SIGNED])],
    [listener(SIGNED)],
    [listener(cel("header.canonical('X-Token').compareSecret('key', 'name')"))],
    [listener({"ref": {"name": "own", "kind": "NamespacedInterceptor"}})],
    [document("EventListener", "sonic", {"triggers": [{"triggerRef": "elsewhere"}]})],
    [
        trigger(interceptors=[]),
        document(
            "EventListener",
            "sonic",
            {"triggerGroups": [{"interceptors": [SIGNED], "triggerSelector": {"labelSelector": {}}}]},
        ),
    ],
    [document("TriggerBinding", "push", {"params": [{"name": "a", "value": "x$(body.a[?(@.b == 1)].c)-$(context.eventID)"}]})],
    [document("TriggerBinding", "push", {"params": [{"name": "a", "value": "$({.header.X-Y}) $(extensions.a)"}]})],
    [trigger(), run("$(tt.params.revision)", default="main")],
    [trigger(), run("x")],
    [trigger(bindings=[{"ref": "push"}]), run("$(tt.params.revision)"), document("TriggerBinding", "push", BINDING)],
    # What the binding gives that is elsewhere, nobody knows.
    [trigger(bindings=[{"ref": "elsewhere"}]), run("$(tt.params.revision)")],
]  # fmt: skip


@pytest.mark.parametrize("documents", QUIET, ids=range(len(QUIET)))
def test_quiet(documents: list[dict[str, Any]]) -> None:
    assert told({"start.yaml": text(*documents)}, *CODES) == []


def test_a_template_of_another_folder_has_its_bindings_beside_it() -> None:
    found = told(
        {
            "a/start.yaml": text(trigger(bindings=[{"ref": "push"}])),
            "a/template.yaml": text(run("$(tt.params.revision)")),
            "a/push.yaml": text(document("TriggerBinding", "push", BINDING)),
            "b/push.yaml": text(document("TriggerBinding", "push", {"params": [{"name": "other", "value": "x"}]})),
        },
        *CODES,
    )
    assert found == []
