"""A task of a `functools.partial`: the values that it binds stand in the script, and are no params of the task."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from typing import Any

import pytest

from flowdsl import pipeline, task
from flowdsl.compiler import Compilation, compile_pipeline
from flowdsl.diagnostics import FlowError

partial = functools.partial
a_task = task(image="python:3.12-slim")


def plus(a: int, b: int, c: dict[str, int], source: io.TextIOBase | None = None) -> int:
    return a + b + c["x"] + (len(source.read()) if source else 0)


def before(a: list[str], b: int, /, *, rate: float = 1.0) -> float:
    return len(a) * b * rate


def compiled(use: Callable[[], object]) -> Compilation:
    @pipeline
    def flow() -> None:
        use()

    return compile_pipeline(flow)


def only_task(use: Callable[[], object]) -> Any:
    (found,) = [each for each in compiled(use).documents if each["kind"] == "Task"]
    return found


def lines_of_call(made: Any) -> list[str]:
    script = made["spec"]["steps"][0]["script"]
    return [line.strip() for line in script.partition("_flowdsl_returned = ")[2].splitlines()[1:4]]


def test_what_is_bound_is_no_param_and_stands_in_the_call() -> None:
    made = a_task(partial(plus, 4, c={"x": 1}, source=None))
    assert made(2) == made(b=2) == 7
    found = only_task(lambda: made(2))
    assert [each["name"] for each in found["spec"]["params"]] == ["b"]
    call = lines_of_call(found)
    assert (call[0], call[2]) == ("a=4,", "c={'x': 1},")
    assert "PARAM_B" in call[1]


def test_a_partial_of_a_partial_with_positional_only_parameters() -> None:
    found = only_task(lambda: a_task(partial(partial(before, ["p", "q'r"]), rate=0.5))(3))
    call = lines_of_call(found)
    assert call[0] == '["p", "q\'r"],' or call[0] == "['p', \"q'r\"],"
    assert "PARAM_B" in call[1]
    assert call[2] == "rate=0.5,"


def test_behind_a_bound_name_arguments_are_given_by_name_as_python_has_it() -> None:
    made = a_task(partial(plus, a=1, c={"x": 0}, source=None))
    with pytest.raises(TypeError):
        made(2)
    with pytest.raises(FlowError, match="FLOW003"):
        compiled(lambda: made(2))


def test_partials_of_one_function_in_a_loop() -> None:
    made = [task(name=f"plus-{n}", image="i")(partial(plus, n, c={"x": n}, source=None)) for n in (1, 2)]
    found = [each for each in compiled(lambda: [each(3) for each in made]).documents if each["kind"] == "Task"]
    assert [lines_of_call(each)[0] for each in found] == ["a=1,", "a=2,"]
    alike = [a_task(partial(plus, n, c={}, source=None)) for n in (1, 2)]
    with pytest.raises(FlowError, match="FLOW012"):
        compiled(lambda: [each(3) for each in alike])


def nothing(a: int) -> None: ...


bare = a_task(plus)
WRONG: dict[str, tuple[Callable[[], object], str, str]] = {
    "no literal form": (
        lambda: compiled(lambda: a_task(partial(plus, c={}, source=io.StringIO("x")))(1, 2)),
        "FLOW063",
        "`source` of plus is bound by a partial, and can't travel: a value of type StringIO has no literal form",
    ),
    "a value of the run": (
        lambda: compiled(lambda: a_task(partial(plus, a_task(whole)(), source=None, c={}))(b=1)),
        "FLOW063",
        "`a` of plus is bound by a partial, and can't travel: task 'whole' is known only in the run",
    ),
    "does not fit": (lambda: a_task(partial(plus, d=1)), "FLOW002", "the partial does not fit plus: "),
    "no body": (lambda: a_task(partial(nothing, 1)), "FLOW002", "the partial binds a, and nothing has no body"),
    "given again": (
        lambda: compiled(lambda: a_task(partial(plus, source=None, c={"x": 1}))(1, 2, c={})),
        "FLOW003",
        "task 'plus' has no parameter 'c'",
    ),
    "a task": (lambda: a_task(partial(bare, 1)), "FLOW002", "@task decorates a function, got partial of task"),
    "a class": (lambda: a_task(partial(int, base=2)), "FLOW002", "@task decorates a function, got partial of type"),
}


def whole() -> int:
    return 1


@pytest.mark.parametrize(("make", "code", "said"), WRONG.values(), ids=list(WRONG))
def test_what_can_not_be_bound_is_told_at_its_line(make: Callable[[], object], code: str, said: str) -> None:
    with pytest.raises(FlowError) as caught:
        make()
    found = caught.value.diagnostics[0]
    assert (found.code, found.file) == (code, "compiler_tests/unit/test_tasks_of_partials.py")
    assert found.message.startswith(said)
    assert found.line > 20
    assert "Reference" not in found.message


def test_a_value_of_the_run_around_a_task_is_told_like_one_that_is_bound() -> None:
    def use() -> None:
        found = a_task(whole)()

        @a_task
        def inner() -> int:
            return found

        inner()

    with pytest.raises(FlowError, match="FLOW063") as caught:
        compiled(use)
    assert "task 'whole' is known only in the run" in caught.value.diagnostics[0].message


def test_a_partial_of_a_task_is_the_task_with_arguments() -> None:
    found = compiled(lambda: partial(a_task(whole_sum), b=2)(a=1)).documents
    (flow,) = [each for each in found if each["kind"] == "Pipeline"]
    assert {each["name"]: each["value"] for each in flow["spec"]["tasks"][0]["params"]} == {"a": "1", "b": "2"}


def whole_sum(a: int, b: int) -> int:
    return a + b
