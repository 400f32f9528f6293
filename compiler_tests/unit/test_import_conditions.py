"""Conditions that tasks decide come back from import as they were written, and compile to the very same documents."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from flowdsl import compile as compiled
from flowdsl import load
from flowdsl.decide.wire import Decision
from flowdsl.importer.decided import Asked, Words
from flowdsl.importer.fence import FenceError, checked
from flowdsl.importer.ours import ours_of
from flowdsl.importer.references import Scope
from flowdsl.importer.shapes import Unsupported
from flowdsl.importer.writer import Writer
from flowdsl.library.importing import faithful_module
from flowdsl.library.importing_tried import differing

ROOT = Path(__file__).parents[2]
HEAD = """
from typing import NamedTuple

from flowdsl import *


class Scores(NamedTuple):
    name: str
    score: float
    frames: int
    fit: bool


@task(image="python:3.12-slim")
def judge(seed: int = 1) -> Scores:
    return Scores("n", 0.5, 3, True)


@task(image="python:3.12-slim")
def tell(what: str = "") -> None: ...


@pipeline
def flow(word: str = "high", limit: float = 0.5, most: int = 3, strict: bool = False) -> None:
    a = judge.with_options(name="a")()
    b = judge.with_options(name="b")(2)
"""
CONDITIONS = {
    "a.score > limit": "a.score > limit",
    "a.score >= 0.25": "a.score >= 0.25",
    "a.frames < most": "a.frames < most",
    "a.score == limit": "a.score == limit",
    "a.score != 0.5": "a.score != 0.5",
    "0.25 < a.score": "a.score > 0.25",
    "a.fit & (a.score <= 1)": "a.fit, a.score <= 1",
    "(a.score > limit) | (a.frames == 3)": "(a.score > limit) | (a.frames == 3)",
    "not_((a.score > limit) | a.fit)": "",
    "(a.name == 'x') | matches(a.name, r'v[0-9]+\\.x')": '(a.name == "x") | matches(a.name, "v[0-9]+\\\\.x")',
    "startswith(a.name, 'v', 'w') | isin(word, 'x', 'y')": 'startswith(a.name, "v", "w") | isin(word, "x", "y")',
    "strict | (not_(a.score > limit) | (b.score > limit)) & (a.frames == 3)": (
        "strict | ((not_(a.score > limit) | (b.score > limit)) & (a.frames == 3))"
    ),
    "strict | (a.name == 'x (y)') & not_(a.fit)": 'strict | ((a.name == "x (y)") & not_(a.fit))',
    "a.score - b.score > 0.1": "a.score - b.score > 0.1",
    "a.score <= b.score * (1 + limit)": "a.score <= b.score * (1 + limit)",
    "abs(a.score - limit) < 0.1": "abs(a.score - limit) < 0.1",
    "-a.score / 2 < limit": "-a.score / 2 < limit",
    "median_of(a.score, b.score, limit) > 0.5": "median_of(a.score, b.score, limit) > 0.5",
    "max_(a.score, b.score) - min_(a.score, b.score) < 1": "max_(a.score, b.score) - min_(a.score, b.score) < 1",
    "strict | (limit > 1)": "strict | (limit > 1)",
    "a.frames + most == 4": "a.frames + most == 4",
}


def documents_of(body: str, folder: Path) -> tuple[dict[str, Any], ...]:
    file = folder / "flow.py"
    file.write_text(HEAD + body)
    return tuple(dict(each) for each in compiled(load(file)).documents)


def imported(documents: tuple[dict[str, Any], ...]) -> str:
    written = faithful_module(documents)
    assert not written.kept
    assert not written.lost
    assert differing(written.text, documents) == []
    return written.text


def body_of(text: str) -> str:
    """The pipeline function on one line, without the spaces of its layout."""
    return " ".join(text.partition("def flow(")[2].partition("flow_run =")[0].split())


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_is_what_was_written(condition: str, tmp_path: Path) -> None:
    body = f"    with when({condition}):\n        tell('one')\n    with otherwise():\n        tell.with_options(name='two')()\n"
    documents = documents_of(body, tmp_path)
    text = body_of(imported(documents))
    assert "decided" not in text
    assert "given" not in text
    assert f"with when({CONDITIONS[condition]}): tell(" in text or not CONDITIONS[condition]
    assert 'with otherwise(): tell.with_options(name="two")()' in text, text


BLOCKS = {
    "elif": (
        """
    with when(a.score > limit):
        tell.with_options(name="one")()
    with elif_(a.frames > 1):
        tell.with_options(name="two")()
    with otherwise():
        tell.with_options(name="three")()
