"""One reading of numbers: the command line, a task's script and what decides conditions take the same texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flowdsl import isin, pipeline, task, when
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.decide.wire import decided, decisions_of, number_of
from flowdsl.diagnostics import FlowError
from flowdsl.frontend.encode import Mismatch, decode_text
from flowdsl.frontend.script.runtime.inputs import _flowdsl_float, _flowdsl_int
from flowdsl.ir.types import FLOAT, INTEGER

# What a text is as an int and as a float; None where it is none.
TEXTS: list[tuple[str, int | None, float | None]] = [
    ("30", 30, 30.0),
    ("+030", 30, 30.0),
    (" 30 ", 30, 30.0),
    ("-0", 0, 0.0),
    ("0.50", None, 0.5),
    ("-0.0", None, 0.0),
    ("5e-1", None, 0.5),
    (".5", None, 0.5),
    ("1_0", None, None),
    ("1_0.5", None, None),
    ("\u0663", None, None),
    ("\u0663.5", None, None),
    ("\uff11", None, None),
    ("", None, None),
    ("0x10", None, None),
    ("1,5", None, None),
    ("9" * 401, None, None),
]


@pytest.mark.parametrize(("text", "whole", "number"), TEXTS)
def test_a_text_is_the_same_number_everywhere(text: str, whole: int | None, number: float | None) -> None:
    for spec, kind, wanted, script in (
        (INTEGER, "int", whole, _flowdsl_int),
        (FLOAT, "float", number, _flowdsl_float),
    ):
        assert number_of(text, kind) == wanted
        if wanted is None:
            with pytest.raises(Mismatch, match=f"expected {kind}, got"):
                decode_text(text, spec)
            if len(text) < 400 or kind == "int":
                with pytest.raises(SystemExit):
                    script("x", text)
        else:
            written = decode_text(text, spec)
            assert isinstance(written, str)
            assert number_of(written, kind) == wanted
            assert script("x", text) == wanted


@task(image="python:3.12-slim")
def measure() -> float:
    return 0.5


@task(image="python:3.12-slim")
def use() -> None:
    print("used")


@pipeline
def equal(limit: float = 0.5) -> None:
    with when(measure() == 0.5):
        use()
    with when(limit != 0.0):
        use()


@pytest.mark.parametrize(("text", "half", "not_zero"), [
    ("0.5", True, True),
    ("0.50", True, True),
    ("5e-1", True, True),
    ("0.0", False, False),
    ("-0.0", False, False),
    ("0", False, False),
    ("nan", False, False),
])  # fmt: skip
def test_floats_are_equal_by_value_and_not_by_text(text: str, half: bool, not_zero: bool) -> None:
    documents: list[Any] = list(compile_pipeline(equal, CompileOptions()).documents)
    specs = {each["metadata"]["name"]: each["spec"] for each in documents if each["kind"] == "Task"}
    (pipe,) = [each["spec"] for each in documents if each["kind"] == "Pipeline"]
    found = []
    for each in pipe["tasks"]:
        values = {f"param.{param['name']}": param["value"] for param in each.get("params", ())}
        texts = {name: text if value == "$(params.limit)" else value for name, value in values.items()}
        decisions = decisions_of(specs[each["taskRef"]["name"]])
        found += [decided(one, {"result.result": text, **texts})[0] for one in decisions]
    assert found == [half, not_zero]


@pytest.mark.parametrize("text", ["1_0", "\u0663", "0.5.0"])
def test_set_refuses_what_others_would_not_read(text: str) -> None:
    with pytest.raises(FlowError, match="expected float"):
        compile_pipeline(equal, CompileOptions(params={"limit": text}))


@task(image="python:3.12-slim")
def count(steps: int = 1) -> int:
    return steps


HUGE: list[tuple[str, Callable[[float], object], str]] = [
    ("<", lambda value: value < 10**400, "a whole number of about 400 digits can't be compared by size"),
    ("reflected", lambda value: value < 10**5000, "a whole number of about 5000 digits can't be compared by size"),
    ("==", lambda value: value == 10**400, "a whole number of about 400 digits can't be compared"),
    ("!=", lambda value: value != -(10**5000), "a whole number of about 5000 digits can't be compared"),
    ("isin", lambda value: isin(value, 1, 10**5000), "a whole number of about 5000 digits can't be compared"),
    ("+", lambda value: value + 10**400 > 1, "a whole number of about 400 digits can't be computed with"),
    ("nan", lambda value: value == float("nan"), "float nan can't be compared"),
]


@pytest.mark.parametrize(("compared", "message"), [row[1:] for row in HUGE], ids=[row[0] for row in HUGE])
def test_a_number_that_no_float_holds_is_refused_where_it_stands(
    compared: Callable[[float], bool], message: str
) -> None:
    @pipeline
    def sample() -> None:
        with when(compared(measure())):
            use()

    with pytest.raises(FlowError) as error:
        compile_pipeline(sample, CompileOptions())
    assert [(each.code, each.message) for each in error.value.diagnostics] == [("FLOW036", message)]


def test_an_argument_that_no_script_reads_is_refused() -> None:
    @pipeline
    def sample() -> None:
        count(10**5000)

    with pytest.raises(FlowError, match="expected a whole number of at most 400 digits"):
        compile_pipeline(sample, CompileOptions())
