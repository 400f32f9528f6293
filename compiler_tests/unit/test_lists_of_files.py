"""`list[File]`: what a task that takes one is given, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.diagnostics import FlowError
from flowdsl.library.loading import load_pipeline

HEAD = """\
from pathlib import Path
from flowdsl import *

@task(image="python:3.12-slim")
def part(i: int = 1) -> File: return Path("p")

@task(image="python:3.12-slim")
def folder(i: int = 1) -> Directory: return Path("d")

@task(image="python:3.12-slim")
def text(i: int = 1) -> str: return "t"

@task(image="python:3.12-slim")
def merge(parts: list[File]) -> int: return len(parts)

@task(image="python:3.12-slim")
def collect(parts: tuple[Directory, ...]) -> int: return len(parts)

"""
PIPELINE = '@pipeline{options}\ndef p(assets: Workspace = PVC("assets"), other: Workspace = PVC("other")):\n'


def compiled(source: str, folder: Path) -> tuple[Any, ...]:
    file = folder / "user.py"
    file.write_text(HEAD + source, encoding="utf-8")
    return compile_pipeline(load_pipeline(f"{file}:p"), CompileOptions()).documents


def task_of(call: str, folder: Path, options: str = "") -> tuple[object, Mapping[str, Any], Mapping[str, Any]]:
    """What a call of `merge` or `collect` is given, its workspace, and its Task."""
    found = compiled(PIPELINE.format(options=options) + f"    {call}\n", folder)
    (spec,) = [each["spec"] for each in found if each["kind"] == "Pipeline"]
    (task,) = [each for each in spec["tasks"] if each["name"] in ("merge", "collect")]
    (definition,) = [
        each["spec"] for each in found if each["kind"] == "Task" and each["metadata"]["name"] == task["name"]
    ]
    return task["params"][0]["value"], task["workspaces"][0], definition


PART, SECOND = "$(tasks.part.results.result)", "$(tasks.part-2.results.result)"


@pytest.mark.parametrize(
    ("call", "value", "space"),
    [
        ("merge(part.map(i=[1, 2]))", ["$(tasks.part.results.result[*])"], {"workspace": "files", "subPath": "part"}),
        ("merge([part(i) for i in range(2)])", [f"part/{PART}", f"part-2/{SECOND}"], {"workspace": "files"}),
        ("merge([part()])", [PART], {"workspace": "files", "subPath": "part"}),
        ("merge([])", [], {"workspace": "files"}),
        ("merge([assets / 'a', assets / 'b'])", ["a", "b"], {"workspace": "assets"}),
        ("merge([folder() / 'x', part()])", ["folder/$(tasks.folder.results.result)/x", f"part/{PART}"], None),
        ("collect((folder(1),))", ["$(tasks.folder.results.result)"], {"workspace": "files", "subPath": "folder"}),
    ],
)
def test_what_a_list_of_files_is(call: str, value: list[str], space: Mapping[str, str] | None, tmp_path: Path) -> None:
    given, bound, definition = task_of(call, tmp_path)
    assert given == value
    assert bound == {"name": "parts", **(space or {"workspace": "files"})}
    assert definition["workspaces"] == [{"name": "parts", "readOnly": True}]
    env = {each["name"]: each["value"] for each in definition["steps"][0]["env"]}
    assert [value for name, value in env.items() if name.endswith("_PARTS_DIR")] == ["$(workspaces.parts.path)"]


def test_on_a_claim_that_outlives_the_run_it_sees_what_the_run_made(tmp_path: Path) -> None:
    _, bound, _ = task_of("merge([part(1), part(2)])", tmp_path, options='(files=PVC("runs"))')
    assert bound["subPath"] == "$(context.pipelineRun.uid)"


@pytest.mark.parametrize(
    ("source", "code", "words"),
    [
        (PIPELINE + "    merge([part(), text()])\n", "FLOW005", "parts: File"),
        (PIPELINE + "    merge([folder()])\n", "FLOW005", "parts: File"),
        (PIPELINE + "    merge(folder.map(i=[1]))\n", "FLOW005", "list[File]"),
        (PIPELINE + "    merge(text.map(i=[1]))\n", "FLOW005", "list[File]"),
        (PIPELINE + "    merge(part())\n", "FLOW005", "list[File]"),
        (PIPELINE + "    merge(['x'])\n", "FLOW005", "parts: File"),
        (PIPELINE + "    merge([assets / 'a', other / 'b'])\n", "FLOW005", "several workspaces"),
        ("@pipeline\ndef p(parts: list[File]):\n    merge(parts)\n", "FLOW001", "can't be given"),
        (
            "@task(image='x')\ndef g() -> list[File]: return []\n@pipeline\ndef p():\n    g()\n",
            "FLOW001",
            "Directory that",
        ),
        (
            "@task(image='x')\ndef g(a: list[File] | None): ...\n@pipeline\ndef p():\n    g([])\n",
            "FLOW001",
            "never None",
        ),
        (
            "@task(image='x')\ndef g(a: list[list[File]]): ...\n@pipeline\ndef p():\n    g([])\n",
            "FLOW001",
            "can't cross",
        ),
        ("@task(image='x')\ndef g(a: list[File] = []): ...\n@pipeline\ndef p():\n    g([])\n", "FLOW015", "default"),
    ],
)
def test_what_is_refused(source: str, code: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(FlowError) as caught:
        compiled(source.replace("{options}", ""), tmp_path)
    assert {found.code for found in caught.value.diagnostics} == {code}
    assert words in str([f"{found.message} {found.hint}" for found in caught.value.diagnostics])
