"""`on=[...]` of pipelines that a manifest lists: checked as those of a pipeline that is compiled alone."""

from __future__ import annotations

import pytest

from flowdsl import bucket, manifest, pipeline, push, task
from flowdsl.compiler import CompileOptions
from flowdsl.compiler.manifest import compile_manifest
from flowdsl.diagnostics import FlowError
from flowdsl.library.triggering import Request, trigger


@task(image="alpine:3.20", script="#!/bin/sh\necho '{{ revision }}'\n")
def tell(name: str) -> None: ...


@pipeline(provider="github", on=[push("main")])
def told(name: str = "x") -> None:
    tell(name)


@pipeline(provider="github", on=[push("main", params={"nope": "x"})])
def mistaken(name: str = "x") -> None:
    tell(name)


def test_what_pipelines_as_code_would_replace_is_refused_in_a_manifest_too() -> None:
    documents = manifest(tell, told)
    with pytest.raises(FlowError) as caught:
        compile_manifest(documents, CompileOptions(events=("pac",)))
    (found,) = [each for each in caught.value.diagnostics if each.code == "FLOW384"]
    assert "Task tell" in found.message
    assert "FLOW384" not in [each.code for each in compile_manifest(documents).diagnostics]


@pytest.mark.parametrize("events", [(), ("cron",)])
def test_starts_are_checked_whatever_a_manifest_is_compiled_for(events: tuple[str, ...]) -> None:
    with pytest.raises(FlowError) as caught:
        compile_manifest(manifest(tell, mistaken), CompileOptions(events=events, namespace="ml"))
    assert "FLOW362" in [each.code for each in caught.value.diagnostics]


@pipeline(provider="github", on=[push("main"), bucket("models", name="new", endpoint="http://store")])
def stored(name: str = "x") -> None:
    tell(name)


def test_a_start_that_no_event_here_is_for_is_told_of_each_pipeline() -> None:
    found = trigger(manifest(tell, told, stored), Request(happening="push"))
    assert [(each.trigger, each.outcome) for each in found] == [
        ("told-push", "starts"),
        ("stored-push", "starts"),
        ("stored-new", "undecided"),
    ]
