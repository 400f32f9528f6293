"""What a request starts by Argo Events, as the laptop plays it: held to the records of Argo Events' own code elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from event_payloads import SENDERS

from flowdsl import Pipeline, bucket, event, pipeline, push, schedule, task, webhook
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.diagnostics import FlowError
from flowdsl.emit import emit_yaml
from flowdsl.events.argo import script as written
from flowdsl.events.matching import Event, Verdict
from flowdsl.events.sensor.matching import match
from flowdsl.events.sensor.scripts import ForeignScriptError, read
from flowdsl.events.sink.interceptors import Secrets
from flowdsl.library.inputs import Files
from flowdsl.library.triggering import Request, trigger

SECRET = "s3cret"


@task(image="python:3.12-slim")
def show(branch: str) -> None:
    print(branch)


def made() -> list[dict[str, Any]]:
    @pipeline(
        name="model",
        provider="github",
        on=[
            push("main", params={"branch": event.branch}),
            push("dev", name="dev", params={"branch": event.branch}),
            webhook("published", params={"branch": "published"}),
            schedule("@daily"),
            bucket("weights", endpoint="minio:9000"),
        ],
    )
    def model(branch: str = "main") -> None:
        show(branch)

    assert isinstance(model, Pipeline)
    documents = compile_pipeline(model, CompileOptions(events=("argo",), namespace="ml")).documents
    found: list[dict[str, Any]] = json.loads(json.dumps(documents))
    return found


def sensor(documents: list[dict[str, Any]]) -> dict[str, Any]:
    return next(each for each in documents if each["kind"] == "Sensor")


def played(documents: list[dict[str, Any]], **changes: Any) -> dict[str, Verdict]:
    said, payload, headers = SENDERS["github"]("push")
    given = {
        "url": "/",
        "headers": {"X-GitHub-Event": said, **headers},
        "body": json.dumps(payload).encode(),
        "secrets": Secrets({}, trusted=True),
        **changes,
    }
    found = match(documents, Event(given["body"], tuple(given["headers"].items()), given["url"]), given["secrets"])
    return {each.trigger: each for each in found}


def test_a_push_starts_what_it_is_and_the_others_say_why_they_do_not() -> None:
    found = played(made())
    assert {name: each.outcome for name, each in found.items()} == {
        "push": "starts", "dev": "stopped", "published": "stopped", "schedule": "stopped", "bucket": "stopped",
    }  # fmt: skip
    (run,) = found["push"].documents
    assert run["metadata"]["name"].startswith("model-")
    assert run["spec"]["params"] == [{"name": "branch", "value": "main"}]
    assert found["push"].params == {"branch": "main"}
    assert found["dev"].reason.startswith("the filter is false: ")
    assert "'refs/heads/dev'" in found["dev"].reason or "'dev'" in found["dev"].reason
    assert found["published"].reason == "it comes to /model/published, and this to /"
    assert found["schedule"].reason == "it waits for an event of calendar, and this is a request"
    assert found["bucket"].reason == "it waits for an event of minio, and this is a request"


@pytest.mark.parametrize("url", ["/model/published", "/published", "/published/?a=1"])
def test_a_webhook_comes_to_its_own_address_with_its_token(url: str) -> None:
    secrets = Secrets({("", ""): SECRET})
    given: dict[str, Any] = {"url": url, "body": b"{}", "secrets": secrets}
    right = played(made(), headers={"Authorization": f"Bearer {SECRET}"}, **given)
    assert {name for name, each in right.items() if each.outcome == "starts"} == {"published"}
    wrong = played(made(), headers={"Authorization": "Bearer other"}, **given)
    assert "Authorization" in wrong["published"].reason
    assert not [each for each in wrong.values() if each.outcome == "starts"]


def test_a_wrong_signature_starts_nothing() -> None:
    said, _, headers = SENDERS["github"]("push")
    signed = {"X-GitHub-Event": said, **headers, "X-Hub-Signature-256": f"sha256={'0' * 64}"}
    found = played(made(), headers=signed, secrets=Secrets({("", ""): SECRET}))
    assert found["push"].outcome == "stopped"
    assert "signature" in found["push"].reason


def test_a_body_over_the_limit_of_the_source_starts_nothing() -> None:
    found = played(made(), body=b'{"a": "' + b"x" * 1024 * 1024 + b'"}')
    assert "no more than 1048576 bytes" in found["push"].reason


def test_what_others_wrote_is_left_undecided_and_run_by_nobody() -> None:
    documents = made()
    for script in ("while true do end", "return {flow = {starts = true}}", ""):
        for each in sensor(documents)["spec"]["dependencies"]:
            each["transform"] = {"script": script}
        assert played(documents)["push"].outcome == "undecided", script
    lonely = [each for each in made() if each["kind"] != "EventSource"]
    assert played(lonely)["push"].reason == "the EventSource model is not among the files"


def test_our_library_with_another_end_is_foreign() -> None:
    script = sensor(made())["spec"]["dependencies"][0]["transform"]["script"]
    assert read(script).condition
    for end in ("while true do end\n", "os.execute('x')\n", "-- a\rwhile true do end\n"):
        with pytest.raises(ForeignScriptError):
            read(script + end)
    with pytest.raises(ForeignScriptError):
        read(script.replace("all(", "zz(", 2))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("\nlocal v0 = ", "\nif event.body.forced then return {flow = {starts = false}} end\nlocal v0 = "),
        ("\nlocal v0 = ", "\nevent = nil\nlocal v0 = "),
        (", v0 = v0", ", v0 = 'x'"),
        ("starts = true, ", "starts = true and event.body.ok, "),
        ("\nlocal v0 = ", "\nlocal v7 = 'x'\nlocal v0 = "),
        ('"ref"), 11', '"r\\u0065f"), 11'),  # an escape of JSON's; to Lua it is the text ru0065f
    ],
)
def test_a_line_more_or_another_one_makes_a_script_of_ours_anothers(ours: str, theirs: str) -> None:
    documents = made()
    waits = sensor(documents)["spec"]["dependencies"][0]["transform"]
    head, sign, tail = waits["script"].rpartition(ours)
    assert sign, ours
    waits["script"] = head + theirs + tail
    assert played(documents)["push"].outcome == "undecided"


def test_a_long_script_is_read_to_its_end() -> None:
    long = written(f"all(true{', eq(1, 1)' * 40_000})", [])
    assert read(long).condition.count("&&") == 40_000


def test_what_a_comment_says_does_not_count() -> None:
    """Lua ends a line at these two signs alone: no other is one behind which its code could hide."""
    script = sensor(made())["spec"]["dependencies"][0]["transform"]["script"]
    meant, lines = read(script), script.split("\n")
    at = next(number for number, each in enumerate(lines) if each.startswith("-- starts: "))
    for comment in (
        "-- starts: true",
        "-- starts: true\u2028if true ~= true then return {flow = {starts = false}} end",
    ):
        assert read("\n".join([*lines[:at], comment, *lines[at + 1 :]])) == meant
    with pytest.raises(ForeignScriptError):
        read(script.replace("-- starts: ", "-- starts: true\r", 1))


def test_conditions_of_several_dependencies_wait_for_all_of_them() -> None:
    documents = made()
    triggers = sensor(documents)["spec"]["triggers"]
    triggers[0]["template"]["conditions"] = "push && dev"
    found = played(documents)
    assert found["push"].outcome == "stopped"
    assert found["push"].reason.startswith("of what it waits for, push came alone; dev: the filter is false")
    triggers[0]["template"]["conditions"] = "push || (dev && bucket)"
    assert played(documents)["push"].outcome == "starts"
    for wrong in ("push &&", "(push", "push dev", "nobody"):
        triggers[0]["template"]["conditions"] = wrong
        assert played(documents)["push"].outcome == "failed", wrong


@pytest.mark.parametrize(
    "place",
    ["spec.nothing.0.value", "spec.params.99.value", "", "spec.params.x", "spec.params.²", "spec.params." + 5000 * "9"],
)
def test_a_parameter_that_goes_nowhere_fails(place: str) -> None:
    documents = made()
    sensor(documents)["spec"]["triggers"][0]["template"]["k8s"]["parameters"][0]["dest"] = place
    found = played(documents)["push"]
    assert found.outcome == ("starts" if place.startswith("spec.nothing") else "failed"), found


def test_conditions_that_nest_too_deep_are_left_undecided() -> None:
    documents = made()
    template = sensor(documents)["spec"]["triggers"][0]["template"]
    template["conditions"] = 30 * "(" + "push" + 30 * ")"
    assert played(documents)["push"].outcome == "starts"
    template["conditions"] = 100_000 * "(" + "push" + 100_000 * ")"
    found = played(documents)["push"]
    assert (found.outcome, found.reason) == ("undecided", "it nests too deep to be decided here")


def test_the_command_plays_yaml_of_argo_events(tmp_path: Path) -> None:
    file = tmp_path / "model.argo.yaml"
    file.write_bytes(emit_yaml(made()))
    found = trigger(Files((str(file),)), Request(happening="push"))
    assert [each.trigger for each in found if each.outcome == "starts"] == ["push"]
    (tmp_path / "none.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    with pytest.raises(FlowError) as caught:
        trigger(Files((str(tmp_path / "none.yaml"),)), Request(happening="push"))
    assert "no EventListener and no Sensor" in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        "dependencies: 5",
        "dependencies: [5]",
        "dependencies: [{name: a, filters: 7}]",
        "triggers: [{template: {k8s: 3}}]",
    ],
)
def test_a_sensor_of_another_shape_is_told_as_lint_tells_it(wrong: str, tmp_path: Path) -> None:
    file = tmp_path / "sensor.yaml"
    file.write_text(
        f"apiVersion: argoproj.io/v1alpha1\nkind: Sensor\nmetadata: {{name: a}}\nspec:\n  {wrong}\n", encoding="utf-8"
    )
    with pytest.raises(FlowError) as caught:
        trigger(Files((str(file),)), Request(happening="push"))
    assert all(each.code.startswith("FLOW") and each.location for each in caught.value.diagnostics)


@pytest.mark.parametrize("run", ["a text", {"spec": "a text"}, {"spec": {"params": "x"}}, {"spec": {"params": [5]}}])
def test_what_a_sensor_creates_may_have_any_shape(run: Any) -> None:
    documents = made()
    sensor(documents)["spec"]["triggers"][0]["template"]["k8s"]["source"]["resource"] = run
    assert played(documents)["push"].outcome in ("failed", "undecided")
