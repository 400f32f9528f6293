"""Numbers in others' text are ASCII digits, as Go and the providers have them: `²` and `٣` are none, nor is any length."""

from __future__ import annotations

import datetime
import email.message
import io
import urllib.error
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from flowdsl.celgo.times import _there, duration, timestamp
from flowdsl.celgo.tree import CelError
from flowdsl.celgo.triggers import _translate
from flowdsl.check.findings import Report
from flowdsl.check.pitfalls.argo import _problem
from flowdsl.check.pitfalls.as_code import _check_one
from flowdsl.check.pitfalls.index import Entry
from flowdsl.events.patterns import lua_patterns
from flowdsl.events.programs.report_run import asked_to_wait
from flowdsl.events.sink.jsonpath import PathError, found
from flowdsl.importer.pipelines import PipelineWriter
from flowdsl.importer.references import Handle, Known, Scope
from flowdsl.importer.shapes import ARRAY, STRING
from flowdsl.importer.starts.objects import count_of
from flowdsl.kinds import labels
from flowdsl.kinds.scalars import check_timestamp
from flowdsl.kube.durations import is_duration
from flowdsl.library.comments import _forge
from flowdsl.library.kept_runs import _numbered
from flowdsl.library.runs_compared import _number
from flowdsl.runner.taskrun.params import RefusedError, check_indexes

THREE, SQUARE = "\N{ARABIC-INDIC DIGIT THREE}", "\N{SUPERSCRIPT TWO}"


def test_durations_and_times() -> None:
    assert is_duration("3s")
    assert not is_duration(f"{THREE}s")
    assert duration("3s").seconds == 3
    with pytest.raises(CelError):
        duration(f"{THREE}s")
    stamp = "2026-01-03T00:00:00Z"
    assert check_timestamp(stamp) == stamp
    assert timestamp(stamp).day == 3
    with pytest.raises(ValueError, match="no RFC 3339 time"):
        check_timestamp(stamp.replace("3", THREE))
    with pytest.raises(CelError):
        timestamp(stamp.replace("3", THREE))


def test_a_group_of_a_pattern() -> None:
    assert _translate("abc", "a(b)", "<$1>") == "<b>c"
    assert _translate("abc", "a(b)", f"<${{{SQUARE}}}>") == "<>c"
    assert _translate("abc", "a(b)(c)(d?)", f"<${{{THREE}}}>") == "<>"


def test_a_count_of_a_pattern() -> None:
    assert lua_patterns("^a{2}$") == ["^aa$"]
    assert lua_patterns(f"^a{{{SQUARE}}}$") is None
    assert lua_patterns(f"^a{{{THREE}}}$") is None
    assert lua_patterns(f"^a{{{'9' * 5000}}}$") is None


@pytest.mark.parametrize("code", [403, 429, 503])
def test_how_long_a_provider_asks_to_wait(code: int) -> None:
    def asked(header: str, value: str) -> float | None:
        headers = email.message.Message()
        headers["X-RateLimit-Remaining"] = "0"
        headers[header] = value
        return asked_to_wait(urllib.error.HTTPError("http://x", code, "", headers, io.BytesIO()), 4.0)

    nothing = None if code == 403 else 4.0
    assert asked("Retry-After", "7") == 7
    assert asked("Retry-After", SQUARE) == nothing
    assert asked("X-RateLimit-Reset", SQUARE) == nothing


def test_an_element_of_an_array_that_is_imported() -> None:
    scope = Scope(handles={"a": Handle("a", {"many": Known("many", ARRAY)})})
    assert scope.expression("tasks.a.results.many[3]", STRING) == "a.many[3]"
    for index in (THREE, "03", "9" * 5000):
        assert scope.expression(f"tasks.a.results.many[{index}]", STRING) is None


def has_element(index: str) -> bool:
    """Whether a path of the sink takes it for an element's place."""
    try:
        return found({"a": [1, 2, 3, 4]}, f"a[{index}]") == "4"
    except PathError:
        return False


def is_zone(hours: str) -> bool:
    try:
        return bool(_there(datetime.datetime.now(datetime.timezone.utc), f"+0{hours}:00"))
    except CelError:
        return False


def is_looked_at(index: str) -> bool:
    """Whether a task's reference to an element is one, which here lies outside the array."""
    script = f"echo $(params.a[{index}])"
    spec: Any = {"params": [{"name": "a", "type": "array", "default": ["b"]}], "steps": [{"script": script}]}
    try:
        check_indexes(spec, ())
    except RefusedError:
        return True
    return False


def is_kept(number: str) -> bool:
    report = Report()
    _check_one(labels.AS_CODE_KEEP, number, (), report)
    return not report.items


def is_count(number: str) -> bool:
    """Whether import compares a whole number with it."""
    writer = cast(PipelineWriter, SimpleNamespace(writer=SimpleNamespace(use=str), _one=lambda value, _: repr(value)))
    return str(PipelineWriter._typed(writer, "n", "int", "in", [number], Scope())) == f"n == {number}"


PULL, MERGE_REQUEST = (
    {"GITHUB_TOKEN": "t", "GITHUB_REPOSITORY": "a/b"},
    {"GITLAB_TOKEN": "t", "CI_PROJECT_ID": "1", "CI_API_V4_URL": "https://x"},
)
READS: dict[str, Callable[[str], object]] = {
    "a sensor's number": lambda text: not _problem("number", text),
    "how many runs are kept": is_kept,
    "a task's version": lambda text: Entry(None, Report(), file=f"tasks/{text}/task.yaml").version,
    "a time zone": is_zone,
    "an element in a payload": has_element,
    "a count in an import": is_count,
    "a number of a start that is imported": count_of,
    "a pull request": lambda text: _forge("github", {**PULL, "GITHUB_REF": f"refs/pull/{text}/merge"}),
    "a merge request": lambda text: _forge("gitlab", {**MERGE_REQUEST, "CI_MERGE_REQUEST_IID": text}),
    "a run of a fan-out": lambda text: _numbered(f"r-train-{text}", "r-train"),
    "a measure of a run": _number,
    "an element of a param": is_looked_at,
}


@pytest.mark.parametrize("what", READS)
def test_other_digits_are_none(what: str) -> None:
    read = READS[what]
    assert read("3")
    assert not read(THREE)
    assert not read(SQUARE)


def test_a_count_of_any_length_is_compared_as_text() -> None:
    assert not is_count("9" * 5000)
