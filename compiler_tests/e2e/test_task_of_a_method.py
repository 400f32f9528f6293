"""Functions that a class has as static methods are tasks, in whichever order the decorators stand."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

import flowdsl
from flowdsl.diagnostics import FlowError

SOURCE = """
from flowdsl import pipeline, task

STEP = 2


class Jobs:
    @task(image="python:3.12-slim")
    @staticmethod
    def more(n: int) -> int:
        return n + STEP

    @staticmethod
    @task(image="python:3.12-slim")
    def less(n: int) -> int:
        return n - STEP

    @staticmethod
    def double(n: int) -> int:
        return n * STEP


double = task(image="python:3.12-slim")(Jobs.double)


@pipeline
def counting(n: int = 5):
    return {"more": Jobs.more(n), "less": Jobs().less(n), "double": double(n)}
"""


def test_static_methods_run_as_tasks(tmp_path: Path) -> None:
    (tmp_path / "methods.py").write_text(SOURCE)
    done = flowdsl.run(flowdsl.load(tmp_path / "methods.py"), folder=tmp_path / "run")
    assert done.results == {"more": "7", "less": "3", "double": "10"}


@pytest.mark.parametrize(("name", "above"), [("self", ""), ("cls", "    @classmethod\n")])
@pytest.mark.parametrize("call", ["Model.fit(n=1)", "Model.fit(1)", "Model().fit(1)"])
def test_a_method_is_told_to_be_a_static_one(tmp_path: Path, call: str, name: str, above: str) -> None:
    body = f"    @task(image='i')\n    def fit({name}, n: int) -> int:\n        return n\n"
    text = f"from flowdsl import pipeline, task\nclass Model:\n{above}{body}@pipeline\ndef p() -> None:\n    {call}\n"
    (tmp_path / "methods.py").write_text(text)
    with pytest.raises(FlowError) as refused:
        flowdsl.compile(flowdsl.load(tmp_path / "methods.py"))
    (told,) = refused.value.diagnostics
    assert told.message == f"Model.fit is a method, and a task has no '{name}'"
    assert "@staticmethod" in told.hint


CALLED = """
from flowdsl import pipeline, task


@task(image="python:3.12-slim")
def fit(n: int) -> None:
    print(n)


@pipeline
def inner(n: int = 2) -> None:
    fit(n)


@pipeline
def outer() -> None:
    """


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("fit(1, 2)", "task 'fit' takes 1 argument by position, got 2"),
        ("fit(1, n=2)", "'n' is given twice"),
        ("inner(1, 2, 3)", "pipeline 'inner' takes 1 argument by position, got 3"),
        ("inner(1, n=2)", "'n' is given twice"),
    ],
)
def test_arguments_that_python_would_not_bind_are_told(tmp_path: Path, call: str, message: str) -> None:
    (tmp_path / "called.py").write_text(f"{CALLED.rstrip(' ')}    {call}\n")
    with pytest.raises(FlowError) as refused:
        flowdsl.compile(flowdsl.load(f"{tmp_path / 'called.py'}:outer"))
    (told,) = refused.value.diagnostics
    assert (told.code, told.message, told.location.line) == ("FLOW003", message, 17)


def test_a_partial_of_what_is_no_function_is_refused_with_what_to_write() -> None:
    with pytest.raises(FlowError, match="got partial of type") as refused:
        flowdsl.task(image="i")(partial(int, base=2))
    assert "call in it what the partial calls" in str(refused.value)


PARTIALS = """
import functools
import operator

from flowdsl import pipeline, task

triple = functools.partial(operator.mul, 3)


def scale(n: int, factor: float, tags: dict[str, int]) -> float:
    return triple(n) * factor + tags["a"]


made = [task(name=f"by-{n}", image="python:3.12-slim")(functools.partial(scale, factor=n / 2, tags={"a": n})) for n in (1, 2)]


@pipeline
def flow() -> dict[str, float]:
    return {f"by-{n}": each(n=2) for n, each in enumerate(made, 1)}
"""


def test_partials_run_as_tasks_and_within_them(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(PARTIALS)
    done = flowdsl.run(flowdsl.load(tmp_path / "flow.py"), folder=tmp_path / "run")
    assert done.results == {"by-1": "4.0", "by-2": "8.0"}


IN_BLOCKS = """
from flowdsl import pipeline, task

made = []
for factor in (2, 3):

    @task(image="python:3.12-slim", name=f"by-{factor}")
    def times(n: int, *, by: int = factor) -> str:
        # Says it on two lines.
        return f'''{n * by}
    {by}'''

    made.append(times)

if made:

    @task(image="python:3.12-slim")
    def less(n: int) -> int:
        return n - 1


@pipeline
def flow(n: int = 5) -> dict[str, object]:
    return {"two": made[0](n), "three": made[1](n), "less": less(n)}
"""


def test_tasks_made_in_blocks_of_a_module_run(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(IN_BLOCKS)
    done = flowdsl.run(flowdsl.load(tmp_path / "flow.py"), folder=tmp_path / "run")
    assert done.results == {"two": "10\n    2", "three": "15\n    3", "less": "4"}
