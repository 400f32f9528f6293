"""What is said of a condition that does not hold: each value that is not as wanted, and what was wanted."""

from __future__ import annotations

from typing import Any, cast

import pytest

from flowdsl.decide.why import why_not
from flowdsl.decide.wire import NO_ELEMENTS, Decision, decided
from flowdsl.kinds import labels
from flowdsl.runner.gates import BY_WHEN, stopped

SYNC, FID = ["value", "result.sync", "float", "sync"], ["value", "result.fid", "float", "fid"]
LIMIT = ["value", "param.flowdsl-given-1", "float", "limit"]
CONSTANT = ["value", "param.flowdsl-given-2", "float", "given-2"]
NAME, PASSED = ["value", "result.name", "text", "name"], ["value", "result.passed", "bool", "passed"]
FILES = ["value", "param.flowdsl-given-3", "list text", "changed.files"]
TEXTS: dict[str, str | list[str] | None] = {
    "param.flowdsl-given-3": [],
    "result.sync": "9.9",
    "result.fid": "30",
    "result.name": "dev",
    "result.passed": "false",
    "param.flowdsl-given-1": "8.5",
    "param.flowdsl-given-2": "7",
}


def said(test: list[Any], *, wanted: bool = True, **other: str | None) -> list[str]:
    texts = {**TEXTS, **{f"result.{name}": value for name, value in other.items()}}
    return why_not(Decision("decided-1", "shown", test), "evaluate", texts, wanted=wanted)


LOW, SHARP = ["<=", SYNC, LIMIT], ["<", FID, CONSTANT]


@pytest.mark.parametrize(
    ("test", "told"),
    [
        (LOW, ["evaluate.sync is 9.9, the gate wants <= limit (8.5)"]),
        (SHARP, ["evaluate.fid is 30, the gate wants < 7"]),
        (["and", LOW, SHARP, [">", FID, CONSTANT]], ["evaluate.sync is 9.9", "evaluate.fid is 30"]),
        (["or", LOW, SHARP], ["evaluate.sync is 9.9, the gate wants <= limit (8.5), or evaluate.fid is 30"]),
        (["not", [">", SYNC, LIMIT]], ["evaluate.sync is 9.9, the gate wants <= limit (8.5)"]),
        (["not", ["or", [">", SYNC, LIMIT], SHARP]], ["evaluate.sync is 9.9, the gate wants <= limit (8.5)"]),
        (["true", PASSED], ["evaluate.passed is false, the gate wants true"]),
        (["in", NAME, ["is", "main"], ["is", "rel"]], ["evaluate.name is dev, the gate wants main or rel"]),
        (["not", ["in", NAME, ["is", "dev"]]], ["evaluate.name is dev, the gate wants anything but dev"]),
        (["matches", NAME, ["is", "v.*"]], ["evaluate.name is dev, the gate wants a match of v.*"]),
        (["matches", NAME, ["is", r"v\d"]], [r"evaluate.name is dev, the gate wants a match of v\d"]),
        (["startswith", NAME, ["is", "v"]], ["evaluate.name is dev, the gate wants what begins with v"]),
        (["in", NAME, ["is", "\x1b[2J\n"]], [r"evaluate.name is dev, the gate wants \x1b[2J\n"]),
        (["==", PASSED, ["is", True]], ["evaluate.passed is false, the gate wants == true"]),
        (["<=", SYNC, ["is", 9.899999999]], ["evaluate.sync is 9.9, the gate wants <= 9.899999999"]),
        ([">", FID, ["is", 1234567.5]], ["evaluate.fid is 30, the gate wants > 1234567.5"]),
        (["not", ["in", FILES, NO_ELEMENTS]], ["changed.files is empty"]),
        (
            ["<", ["abs", ["-", SYNC, LIMIT]], ["is", 0.1]],
            ["abs(evaluate.sync - limit) is 1.4, the gate wants < 0.1"],
        ),
        (["<", ["/", ["-", SYNC, CONSTANT], CONSTANT], ["is", 0.1]], ["(evaluate.sync - 7) / 7 is 0.414286, the"]),
    ],
)
def test_what_is_not_as_wanted(test: list[Any], told: list[str]) -> None:
    found = said(test)
    assert len(found) == len(told)
    assert all(text.startswith(start) for text, start in zip(found, told, strict=True)), found


@pytest.mark.parametrize("test", [LOW, ["not", [">", SYNC, LIMIT]], ["and", LOW, ["<", FID, LIMIT]]])
@pytest.mark.parametrize(("value", "shown"), [("nan", "'nan'"), ("\x1b[2J", "'\\x1b[2J'"), (None, "missing")])
def test_what_is_no_number_is_named(test: list[Any], value: str | None, shown: str) -> None:
    assert said(test, sync=value)[0].startswith(f"evaluate.sync is {shown}, which passes no gate")


def test_a_param_that_is_no_number_has_no_task_before_its_name() -> None:
    assert why_not(Decision("d", "", LOW), "evaluate", {**TEXTS, "param.flowdsl-given-1": "nan"}) == [
        "limit is 'nan', which passes no gate"
    ]


@pytest.mark.parametrize("test", [LOW, ["or", LOW, SHARP], ["not", LOW]])
def test_nothing_is_said_of_what_is_as_wanted(test: list[Any]) -> None:
    held, _ = decided(Decision("d", "", test), TEXTS)
    assert said(test, wanted=held) == []
    assert said(test, wanted=not held)
    assert said(LOW, wanted=False, sync="nan") == []


@pytest.mark.parametrize("test", [[], ["and"], ["<", SYNC], [{}], ["?", SYNC, FID], ["matches", NAME, ["is", "("]]])
def test_a_condition_that_somebody_changed_says_nothing_and_fails_nothing(test: list[Any]) -> None:
    assert all(isinstance(text, str) for text in said(test))


@pytest.mark.parametrize(
    ("name", "display", "told"),
    [("result-y", "The result y", False), ("result-y", "", True), ("show", "The result y", True)],
)
def test_a_task_that_nobody_wrote_is_not_told_of(name: str, display: str, told: bool) -> None:
    guard = {"input": "$(params.env)", "operator": "in", "values": ["prod"]}
    task = {"name": name, "displayName": display, "when": [guard]}
    spec = {"tasks": [task], "params": [{"name": "env", "default": "dev"}]}
    status = {"skippedTasks": [{"name": name, "reason": BY_WHEN}], "pipelineSpec": spec}
    assert list(stopped(list, cast("Any", {"status": status}))) == [name] * told


def test_a_result_that_tekton_compares_stays_within_its_line() -> None:
    given = [{"name": "stage", "value": f"dev\nrun it succeeded{' x' * 90}\x1b[2J"}]
    run = {"metadata": {"labels": {labels.PIPELINE_TASK: "name"}}, "spec": {}, "status": {"results": given}}
    guards = [
        {"input": "$(tasks.name.results.stage)", "operator": "in", "values": ["prod\x1b[2J", ""]},
        {"input": "$(params.env)", "operator": "notin", "values": ["dev"]},
    ]
    tasks, params = [{"name": "upload", "when": guards}], [{"name": "env", "default": "dev"}]
    status = {
        "skippedTasks": [{"name": "upload", "reason": BY_WHEN}],
        "pipelineSpec": {"tasks": tasks, "params": params},
    }
    value, _, wanted = stopped(lambda: [cast("Any", run)], cast("Any", {"status": status}))["upload"].partition("...")
    assert value.startswith(r"name.stage is dev\nrun it succeeded x")
    assert wanted == r", the gate wants prod\x1b[2J or ''; env is dev, the gate wants anything but dev"
