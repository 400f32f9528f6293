"""What editors complete and checkers check is what runs: signatures and docstrings against the classes of options."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

import flowdsl
from flowdsl.frontend.call_options import CallOptions, UseOptions
from flowdsl.frontend.decorators import task
from flowdsl.frontend.shown import as_given, signature_of
from flowdsl.ir.documents import RunOptions
from flowdsl.ir.options import PipelineOptions, TaskOptions

Shown = Callable[..., object]
BY_NAME = inspect.Parameter.KEYWORD_ONLY
# Each with the class that holds what it is given, and the fields of it that it has no option for.
OVERLOADED: list[tuple[Shown, type]] = [(task, TaskOptions), (flowdsl.pipeline, PipelineOptions)]
SHOWN: list[tuple[Shown, type]] = [
    (flowdsl.pipeline_run, RunOptions),
    (flowdsl.task_run, RunOptions),
    (flowdsl.step_action, TaskOptions),
    (flowdsl.task_ref, TaskOptions),
    (flowdsl.Task.with_options, UseOptions),
    (flowdsl.Pipeline.with_options, CallOptions),
]
# What is kept otherwise than given: edges are conditions and names; a StepAction has no preset of its own.
OTHERWISE = {
    "with_options": {"after", "when", "embed"},
    "step_action": {"security"},
}
FEWER = {"task_run": {"tasks_timeout", "finally_timeout"}, "pipeline_run": set(), "with_options": set()}


def normal(text: object) -> str:
    """An annotation without the choice of quotes, and what only says who judges a value."""
    return ast.unparse(ast.parse(str(text))).replace("Data", "object")


def tree_of(thing: Shown) -> ast.Module:
    return ast.parse(Path(inspect.getsourcefile(thing) or "").read_text(encoding="utf-8"))


def written(function: ast.FunctionDef) -> dict[str, tuple[str, str]]:
    """The annotation and the default of each option; "" where it has none."""
    given = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    return {
        each.arg: (ast.unparse(each.annotation or each), ast.unparse(value) if value else "") for each, value in given
    }


def overload_of(function: Shown) -> ast.FunctionDef:
    """The overload of the function that has its options."""
    named = [
        each for each in tree_of(function).body if isinstance(each, ast.FunctionDef) and each.name == function.__name__
    ]
    return next(each for each in named if each.args.kwonlyargs)


def ident(each: object) -> str:
    return getattr(each, "__qualname__", "") if callable(each) else ""


@pytest.mark.parametrize(("function", "options"), OVERLOADED, ids=ident)
def test_the_overload_that_checkers_read_is_the_class_of_options(function: Shown, options: type) -> None:
    found = overload_of(function)
    kept = signature_of(options).parameters
    assert [each.arg for each in found.args.kwonlyargs] == list(kept)
    for argument, default, name in zip(found.args.kwonlyargs, found.args.kw_defaults, kept, strict=True):
        assert argument.annotation is not None
        assert default is not None
        assert normal(ast.unparse(argument.annotation)) == normal(kept[name].annotation), name
        space = vars(inspect.getmodule(function))
        assert eval(ast.unparse(default), space) == kept[name].default, name


@pytest.mark.parametrize(("function", "options"), SHOWN, ids=ident)
def test_what_is_shown_is_the_class_of_options(function: Shown, options: type) -> None:
    kept = attrs.fields_dict(options)
    defaults = signature_of(options).parameters
    shown = {name: each for name, each in inspect.signature(function).parameters.items() if each.kind is BY_NAME}
    otherwise = OTHERWISE.get(function.__name__, set())
    for name, parameter in shown.items():
        if name not in otherwise:
            assert normal(parameter.annotation) == normal(as_given(str(kept[name].type))), name
            assert parameter.default == defaults[name].default, name
    if function.__name__ in FEWER:
        assert set(kept) - set(shown) == FEWER[function.__name__]


def test_both_overloads_for_one_use_of_a_task_have_the_options_that_are_shown() -> None:
    (cls,) = [each for each in tree_of(flowdsl.Task).body if isinstance(each, ast.ClassDef) and each.name == "Task"]
    *overloads, shown = [
        written(each) for each in cls.body if isinstance(each, ast.FunctionDef) and each.name == "with_options"
    ]
    without, with_extra = overloads
    assert with_extra.pop("extra") == (shown.pop("extra")[0], "")
    assert without == with_extra == shown


def test_no_public_function_hides_what_it_takes() -> None:
    public = [getattr(flowdsl, name) for name in flowdsl.__all__]
    assert len(public) > 30
    hiding = [
        each.__name__
        for each in public
        if inspect.isfunction(each)
        and any(
            parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in inspect.signature(each).parameters.values()
        )
    ]
    assert hiding == []


def test_an_option_that_is_missing_in_the_overload_would_be_seen() -> None:
    assert "gpu" in [each.arg for each in overload_of(task).args.kwonlyargs]
    assert "function" not in signature_of(TaskOptions).parameters
    assert as_given("tuple[Step | BodyMarker, ...]") == "Sequence[Step | BodyMarker]"
