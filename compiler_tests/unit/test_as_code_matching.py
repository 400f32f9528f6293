"""Which runs of `.tekton/` an event starts, as Pipelines-as-Code's own library says (as_code_cases.py)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from as_code_cases import PROVIDED, cases, documents, starts

from flowdsl.celgo.globs import glob_regex
from flowdsl.celgo.tree import CelError
from flowdsl.check.pitfalls.as_code import listed
from flowdsl.events.as_code_matching import conjuncts, match
from flowdsl.events.matching import Event, PayloadError, Verdict
from flowdsl.ir.options import Provider
from flowdsl.kinds.as_code import is_start

RECORDED = json.loads((Path(__file__).parent / "as_code_recorded.json").read_text(encoding="utf-8"))
PREFIX = "pipelinesascode.tekton.dev/"
REPOSITORY = {"html_url": "https://example.com/r", "default_branch": "main"}
PUSHED = json.dumps({"ref": "refs/heads/main", "repository": REPOSITORY, "head_commit": {"id": "1"}}).encode()
PUSH = Event(PUSHED, (("X-GitHub-Event", "push"),))


def started(found: list[Verdict]) -> dict[str, dict[str, str]]:
    """By the names that the files have."""
    return {each.trigger.rstrip("-"): dict(each.params) for each in found if each.outcome == "starts"}


@pytest.mark.parametrize("start", starts())
@pytest.mark.parametrize("provider", PROVIDED)
def test_an_event_starts_what_it_starts_there(provider: Provider, start: str) -> None:
    made, asked = documents(start, provider), 0
    for case in cases():
        if (case.provider, case.start) == (provider, start):
            found = match(made, Event(case.body, tuple(case.headers.items())), case.files)
            assert started(found) == RECORDED.get(case.name, {}), case.name
            assert {each.outcome for each in found} <= {"starts", "stopped"}, case.name
            asked += 1
    assert asked > 20


def test_the_record_says_both() -> None:
    names = {case.name for case in cases()}
    assert {*RECORDED} <= names
    assert len(RECORDED) > 100
    assert len(names) - len(RECORDED) > 100


def verdict(annotations: dict[str, str], files: list[str] | None = None, **spec: object) -> Verdict:
    notes = {f"{PREFIX}{name}": value for name, value in annotations.items()}
    run = {
        "apiVersion": "tekton.dev/v1",
        "kind": "PipelineRun",
        "metadata": {"name": "r", "annotations": notes},
        "spec": spec,
    }
    (found,) = match([run], PUSH, files)
    return found


ON_MAIN = {"on-event": "[push]", "on-target-branch": "main"}
WHY = {
    "another event": ({**ON_MAIN, "on-event": "[pull_request]"}, "on-event is [pull_request], the event push"),
    "another branch": (
        {**ON_MAIN, "on-target-branch": "[dev]"},
        "on-target-branch is [dev], the branch refs/heads/main",
    ),
    "half of it": ({"on-event": "push"}, "it has not both"),
    "a label": ({**ON_MAIN, "on-label": "[ok]"}, "on-label is [ok], the labels are none"),
    "its first false part": (
        {"on-cel-expression": "event == 'push' && (target_branch == 'a' || event == 'b') && body.x == 1"},
        "(target_branch == 'a' || event == 'b') is false",
    ),
}


@pytest.mark.parametrize("case", WHY)
def test_why_none_starts_is_said(case: str) -> None:
    notes, why = WHY[case]
    found = verdict(notes)
    assert found.outcome == "stopped"
    assert why in found.reason


def test_what_is_wrong_in_a_file_fails() -> None:
    assert verdict(ON_MAIN, pipelineRef={"name": "gone"}).reason == "cannot find referenced pipeline gone"
    assert verdict({**ON_MAIN, "on-event": "[push"}).outcome == "failed"
    assert verdict({"on-cel-expression": "event =="}).outcome == "failed"


UNREADABLE: dict[str, dict[str, object]] = {
    "no list of params": {"params": 3},
    "no list of tasks": {"pipelineSpec": {"tasks": 3}},
    "no reference to a pipeline": {"pipelineRef": "x"},
    "no reference to a task": {"pipelineSpec": {"tasks": [{"name": "a", "taskRef": 3}]}},
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_is_of_another_shape_is_told(case: str) -> None:
    found = verdict(ON_MAIN, None, **UNREADABLE[case])
    assert found.outcome == "failed"
    assert found.reason.startswith("PipelineRun r can't be read: spec.")


def test_what_is_empty_is_none_of_them() -> None:
    assert verdict(ON_MAIN, pipelineSpec={"tasks": [None]}, params=[None]).outcome == "starts"
    bare = {"apiVersion": "tekton.dev/v1", "kind": "PipelineRun"}
    for each in (bare, {**bare, "metadata": None}, {**bare, "metadata": {"annotations": ["x"]}}):
        assert not is_start(each)
        assert match([each], PUSH) == []


def test_the_event_is_put_into_all_files_before_they_are_read() -> None:
    """pkg/pipelineascode/match.go: placeholders are replaced in the text of the folder."""
    tekton = {"apiVersion": "tekton.dev/v1"}
    task = {"description": "at {{ revision }}, {{ kept }}"}
    pipeline = {"description": "for {{ target_branch }}", "tasks": [{"name": "a", "taskRef": {"name": "t"}}]}
    notes = {f"{PREFIX}on-event": "push", f"{PREFIX}on-target-branch": "{{ body.repository.default_branch }}"}
    files = [
        {**tekton, "kind": "Task", "metadata": {"name": "t"}, "spec": task},
        {**tekton, "kind": "Pipeline", "metadata": {"name": "p"}, "spec": pipeline},
        {**tekton, "kind": "PipelineRun", "metadata": {"name": "r", "annotations": notes},
         "spec": {"pipelineRef": {"name": "p"}}},
    ]  # fmt: skip
    (found,) = match(files, PUSH)
    assert found.outcome == "starts", found.reason
    made = found.documents[0]["spec"]["pipelineSpec"]
    assert made["description"] == "for main"
    assert made["tasks"][0]["taskSpec"]["description"] == "at 1, {{ kept }}"


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("X-GitHub-Event: pull_request", {"action": "opened", "pull_request": {"number": "x"}}),
        ("X-GitHub-Event: pull_request", {"action": "opened", "pull_request": {"number": 1.5}}),
        ("X-GitHub-Event: pull_request", {"action": "opened", "pull_request": {"labels": 3}}),
        ("X-Gitlab-Event: Merge Request Hook", {"object_attributes": {"action": "open", "iid": [3]}}),
        ("X-Gitlab-Event: Merge Request Hook", {"object_attributes": {"action": "open"}, "labels": 3}),
    ],
    ids=str,
)
def test_a_payload_of_another_shape_is_told(header: str, body: dict[str, object]) -> None:
    name, _, value = header.partition(": ")
    with pytest.raises(PayloadError, match="is no "):
        match([], Event(json.dumps(body).encode(), ((name, value),)))


def test_files_that_nobody_names_are_not_guessed() -> None:
    for notes in ({**ON_MAIN, "on-path-change": "[a/**]"}, {"on-cel-expression": '"a/*".pathChanged()'}):
        assert verdict(notes).outcome == "undecided"
        assert verdict(notes, ["b"]).outcome == "stopped"
        assert verdict(notes, ["a/b/c"]).outcome == "starts"
    assert verdict({"on-cel-expression": "event == 'tag' && files.all.exists(f, true)"}).outcome == "stopped"
    assert verdict({**ON_MAIN, "on-path-change-ignore": "[docs/*]"}, ["docs/a"]).outcome == "stopped"


def test_annotations_are_one_value_or_a_list() -> None:
    assert listed("[a, b&#44;c]") == ["a", "b,c"]
    assert listed(" main ") == ["main"]
    for wrong in ("[]", "a b", "[a", "a]"):
        with pytest.raises(ValueError, match="it "):
            listed(wrong)


FITTING = {
    # What gobwas/glob v0.2.3 says of them.
    "{a": ["a"],
    "a]": ["a]"],
    "a}": ["a}"],
    "{a,{b,c}}": ["a", "b", "c"],
    "a,b": ["a,b"],
    "[ab-c]": ["a", "b", "c", "-"],
    "a**b": ["ab", "axb", "a/b", "a,b"],
    "[\\]]": ["]"],
    "[^a]": ["a", "^"],
    "[!a]": ["b", "c", "x", "-", "]", "^", "*", "/"],
    "a{,b}": ["a", "ab"],
    "?x?": ["axb"],
    "\\*": ["*"],
    "*/b": ["a/b"],
}
TEXTS = ["a", "b", "c", "x", "-", "ab", "axb", "a,b", "]", "a]", "a}", "^", "*", "/", "a/b"]


@pytest.mark.parametrize("glob", FITTING)
def test_globs_are_those_without_separators(glob: str) -> None:
    assert [text for text in TEXTS if glob_regex(glob).fullmatch(text)] == [
        text for text in TEXTS if text in FITTING[glob]
    ]


@pytest.mark.parametrize("glob", ["[a", "[z-a]", "[]", "[!]", "[a-cx]"])
def test_what_is_no_glob_is_told(glob: str) -> None:
    with pytest.raises(CelError):
        glob_regex(glob)


def test_conditions_are_cut_where_they_hold_together() -> None:
    assert conjuncts("a && (b && c) && 'x && y'") == ["a", "(b && c)", "'x && y'"]
    assert conjuncts("a && b || c") == ["a && b || c"]
