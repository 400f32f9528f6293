"""Values of a run that are too long for a process: told before it begins, with their size."""

from __future__ import annotations

import errno
import subprocess
from typing import Any

import pytest

from flowdsl.diagnostics import FlowError
from flowdsl.kube.conventions import ARGUMENT_MOST
from flowdsl.library.lengths import check_lengths

LONG = "x" * (ARGUMENT_MOST - len("A=") - 1)


def documents(step: dict[str, Any], value: Any, *, task_param: Any = "$(params.x)", default: Any = None) -> list[Any]:
    declared = {"name": "x", "type": "array" if isinstance(value, list) else "string"}
    spec = {"params": [{**declared, "default": default} if default else declared], "steps": [{"name": "s", **step}]}
    call = {"name": "t", "taskRef": {"name": "one"}, "params": [{"name": "x", "value": task_param}]}
    task = {"apiVersion": "tekton.dev/v1", "kind": "Task", "metadata": {"name": "one"}, "spec": spec}
    run = {"params": [{"name": "x", "value": value}], "pipelineSpec": {"params": [declared], "tasks": [call]}}
    return [task, {"apiVersion": "tekton.dev/v1", "kind": "PipelineRun", "metadata": {"name": "r"}, "spec": run}]


def told(documents: list[Any]) -> list[str]:
    try:
        check_lengths(documents[1], documents)
    except FlowError as error:
        return [each.message for each in error.diagnostics if each.code == "FLOW074"]
    return []


def env(value: str) -> dict[str, Any]:
    return {"env": [{"name": "A", "value": value}]}


@pytest.mark.parametrize("more", [0, 1])
def test_the_limit_is_that_of_linux(more: int) -> None:
    value = LONG + "x" * more
    assert bool(told(documents(env("$(params.x)"), value))) == bool(more)
    if not more:
        subprocess.run(["/bin/true"], env={"A": value}, check=True)
        return
    with pytest.raises(OSError, match="too long") as caught:
        subprocess.run(["/bin/true"], env={"A": value}, check=True)
    assert caught.value.errno == errno.E2BIG


@pytest.mark.parametrize(
    ("step", "value", "words"),
    [
        (env("$(params.x)"), LONG + "x", "the variable A would have 131,072 bytes (131,070 of them param x)"),
        (env('$(params["x"])$(params.x)'), "é" * 40_000, "the variable A would have 160,002 bytes (80,000 of them"),
        ({"command": ["a", "--b=$(params.x)"]}, LONG + "xx", "an argument would have 131,075 bytes"),
        ({"args": ["$(params.x[*])"]}, ["a", LONG + "xxx"], "an argument would have 131,072 bytes (131,073"),
        ({"script": "echo $(params.x)"}, "x" * 100_000, "its scripts would have 133,340 bytes once encoded for Tekton"),
    ],
    ids=["variable", "twice", "command", "array", "script"],
)
def test_what_is_too_long_is_told_with_its_size(step: dict[str, Any], value: Any, words: str) -> None:
    given = ["$(params.x[*])"] if isinstance(value, list) else "$(params.x)"
    found = told(documents(step, value, task_param=given))
    assert len(found) == 1
    assert found[0].startswith(f"task 't': {words}")


def test_a_value_of_the_pipelines_own_counts_and_one_that_is_replaced_does_not() -> None:
    assert told(documents(env("$(params.x)"), "y", task_param=LONG + "x"))
    assert not told(documents(env("$(params.x)"), "y", default=LONG + "x"))
    assert not told(documents(env("$(params.other)"), LONG + "x"))
    assert not told(documents({"args": ["$(params.x[*])"]}, ["x" * 100_000] * 3, task_param=["$(params.x[*])"]))
