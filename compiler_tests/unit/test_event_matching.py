"""Matching here is the sink's, event by event and trigger by trigger, as recorded in `compiler_tests/cluster/events.json`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "cluster"))

from compare_events import differences, recorded

from flowdsl.events.matching import Event, PayloadError, match
from flowdsl.events.sink.interceptors import Secrets
from flowdsl.events.sink.jsonpath import PathError, found
from flowdsl.events.sink.overlays import OverlayError, put

RECORDED = recorded()


def test_there_are_enough() -> None:
    assert len(RECORDED) >= 60
    assert sum(len(each) for each in RECORDED.values() if isinstance(each, dict)) > 500


@pytest.mark.parametrize("name", RECORDED)
def test_an_event_is_what_the_sink_makes_of_it(name: str) -> None:
    assert differences(name, RECORDED[name]) == []


def _listener(**trigger: object) -> list[dict[str, object]]:
    run = {"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "metadata": {"name": "$(tt.params.a)"}}
    template = {"spec": {"params": [{"name": "a"}], "resourcetemplates": [run]}}
    each = {"name": "t", "bindings": [{"name": "a", "value": "x"}], "template": template, **trigger}
    spec = {"triggers": [each]}
    return [
        {"apiVersion": "triggers.tekton.dev/v1beta1", "kind": "EventListener", "metadata": {"name": "l"}, "spec": spec}
    ]


@pytest.mark.parametrize(
    ("trigger", "outcome", "reason"),
    [
        ({"template": {"ref": "gone"}}, "failed", "there is no TriggerTemplate gone"),
        ({"bindings": [{"ref": "gone"}]}, "failed", "there is no TriggerBinding gone"),
        ({"bindings": [{"name": "a", "value": '"'}]}, "failed", "couldn't unmarshal json"),
        ({"bindings": [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]}, "failed", "duplicate param name: a"),
        ({"interceptors": [{"ref": {"name": "ours"}}]}, "undecided", "the interceptor ours is a service"),
        ({"interceptors": [{"webhook": {"objectRef": {}}}]}, "undecided", "is a service of the cluster"),
        ({"interceptors": [{"ref": {"name": "cel"}, "params": [{"name": "filter", "value": "1 == 2"}]}]}, "stopped",
         "the filter is false: 1 == 2"),
    ],
)  # fmt: skip
def test_why_a_trigger_does_not_start(trigger: dict[str, object], outcome: str, reason: str) -> None:
    (verdict,) = match(_listener(**trigger), Event(b"{}"), Secrets({}))
    assert (verdict.outcome, verdict.documents) == (outcome, ())
    assert reason in verdict.reason


def _cel(**params: object) -> dict[str, object]:
    given = [{"name": name, "value": value} for name, value in params.items()]
    return {"interceptors": [{"ref": {"name": "cel"}, "params": given}]}


def _creating(**run: object) -> dict[str, object]:
    return {"template": {"spec": {"resourcetemplates": [{"kind": "A", **run}]}}}


@pytest.mark.parametrize(
    ("trigger", "outcome", "reason"),
    [
        (_cel(overlays=["a"]), "stopped", "failed to parse interceptor params"),
        (_cel(overlays=[{"key": 5, "expression": "1"}]), "stopped", "key is no text"),
        (_cel(overlays=[{"key": "a", "expression": None}]), "stopped", "unexpected end"),
        (_cel(overlays=[{"key": "a", "expression": "[{1: 2}]"}]), "stopped", "a key that is no string"),
        (_cel(overlays=[{"key": ".".join("a" * 3000), "expression": "1"}]), "undecided", "more than 100 parts"),
        (_cel(overlays=[{"key": key, "expression": "[]"} for key in ("a", "a." + "9" * 5000)]), "undecided", "too large"),
        (_creating(metadata="x"), "failed", "metadata of what is created"),
        (_creating(metadata={"labels": ["x"]}), "failed", "a label is no text"),
        ({"template": {"spec": {"resourcetemplates": ["x"]}}}, "failed", "it is no object"),
        (_creating(metadata=None), "starts", ""),
    ],
)  # fmt: skip
def test_what_admission_does_not_look_at_is_no_fault_of_ours(
    trigger: dict[str, object], outcome: str, reason: str
) -> None:
    (verdict,) = match(_listener(**trigger), Event(b"{}"), Secrets({}))
    assert (verdict.outcome, reason in verdict.reason) == (outcome, True), verdict.reason


@pytest.mark.parametrize(
    "wanted",
    [
        {"operator": "Near", "key": "a"},
        {},
        {"operator": "In", "key": "a"},
        {"operator": "Exists", "key": "a", "values": ["b"]},
    ],
)
def test_a_selector_that_kubernetes_can_not_read_stops_the_listener(wanted: dict[str, object]) -> None:
    (listener,) = _listener()
    spec = {"labelSelector": {"matchExpressions": [wanted]}, **listener["spec"]}  # type: ignore[dict-item]
    trigger = {**listener, "kind": "Trigger", "spec": listener["spec"]["triggers"][0]}  # type: ignore[index]
    (verdict,) = match([{**listener, "spec": spec}, trigger], Event(b"{}"), Secrets({}))
    assert verdict.outcome == "failed"
    assert "select" in verdict.reason


def test_a_form_of_too_many_fields_is_left_undecided() -> None:
    (listener,) = _listener(**_cel(filter="true"))
    listener = {**listener, "metadata": {"name": "l", "annotations": {"tekton.dev/payload-validation": "false"}}}
    form = (("Content-Type", "application/x-www-form-urlencoded"),)
    (verdict,) = match([listener], Event(b"a=1&" * 10_001, form), Secrets({}))
    assert (verdict.outcome, "too many fields" in verdict.reason) == ("undecided", True)


@pytest.mark.parametrize("depth", range(150, 1000, 50))
def test_a_deep_event_ends_in_a_verdict_or_is_refused(depth: int) -> None:
    body = '{"a":' + "[" * depth + "]" * depth + "}"
    trigger = {
        **_cel(overlays=[{"key": "b", "expression": "body.a"}]),
        "bindings": [{"name": "a", "value": "$(body.a)"}],
    }
    try:
        (verdict,) = match(_listener(**trigger), Event(body.encode()), Secrets({}))
    except PayloadError:
        return
    assert verdict.outcome in {"starts", "undecided", "failed", "stopped"}


def test_a_signature_is_checked_where_the_secret_is_there_and_trusted_where_that_is_said() -> None:
    reference = {"name": "secretRef", "value": {"secretName": "s", "secretKey": "k"}}
    documents = _listener(interceptors=[{"ref": {"name": "gitlab"}, "params": [reference]}])
    event = Event(b"{}", (("X-Gitlab-Token", "right"),))
    outcomes = [
        match(documents, event, secrets)[0].outcome
        for secrets in (
            Secrets({("s", "k"): "right"}),
            Secrets({("s", "k"): "wrong"}),
            Secrets({}),
            Secrets({}, trusted=True),
        )
    ]
    assert outcomes == ["starts", "stopped", "stopped", "starts"]


def test_a_body_that_no_listener_takes() -> None:
    with pytest.raises(PayloadError):
        match(_listener(), Event(b"[" * 100_000), Secrets({}))


@pytest.mark.parametrize("path", ["a[", "a[?(@.b", "a['b", "a[x]", "a.b", "a b(", "[?(@)", "a" * 10_000])
def test_paths_that_lead_nowhere(path: str) -> None:
    with pytest.raises(PathError):
        found({"c": 1}, path)


def test_overlays_make_what_is_on_the_way() -> None:
    into: dict[str, object] = {}
    for key, value in (("a.b", 1), ("l.1", "x"), ("l.-1", 2), ("d\\.e", 3), ("o.:0", 4), ("a.b.c", 5), ("p|q", 6)):
        put(into, key, value)
    assert into == {"a": {"b": {"c": 5}}, "l": [None, "x", 2], "d.e": 3, "o": {"0": 4}}
    for wrong in ("", "l.x", "l.99999999999"):
        with pytest.raises(OverlayError):
            put(into, wrong, 0)
