"""A diff of what starts runs says what it lets through, who may send, and which events start nothing any more."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from flowdsl.differ.compare import compare
from flowdsl.differ.words import label

SIGNED = {"ref": {"name": "github"}, "params": [{"name": "secretRef", "value": {"secretName": "a", "secretKey": "b"}}]}
FILTER = {"ref": {"name": "cel"}, "params": [{"name": "filter", "value": "body.x == 'y'"}]}
SPEC = {
    "interceptors": [SIGNED, FILTER],
    "bindings": [{"ref": "push"}, {"name": "revision", "value": "$(body.after)"}],
    "template": {"ref": "sonic"},
}


def document(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "triggers.tekton.dev/v1beta1",
        "kind": kind,
        "metadata": {"name": "x"},
        "spec": copy.deepcopy(spec),
    }


TRIGGER = document("Trigger", SPEC)
LISTENER = document("EventListener", {"triggers": [{"name": "push", **SPEC}, {"triggerRef": "nightly"}]})
BINDING = document("TriggerBinding", {"params": [{"name": "a", "value": "$(body.a)"}]})
TEMPLATE = document("TriggerTemplate", {"params": [{"name": "a"}], "resourcetemplates": [{"kind": "A"}]})


def changed(before: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> list[tuple[str, str, str]]:
    after = copy.deepcopy(before)
    change(after["spec"])
    return [(each.change, label(each), each.impact.word) for each in compare([before], [after])]


@pytest.mark.parametrize(
    ("before", "change", "told"),
    [
        (
            TRIGGER,
            lambda spec: spec["interceptors"][1]["params"][0].update(value="true"),
            [("changed", "filter of cel", "behavioural")],
        ),
        (
            TRIGGER,
            lambda spec: spec["interceptors"][0]["params"].clear(),
            [("removed", "signature of github", "behavioural")],
        ),
        (
            TRIGGER,
            lambda spec: spec["interceptors"].reverse(),
            [("changed", "order of interceptors", "behavioural")],
        ),
        (TRIGGER, lambda spec: spec["bindings"].pop(), [("removed", "bound param of revision", "breaking")]),
        (TRIGGER, lambda spec: spec["bindings"].reverse(), []),
        (TRIGGER, lambda spec: spec["template"].update(ref="other"), [("changed", "template", "behavioural")]),
        # What Triggers' defaulting says is no difference.
        (TRIGGER, lambda spec: spec["bindings"][0].update(kind="TriggerBinding"), []),
        (LISTENER, lambda spec: spec["triggers"].pop(), [("removed", "trigger of nightly", "breaking")]),
        (
            LISTENER,
            lambda spec: spec["triggers"][0]["interceptors"][1]["params"][0].update(value="true"),
            [("changed", "filter of push / cel", "behavioural")],
        ),
        (LISTENER, lambda spec: spec.update(serviceAccountName="default"), []),
        (BINDING, lambda spec: spec["params"].clear(), [("removed", "bound param of a", "breaking")]),
        (TEMPLATE, lambda spec: spec["params"][0].update(default="x"), [("changed", "template param of a", "behavioural")]),
    ],
    ids=range(12),
)  # fmt: skip
def test_what_a_change_of_a_start_means(
    before: dict[str, Any], change: Callable[[dict[str, Any]], object], told: list[tuple[str, str, str]]
) -> None:
    assert changed(before, change) == told


@pytest.mark.parametrize("gone", [TRIGGER, LISTENER, TEMPLATE], ids=lambda each: each["kind"])
def test_a_start_that_is_gone_is_breaking(gone: dict[str, Any]) -> None:
    assert [(each.change, each.impact.word) for each in compare([gone], [])] == [("removed", "breaking")]


SECRET = {"name": "hook", "key": "secret"}
FILTERED = {"data": [{"path": "body.ref", "type": "string", "value": ["main"]}]}
RUN = {"template": {"name": "run", "conditions": "push", "k8s": {"source": {"resource": {"kind": "PipelineRun"}}}}}
WAITS = {"name": "push", "eventSourceName": "x", "eventName": "push", "filters": FILTERED}
SENSOR = {**document("Sensor", {"dependencies": [WAITS], "triggers": [RUN]}), "apiVersion": "argoproj.io/v1alpha1"}
SOURCE = {
    **document("EventSource", {"webhook": {"push": {"endpoint": "/", "port": "1", "authSecret": SECRET}}}),
    "apiVersion": "argoproj.io/v1alpha1",
}


@pytest.mark.parametrize(
    ("before", "change", "told"),
    [
        (
            SENSOR,
            lambda spec: spec["dependencies"][0].pop("filters"),
            [("removed", "filter of push", "behavioural")],
        ),
        (
            SENSOR,
            lambda spec: spec["dependencies"][0]["filters"]["data"][0]["value"].append("dev"),
            [("changed", "filter of push", "behavioural")],
        ),
        (
            SENSOR,
            lambda spec: spec["dependencies"][0].update(transform={"jq": ".body"}),
            [("added", "transform of push", "behavioural")],
        ),
        (
            SENSOR,
            lambda spec: spec["triggers"].pop(),
            [
                ("removed", "condition of run", "behavioural"),
                ("removed", "template of run", "behavioural"),
                ("removed", "trigger of run", "breaking"),
            ],
        ),
        (
            SENSOR,
            lambda spec: spec["triggers"][0]["template"]["k8s"].update(operation="patch"),
            [("changed", "template of run", "behavioural")],
        ),
        (
            SOURCE,
            lambda spec: spec.pop("webhook"),
            [("removed", "event of push", "breaking"), ("removed", "signature of push", "behavioural")],
        ),
        (
            SOURCE,
            lambda spec: spec["webhook"]["push"].pop("authSecret"),
            [("removed", "signature of push", "behavioural")],
        ),
        (SOURCE, lambda spec: spec["webhook"]["push"].update(port="2"), [("changed", "event of push", "behavioural")]),
    ],
)
def test_what_a_change_of_argo_events_means(
    before: dict[str, Any], change: Callable[[dict[str, Any]], object], told: list[tuple[str, str, str]]
) -> None:
    assert sorted(changed(before, change)) == sorted(told)
