"""What commands know of one use of a task: a diff, an import, a lock, an explanation, a picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flowdsl import Pipeline, import_yaml, load, pipeline, task
from flowdsl.compiler import Compilation, compile_pipeline
from flowdsl.differ import compare, render
from flowdsl.emit import emit_yaml
from flowdsl.library.explaining import explain
from flowdsl.library.importing_tried import differing
from flowdsl.library.locking import needs_of


@task(image="python:3.12-slim", cpu="1", gpu=1, env={"A": "1"}, node_selector={"zone": "a"})
def train(x: int = 1) -> int:
    return x


def compiled(use: Callable[[], object]) -> Compilation:
    @pipeline
    def flow() -> None:
        use()

    return compile_pipeline(flow)


def versions(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    def made(asked: dict[str, Any]) -> Any:
        return compiled(lambda: (train(), train.with_options(**asked)())).documents

    return render.as_text(compare(made(before), made(after))).splitlines()


def test_a_diff_follows_a_use_that_asks_for_something_else() -> None:
    told = versions({"gpu": 2}, {"gpu": 4})
    assert "  ~ name: train-gpu-2 -> train-gpu-4  (behavioural: what a use asks for is another)" in told
    assert any(line.startswith("  ~ resources of train: limits.nvidia.com/gpu 2 -> 4") for line in told)
    assert not any("breaking" in line for line in told)
    assert not any("breaking" in line for line in versions({"gpu": 2}, {}))
    assert versions({"gpu": 2}, {"gpu": 2}) == versions({}, {})


def test_explain_says_what_each_use_asks_for() -> None:
    @pipeline
    def flow() -> None:
        train()
        train.with_options(memory="8Gi", env={"C": "not shown"}, node_selector={"zone": "b"})()

    first, second = explain(flow)["tasks"]
    assert (first["task"], first["asks"]) == ("train", {})
    assert second["asks"] == {"memory": "8Gi", "env": "C", "node_selector": "zone=b"}
    assert second["task"].startswith("train-memory-8gi-env-")


def test_a_picture_shows_what_each_use_has() -> None:
    first, second = compiled(lambda: (train(), train.with_options(gpu=0, cpu="8")())).graph.nodes
    assert (first.gpu, first.cpu) == ("1 × nvidia.com/gpu", "1")
    assert (second.gpu, second.cpu) == ("", "8")


def test_what_is_imported_compiles_to_the_same_variants(tmp_path: Path) -> None:
    found = compiled(lambda: (train(), train.with_options(gpu=2, env={"C": "3"})()))
    (tmp_path / "flow.yaml").write_bytes(emit_yaml(found.documents))
    text = import_yaml(tmp_path / "flow.yaml")
    assert 'train.with_options(\n    gpu=2,\n    env={"C": "3",' in text
    assert "flowdsl.dev/variant-of" not in text  # the compiler says it
    assert differing(text, found.documents) == []


def test_one_use_has_packages_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wanted.txt").write_text("idna==3.7\n")
    (tmp_path / "flow.py").write_text(PACKAGED)
    monkeypatch.chdir(tmp_path)
    flow = load("flow.py")
    assert isinstance(flow, Pipeline)
    assert [(each.wanted.requirements, each.target.python, each.location.line) for each in needs_of(flow)] == [
        (("six",), "3.12", 11),
        (("idna==3.7",), "3.11", 12),
    ]


PACKAGED = """
from flowdsl import pipeline, task

@task(image="python:3.12-slim")
def train(x: int = 1) -> int:
    return x

@pipeline
def flow():
    train()
    train.with_options(packages=["six"])()
    train.with_options(packages="wanted.txt", image="python:3.11-slim")()
"""
