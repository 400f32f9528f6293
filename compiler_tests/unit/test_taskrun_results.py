"""Termination messages and the results in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flowdsl.runner.taskrun import results as made
from flowdsl.runner.taskrun.output import Log


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain\n", "plain\n"),
        ('["a","b"]', ["a", "b"]),
        ('["a", 1]', '["a", 1]'),
        ("[[]]", "[[]]"),
        ('{"k":"v"}', {"k": "v"}),
        ('{"k":{"deep":"v"}}', '{"k":{"deep":"v"}}'),
        ('"quoted"', "quoted"),
        ("12", "12"),
        ("true", "true"),
        ("{not json", "{not json"),
        ("", ""),
        ("[]", []),
    ],
)
def test_a_value_is_read_as_tekton_reads_it(text: str, value: Any) -> None:
    assert made.parse_value(text) == value


def test_json_as_go_writes_it() -> None:
    assert made.go_json({"k": "<a&b>\u2028é"}) == '{"k":"\\u003ca\\u0026b\\u003e\\u2028é"}'


def test_a_message_holds_4096_bytes_and_no_more() -> None:
    frame = len(made.go_json([made.entry("r", "", made.TASK_RESULT)]))
    message = made.Message()
    message.add([made.entry("r", "x" * (4096 - frame), made.TASK_RESULT)])
    with pytest.raises(made.TooLongError):
        made.Message().add([made.entry("r", "x" * (4097 - frame), made.TASK_RESULT)])
    with pytest.raises(made.TooLongError):
        message.add([made.entry("StartedAt", "", made.INTERNAL)])
    assert len(message.entries) == 1, "what was in it stays"


def test_signs_that_go_escapes_count_six_bytes() -> None:
    with pytest.raises(made.TooLongError):
        made.Message().add([made.entry("r", "<" * 700, made.TASK_RESULT)])
    made.Message().add([made.entry("r", "x" * 700, made.TASK_RESULT)])


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    with open(tmp_path / "big", "wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(made.TooLongError):
        made.read_files(tmp_path, ".", ["big"], made.TASK_RESULT)


def test_of_entries_with_one_key_the_last_counts() -> None:
    message = made.Message()
    message.add([made.entry("b", "1", 1), made.entry("a", "2", 1), made.entry("b", "3", 1)])
    assert [(one["key"], one["value"]) for one in message.parsed()] == [("a", "2"), ("b", "3")]


def test_results_of_the_wrong_type_or_without_keys() -> None:
    declared = [
        {"name": "list", "type": "array"},
        {"name": "thing", "properties": {"a": {}, "b": {}}},
        {"name": "text"},
    ]
    given = [
        {"name": "list", "type": "string", "value": "[oops"},
        {"name": "text", "type": "string", "value": "x"},
    ]
    kept, problem = made.check_results(given, declared)
    assert [one["name"] for one in kept] == ["text"]
    assert problem == (
        "[User error] Provided results don't match declared results; may be invalid JSON or missing result "
        'declaration:  "list": task result is expected to be "array" type but was initialized to a different type '
        '"string"'
    )
    _, problem = made.check_results([{"name": "thing", "type": "object", "value": {"a": "1"}}], declared)
    assert problem.endswith("required in TaskResult's properties map[thing:[b]]")
    assert made.check_results([given[1]], declared) == ([given[1]], "")


def test_a_tasks_result_from_a_step() -> None:
    declared = [{"name": "out", "value": "$(steps.one.results.inner)"}, {"name": "own"}]
    inner = [{"name": "inner", "type": "string", "value": "v"}]
    assert made.from_steps("one", inner, declared) == [{"name": "out", "type": "string", "value": "v"}]
    assert made.from_steps("two", inner, declared) == []


def test_a_log_is_cut_with_a_notice(tmp_path: Path) -> None:
    log = Log(tmp_path / "a.log", limit=10)
    log.write(b"0123456")
    log.write(b"789abcdef")
    notice = log.close()
    assert notice == "flowdsl: the log is cut at 10 bytes; 6 more were printed and not kept"
    assert (tmp_path / "a.log").read_bytes() == b"0123456789\n" + notice.encode() + b"\n"


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    log = Log(tmp_path / "no" / "a.log")
    log.write(b"abc")
    assert log.close() == "flowdsl: 3 bytes of this log could not be kept: No such file or directory"
