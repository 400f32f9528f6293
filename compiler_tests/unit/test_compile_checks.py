"""Speed never skips a check: whatever document is wrong, of whatever kind, wherever it stands, is refused."""

from __future__ import annotations

import copy
import gc
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from flowdsl import pipeline, task
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.compiler import compile as stages
from flowdsl.compiler.validate import Lowering
from flowdsl.diagnostics import FlowError


@task(image="example.com/a:1", script="true")
def make(given: str) -> str: ...


@task(image="example.com/a:1", script="true")
def make_the_same(given: str) -> str: ...


@pipeline
def sample(name: str = "x") -> None:
    make_the_same(given=make(given=name))


def unknown_field(document: dict[str, Any]) -> str:
    document["spec"]["colour"] = "red"
    return "FLOW201"


def wrong_type(document: dict[str, Any]) -> str:
    document["spec"]["params"] = "none"
    return "FLOW200"


def bad_name(document: dict[str, Any]) -> str:
    document["metadata"].pop("generateName", None)
    document["metadata"]["name"] = "Not A Name"
    return "FLOW204"


def broken(index: int, change: Callable[[dict[str, Any]], str], seen: list[str]) -> Callable[..., list[Any]]:
    lowered = stages._documents

    def documents(*arguments: Any) -> list[Lowering]:
        found = lowered(*arguments)

        def changed() -> dict[str, Any]:
            document = copy.deepcopy(found[index].make())
            seen.append(change(document))
            return document

        return [*found[:index], attrs.evolve(found[index], make=changed), *found[index + 1 :]]

    return documents


@pytest.mark.parametrize("change", [unknown_field, wrong_type, bad_name])
@pytest.mark.parametrize("inline", [False, True])
def test_a_fault_in_any_document_is_found(
    monkeypatch: pytest.MonkeyPatch, inline: bool, change: Callable[[dict[str, Any]], str]
) -> None:
    options = CompileOptions(inline=inline)
    kinds = [document["kind"] for document in compile_pipeline(sample, options).documents]
    assert kinds == ["Pipeline", "PipelineRun"] if inline else ["Task", "Task", "Pipeline", "PipelineRun"]
    for index in range(len(kinds)):
        codes: list[str] = []
        with monkeypatch.context() as patch:
            patch.setattr(stages, "_documents", broken(index, change, codes))
            with pytest.raises(FlowError) as caught:
                compile_pipeline(sample, options)
        assert codes[0] in {item.code for item in caught.value.diagnostics}, (kinds[index], index)


@pytest.mark.parametrize("number", [0, 1])
def test_a_fault_in_any_embedded_task_is_found(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def change(document: dict[str, Any]) -> str:
        document["spec"]["tasks"][number]["taskSpec"]["steps"][0]["args"] = ["$(params.missing)"]
        return "FLOW222"

    codes: list[str] = []
    monkeypatch.setattr(stages, "_documents", broken(0, change, codes))
    with pytest.raises(FlowError) as caught:
        compile_pipeline(sample, CompileOptions(inline=True))
    assert codes == ["FLOW222"]
    assert {"FLOW222"} == {item.code for item in caught.value.diagnostics}


def test_the_garbage_collector_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    states: list[bool] = []
    lowered = stages._documents

    def watched(*arguments: Any) -> list[Lowering]:
        states.append(gc.isenabled())
        return lowered(*arguments)

    monkeypatch.setattr(stages, "_documents", watched)
    assert gc.isenabled()
    compile_pipeline(sample)
    assert states == [False]
    assert gc.isenabled()
    with pytest.raises(FlowError):
        compile_pipeline(sample, CompileOptions(params={"nobody": "x"}))
    assert gc.isenabled()
    gc.disable()
    try:
        compile_pipeline(sample)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_the_caller_has_frozen_stays_frozen() -> None:
    gc.freeze()
    try:
        before = gc.get_freeze_count()
        compile_pipeline(sample)
        assert gc.get_freeze_count() > before // 2 > 0
    finally:
        gc.unfreeze()
    compile_pipeline(sample)
    assert gc.get_freeze_count() == 0