""",
        'with when(a.score > limit): tell.with_options(name="one")() '
        'with elif_(a.frames > 1): tell.with_options(name="two")() '
        'with otherwise(): tell.with_options(name="three")()',
    ),
    "nested": (
        """
    with when(word == "x"):
        tell.with_options(name="one")()
        with when(a.score > limit, b.score > limit):
            tell.with_options(name="two")()
        with otherwise():
            tell.with_options(name="three")()
""",
        'with when(word == "x"): tell.with_options(name="one")() '
        'with when(a.score > limit, b.score > limit): tell.with_options(name="two")() '
        'with otherwise(): tell.with_options(name="three")()',
    ),
    "otherwise alone": (
        """
    with when(a.score > limit):
        ...
    with otherwise():
        tell.with_options(name="one")()
""",
        'with when(a.score > limit): ... with otherwise(): tell.with_options(name="one")()',
    ),
    "a number handed on": (
        """
    with when(a.score > limit):
        tell(f"{a.score} of {limit}")
        tell.with_options(name="two")(a.name)
""",
        'tell(what=f"{a.score} of {limit}") tell.with_options(name="two")(what=a.name)',
    ),
    "in finally": (
        """
    with on_finish():
        with when(a.score > limit):
            tell()
""",
        "with on_finish(): with when(a.score > limit): tell()",
    ),
    "over a fan-out": (
        """
    scores = judge.with_options(name="each").map(seed=[1, 2, 3])
    with when(min_(scores.score) > limit):
        tell()
