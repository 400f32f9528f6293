"""A compile's work grows as its pipeline does. Counted in calls, which are the same on every machine, not in seconds."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from counted import calls

from flowdsl import Workspace, on_finish, pipeline, task, when
from flowdsl.api import Pipeline
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.emit import emit_yaml


def stage(index: int) -> Any:
    @task(name=f"stage-{index}", image=f"example.com/stage:{index}", memory=f"{index + 1}Mi", script=f"echo {index}")
    def run(given: str) -> str: ...

    return run


def chain(number: int) -> Pipeline:
    stages = [stage(index) for index in range(number)]

    @pipeline(name="chain")
    def whole(first: str = "start") -> None:
        value: Any = first
        for each in stages:
            value = each(given=value)

    return whole


def fan(number: int) -> Pipeline:
    """One task that all others wait for, with conditions, a shared workspace and as many tasks in finally."""
    stages = [stage(index) for index in range(number)]
    last = [stage(number + index) for index in range(number)]

    @task(name="uses", image="example.com/uses:1", script="true")
    def uses(given: str, data: Workspace) -> str: ...

    @pipeline(name="fan")
    def whole(data: Workspace, first: str = "start") -> None:
        root = uses(given=first, data=data)
        with when(root == "go"):
            for each in stages:
                each(given=root)
        with on_finish():
            for each in last:
                each(given=first)

    return whole


def bodies(number: int, folder: Path) -> Pipeline:
    """As many Python functions in one file, each with a helper that all share."""
    lines = [
        "import json",
        "from flowdsl import pipeline, task",
        "def helper(x: str) -> str:",
        "    return json.dumps(x)",
    ]
    for index in range(number):
        lines += [f"@task(image='python:3.12-slim', name='stage-{index}')", f"def stage_{index}(given: str) -> str:"]
        lines += [f"    return helper(given + '{index}')"]
    lines += ["@pipeline", "def whole(first: str = 'x') -> None:", "    value = first"]
    lines += [f"    value = stage_{index}(given=value)" for index in range(number)]
    return load(folder / f"bodies_{number}.py", "\n".join(lines) + "\n").whole  # type: ignore[no-any-return]


def load(file: Path, text: str) -> ModuleType:
    file.write_text(text)
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module


def compiled(made: Pipeline, *, inline: bool = False) -> bytes:
    return emit_yaml(compile_pipeline(made, CompileOptions(inline=inline)).documents)


@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize("shape", [chain, fan])
def test_ten_times_the_tasks_are_ten_times_the_calls(shape: Callable[[int], Pipeline], inline: bool) -> None:
    small, large = shape(20), shape(200)
    compiled(small, inline=inline)  # what loads on first use is not counted
    few = calls(lambda: compiled(small, inline=inline))
    many = calls(lambda: compiled(large, inline=inline))
    assert few > 20 * 50
    assert many <= 10.5 * few


def test_sliced_bodies_too(tmp_path: Path) -> None:
    small, large = bodies(20, tmp_path), bodies(200, tmp_path)
    compiled(bodies(3, tmp_path))
    few, many = calls(lambda: compiled(small)), calls(lambda: compiled(large))
    assert few > 20 * 50
    assert many <= 10.5 * few


def test_the_count_sees_work_that_grows_with_the_square() -> None:
    assert calls(lambda: [len("") for _ in range(20 * 20)]) * 90 < calls(lambda: [len("") for _ in range(200 * 200)])
