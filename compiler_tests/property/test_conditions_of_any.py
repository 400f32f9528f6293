"""Whoever decides a condition, it is decided as Python would, and `otherwise` is its exact opposite."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from conditions import Values, by_python, conditions, text_of, worlds
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.decide.wire import decided_again, decisions_of
from flowdsl.diagnostics import FlowError, Severity
from flowdsl.kube.conventions import CEL
from flowdsl.library.loading import load_pipeline
from flowdsl.machine.when import allows

SETTINGS = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
SOURCE = """\
from typing import NamedTuple
from flowdsl import *

class Measured(NamedTuple):
    a: float
    b: float
    n: int
    ok: bool
    label: str

@task(image="python:3.12-slim")
def measure() -> Measured: return Measured(0.0, 0.0, 0, True, "")

@task(image="python:3.12-slim")
def tell(what: str) -> None: print(what)

@pipeline
def p(limit: float = 0.5, count: int = 1, flag: bool = True, branch: str = "main"):
    s, t = measure(), measure()
    with when({condition}):
        tell.with_options(name="yes")("yes")
    with otherwise():
        tell.with_options(name="no")("no")
"""
REFERENCE = re.compile(r"\$\((?:tasks\.([^.]+)\.results|params)\.([^()]+)\)")


def compiled(condition: str, folder: Path, alpha: frozenset[str] = frozenset()) -> tuple[dict[str, Any], ...]:
    file = folder / "user.py"
    file.write_text(SOURCE.replace("{condition}", condition), encoding="utf-8")
    sys.modules.pop("_flowdsl_user", None)
    return compile_pipeline(load_pipeline(str(file)), CompileOptions(alpha=alpha)).documents


def played(documents: tuple[dict[str, Any], ...], world: Values) -> dict[str, bool]:
    """Which of the guarded tasks run, when the tasks give these results, as our own code and Tekton's rules have it."""
    specs = {each["metadata"]["name"]: each["spec"] for each in documents if each["kind"] == "Task"}
    (pipeline,) = [each["spec"] for each in documents if each["kind"] == "Pipeline"]
    params = {name: text_of(value) for name, value in world["params"].items()}
    results: dict[str, dict[str, str]] = {}

    def filled(text: str) -> str:
        return REFERENCE.sub(lambda found: results[found[1]][found[2]] if found[1] else params[found[2]], text)

    ran = {}
    for entry in sorted(pipeline["tasks"], key=lambda each: ("measure" not in each["name"], "when" in each)):
        guards = [
            {**each, **{name: filled(each[name]) for name in ("input", "cel") if name in each}}
            | ({"values": [filled(value) for value in each["values"]]} if "values" in each else {})
            for each in entry.get("when", [])
        ]
        ran[entry["name"]] = allows(guards)
        spec = specs[entry["taskRef"]["name"]]
        own = {"measure": world["s"], "measure-2": world["t"]}.get(entry["name"], {})
        rows = [{"name": name, "value": text_of(value)} for name, value in own.items()]
        given = {each["name"]: filled(each["value"]) for each in entry.get("params", [])}
        decided = decided_again(decisions_of(spec), rows, given)
        results[entry["name"]] = {each["name"]: each["value"] for each in decided}
    return ran


def outcomes(
    condition: str, folder: Path, worlds: Iterable[Values], alpha: frozenset[str] = frozenset()
) -> list[dict[str, bool]]:
    """Which of the guarded tasks run in each world. One that a compile says can never run (FLOW045) runs in none."""
    try:
        documents = compiled(condition, folder, alpha)
    except FlowError as error:
        (found,) = [each for each in error.diagnostics if each.severity is Severity.ERROR]
        assert found.code == "FLOW045"
        dead = found.message.split()[2]
        return [{"yes": dead != "yes", "no": dead != "no"} for _ in worlds]
    return [played(documents, each) for each in worlds]


@SETTINGS
@given(conditions, st.lists(worlds, min_size=1, max_size=4))
def test_a_condition_is_decided_as_python_decides_it(tmp_path: Path, condition: str, several: list[Values]) -> None:
    for world, ran in zip(several, outcomes(condition, tmp_path, several), strict=True):
        assert ran["yes"] != ran["no"]
        answer = by_python(condition, world)
        assert answer is None or ran["yes"] == answer


@SETTINGS
@example(
    "((s.label == 'a') & (s.label == 'b'))",
    {
        "s": {"a": 0.0, "b": 0.0, "n": 0, "ok": False, "label": "a"},
        "t": {"a": 0.0, "b": 0.0, "n": 0, "ok": False, "label": "a"},
        "params": {"limit": 0.0, "count": 0, "flag": False, "branch": "main"},
    },
)
@given(conditions, worlds)
def test_cel_decides_as_python_does(tmp_path: Path, condition: str, world: Values) -> None:
    (ran,) = outcomes(condition, tmp_path, [world], frozenset({CEL}))
    assert ran["yes"] != ran["no"]
    answer = by_python(condition, world)
    assert answer is None or ran["yes"] == answer


NO_NUMBERS = st.sampled_from(["nan", "NaN", "", "n/a", "1_000", "0x10", "1e", "--1"])


@SETTINGS
@given(conditions, worlds, NO_NUMBERS)
def test_what_is_no_number_passes_no_gate(tmp_path: Path, condition: str, world: Values, text: str) -> None:
    """Where every number of the run is none, only what holds without any of them holds."""
    spoiled: dict[str, Any] = {
        name: {key: text if isinstance(value, float) else value for key, value in values.items()}
        for name, values in world.items()
    }
    (ran,) = outcomes(condition, tmp_path, [spoiled])
    assert ran["yes"] != ran["no"]
    if re.fullmatch(r"\(?(not_\()?\(?[st]\.[ab] (==|!=|<|<=|>|>=) \([^()]*\)\)*", condition):
        assert not ran["yes"]
