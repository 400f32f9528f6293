"""Timeouts at every level, cancelling, room on the machine, and the volumes of a TaskRun."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from pipelinerun_support import (
    FakeTaskRunner,
    NoCluster,
    Played,
    ended,
    engine_for,
    pipeline_run,
    play,
    task,
    wait_for_stop,
)

from flowdsl.diagnostics import InternalError, UsageError
from flowdsl.machine import machine as flow
from flowdsl.machine.plan import Timeouts
from flowdsl.machine.times import go_duration
from flowdsl.runner.pipelinerun.budget import Budget, Resources, asked
from flowdsl.runner.pipelinerun.engine import Engine, Settings
from flowdsl.view.events import Notice, TaskChanged

CANCELLED = 'TaskRun "run-a" was cancelled. TaskRun cancelled as the PipelineRun it belongs to has been cancelled.'
TIMED_OUT = 'TaskRun "run-a" was cancelled. TaskRun cancelled as the PipelineRun it belongs to has timed out.'


def condition_of(run: Played, name: str) -> dict[str, Any]:
    found: dict[str, Any] = run.record.task_runs[name]["status"]["conditions"][0]
    return found


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, Timeouts(3600.0, None, None)),
        ({"pipeline": "2h"}, Timeouts(7200.0, None, None)),
        ({"pipeline": "2h", "finally": "30m"}, Timeouts(7200.0, 5400.0, 1800.0)),
        ({"tasks": "10m"}, Timeouts(3600.0, 600.0, 3000.0)),
        ({"pipeline": "0", "tasks": "10m"}, Timeouts(0.0, 600.0, None)),
        ({"pipeline": "1h", "tasks": "0", "finally": "0"}, Timeouts(3600.0, 0.0, 0.0)),
    ],
)
def test_what_timeouts_mean(given: dict[str, str], wanted: Timeouts) -> None:
    assert Timeouts.of({"timeouts": given}) == wanted


def test_the_pipeline_timeout_ends_the_run_without_finally() -> None:
    run = play(
        pipeline_run(task("a"), task("b", runAfter=["a"]), final=[task("f")], timeouts={"pipeline": "50ms"}),
        {"a": wait_for_stop},
    )
    assert (run.reason, run.message) == ("PipelineRunTimeout", 'PipelineRun "run" failed to finish within "50ms"')
    assert run.runner.seen == ["a"]
    assert run.skipped == {}
    assert condition_of(run, "run-a")["reason"] == "TaskRunCancelled"
    assert condition_of(run, "run-a")["message"] == TIMED_OUT
    assert run.record.task_runs["run-a"]["spec"]["statusMessage"] in TIMED_OUT


def test_the_tasks_timeout_lets_finally_run() -> None:
    run = play(
        pipeline_run(task("a"), task("b", runAfter=["a"]), final=[task("f")], timeouts={"tasks": "50ms"}),
        {"a": wait_for_stop},
    )
    text = 'PipelineRun "run" failed due to tasks failed to finish within "50ms"'
    assert (run.reason, run.message) == ("PipelineRunTimeout", text)
    assert run.runner.seen == ["a", "f"]
    assert run.skipped == {"b": "PipelineRun was stopping"}


def test_the_finally_timeout_fails_the_run() -> None:
    run = play(pipeline_run(task("a"), final=[task("f")], timeouts={"finally": "50ms"}), {"f": wait_for_stop})
    assert (run.reason, run.message) == ("Failed", "Tasks Completed: 2 (Failed: 1, Cancelled 0), Skipped: 0")
    assert condition_of(run, "run-f")["reason"] == "TaskRunCancelled"


@pytest.mark.parametrize(
    ("spec", "fields", "wanted"),
    [
        ({}, {}, "1h0m0s"),
        ({}, {"timeout": "5m"}, "5m"),
        ({"timeouts": {"pipeline": "5h", "tasks": "3h"}}, {}, "3h0m0s"),
        ({"timeouts": {"tasks": "20m"}}, {}, "1h0m0s"),
        ({"timeouts": {"pipeline": "0", "tasks": "0"}}, {}, "0s"),
        ({"taskRunSpecs": [{"pipelineTaskName": "a", "timeout": "7m"}]}, {"timeout": "5m"}, "7m"),
    ],
)
def test_the_timeout_of_a_task_run(spec: dict[str, Any], fields: dict[str, Any], wanted: str) -> None:
    run = play(pipeline_run(task("a", **fields), **spec))
    assert run.runner.works["run-a"].task_run["spec"]["timeout"] == wanted


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(3600, "1h0m0s"), (90, "1m30s"), (1.5, "1.5s"), (0.3, "300ms"), (0, "0s"), (5400.25, "1h30m0.25s"), (2e-6, "2µs")],
)
def test_durations_are_printed_as_go_prints_them(seconds: float, text: str) -> None:
    assert go_duration(seconds) == text


class Interrupted:
    """Runs a PipelineRun and cancels it when the first task runs; a second time when `again` does."""

    def __init__(self, document: dict[str, Any], does: dict[str, Any], *how: str) -> None:
        runner = FakeTaskRunner(does)
        self.events: list[Any] = []
        engine = engine_for(document, runner, Path("/nowhere"), events=self.events)
        todo = list(how)

        def told(event: Any) -> None:
            self.events.append(event)
            if isinstance(event, TaskChanged) and event.state == "running" and todo:
                engine.cancel(todo.pop(0))

        engine._emit = engine._worker._emit = told
        self.run = Played(engine.run(), runner, self.events, engine._recorder)  # type: ignore[arg-type]


def test_a_graceful_cancel_cancels_what_runs_and_runs_finally() -> None:
    document = pipeline_run(task("a"), task("b", runAfter=["a"]), final=[task("f")])
    run = Interrupted(document, {"a": wait_for_stop}, flow.CANCEL_RUN_FINALLY).run
    assert run.runner.seen == ["a", "f"]
    assert (run.reason, run.message) == ("Cancelled", 'PipelineRun "run" was cancelled')
    assert condition_of(run, "run-a")["message"] == CANCELLED
    assert run.document["spec"]["status"] == "CancelledRunFinally"
    assert any(isinstance(event, Notice) and "finally runs" in event.text for event in run.events)


def test_a_graceful_stop_lets_what_runs_end() -> None:
    def slow(work: Any, stop: Any) -> dict[str, Any]:
        assert not stop.wait(0.1)
        return ended()

    document = pipeline_run(task("a"), task("b", runAfter=["a"]), final=[task("f")])
    run = Interrupted(document, {"a": slow}, flow.STOP_RUN_FINALLY).run
    assert run.runner.seen == ["a", "f"]
    assert run.skipped == {"b": "PipelineRun was gracefully stopped"}
    assert run.reason == "Cancelled"


def test_cancelling_twice_ends_finally_too() -> None:
    document = pipeline_run(task("a"), final=[task("f")])
    does = {"a": wait_for_stop, "f": wait_for_stop}
    run = Interrupted(document, does, flow.CANCEL_RUN_FINALLY, flow.CANCEL).run
    assert run.runner.order == ["a", "f"]
    assert (run.reason, run.message) == ("Cancelled", 'PipelineRun "run" was cancelled')
    assert condition_of(run, "run-f")["reason"] == "TaskRunCancelled"


def test_cancelling_at_once() -> None:
    document = pipeline_run(task("a"), task("b", runAfter=["a"]), final=[task("f")])
    run = Interrupted(document, {"a": wait_for_stop}, flow.CANCEL).run
    assert run.runner.seen == ["a"]
    assert run.reason == "Cancelled"
    assert run.results == {}


def test_a_task_that_waits_for_room_is_cancelled_without_running() -> None:
    document = pipeline_run(task("a"), task("b"))
    runner, told = FakeTaskRunner({"a": wait_for_stop}), []
    engine = engine_for(document, runner, Path("/nowhere"), events=told, slots=1)
    threading.Timer(0.1, engine.cancel).start()
    run = Played(engine.run(), runner, told, engine._recorder)  # type: ignore[arg-type]
    assert run.runner.seen == ["a"]
    assert condition_of(run, "run-b")["reason"] == "TaskRunCancelled"
    assert run.children == ["run-a", "run-b"]
    assert "queued" in [event.state for event in told if isinstance(event, TaskChanged) and event.task == "b"]


def test_a_bug_of_the_other_half_is_told_after_all_has_ended() -> None:
    def breaks(work: Any, stop: Any) -> dict[str, Any]:
        raise ZeroDivisionError("oh")

    runner = FakeTaskRunner({"a": breaks})
    engine = engine_for(pipeline_run(task("a"), final=[task("f")]), runner, Path("/nowhere"))
    with pytest.raises(InternalError, match="oh"):
        engine.run()
    assert runner.seen == ["a", "f"]


def resources(**requests: str) -> dict[str, Any]:
    return {"steps": [{"name": "s", "image": "i", "computeResources": {"requests": requests}}]}


def test_what_a_task_asks_for() -> None:
    spec = {
        "stepTemplate": {"computeResources": {"requests": {"cpu": "1"}}},
        "steps": [
            {"name": "template"},
            {"name": "limit", "computeResources": {"limits": {"cpu": "500m", "memory": "2Gi", "nvidia.com/gpu": 1}}},
        ],
        "sidecars": [{"name": "x", "computeResources": {"requests": {"cpu": "250m", "memory": "1Gi"}}}],
    }
    assert asked(spec) == Resources(1.25, 3 * 2.0**30, 1.0)
    assert asked(spec, {"requests": {"cpu": "4"}}) == Resources(4.25, 2.0**30, 0.0)


@pytest.mark.parametrize(("cpu", "most"), [("2", 1), ("1", 2), ("500m", 4), ("8", 1)])
def test_no_more_runs_at_once_than_there_is_room_for(cpu: str, most: int) -> None:
    at_once, highest, lock = 0, 0, threading.Lock()

    def busy(work: Any, stop: Any) -> dict[str, Any]:
        nonlocal at_once, highest
        with lock:
            at_once += 1
            highest = max(highest, at_once)
        stop.wait(0.03)
        with lock:
            at_once -= 1
        return ended()

    tasks = [task(f"t{number}", spec=resources(cpu=cpu)) for number in range(8)]
    does = {each["name"]: busy for each in tasks}
    run = play(pipeline_run(*tasks), does, room=Resources(2.0, 1e12, 0.0))
    assert run.reason == "Succeeded"
    assert highest <= most


def test_a_gpu_that_is_not_there_is_told_and_done_without() -> None:
    run = play(pipeline_run(task("a", spec=resources(**{"nvidia.com/gpu": "1"}))))
    assert run.reason == "Succeeded"
    notices = [event.text for event in run.events if isinstance(event, Notice)]
    assert notices == ["a asks for 1 GPU; this machine has none and runs it all the same"]


def test_a_gpu_that_is_required_is_a_usage_error(tmp_path: Path) -> None:
    document = pipeline_run(task("a", spec=resources(**{"nvidia.com/gpu": "1"})))
    made = engine_for(document, FakeTaskRunner(), tmp_path)
    settings = Settings(8, Resources(8.0, 1e12, 0.0), gpu_required=True)
    engine = Engine(document, made._catalogue, FakeTaskRunner(), NoCluster(tmp_path), made._recorder, print, settings)
    with pytest.raises(UsageError, match="a asks for 1 GPU"):
        engine.run()


def test_a_small_task_passes_a_large_one_but_not_for_ever() -> None:
    budget = Budget(Resources(4.0, 1e9, 0.0), slots=1000)
    budget.add("first", Resources(3.0))
    assert [item for item, _ in budget.start()] == ["first"]
    budget.add("large", Resources(4.0))
    passed = 0
    for number in range(200):
        budget.add(number, Resources(1.0))
        for _, needs in budget.start():
            passed += 1
            budget.release(needs)
    assert 0 < passed < 200
    budget.release(Resources(3.0))
    assert budget.start()[0][0] == "large"
