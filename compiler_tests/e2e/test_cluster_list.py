"""Lists of runs: pages, what chooses among them, columns, and what comes packed."""

from __future__ import annotations

import gzip
import json
import time
from typing import Any

import pytest
from cluster_support import Person, condition, run_of
from fake_api import FakeApi

pytest.importorskip("kubernetes", reason="the extra `cluster` is not installed")


def at(seconds_ago: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds_ago))


def ran(api: FakeApi, name: str, pipeline: str = "flow", *, ago: float = 0, space: str = "ml", **labels: str) -> None:
    """A run that was made so many seconds ago and took 75 seconds."""
    run = {**run_of(pipeline), "metadata": {"name": name, "namespace": space}}
    run["metadata"]["labels"] = {"tekton.dev/pipeline": pipeline, **labels}
    run["metadata"]["creationTimestamp"] = at(ago)
    run["status"] = {
        "conditions": condition("True", "Succeeded"), "startTime": at(ago), "completionTime": at(ago - 75),
        "pipelineSpec": {"tasks": [{"name": f"task-{number}", "taskRef": {"name": "a"}} for number in range(20)]},
    }  # fmt: skip
    api.put(f"/apis/tekton.dev/v1/namespaces/{space}/pipelineruns/{name}", run)


def test_the_table_has_what_people_look_for(person: Person, api: FakeApi) -> None:
    ran(api, "flow-new", ago=150)
    ran(api, "other-old", "other", ago=8000)
    code, out, err = person.types("list")
    assert code == 0, err
    head, first, second = out.splitlines()
    assert head.split() == ["NAME", "PIPELINE", "STARTED", "DURATION", "STATUS", "MESSAGE"]
    assert first.split()[:6] == ["flow-new", "flow", "2m", "ago", "1m15s", "Succeeded"]
    assert second.split()[:6] == ["other-old", "other", "2h", "ago", "1m15s", "Succeeded"]


def test_scripts_get_times_and_seconds(person: Person, api: FakeApi) -> None:
    ran(api, "flow-1", ago=150)
    (row,) = json.loads(person.types("list", "--output", "json")[1])
    assert {key: row[key] for key in ("name", "namespace", "pipeline", "status", "state", "seconds")} == {
        "name": "flow-1", "namespace": "ml", "pipeline": "flow", "status": "True", "state": "Succeeded", "seconds": 75.0,
    }  # fmt: skip
    assert row["created"] == row["started"] < row["completed"]


def names(person: Person, *words: str) -> list[str]:
    code, out, err = person.types("list", *words, "--output", "json")
    assert code == 0, err
    return [row["name"] for row in json.loads(out)]


def test_labels_time_number_and_namespaces_choose(person: Person, api: FakeApi) -> None:
    ran(api, "flow-1", ago=30, team="ml")
    ran(api, "flow-2", ago=4000)
    ran(api, "there-1", "there", ago=60, space="prod", team="ml")
    assert names(person) == ["flow-1", "flow-2"]
    assert names(person, "--since", "1h") == ["flow-1"]
    assert names(person, "--limit", "1") == ["flow-1"]
    assert names(person, "-l", "team=ml") == ["flow-1"]
    assert names(person, "-A") == ["flow-1", "there-1", "flow-2"]
    assert names(person, "-A", "there", "-l", "team=ml") == ["there-1"]
    out = person.types("list", "-A")[1]
    assert out.splitlines()[0].startswith("NAMESPACE")
    assert out.splitlines()[2].startswith("prod ")
    for wrong in ("yesterday", "-1h", "0s"):
        code, _, err = person.types("list", "--since", wrong)
        assert code == 2
        assert "--since takes a duration, such as 90m or 24h" in err


def test_an_empty_list_says_whether_there_is_any_run(person: Person, api: FakeApi) -> None:
    assert "there are no runs in namespace ml of" in person.types("list")[2]
    ran(api, "flow-1", ago=4000)
    for words in (["other"], ["-l", "team=ml"], ["--since", "1h"]):
        assert "there are no such runs in namespace ml of" in person.types("list", *words)[2]


def test_a_run_that_is_named_twice_is_deleted_once(person: Person, api: FakeApi) -> None:
    ran(api, "flow-1", ago=9)
    ran(api, "flow-2", ago=99)
    code, out, err = person.types("delete", "flow-1", "last", "flow-2")
    assert (code, err) == (0, "")
    assert out == "PipelineRun flow-1 deleted\nPipelineRun flow-2 deleted\n"


def test_who_may_read_runs_and_not_list_them(person: Person, api: FakeApi) -> None:
    listing = "/namespaces/ml/pipelineruns?"
    api.fault = lambda method, path: (403, "no") if listing in path else None
    code, _, err = person.types("watch", "flow-1")
    assert code == 3
    assert "there is no PipelineRun 'flow-1'" in err


def test_a_long_list_comes_in_pages_and_packed(person: Person, api: FakeApi) -> None:
    for number in range(25):
        ran(api, f"flow-{number:02}", ago=number)
    api.page = 10
    api.sent = 0
    assert len(names(person)) == 25
    assert sum("pipelineruns?" in path for _, path in api.requests) == 3
    assert api.sent < 0.2 * len(json.dumps(list(api.objects.values())))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((200, {"Content-Encoding": "gzip"}, b"no gzip"), "it is no gzip"),
        ((200, {"Content-Encoding": "br"}, b"{}"), "was not asked for"),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(b"[" * 3_000_000)), "more than 2,048 KiB"),
    ],
)
def test_what_is_packed_otherwise_or_too_large_is_no_answer(
    person: Person,
    api: FakeApi,
    monkeypatch: pytest.MonkeyPatch,
    answer: tuple[int, dict[str, str], bytes],
    words: str,
) -> None:
    monkeypatch.setattr("flowdsl.kubeclient.client.MAX_ANSWER", 2 * 1024 * 1024)
    api.twist = lambda path, good: answer if "pipelineruns" in path else good
    code, _, err = person.types("list")
    assert code == 3
    assert words in err


def test_a_list_that_the_server_forgot_between_two_pages_is_read_at_once(person: Person, api: FakeApi) -> None:
    for number in range(5):
        ran(api, f"flow-{number}", ago=number)
    api.page = 2
    asked: list[str] = []

    def forgets(method: str, path: str) -> tuple[int, str] | None:
        asked.append(path)
        if "limit" not in path:
            api.page = 1 << 30
        return (410, "The provided continue parameter is too old") if "continue" in path else None

    api.fault = forgets
    assert names(person) == [f"flow-{number}" for number in range(5)]
    assert ["continue" in path for path in asked] == [False, True, False]
    assert "limit" not in asked[-1]


@pytest.mark.parametrize("runs", [1, 0])
def test_a_list_that_never_ends_is_no_answer(
    person: Person, api: FakeApi, monkeypatch: pytest.MonkeyPatch, runs: int
) -> None:
    monkeypatch.setattr("flowdsl.kubeclient.client.MOST_ITEMS", 50)
    for number in range(runs):
        ran(api, f"flow-{number}")

    def again(path: str, good: Any) -> Any:
        assert len(api.requests) < 100
        return {**good, "metadata": {"continue": "0"}} if "pipelineruns" in path else good

    api.twist = again
    code, _, err = person.types("list")
    assert code == 3
    assert "goes on after" in err