""",
        "with when(min_(each.score) > limit): tell()",
    ),
}


@pytest.mark.parametrize("case", BLOCKS)
def test_blocks(case: str, tmp_path: Path) -> None:
    body, wanted = BLOCKS[case]
    text = body_of(imported(documents_of(body, tmp_path)))
    assert wanted in text, text
    assert "decide" not in text


@pytest.mark.parametrize("name", ["branches", "features"])
def test_goldens_come_back(name: str) -> None:
    golden_comes_back(ROOT / "compiler_tests" / "golden" / f"{name}.yaml")


@pytest.mark.parametrize("name", ["sonic", "speech_quality/flow", "examples/gpu_train_eval", "examples/classifier"])
def test_pipelines_come_back_with_their_gates(name: str) -> None:
    text = golden_comes_back(ROOT / "pipelines" / f"{name}.yaml")
    assert "decided" not in text.rpartition("@pipeline")[2]


def golden_comes_back(path: Path) -> str:
    import yaml

    documents = tuple(each for each in yaml.safe_load_all(path.read_text()) if each)
    written = faithful_module(documents)
    assert not written.lost
    assert differing(written.text, documents) == []
    return written.text


def test_a_changed_condition_of_an_imported_module_is_decided_by_the_same_task(tmp_path: Path) -> None:
    text = imported(documents_of("    with when(a.score > limit):\n        tell()\n", tmp_path))
    file = tmp_path / "again.py"
    file.write_text(text.replace("a.score > limit", "(a.score >= limit) & a.fit").replace("fit: str", "fit: bool"))
    names = [each["metadata"].get("name", "") for each in compiled(load(file)).documents if each["kind"] == "Task"]
    assert not [each for each in names if each.startswith("decide")]
    assert len([each for each in names if each.startswith("judge-")]) == 1


def test_a_script_of_another_release_stays_as_it_is(tmp_path: Path) -> None:
    """What this flowdsl would write otherwise is not written as a condition: the documents count."""
    documents = copy.deepcopy(documents_of("    with when(a.score > limit):\n        tell()\n", tmp_path))
    (task,) = [each for each in documents if each["metadata"].get("name", "").startswith("judge-")]
    task["spec"]["steps"][0]["script"] = task["spec"]["steps"][0]["script"].replace("holds", "is so")
    text = body_of(imported(documents))
    assert 'when(a.decided_1 == "true")' in text


BAD: list[Any] = [
    [],
    "x",
    ["and"],
    [">", 1, 2],
    ["*", ["is", "aaaa"], ["is", 9999999]],
    [">", ["*", ["is", "aaaa"], ["value", "result.score", "float", "score"]], ["is", 1]],
    [">", ["/", ["is", 1], ["is", 0]], ["is", 1]],
    ["true", ["value", "env.HOME", "text", "x"]],
    ["true", ["value", "param.word", "text", "x"]],
    ["in", ["value", "result.name", "text", "x"], ["is", [[]]]],
    ["in", ["value", "result.name", "text", "x"], ["is", None]],
    ["__import__", ["is", "os"]],
    [">", ["value", "param.flowdsl-given-1", "float", "x"], ["is", 1]],
]


@pytest.mark.parametrize("test", BAD, ids=map(str, range(len(BAD))))
def test_what_no_compile_writes_is_no_condition(test: Any) -> None:
    asked = Asked("a", Decision("decided-1", "shown", test), {"flowdsl-given-1": "1_000"})
    with pytest.raises(Unsupported):
        Words(Scope(), Writer()).guard(asked, opposite=False)


def test_a_condition_of_many_levels_is_no_condition() -> None:
    test: Any = ["true", ["value", "result.fit", "bool", "fit"]]
    for _ in range(500):
        test = ["not", test]
    with pytest.raises(Unsupported):
        Words(Scope(), Writer()).guard(Asked("a", Decision("d", "", test), {}), opposite=False)


def test_a_hostile_condition_leaves_the_documents_as_they_are(tmp_path: Path) -> None:
    documents = copy.deepcopy(documents_of("    with when(a.score > limit):\n        tell()\n", tmp_path))
    (task,) = [each for each in documents if each["metadata"].get("name", "").startswith("judge-")]
    env = task["spec"]["steps"][0]["env"]
    (row,) = [each for each in env if each["name"] == "FLOWDSL_CONDITIONS"]
    for text in ("", "[", json.dumps([["decided-1", "x", BAD[4]]]), json.dumps([["decided-1", "x", {"a": 1}]])):
        row["value"] = text
        written = faithful_module(tuple(documents))
        assert not written.lost
        assert differing(written.text, tuple(documents)) == []


@pytest.mark.parametrize(
    "code",
    ["NAME * 99999", '"a" * 99999', "f(x=['a'] * 9999)", "2 * 3", "f'{a}' * 3", "pipeline * 2", "a ** 2", "a << 9"],
)
def test_the_fence_computes_with_values_of_the_run_alone(code: str) -> None:
    module = "from flowdsl import pipeline, when\nNAME = 'x'\n@pipeline()\ndef f(a: float) -> None:\n"
    checked(module + "    with when(a * 2 > 1):\n        ...\n")
    with pytest.raises(FenceError):
        checked(module + f"    with when({code}):\n        ...\n")


def test_an_odd_document_has_no_conditions_of_ours(tmp_path: Path) -> None:
    documents = documents_of("    with when(a.score > limit):\n        tell()\n", tmp_path)
    for odd in (
        {},
        {"metadata": None},
        {"metadata": {}},
        {"metadata": {"name": "x"}, "spec": {"steps": [3], "tasks": [3]}},
    ):
        for kind in ("Task", "Pipeline"):
            made: dict[str, Any] = {"apiVersion": "tekton.dev/v1", "kind": kind, **odd}
            found = ours_of([*documents, made])
            assert list(found.documents)[-1] == made


def test_documents_of_others_have_no_conditions_of_ours() -> None:
    made = {"apiVersion": "tekton.dev/v1", "kind": "Pipeline", "metadata": {"name": "p"}, "spec": {"tasks": []}}
    assert not ours_of([made]).flows
