"""TaskRuns whose work is a function of this process, with attempts and timeouts as the runner has them."""

from __future__ import annotations

import contextvars
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from flowdsl.frontend import places
from flowdsl.frontend.encode import Mismatch
from flowdsl.kinds import labels
from flowdsl.machine.outcome import Outcome
from flowdsl.machine.times import stamp
from flowdsl.runner.cache import decided_now
from flowdsl.runner.contract import Cluster, Observer, Stop, TaskRunner, TaskRunWork
from flowdsl.runner.modes import write_file
from flowdsl.runner.taskrun.prepare import timeout_of
from flowdsl.runner.taskrun.run import keep_logs, why_ended
from flowdsl.testing.contract import Contract

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

STEP = "fake"
_LOOKS = 0.05  # seconds between two looks at whether the run is to end


class FakeResultError(Exception):
    """A fake gave something that its task can't give, or was given what its task would refuse."""


class _FailedError(Exception):
    """An attempt failed; what its log says of it."""

    def __init__(self, why: str, code: int = 1) -> None:
        super().__init__(why)
        self.why, self.code = why, code


@attrs.define
class FakedRuns:
    """Runs the TaskRuns of tasks that have a fake; those of others by `inner`, after the attempts that are to fail.

    `broken` are exceptions that are the test's and not a task's: assertions that failed, results that do not fit.
    """

    inner: TaskRunner
    functions: Mapping[str, Callable[..., object]]
    contracts: Mapping[str, Contract]
    failures: Mapping[str, int]
    broken: list[tuple[str, BaseException]] = attrs.field(factory=list)

    def run(self, work: TaskRunWork, cluster: Cluster, observer: Observer, stop: Stop) -> shapes.TaskRunStatus:
        """See `flowdsl.runner.contract.TaskRunner`."""
        task = (work.task_run["metadata"].get("labels") or {}).get(labels.PIPELINE_TASK, "")
        failing = self.failures.get(task, 0)
        if task not in self.functions and not failing:
            return self.inner.run(work, cluster, observer, stop)
        most = int(work.task_run["spec"].get("retries") or 0)
        earlier: list[shapes.TaskRunStatus] = []
        while True:
            number = len(earlier)
            if number >= failing and task not in self.functions:
                status = self._really(work, cluster, observer, stop, most - number)
                earlier += status.pop("retriesStatus", [])
                break
            status = self._attempt(task, work, cluster, observer, stop, number)
            if status["conditions"][0]["status"] == "True" or stop.requested or number >= most:
                break
            keep_logs(work, number)
            earlier.append(status)
        if earlier:
            status["retriesStatus"] = earlier
        return status

    def _really(
        self, work: TaskRunWork, cluster: Cluster, observer: Observer, stop: Stop, left: int
    ) -> shapes.TaskRunStatus:
        """The task itself, with the retries that are left of it."""
        spec: shapes.TaskRunSpec = {**work.task_run["spec"], "retries": left}
        again = attrs.evolve(work, task_run={**work.task_run, "spec": spec})
        return self.inner.run(again, cluster, observer, stop)

    def _attempt(
        self, task: str, work: TaskRunWork, cluster: Cluster, observer: Observer, stop: Stop, number: int
    ) -> shapes.TaskRunStatus:
        name, began = work.task_run["metadata"]["name"], time.time()
        observer.attempt(name, number)
        observer.step_started(name, STEP)
        results: list[shapes.TaskRunResult] = []
        code, outcome = 0, Outcome("True", "Succeeded", "All Steps have completed executing")
        try:
            if number < self.failures.get(task, 0):
                raise _FailedError(f"failure {number + 1} of {self.failures[task]} that the test asked for")
            results = self._called(task, work, cluster, stop)
        except _FailedError as failed:
            code = failed.code
            outcome = _failed(work, code)
            text = cluster.masker.text(f"flowdsl: {task}: {failed.why}")
            write_file(work.folder / f"{STEP}.log", f"{text}\n".encode(errors="backslashreplace"))
            observer.line(name, STEP, text)
        except TimeoutError:
            code = 1
            outcome = Outcome("False", *why_ended(name, timeout_of(work.task_run), stop))
        observer.step_finished(name, STEP, code, "Error" if code else "Completed")
        return _status(work, outcome, results, code, began)

    def _called(self, task: str, work: TaskRunWork, cluster: Cluster, stop: Stop) -> list[shapes.TaskRunResult]:
        """The results of the fake. Raises _FailedError, or TimeoutError where it is not back in time."""
        contract, function = self.contracts[task], self.functions[task]
        try:
            given = contract.arguments(work, cluster)
        except Mismatch as error:
            raise _FailedError(str(error)) from None
        returned = _in_thread(lambda: function(**given), work, stop)
        if isinstance(returned, _Raised):
            raise self._raised(task, returned.error)
        try:
            return contract.written(work, returned)
        except Mismatch as error:
            self.broken.append((task, FakeResultError(str(error))))
            raise _FailedError(str(error)) from None

    def _raised(self, task: str, error: BaseException) -> _FailedError:
        """A failure of the task, as its code would have it; what only a test raises is kept for the test."""
        if isinstance(error, SystemExit):
            code = error.code if isinstance(error.code, int) else 1
            return _FailedError(f"SystemExit: {error.code}", code or 1)
        if isinstance(error, AssertionError) or not isinstance(error, Exception):
            self.broken.append((task, error))
        return _FailedError(f"{_place(error)}{type(error).__name__}: {error}".replace("\n", " "))


