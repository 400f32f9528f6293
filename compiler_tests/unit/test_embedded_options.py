"""What one `with_options` of a pipeline says holds for the next."""

from __future__ import annotations

import pytest

from flowdsl import pipeline, task
from flowdsl.compiler import compile_pipeline


@task(image="busybox:1", script="true")
def work() -> None: ...


@pipeline
def inner() -> None:
    work()


@pipeline(alpha=["pipelines-in-pipelines"])
def outer() -> None:
    inner.with_options(embed=True).with_options(name="child", timeout="5m")()


@pipeline(alpha=["pipelines-in-pipelines"])
def told() -> None:
    inner.with_options(embed=True, display_name="The child", on_error="stopAndFail", timeout="5m", retries=2)()


@pipeline
def inlined() -> None:
    inner.with_options(embed=True).with_options(embed=False).with_options(name="child")()


@pytest.mark.parametrize(("which", "names"), [(outer, ["child"]), (inlined, ["child-work"])])
def test_embed_is_kept_until_it_is_said_anew(which: object, names: list[str]) -> None:
    (made,) = [one for one in compile_pipeline(which).documents if one["kind"] == "Pipeline"]
    tasks = made["spec"]["tasks"]
    assert [each["name"] for each in tasks] == names
    assert tasks[0].get("timeout") == ("5m" if which is outer else None)


def test_every_option_of_an_embedded_pipeline_is_written() -> None:
    (made,) = [one for one in compile_pipeline(told).documents if one["kind"] == "Pipeline"]
    (child,) = made["spec"]["tasks"]
    assert {name: child.get(name) for name in ("displayName", "onError", "timeout", "retries")} == {
        "displayName": "The child",
        "onError": "stopAndFail",
        "timeout": "5m",
        "retries": 2,
    }
