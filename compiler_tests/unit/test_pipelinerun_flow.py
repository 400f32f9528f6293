"""What runs, what is skipped and how a PipelineRun ends: Tekton's rules, task by task, with a TaskRunner of no processes."""

from __future__ import annotations

from typing import Any

import pytest
from pipelinerun_support import FakeTaskRunner, ended, failed, give, pipeline_run, play, task, when

WHEN = "When Expressions evaluated to false"
PARENTS = "Parent Tasks were skipped"
STOPPING = "PipelineRun was stopping"
RESULTS = "Results were missing"


def counts(completed: int, failures: int = 0, cancelled: int = 0, skipped: int = 0) -> str:
    return f"Tasks Completed: {completed} (Failed: {failures}, Cancelled {cancelled}), Skipped: {skipped}"


def test_all_tasks_succeed() -> None:
    run = play(pipeline_run(task("a"), task("b", runAfter=["a"])))
    assert (run.condition["status"], run.reason, run.message) == ("True", "Succeeded", counts(2))
    assert run.children == ["run-a", "run-b"]
    assert run.runner.order == ["a", "b"]
    assert {"startTime", "completionTime", "pipelineSpec"} <= run.status.keys()


def test_a_failure_stops_what_has_not_begun_and_finally_runs() -> None:
    run = play(
        pipeline_run(task("a"), task("b", runAfter=["a"]), task("c", runAfter=["b"]), final=[task("f")]),
        {"a": failed()},
    )
    assert (run.reason, run.message) == ("Failed", counts(2, failures=1, skipped=2))
    assert run.skipped == {"b": STOPPING, "c": STOPPING}
    assert run.children == ["run-a", "run-f"]


def test_what_runs_beside_a_failure_runs_to_its_end() -> None:
    slow_began = []

    def slow(work: Any, stop: Any) -> dict[str, Any]:
        slow_began.append(work)
        stop.wait(0.1)
        return ended()

    run = play(pipeline_run(task("a"), task("slow"), task("late", runAfter=["slow"])), {"a": failed(), "slow": slow})
    assert run.message == counts(2, failures=1, skipped=1)
    assert run.skipped == {"late": STOPPING}


def test_a_failure_that_is_ignored_does_not_stop() -> None:
    run = play(pipeline_run(task("a", onError="continue"), task("b", runAfter=["a"])), {"a": failed()})
    assert (run.condition["status"], run.reason) == ("True", "Succeeded")
    assert run.message == "Tasks Completed: 2 (Failed: 1 (Ignored: 1), Cancelled 0), Skipped: 0"
    ignored = run.record.task_runs["run-a"]
    assert ignored["status"]["conditions"][0]["reason"] == "FailureIgnored"
    assert ignored["metadata"]["annotations"]["pipeline.tekton.dev/pipeline-task-on-error"] == "continue"


@pytest.mark.parametrize(
    ("guards", "runs"),
    [
        (when("x", "x", "y"), True),
        (when("x", "y"), False),
        (when("x", "y", operator="notin"), True),
        (when("x", "x", operator="notin"), False),
        (when("x", "x") + when("x", "y"), False),
        ([{"cel": "'a' == 'a'"}], True),
        ([{"cel": "'a' == 'b'"}], False),
    ],
)
def test_when(guards: list[dict[str, Any]], runs: bool) -> None:
    run = play(pipeline_run(task("a"), task("b", when=guards)))
    assert ("b" in run.runner.order) is runs
    assert run.skipped == ({} if runs else {"b": WHEN})
    assert run.reason == ("Succeeded" if runs else "Completed")
    if not runs:
        assert run.status["skippedTasks"][0]["whenExpressions"] == guards


def test_a_wrong_cel_expression_ends_the_run() -> None:
    run = play(pipeline_run(task("a"), task("b", runAfter=["a"], when=[{"cel": "'a' =="}]), final=[task("f")]))
    assert run.reason == "CELEvaluationFailed"
    assert run.runner.order == ["a"]


def test_only_ordering_dependents_of_a_guarded_task_run() -> None:
    """Docs: guarding a task skips it alone, and those that need its results."""
    run = play(
        pipeline_run(
            task("guarded", results=("r",), when=when("a", "b")),
            task("ordered", runAfter=["guarded"]),
            task("needs", params=give(x="$(tasks.guarded.results.r)")),
            task("after-needs", runAfter=["needs"]),
            task("after-ordered", runAfter=["ordered"]),
        )
    )
    assert run.skipped == {"guarded": WHEN, "needs": RESULTS, "after-needs": PARENTS}
    assert sorted(run.runner.order) == ["after-ordered", "ordered"]
    assert (run.reason, run.message) == ("Completed", counts(2, skipped=3))


def test_a_guard_on_a_missing_result_is_compared_as_it_is_written() -> None:
    guarded = task("a", results=("r",), when=when("a", "b"))
    run = play(
        pipeline_run(
            guarded,
            task("in", when=when("$(tasks.a.results.r)", "x")),
            task("notin", when=when("$(tasks.a.results.r)", "x", operator="notin")),
        )
    )
    assert run.skipped == {"a": WHEN, "in": WHEN, "notin": RESULTS}


