"""Different tasks of one name get the names of their modules in front, without being asked."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from flowdsl.cli import main

PREPARE = """
from flowdsl import task


@task(image="python:3.12-slim")
def prepare() -> str:
    return {text!r}
"""
FLOW = """
from flowdsl import pipeline, task

from .features import {first}
from .{other} import {second}


@task(image="python:3.12-slim")
def both(a: str, b: str) -> str:
    print("both:", a, b)
    return a + b


@pipeline
def flow() -> dict[str, str]:
    return {{"joined": both({a}(), {b}())}}
"""


def project(folder: Path, **words: str) -> None:
    (folder / "pyproject.toml").write_text("[project]\nname = 'shop'\nversion = '1'\n")
    shop = folder / "shop"
    (shop / "deep").mkdir(parents=True)
    (shop / "__init__.py").write_text("")
    (shop / "deep" / "__init__.py").write_text("")
    (shop / "features.py").write_text(PREPARE.format(text="features"))
    (shop / "labels.py").write_text(PREPARE.format(text="labels"))
    (shop / "deep" / "features.py").write_text(PREPARE.format(text="deep"))
    (shop / "flow.py").write_text(FLOW.format(**words))


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (
            {"other": "labels", "first": "prepare", "second": "prepare as of_labels", "a": "prepare", "b": "of_labels"},
            {"features-prepare", "labels-prepare", "both"},
        ),
        (
            {"other": "deep.features", "first": "prepare", "second": "prepare as deep", "a": "prepare", "b": "deep"},
            {"shop-features-prepare", "deep-features-prepare", "both"},
        ),
        (  # one task imported twice is one task
            {"other": "features", "first": "prepare", "second": "prepare as again", "a": "prepare", "b": "again"},
            {"prepare", "both"},
        ),
    ],
    ids=["two modules", "modules of one name", "one task under two names"],
)
def test_names_of_tasks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: dict[str, str], names: set[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    project(tmp_path, **words)
    assert main(["compile", "shop/flow.py"]) == 0
    documents = list(yaml.safe_load_all((tmp_path / "shop/flow.yaml").read_text()))
    assert {each["metadata"]["name"] for each in documents if each["kind"] == "Task"} == names
    used = {each["taskRef"]["name"] for each in documents[-2]["spec"]["tasks"]}
    assert used == names


def test_each_runs_its_own_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    project(tmp_path, other="labels", first="prepare", second="prepare as of_labels", a="prepare", b="of_labels")
    assert main(["run", "shop/flow.py"]) == 0
    assert "both: features labels" in capsys.readouterr().out
