"""Conditions on fields of nested data: who decides them, by what, and what such a field can't be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.decide.why import why_not
from flowdsl.decide.wire import FIELDS, Decision, decided, decided_again, decisions_of, read, without_decisions
from flowdsl.diagnostics import FlowError
from flowdsl.library.loading import load_pipeline

HEAD = """\
from dataclasses import dataclass
from typing import NamedTuple
from flowdsl import *

@dataclass(frozen=True)
class Limit:
    at: float = 8.5
    worse: float | None = None
    strict: bool = False
    word: str = "a"

@dataclass(frozen=True)
class Limits:
    lips: Limit = Limit()
    name: str = "x"

class Scores(NamedTuple):
    lips: float
    detail: Limits

@task(image="python:3.12-slim")
def measure() -> Scores: return Scores(7.0, Limits())

@task(image="python:3.12-slim")
def release(text: str = "", many: list[str] = [], size: float = 1.0) -> None: print(text)

@pipeline
def p(limits: Limits = Limits(), known: dict[str, float] = {}, row: list[dict] = [], plain: dict = {}):
    scores = measure()
"""


def documents_of(body: str, folder: Path) -> list[Mapping[str, Any]]:
    file = folder / "user.py"
    file.write_text(HEAD + "".join(f"    {line}\n" for line in body.splitlines()), encoding="utf-8")
    return list(compile_pipeline(load_pipeline(f"{file}:p"), CompileOptions()).documents)


def deciding(condition: str, folder: Path) -> tuple[str, Mapping[str, Any], Mapping[str, str]]:
    """The name of the Task that decides a condition, its spec, and what it is given."""
    found = documents_of(f"with when({condition}):\n    release()", folder)
    (one,) = [each for each in found if each["kind"] == "Task" and decisions_of(each["spec"])]
    name = one["metadata"]["name"]
    (spec,) = [each["spec"] for each in found if each["kind"] == "Pipeline"]
    (task,) = [each for each in spec["tasks"] if each["taskRef"]["name"] == name]
    return name, one["spec"], {each["name"]: each["value"] for each in task.get("params", ())}


def data(**limits: object) -> str:
    return json.dumps({"lips": {"at": 8.5, "worse": None, "strict": False, "word": "a", **limits}, "name": "a"})


def values(given: Mapping[str, str], text: str) -> dict[str, str]:
    """The texts of a run in which everything nested is this one."""
    params = {f"param.{name}": text if value.startswith("$(") else value for name, value in given.items()}
    return {"result.lips": "7.0", "result.detail": text, **params}


@pytest.mark.parametrize(
    ("condition", "by", "holds", "fails"),
    [
        ("scores.lips < limits.lips.at", "measure", {}, {"at": 6}),
        ("scores.lips < scores.detail.lips.at", "measure", {}, {"at": 7}),
        ("scores.lips * (1 + limits.lips.worse) > 7", "measure", {"worse": 0.1}, {}),
        ("limits.lips.strict", "decide", {"strict": True}, {"strict": None}),
        ("not_(limits.lips.strict)", "decide", {}, {"strict": True}),
        ("limits.lips.strict == True", "decide", {"strict": True}, {}),
        ("limits.lips.word == 'a'", "decide", {}, {"word": "b"}),
        ("limits.lips.word != limits.name", "decide", {"word": "b"}, {}),
        ("isin(limits.lips.word, 'a', 'c')", "decide", {"word": "c"}, {"word": "b"}),
        ("matches(limits.lips.word, '[a-c]')", "decide", {}, {"word": "ab"}),
        ("limits.lips.at == 8.5", "decide", {}, {"at": "no number"}),
        ("max_(limits.lips.at, 3) > 4", "decide", {}, {"at": None}),
        ("limits['lips']['at'] > 8", "decide", {}, {"at": 8}),
    ],
)
def test_a_condition_on_a_field(
    condition: str, by: str, holds: Mapping[str, object], fails: Mapping[str, object], tmp_path: Path
) -> None:
    name, spec, given = deciding(condition, tmp_path)
    assert name.startswith(f"{by}-")
    (decision,) = decisions_of(spec)
    assert decided(decision, values(given, data(**holds)))[0]
    assert not decided(decision, values(given, data(**fails)))[0]
    # A record's results are decided again by the same.
    results = [{"name": "lips", "value": "7.0"}, {"name": "detail", "value": data(**fails)}]
    params = {name.partition(".")[2]: text for name, text in values(given, data(**fails)).items()}
    assert decided_again([decision], results, params)[-1]["value"] == "false"
    # What the task makes does not depend on where conditions look.
    (step,) = without_decisions(spec, [decision])["steps"]
    assert FIELDS not in [each["name"] for each in step.get("env", ())]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"lips": {}}', "limits.lips.at is missing, which passes no gate"),
        ("", "limits.lips.at is missing, which passes no gate"),
        ("[" * 100_000, "limits.lips.at is missing, which passes no gate"),
        ('{"lips": {"at": NaN}}', "limits.lips.at is 'NaN', which passes no gate"),
        ('{"lips": {"at": 6}}', "measure.lips is 7, the gate wants < limits.lips.at (6)"),
    ],
)
def test_a_field_that_is_missing_passes_no_gate_and_is_named(text: str, said: str, tmp_path: Path) -> None:
    (decision,) = decisions_of(deciding("scores.lips < limits.lips.at", tmp_path)[1])
    assert why_not(decision, "measure", {"result.lips": "7", "param.flowdsl-given-1": text}) == [said]


def test_a_field_of_a_result_is_named_with_its_task(tmp_path: Path) -> None:
    (decision,) = decisions_of(deciding("scores.lips < scores.detail.lips.at", tmp_path)[1])
    texts = {"result.lips": "9", "result.detail": '{"lips": {"at": 6}}'}
    assert why_not(decision, "gate", texts) == ["gate.lips is 9, the gate wants < gate.detail.lips.at (6)"]


def test_names_that_are_one_to_a_shell_are_two_fields(tmp_path: Path) -> None:
    (decision,) = decisions_of(deciding("known['a.b'] + known['a_b'] > known['A_B']", tmp_path)[1])
    assert len(decision.fields) == 3
    assert decided(decision, {"param.flowdsl-given-1": '{"a.b": 1, "a_b": 2, "A_B": 2.5}'})[0]


@pytest.mark.parametrize("fields", ["x", "[]", '{"field.1": 3}', '{"field.1": [1]}', "[" * 10_000])
def test_fields_that_somebody_changed_decide_nothing(fields: str) -> None:
    assert read('[["decided-1","",["is",1]]]', fields) == ()
    changed = Decision("decided-1", "", ["true", ["value", "field.1", "bool", "x"]], {"field.1": ("param.x", [{}])})
    assert not decided(changed, {"param.x": "{}"})[0]


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("release(limits.lips.word)", "FLOW008", "give the task limits whole"),
        ("release(many=[limits.name, 'b'])", "FLOW008", "give the task limits whole"),
        ("release(many=['b', scores.lips * 2])", "FLOW008", "only a condition can have"),
        ("release(size=limits.lips.at + 1)", "FLOW008", "only a condition can have"),
        ("release(f'{limits.name}')", "FLOW008", "only a condition can look into it"),
        ("release.map(text=[limits.name])", "FLOW008", "give the task limits whole"),
        ("with when(limits.lisp.at > 3):\n    release()", "FLOW008", "did you mean 'lips'?"),
        ("with when(limits.lips.strikt > 3):\n    release()", "FLOW008", "did you mean 'strict'?"),
        ("with when(limits.lips > 3):\n    release()", "FLOW006", "one of its fields: at, worse"),
        ("with when(plain['x'] > 3):\n    release()", "FLOW008", "in a task's body"),
        ("with when(row[0]['x'] > 3):\n    release()", "FLOW008", "in a task's body"),
        ("with when(limits.lips.word > 3):\n    release()", "FLOW036", "declare it"),
        ("with when(limits.lips.at == 'x'):\n    release()", "FLOW006", "never 'x'"),
        ("if limits.lips.strict:\n    release()", "FLOW006", "with when(limits.lips.strict):"),
        ("release()\nreturn {'x': limits.lips.at}", "FLOW015", "not the result"),
    ],
)
def test_what_a_field_can_not_be(body: str, code: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(FlowError) as caught:
        documents_of(body, tmp_path)
    (found,) = caught.value.diagnostics
    assert found.code == code
    assert words in f"{found.message} {found.hint}"
    assert "Field" not in found.message
