"""Scripts that decide conditions: what they write and say, also where the task fails or its values are no numbers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flowdsl import File, diff, manifest, matches, otherwise, pipeline, pipeline_run, task, when
from flowdsl.api import Pipeline
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.compiler.manifest import compile_manifest
from flowdsl.differ import render
from flowdsl.kube.conventions import CONDITIONS_SHOWN
from flowdsl.library.explaining import explain

IMAGE = "python:3.12-slim"


@task(image=IMAGE)
def tell(what: str) -> None:
    print(what)


def task_of(made: Pipeline[..., Any], name: str) -> dict[str, Any]:
    """The Task that a pipeline's task of this name refers to."""
    found: list[Any] = list(compile_pipeline(made, CompileOptions()).documents)
    (spec,) = [each["spec"] for each in found if each["kind"] == "Pipeline"]
    (wanted,) = [each["taskRef"]["name"] for each in spec["tasks"] if each["name"] == name]
    return next(each for each in found if each["kind"] == "Task" and each["metadata"]["name"] == wanted)


def run_script(
    made: dict[str, Any], folder: Path, **given: str
) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """The step's script with its variables, and the results that it wrote."""
    step = made["spec"]["steps"][0]
    environment = {"PATH": "/usr/bin:/bin", **given}
    for each in step["env"]:
        found = re.fullmatch(r"\$\(results\.(.*)\.path\)", each["value"])
        environment.setdefault(each["name"], str(folder / found[1]) if found else each["value"])
    script = folder / "script.py"
    script.write_text(step["script"], encoding="utf-8")
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=False)
    names = [each["name"] for each in made["spec"]["results"]]
    return done, {name: (folder / name).read_text() for name in names if (folder / name).exists()}


@task(image=IMAGE)
def fails(how: str = "raise") -> float:
    import sys

    if how == "exit":
        sys.exit(0)
    if how == "raise":
        raise ValueError(how)
    return float(how)


@pytest.mark.parametrize(
    ("how", "limit", "decided_1", "said"),
    [
        ("0.5", "0.4", "true", "result > limit holds (result = 0.5; limit = 0.4)"),
        ("0.5", "0.5", "false", "result > limit does not hold (result = 0.5; limit = 0.5)"),
        ("nan", "0.5", "false", "result > limit does not hold (result is 'nan')"),
        ("0.5", "much\x1b[31m", "false", "limit is 'much\\x1b[31m'"),
        ("0.5", "", "false", "limit is ''"),
        ("raise", "0.4", "false", ""),
        ("exit", "0.4", "false", ""),
    ],
)
def test_the_script_decides_and_says_why(how: str, limit: str, decided_1: str, said: str, tmp_path: Path) -> None:
    @pipeline
    def sample(limit: float = 0.5) -> None:
        with when(fails() > limit):
            tell("x")

    made = task_of(sample, "fails")
    done, results = run_script(made, tmp_path, PARAM_HOW=how, PARAM_FLOWDSL_GIVEN_1=limit)
    assert results["decided-1"] == decided_1
    assert said.replace("\\", "\\\\") in done.stderr or said in done.stderr
    assert "\x1b" not in done.stderr
    assert (done.returncode == 0) == (how != "raise")


def test_the_results_share_their_room_with_what_is_decided(tmp_path: Path) -> None:
    @task(image=IMAGE)
    def writes(size: int = 3900) -> str:
        return "x" * size

    @pipeline
    def sample() -> None:
        with when(matches(writes(), "x+")):
            tell("x")

    made = task_of(sample, "writes")
    assert run_script(made, tmp_path, PARAM_SIZE="3000")[1]["decided-1"] == "true"
    done, _ = run_script(made, tmp_path, PARAM_SIZE="3900")
    assert done.returncode == 1
    assert "bytes with what is decided of them" in done.stderr


class Made(NamedTuple):
    data: File
    size: int


@task(image=IMAGE)
def make(words: list[str]) -> Made:
    path = Path("out.txt")
    path.write_text(" ".join(words))
    return Made(path, len(words))


def test_files_and_lists_of_a_task_that_decides_are_as_before() -> None:
    @pipeline
    def sample() -> None:
        made = make(["a", "b"])
        with when(made.size >= 2):
            tell("x")

    step = task_of(sample, "make")["spec"]["steps"][0]
    assert step["args"] == ["--flowdsl-array=words", "$(params.words[*])"]
    assert step["script"].count("def _flowdsl_arrays(") == 1


def test_explain_and_the_graph_tell_conditions_as_they_were_written() -> None:
    @pipeline
    def sample(limit: float = 0.9) -> None:
        with when(fails() > limit):
            tell("x")

    (told,) = [each for each in explain(sample)["tasks"] if each["name"] == "tell"]
    assert [each["why"] for each in told["waitsFor"]] == ["runs or not by fails.result > limit"]
    (node,) = [each for each in compile_pipeline(sample).graph.nodes if each.name == "tell"]
    assert node.when == ("fails.result > limit",)


def test_a_manifest_has_the_task_that_decides_before_its_pipeline() -> None:
    @pipeline
    def sample(limit: float = 0.9) -> None:
        with when(fails() > limit, limit < 1):
            tell("x")

    run = pipeline_run(sample, name="embedded", embed=True)
    found: list[Any] = list(compile_manifest(manifest(fails, sample, run)).documents)
    names = [each["metadata"]["name"].rsplit("-", 1)[0] for each in found]
    assert names == ["fails", "fails", "decide", "sample", "embedded"]


def test_diff_tells_a_condition_as_it_was_written_and_hides_nothing() -> None:
    def at(limit: float) -> list[Any]:
        @pipeline
        def sample() -> None:
            with when(fails() > limit):
                tell("x")
            with otherwise():
                tell.with_options(name="aside")("x")

        return list(compile_pipeline(sample, CompileOptions()).documents)

    told = render.as_text(diff(at(0.9), at(0.95)))
    assert 'when of tell: ["fails.result > 0.9"] -> ["fails.result > 0.95"]' in told
    assert 'when of aside: ["not_(fails.result > 0.9)"] -> ["not_(fails.result > 0.95)"]' in told
    assert "param flowdsl-given-1 given to fails: 0.9 -> 0.95" in told
    assert "Task fails-" not in told
    # Who writes one thing into the annotation and another into the condition is seen to.
    spoiled = json.loads(json.dumps(at(0.9)))
    (made,) = [each for each in spoiled if each["kind"] == "Pipeline"]
    made["spec"]["tasks"][1]["when"][0]["operator"] = "notin"
    assert "not_(fails.result > 0.9)" in render.as_text(diff(at(0.9), spoiled))
    made["metadata"]["annotations"] = {CONDITIONS_SHOWN: "[[[{"}
    assert "$(tasks.fails.results.decided-1)" in render.as_text(diff(at(0.9), spoiled))


class Named(NamedTuple):
    decided_1: list[str]
    size: int


@task(image=IMAGE)
def named() -> Named:
    return Named(["mine"], 3)


def test_a_result_of_the_users_keeps_its_name(tmp_path: Path) -> None:
    @pipeline
    def sample() -> None:
        found = named()
        with when(found.size > 2):
            tell("x")
        with when(found.size < 2):
            tell("y")

    done, results = run_script(task_of(sample, "named"), tmp_path, PARAM_FLOWDSL_GIVEN_1="2", PARAM_FLOWDSL_GIVEN_2="2")
    assert done.returncode == 0, done.stderr
    assert results == {"decided_1": '["mine"]', "size": "3", "decided-2": "true", "decided-3": "false"}
