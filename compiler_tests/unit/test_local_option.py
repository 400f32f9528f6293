"""`@pipeline(local=...)`: what a run on this machine needs, which leaves no trace in the compiled YAML."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl import LocalRun, Service, pipeline, task
from flowdsl.compiler import compile_pipeline
from flowdsl.frontend.pipeline import Pipeline


@task(image="python:3.12-slim")
def hello(name: str) -> str:
    return f"hello {name}"


def wire(name: str) -> None:
    hello(name)


LOCAL = LocalRun(params={"name": "me"}, services=(Service("store", ("{python}", "-m", "http.server", "{port}")),))


def documents(**options: Any) -> tuple[dict[str, Any], ...]:
    made: Pipeline = pipeline(**options)(wire)
    return compile_pipeline(made).documents


def test_compiling_takes_no_notice_of_it() -> None:
    asked = []
    assert documents() == documents(local=LOCAL) == documents(local=lambda: asked.append(1))
    assert asked == []


@pytest.mark.parametrize("given", [LOCAL, lambda: LOCAL, None])
def test_a_local_run_or_a_function_that_gives_one_is_taken(given: Any) -> None:
    made = pipeline(local=given)(wire)
    assert made.options.local is given
    assert not made.problems.has_errors


def test_anything_else_is_refused() -> None:
    made = pipeline(local={"params": {}})(wire)
    assert [item.code for item in made.problems] == ["FLOW002"]
    assert "LocalRun" in made.problems.items[0].message


def test_secrets_are_not_shown() -> None:
    assert "hunter2" not in repr(LocalRun(secrets={"store": {"key": "hunter2"}}))