def test_a_task_skipped_early_is_told_as_stopping_once_the_run_stops() -> None:
    run = play(pipeline_run(task("guarded", when=when("a", "b")), task("bad", runAfter=["guarded"])), {"bad": failed()})
    assert run.skipped == {"guarded": STOPPING}


def test_a_result_that_was_not_written_fails_validation() -> None:
    run = play(
        pipeline_run(
            task("a", results=("r",)),
            task("b", params=give(x="$(tasks.a.results.r)")),
            task("c", runAfter=["b"]),
            final=[task("f")],
        )
    )
    assert run.reason == "PipelineValidationFailed"
    words = 'task "a" completed successfully but did not emit the result "r", which is referenced by task "b"'
    assert run.message == f"{counts(2, skipped=1)}, Failed Validation: 1 ({words})"
    assert run.skipped == {"c": STOPPING}


def test_a_result_missing_after_an_ignored_failure() -> None:
    run = play(
        pipeline_run(
            task("a", results=("r",), onError="continue"),
            task("b", params=give(x="$(tasks.a.results.r)")),
            task("c", params=give(x="$(tasks.a.results.r)"), onError="continue"),
        ),
        {"a": failed()},
    )
    assert run.reason == "PipelineValidationFailed"
    assert "Could not find result with name r for pipeline task a" in run.message
    assert run.skipped.get("c") in (RESULTS, STOPPING)


def test_results_of_an_ignored_failure_are_used() -> None:
    run = play(
        pipeline_run(task("a", results=("r",), onError="continue"), task("b", params=give(x="$(tasks.a.results.r)"))),
        {"a": failed(r="half")},
    )
    assert run.runner.params("run-b") == {"x": "half"}


def test_finally_sees_status_reason_and_results() -> None:
    final = task(
        "f",
        params=give(
            all="$(tasks.status)",
            good="$(tasks.good.status)",
            bad="$(tasks.bad.status)",
            why="$(tasks.bad.reason)",
            late="$(tasks.late.status)",
            result="$(tasks.good.results.r)",
        ),
    )
    run = play(
        pipeline_run(
            task("good", results=("r",)), task("bad", runAfter=["good"]), task("late", runAfter=["bad"]), final=[final]
        ),
        {"bad": failed(), "good": ended(r="v")},
    )
    assert run.runner.params("run-f") == {
        "all": "Failed",
        "good": "Succeeded",
        "bad": "Failed",
        "why": "Failed",
        "late": "None",
        "result": "v",
    }
    assert "finallyStartTime" in run.status


@pytest.mark.parametrize(
    ("does", "guarded", "status"),
    [({}, False, "Succeeded"), ({}, True, "Completed"), ({"a": failed()}, False, "Failed")],
)
def test_the_status_of_all_tasks(does: dict[str, Any], guarded: bool, status: str) -> None:
    other = task("b", when=when("a", "b")) if guarded else task("b")
    run = play(pipeline_run(task("a"), other, final=[task("f", params=give(s="$(tasks.status)"))]), does)
    assert run.runner.params("run-f") == {"s": status}


def test_a_finally_task_has_its_own_when_and_misses_results() -> None:
    run = play(
        pipeline_run(
            task("a", results=("r",)),
            final=[
                task("guarded", when=when("$(tasks.a.status)", "Failed")),
                task("needs", params=give(x="$(tasks.a.results.r)")),
                task("plain"),
            ],
        )
    )
    assert run.skipped == {"guarded": WHEN, "needs": RESULTS}
    assert run.children == ["run-a", "run-plain"]
    assert (run.reason, run.message) == ("Completed", counts(2, skipped=2))


def test_a_failing_finally_task_fails_the_run() -> None:
    run = play(pipeline_run(task("a"), final=[task("f"), task("g")]), {"f": failed()})
    assert (run.reason, run.message) == ("Failed", counts(3, failures=1))


def test_a_pending_run_asked_to_be_cancelled_runs_nothing() -> None:
    run = play(pipeline_run(task("a"), final=[task("f")], status="Cancelled"))
    assert (run.reason, run.message, run.runner.order) == ("Cancelled", 'PipelineRun "run" was cancelled', [])


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("CancelledRunFinally", "PipelineRun was gracefully cancelled"),
        ("StoppedRunFinally", "PipelineRun was gracefully stopped"),
    ],
)
def test_a_run_that_begins_gracefully_ended_runs_finally_alone(status: str, reason: str) -> None:
    run = play(pipeline_run(task("a"), final=[task("f")], status=status))
    assert run.skipped == {"a": reason}
    assert run.runner.order == ["f"]
    assert (run.reason, run.message) == ("Cancelled", 'PipelineRun "run" was cancelled')


def test_a_fake_runner_sees_each_task_once() -> None:
    runner = FakeTaskRunner()
    assert runner.seen == []
    diamond = pipeline_run(
        task("a"), task("b", runAfter=["a"]), task("c", runAfter=["a"]), task("d", runAfter=["b", "c"])
    )
    run = play(diamond)
    assert sorted(run.runner.seen) == ["a", "b", "c", "d"]
    assert run.runner.order[0] == "a"
    assert run.runner.order[-1] == "d"
