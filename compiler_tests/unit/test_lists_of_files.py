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


OPEN = "@pipeline\ndef p(given: list[int] = [1], more: list[int] = []):\n"
MAPPED = """
@task(image="python:3.12-slim")
def polish(clip: File, times: int = 1) -> File: return clip

"""


@pytest.mark.parametrize(
    ("call", "value", "sub_path"),
    [
        ("polish.map(clip=part.map(i=given))", f"{PART[:-1]}[*])", "part"),
        ("polish.map(clip=part.map(i=given), times=[1, 2])", f"{PART[:-1]}[*])", "part"),
        ("polish.map(clip=[part(1), part(2)])", [f"part/{PART}", f"part-2/{SECOND}"], None),
        ("polish.map(clip=part.map(i=given, on_empty='run'))", f"{PART[:-1]}[*])", "part"),
    ],
)
def test_a_fan_out_over_files(call: str, value: object, sub_path: str | None, tmp_path: Path) -> None:
    head = OPEN.replace("):", ', assets: Workspace = PVC("assets")):')
    found = compiled(f"{MAPPED}{head}    merge({call})\n", tmp_path)
    (spec,) = [each["spec"] for each in found if each["kind"] == "Pipeline"]
    tasks = {each["name"]: each for each in spec["tasks"]}
    assert tasks["polish"]["matrix"]["params"][0] == {"name": "clip", "value": value}
    assert tasks["polish"]["workspaces"][0].get("subPath") == sub_path
    assert tasks["merge"]["params"][0]["value"] == ["$(tasks.polish.results.result[*])"]
    assert "decide-polish" not in tasks


@pytest.mark.parametrize(
    "call", ["polish.map(clip=folder.map(i=given))", "polish.map(clip=[text()])", "polish.map(clip=given)"]
)
def test_a_fan_out_over_what_is_no_file(call: str, tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="FLOW005"):
        compiled(f"{MAPPED}{OPEN}    {call}\n", tmp_path)


@pytest.mark.parametrize(
    ("call", "reducers", "results"),
    [
        ("merge(part.map(i=given, on_empty='run'))", {"merge": [f"{PART[:-1]}[*])"], "merge-2": []}, 2),
        ("merge(part.map(i=[1, 2], on_empty='run'))", {"merge": [f"{PART[:-1]}[*])"]}, 1),
        ("merge(part.map(i=[], on_empty='run'))", {"merge": []}, 1),
        ("merge(part.map(i=given, on_empty='skip'))", {"merge": [f"{PART[:-1]}[*])"]}, 1),
    ],
)
def test_where_a_list_is_empty(call: str, reducers: Mapping[str, list[str]], results: int, tmp_path: Path) -> None:
    found = compiled(f"{OPEN}    return {call}\n", tmp_path)
    (spec,) = [each["spec"] for each in found if each["kind"] == "Pipeline"]
    given = {each["name"]: each for each in spec["tasks"]}
    assert {name: given[name]["params"][0]["value"] for name in given if name.startswith("merge")} == reducers
    assert len(spec["results"]) == results
    guards = [each["values"] for name in ("part", *reducers) for each in given.get(name, {}).get("when", ())]
    assert guards == ([["true"]] * 3 if results == 2 else [])


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("merge(part.map(i=list(range(11))))", 1),
        ("merge(part.map(i=list(range(10))))", 0),
        ("return part.map(i=list(range(11)))", 1),
        ("return {'a': part.map(i=list(range(11))), 'b': text()}", 1),
        ("return part.map(i=list(range(10)))", 0),
        ("return [text(i=i) for i in range(11)]", 0),
        ("merge([part(i) for i in range(11)])", 0),
        ("part.map(i=text.map(i=list(range(11))))", 0),
        ("merge(part.map(i=given))", 0),
    ],
)
def test_an_order_that_is_not_that_of_the_list_is_told(call: str, told: int, tmp_path: Path) -> None:
    file = tmp_path / "user.py"
    head = HEAD.replace("def text(i: int = 1) -> str: return", "def text(i: int = 1) -> int: return")
    file.write_text(f"{head}{OPEN}    {call}\n", encoding="utf-8")
    found = compile_pipeline(load_pipeline(f"{file}:p"), CompileOptions()).diagnostics
    assert [each.code for each in found] == ["FLOW056"] * told


def test_a_value_of_the_run_does_not_say_what_becomes_of_an_empty_list(tmp_path: Path) -> None:
    with pytest.raises(FlowError, match=r"FLOW002.* got task 'text'"):
        compiled(f"{OPEN}    merge(part.map(i=given, on_empty=text()))\n", tmp_path)


def test_several_lists_of_one_fan_out_have_a_condition_each(tmp_path: Path) -> None:
    body = "    x = pair.map(i=given, j=more, on_empty='run')\n    tell(x.a)\n    tell(x['b'])\n    tell([*x.a])\n"
    source = """
class Two(NamedTuple):
    a: int
    b: str

@task(image="python:3.12-slim")
def pair(i: int, j: int) -> Two: return Two(i, "x")

@task(image="python:3.12-slim")
def tell(xs: list[str]) -> None: print(xs)

"""
    head = "from typing import NamedTuple\n"
    found = compiled(head + source + OPEN + body.replace("    tell([*x.a])\n", ""), tmp_path)
    (spec,) = [each["spec"] for each in found if each["kind"] == "Pipeline"]
    tasks = {each["name"]: each for each in spec["tasks"]}
    assert [each["input"] for each in tasks["pair"]["when"]] == [
        "$(tasks.decide-pair.results.filled-1)",
        "$(tasks.decide-pair.results.filled-2)",
    ]
    # Either may be empty, and nothing runs twice.
    assert [len(tasks[name]["when"]) for name in ("tell", "tell-2", "tell-3")] == [2, 1, 2]
    for wrong, code in (("pair.map(i=given, j=more, on_empty='run').c", "FLOW009"), ("tell(x)", "FLOW009")):
        with pytest.raises(FlowError, match=code):
            compiled(head + source + OPEN + body.replace("tell(x.a)", wrong), tmp_path)
    with pytest.raises(FlowError, match="FLOW002"):
        compiled(head + source + OPEN + "    pair.map(i=given, j=more, on_empty='no')\n", tmp_path)


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
