"""One use of a task that is a single step, and the name that a use gives its Task."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl import Step, Task, manifest, pipeline, task
from flowdsl.compiler import compile_pipeline
from flowdsl.compiler.manifest import compile_manifest
from flowdsl.diagnostics import FlowError


@task(image="python:3.12-slim", memory="2Gi")
def train(x: int = 1) -> int:
    return x


@task(steps=[Step(name="work", image="i", script="true", cpu="1", env={"A": "1", "B": "$(A)"})])
def one_step() -> None: ...


def tasks(use: Any) -> dict[str, Any]:
    @pipeline
    def flow() -> None:
        use()

    documents: Any = compile_pipeline(flow).documents
    return {each["metadata"]["name"]: each for each in documents if each["kind"] == "Task"}


def test_a_use_of_a_task_that_is_one_step_is_for_that_step() -> None:
    asked: dict[str, Any] = {"image": "j", "memory": "2Gi", "gpu": 2, "env": {"N": "0", "B": "2", "C": "$(B)"}}
    (found,) = tasks(lambda: one_step.with_options(**asked)()).values()
    (step,) = found["spec"]["steps"]
    assert (step["name"], step["image"]) == ("work", "j")
    assert step["computeResources"]["limits"] == {"cpu": "1", "memory": "2Gi", "nvidia.com/gpu": "2"}
    assert [each["name"] for each in step["env"]] == ["A", "N", "B", "C"]
    assert found["metadata"]["name"].startswith("one-step-image-memory-2gi-gpu-2-env-")


def test_a_use_names_its_task() -> None:
    big = train.with_options(variant="train-large", memory="8Gi", labels={"size": "large"})
    found = tasks(lambda: (big(), big.with_options(retries=2)(), train()))
    assert list(found) == ["train-large", "train"]
    assert found["train-large"]["metadata"]["labels"]["size"] == "large"
    assert list(tasks(lambda: big.with_options(gpu=2)())) != ["train-large"]


def test_two_uses_of_one_name_are_told() -> None:
    for other in (train, train.with_options(variant="x", gpu=3)):
        named = train.with_options(variant="train" if other is train else "x", gpu=2)
        with pytest.raises(FlowError, match="FLOW012"):
            tasks(lambda named=named, other=other: (other(), named()))


def test_a_variant_of_a_verbatim_task_says_what_it_is_of_unless_it_is_named() -> None:
    whole = task(verbatim=True, image="i", script="true", annotations={"a": "b"})(one_step.function)
    notes = [
        compile_manifest(manifest(each)).documents[0]["metadata"]["annotations"]
        for each in (whole.with_options(cpu="1"), whole.with_options(cpu="1", variant="other"))
    ]
    assert notes == [{"flowdsl.dev/variant-of": "one-step", "a": "b"}, {"a": "b"}]


@task(steps=[Step(name="work", image="i", script="true", extra={"computeResources": {}})])
def own_words() -> None: ...


REFUSED: list[tuple[Task[..., Any], dict[str, Any], str, str]] = [
    (one_step, {"packages": ["x"]}, "FLOW032", "task 'one-step' has no step of its own that packages= could be for"),
    (one_step, {"cpu": "x"}, "FLOW014", "cpu='x': 'x' is no quantity"),
    (own_words, {"gpu": 1}, "FLOW032", "has 'computeResources' in extra=, which gpu= would not change"),
]


@pytest.mark.parametrize(("of", "asked", "code", "said"), REFUSED)
def test_what_the_step_cannot_have_is_told_at_the_use(
    of: Task[..., Any], asked: dict[str, Any], code: str, said: str
) -> None:
    with pytest.raises(FlowError) as caught:
        tasks(lambda: of.with_options(**asked)())
    (found,) = caught.value.diagnostics
    assert (found.code, found.file) == (code, "compiler_tests/unit/test_uses_of_a_step.py")
    assert said in found.message
