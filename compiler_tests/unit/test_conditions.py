"""Conditions: what a user writes, who decides it, and what of it stands in the documents."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import yaml

from flowdsl import (
    cel,
    condition,
    elif_,
    isin,
    matches,
    max_,
    median_of,
    min_,
    not_,
    on_finish,
    otherwise,
    pipeline,
    startswith,
    status,
    task,
    task_ref,
    when,
)
from flowdsl import named as by_name
from flowdsl.api import Pipeline
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.decide.wire import CONDITIONS, GIVEN, read
from flowdsl.diagnostics import FlowError
from flowdsl.emit import emit_yaml
from flowdsl.kube.conventions import CEL, CONDITIONS_SHOWN, VARIANT_OF

IMAGE = "python:3.12-slim"
Documents = tuple[dict[str, Any], ...]


class Scores(NamedTuple):
    accuracy: float
    n: int
    label: str
    ok: bool
    losses: list[float]


@task(image=IMAGE)
def evaluate(seed: int = 1) -> Scores:
    return Scores(0.95, 3, "good", True, [])


@task(image=IMAGE)
def one(value: float = 1.0) -> float:
    return value


@task(image=IMAGE)
def tell(what: str) -> None:
    print(what)


@task_ref(by_name("scan"))
def scan() -> float:
    raise NotImplementedError


def documents(made: Pipeline[..., Any], **options: Any) -> Documents:
    return compile_pipeline(made, CompileOptions(**options)).documents  # type: ignore[return-value]


def spec_of(found: Documents) -> dict[str, Any]:
    (spec,) = [each["spec"] for each in found if each["kind"] == "Pipeline"]
    return spec  # type: ignore[no-any-return]


def entry(found: Documents, name: str) -> dict[str, Any]:
    spec = spec_of(found)
    return next(each for each in [*spec["tasks"], *spec.get("finally", [])] if each["name"] == name)


def task_of(found: Documents, name: str) -> dict[str, Any]:
    wanted = entry(found, name)["taskRef"]["name"]
    return next(each for each in found if each["kind"] == "Task" and each["metadata"]["name"] == wanted)


def gated(test: Callable[..., Any], **options: Any) -> Documents:
    @pipeline
    def sample(limit: float = 0.9, least: int = 2, branch: str = "main", flag: bool = True) -> None:
        s: Any = evaluate()
        with when(test(s, limit, least, branch, flag)):
            tell("x")

    return documents(sample, **options)


PURE: list[tuple[Callable[..., Any], list[tuple[str, str, list[str]]]]] = [
    (lambda s, limit, least, branch, flag: s.ok, [("ok", "in", ["true"])]),
    (lambda s, limit, least, branch, flag: not_(s.ok), [("ok", "notin", ["true"])]),
    (lambda s, limit, least, branch, flag: s.label == "good", [("label", "in", ["good"])]),
    (lambda s, limit, least, branch, flag: s.label != "good", [("label", "notin", ["good"])]),
    (lambda s, limit, least, branch, flag: s.n == 3, [("n", "in", ["3"])]),
    (lambda s, limit, least, branch, flag: s.n == least, [("n", "in", ["$(params.least)"])]),
    (lambda s, limit, least, branch, flag: isin(s.label, "a", "b"), [("label", "in", ["a", "b"])]),
    (lambda s, limit, least, branch, flag: (s.label == "a") | (s.label == "b"), [("label", "in", ["a", "b"])]),
    (
        lambda s, limit, least, branch, flag: not_((s.label == "a") | (s.label == "b")),
        [("label", "notin", ["a"]), ("label", "notin", ["b"])],
    ),
    (
        lambda s, limit, least, branch, flag: s.ok & (s.label == "a") & (s.n != 1),
        [("ok", "in", ["true"]), ("label", "in", ["a"]), ("n", "notin", ["1"])],
    ),
    (
        lambda s, limit, least, branch, flag: not_(not_(s.ok) | (s.label == "a")),
        [("ok", "in", ["true"]), ("label", "notin", ["a"])],
    ),
]


@pytest.mark.parametrize(("test", "expected"), PURE)
def test_what_tekton_can_say_it_says(test: Callable[..., Any], expected: list[tuple[str, str, list[str]]]) -> None:
    found = gated(test)
    assert entry(found, "tell")["when"] == [
        {"input": f"$(tasks.evaluate.results.{name})", "operator": operator, "values": values}
        for name, operator, values in expected
    ]
    assert task_of(found, "evaluate")["metadata"]["name"] == "evaluate"
    assert CONDITIONS not in str(found)


DECIDED: list[tuple[Callable[..., Any], str]] = [
    (lambda s, limit, least, branch, flag: s.accuracy == 1, "evaluate.accuracy == 1"),
    (lambda s, limit, least, branch, flag: s.accuracy != 0.5, "evaluate.accuracy != 0.5"),
    (lambda s, limit, least, branch, flag: isin(s.accuracy, 0.5, limit), "isin(evaluate.accuracy, 0.5, limit)"),
    (lambda s, limit, least, branch, flag: isin(s.n, 3, limit), "isin(evaluate.n, 3, limit)"),
    (lambda s, limit, least, branch, flag: s.accuracy > 0.9, "evaluate.accuracy > 0.9"),
    (lambda s, limit, least, branch, flag: (s.label != "a") | (s.label != "b"), '(evaluate.label != "a") | (evaluate.label != "b")'),
    (lambda s, limit, least, branch, flag: s.accuracy >= limit, "evaluate.accuracy >= limit"),
    (lambda s, limit, least, branch, flag: s.accuracy == limit, "evaluate.accuracy == limit"),
    (lambda s, limit, least, branch, flag: not_(s.n < least), "not_(evaluate.n < least)"),
    (
        lambda s, limit, least, branch, flag: abs(s.accuracy - limit) * 2 <= -s.n + 1 / (least - 1),
        "abs(evaluate.accuracy - limit) * 2 <= -evaluate.n + 1 / (least - 1)",
    ),
    (lambda s, limit, least, branch, flag: min_(s.n, least, 3) > 1, "min_(evaluate.n, least, 3) > 1"),
    (lambda s, limit, least, branch, flag: median_of([s.n, least]) > max_(1, s.n), "median_of(evaluate.n, least) > max_(1, evaluate.n)"),
    (lambda s, limit, least, branch, flag: matches(s.label, "v[0-9]+"), 'matches(evaluate.label, "v[0-9]+")'),
    (lambda s, limit, least, branch, flag: startswith(s.label, "a", "b"), 'startswith(evaluate.label, "a", "b")'),
    (lambda s, limit, least, branch, flag: s.ok | flag, "evaluate.ok | flag"),
    (lambda s, limit, least, branch, flag: (s.n > 1) | (branch == "main"), '(evaluate.n > 1) | (branch == "main")'),
    (
        lambda s, limit, least, branch, flag: condition(f"{s.label}-{branch}", "in", ["a-b"]) | s.ok,
        '(f"{evaluate.label}-{branch}" == "a-b") | evaluate.ok',
    ),
]  # fmt: skip


@pytest.mark.parametrize(("test", "shown"), DECIDED)
def test_the_rest_is_decided_by_the_task_that_has_the_values(test: Callable[..., Any], shown: str) -> None:
    found = gated(test)
    (guard,) = entry(found, "tell")["when"]
    assert guard == {"input": "$(tasks.evaluate.results.decided-1)", "operator": "in", "values": ["true"]}
    assert [each["name"] for each in spec_of(found)["tasks"]] == ["evaluate", "tell"]
    made = task_of(found, "evaluate")
    assert re.fullmatch(r"evaluate-[0-9a-f]{7}", made["metadata"]["name"])
    assert made["metadata"]["annotations"] == {VARIANT_OF: "evaluate"}
    assert made["spec"]["steps"][0]["name"] == "evaluate"
    (document,) = [each for each in found if each["kind"] == "Pipeline"]
    assert json.loads(document["metadata"]["annotations"][CONDITIONS_SHOWN]) == {"evaluate.decided-1": shown}


ALONE: list[Callable[..., Any]] = [
    lambda s, limit, least, branch, flag: limit > 0.5,
    lambda s, limit, least, branch, flag: flag | (branch == "x"),
    lambda s, limit, least, branch, flag: max_(s.losses) < 3,
    lambda s, limit, least, branch, flag: s.losses[0] < 3,
    lambda s, limit, least, branch, flag: scan() < limit,
    lambda s, limit, least, branch, flag: one() > one(),
    lambda s, limit, least, branch, flag: min_(one.map(value=[1.0, 2.0])) > limit,
]


@pytest.mark.parametrize("test", ALONE)
def test_a_task_decides_what_no_task_knows_when_it_ends(test: Callable[..., Any]) -> None:
    found = gated(test)
    (guard,) = entry(found, "tell")["when"]
    assert guard["input"] == "$(tasks.decide-tell.results.decided-1)"
    assert entry(found, "decide-tell")["displayName"]
    made = task_of(found, "decide-tell")
    assert re.fullmatch(r"decide-[0-9a-f]{7}", made["metadata"]["name"])
    assert made["spec"]["steps"][0]["image"] == IMAGE
    names = [each["name"] for each in spec_of(found)["tasks"]]
    assert names.index("decide-tell") == names.index("tell") - 1


def test_one_task_decides_all_that_a_task_waits_for() -> None:
    @pipeline
    def sample(limit: float = 0.9, least: int = 2) -> None:
        with when(limit > 0.5, least > 1):
            tell.with_options(name="both")("x")
            tell.with_options(name="again")("x")
        with otherwise():
            tell.with_options(name="other")("x")

    names = [each["name"] for each in spec_of(documents(sample))["tasks"]]
    assert names == ["decide-both", "both", "again", "decide-other", "other"]


def test_a_task_that_another_feeds_knows_both() -> None:
    @pipeline
    def sample() -> None:
        before = one(0.5)
        after = one.with_options(name="after")(before)
        with when(after - before > 0.1):
            tell("x")

    found = documents(sample)
    assert entry(found, "tell")["when"][0]["input"] == "$(tasks.after.results.decided-1)"
    given = {each["name"]: each["value"] for each in entry(found, "after")["params"]}
    assert given[f"{GIVEN}1"] == "$(tasks.one.results.result)"
    assert task_of(found, "one")["metadata"]["name"] == "one"


def test_a_threshold_changes_no_task() -> None:
    def at(limit: float) -> Documents:
        return gated(lambda s, *_: s.accuracy > limit)

    assert task_of(at(0.9), "evaluate") == task_of(at(0.95), "evaluate")
    assert task_of(at(0.9), "evaluate") != task_of(gated(lambda s, *_: s.accuracy >= 0.9), "evaluate")


def test_the_task_that_others_use_stays_as_it_is() -> None:
    @pipeline
    def plain() -> None:
        evaluate()

    @pipeline
    def both() -> None:
        evaluate()
        s = evaluate(2)
        with when(s.accuracy > 0.9):
            tell("x")

    (alone,) = [each for each in documents(plain) if each["kind"] == "Task"]
    tasks = [each for each in documents(both) if each["kind"] == "Task"]
    assert [each["metadata"]["name"].split("-")[0] for each in tasks] == ["evaluate", "evaluate", "tell"]
    assert tasks[0] == alone


def whens(made: Pipeline[..., Any], **options: Any) -> dict[str, list[tuple[str, str]]]:
    spec = spec_of(documents(made, **options))
    return {
        each["name"]: [(guard["input"].split(".", 3)[-1].rstrip(")"), guard["operator"]) for guard in each["when"]]
        for each in [*spec["tasks"], *spec.get("finally", [])]
        if "when" in each
    }


def test_otherwise_is_the_opposite_of_all_that_stands_before_it() -> None:
    @pipeline
    def sample(branch: str = "main") -> None:
        s = evaluate()
        with when(s.accuracy > 0.9):
            tell.with_options(name="high")("x")
        with elif_(s.label == "good", s.ok):
            tell.with_options(name="good")("x")
        with otherwise():
            tell.with_options(name="rest")("x")
        with when((s.label == "a") | (s.accuracy < 0.1)):
            tell.with_options(name="odd")("x")
        with otherwise():
            tell.with_options(name="even")("x")

    assert whens(sample) == {
        "high": [("decided-1", "in")],
        "good": [("decided-1", "notin"), ("label", "in"), ("ok", "in")],
        "rest": [("decided-1", "notin"), ("decided-2", "notin")],
        "odd": [("decided-3", "in")],
        "even": [("label", "notin"), ("decided-4", "notin")],
    }


def test_blocks_nest_and_inner_chains_are_their_own() -> None:
    @pipeline
    def inner(limit: float) -> None:
        with when(limit > 0.5):
            tell.with_options(name="inside")("x")

    @pipeline
    def sample(flag: bool = True, limit: float = 0.5) -> None:
        s = evaluate()
        with when(s.n > 1):
            with when(flag):
                tell.with_options(name="a")("x")
            with otherwise():
                tell.with_options(name="b")("x")
            inner(limit)
        with otherwise():
            tell.with_options(name="c")("x")
        with on_finish(), when(status(s) == "Failed"):
            tell.with_options(name="d")("x")

    assert whens(sample) == {
        "a": [("decided-1", "in"), ("flag", "in")],
        "b": [("decided-1", "in"), ("flag", "notin")],
        "inner-inside": [("decided-1", "in"), ("decided-1", "in")],
        "c": [("decided-1", "notin")],
        "d": [("status", "in")],
    }


def test_a_single_use_and_a_fan_out_have_conditions_too() -> None:
    @pipeline
    def sample() -> None:
        s = evaluate()
        tell.with_options(name="one", when=s.accuracy > 0.9)("x")
        tell.with_options(name="many", when=[s.ok, s.n > 1]).map(what=["a", "b"])

    assert whens(sample) == {"one": [("decided-1", "in")], "many": [("ok", "in"), ("decided-2", "in")]}


def test_cel_is_used_where_the_pipeline_opted_in_and_it_is_safe() -> None:
    alpha = frozenset({CEL})

    @pipeline(alpha=[CEL])
    def sample() -> None:
        one, two = evaluate(), evaluate()
        tell.with_options(when=one.accuracy > two.accuracy * 2)("x")

    one, two = "$(tasks.evaluate.results.accuracy)", "$(tasks.evaluate-2.results.accuracy)"
    (found,) = entry(documents(sample), "tell")["when"]
    assert found["cel"].endswith(f"double('{one}') > (double('{two}') * 2.0)")
    for test in (
        # What a run is given is text, and could be CEL of its own.
        lambda s, limit, least, branch, flag: limit * 2 > 0.5,
        lambda s, limit, least, branch, flag: flag | (limit > 0.5),
        lambda s, limit, least, branch, flag: matches(branch, "x"),
        lambda s, limit, least, branch, flag: limit / least > 1,
        lambda s, limit, least, branch, flag: least > 1,
        lambda s, limit, least, branch, flag: scan() > limit,
    ):
        assert "decide-tell" in str(gated(test, alpha=alpha))
    assert "decided-1" in str(gated(lambda s, *_: s.accuracy > 0.9, alpha=alpha))


def test_cel_of_ones_own_has_an_opposite() -> None:
    @pipeline(alpha=[CEL])
    def sample() -> None:
        evaluate()
        with when(cel("1 > 0") & cel("true")):
            tell.with_options(name="yes")("x")
        with otherwise():
            tell.with_options(name="no")("x")

    spec = spec_of(documents(sample))
    found = {each["name"]: [guard["cel"] for guard in each["when"]] for each in spec["tasks"] if "when" in each}
    assert found == {"yes": ["1 > 0", "true"], "no": ["!((1 > 0) && (true))"]}


def test_no_text_of_a_condition_is_replaced_on_its_way() -> None:
    hostile = "$(params.x) $(PATH) $$(HOME) \u2028 \"' \\"
    found = gated(lambda s, *_: s.ok | (s.label == hostile))
    (variable,) = [each for each in task_of(found, "evaluate")["spec"]["steps"][0]["env"] if each["name"] == CONDITIONS]
    assert "$" not in variable["value"]
    (decision,) = read(variable["value"])
    assert decision.test[2][2] == ["is", hostile]
    assert yaml.safe_load(emit_yaml([task_of(found, "evaluate")])) == task_of(found, "evaluate")


def test_a_verbatim_pipeline_decides_too() -> None:
    @pipeline(verbatim=True)
    def sample() -> None:
        s = evaluate()
        with when(s.accuracy > 0.9):
            tell("x")

    found = documents(sample)
    (made,) = [each for each in found if each["kind"] == "Pipeline"]
    (told,) = [each for each in made["spec"]["tasks"] if each["name"] == "tell"]
    assert told["when"] == [{"input": "$(tasks.evaluate.results.decided-1)", "operator": "in", "values": ["true"]}]
    assert "labels" not in made["metadata"]


def test_a_condition_of_many_levels_is_told() -> None:
    @pipeline
    def sample(limit: float = 0.5) -> None:
        total = sum([one() * index for index in range(100)])
        with when(total > limit):
            tell("x")

    with pytest.raises(FlowError) as caught:
        documents(sample)
    assert [each.code for each in caught.value.diagnostics] == ["FLOW037"]