@attrs.frozen
class _Raised:
    error: BaseException


def _in_thread(call: Callable[[], object], work: TaskRunWork, stop: Stop) -> object:
    """What a call gives, or _Raised. Raises TimeoutError once the task's time is over, or the run is to end."""
    found: list[object] = []

    def work_on_it() -> None:
        try:
            found.append(call())
        except BaseException as error:
            found.append(_Raised(error))

    context = contextvars.copy_context()
    thread = threading.Thread(target=context.run, args=(work_on_it,), daemon=True, name="fake")
    limit = timeout_of(work.task_run)
    end = time.monotonic() + limit if limit > 0 else None
    thread.start()
    while thread.is_alive():
        thread.join(_LOOKS)
        if thread.is_alive() and (stop.requested or (end is not None and time.monotonic() > end)):
            raise TimeoutError
    return found[0]


def _failed(work: TaskRunWork, code: int) -> Outcome:
    ignored = (work.task_run["metadata"].get("annotations") or {}).get(labels.ON_ERROR) == "continue"
    reason = "FailureIgnored" if ignored else "StepFailed"
    return Outcome("False", reason, f'"step-{STEP}" exited with code {code}: Error')


def _status(
    work: TaskRunWork, outcome: Outcome, results: list[shapes.TaskRunResult], code: int, began: float
) -> shapes.TaskRunStatus:
    end = time.time()
    terminated: shapes.ContainerStateTerminated = {
        "exitCode": code,
        "reason": "Error" if code else "Completed",
        "startedAt": stamp(began),
        "finishedAt": stamp(end),
    }
    status: shapes.TaskRunStatus = {
        "conditions": [outcome.condition(end)],
        "startTime": stamp(began),
        "completionTime": stamp(end),
        "steps": [{"name": STEP, "container": f"step-{STEP}", "terminated": terminated}],
        "taskSpec": work.task_run["spec"]["taskSpec"],
    }
    if results:
        status["results"] = results
    return decided_now(work.task_run, status)


def _place(error: BaseException) -> str:
    """The file and line of the user's code that raised, `tests/test_it.py:12: `; "" where there is none."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [each for each in frames if Path(each.filename) != Path(__file__)]
    return f"{places.display(own[0].filename)}:{own[0].lineno}: " if own else ""
