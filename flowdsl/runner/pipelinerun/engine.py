"""Runs a PipelineRun: TaskRuns in threads, one thread that decides; keeps limits of time and room, and records."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.diagnostics import InternalError, UsageError
from flowdsl.machine import machine as flow
from flowdsl.machine.catalogue import Catalogue
from flowdsl.machine.custom import custom_of
from flowdsl.machine.failure import RunFailure
from flowdsl.machine.machine import Machine
from flowdsl.machine.nodes import TASK_RUN_CANCELLED, ChildRun
from flowdsl.machine.plan import Plan, make_plan
from flowdsl.machine.status import as_object, failed_status, finished_status, running_status
from flowdsl.runner.cache import Cache
from flowdsl.runner.contract import Cluster, Stop, TaskRunner
from flowdsl.runner.pipelinerun.budget import Budget, Resources, asked, host, shortages
from flowdsl.runner.pipelinerun.children import check_cycle, child_document, pipelines_above
from flowdsl.runner.pipelinerun.customrun import custom_status
from flowdsl.runner.pipelinerun.ledger import EXECUTION, Ledger, after, came_after, executions
from flowdsl.runner.pipelinerun.record import Recorder
from flowdsl.runner.pipelinerun.taskrun import task_run
from flowdsl.runner.pipelinerun.telling import Teller
from flowdsl.runner.pipelinerun.work import Worker, nothing_ran
from flowdsl.view.events import Event, Notice

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

# Threads wait for processes most of the time; memory is what limits them.
_MOST_THREADS = 512
_WORDS = {
    flow.CANCEL: "stopping at once: all that runs is cancelled",
    flow.CANCEL_RUN_FINALLY: "stopping: what runs is cancelled, then finally runs; once more ends it at once",
    flow.STOP_RUN_FINALLY: "stopping: what runs may end, nothing new starts, then finally runs",
}


@attrs.frozen
class Settings:
    """How to run: how many TaskRuns at once, what room there is for all of them together, whether GPUs are a must."""

    slots: int
    room: Resources = attrs.field(factory=host)
    gpu_required: bool = False


@attrs.frozen
class _Cancel:
    """Somebody asks the run to end."""

    how: str


@attrs.frozen
class _Done:
    """A child is over; `broken` is what went wrong with the runner itself."""

    run: ChildRun
    status: shapes.TaskRunStatus
    broken: BaseException | None = None


@attrs.define
class _Active:
    run: ChildRun
    needs: Resources
    stop: Stop
    child: Engine | None = None


class Engine:
    """One run of one PipelineRun. `run` works in the thread that calls it; `cancel` may come from any, or a signal."""

    def __init__(
        self,
        document: shapes.PipelineRun,
        catalogue: Catalogue,
        task_runner: TaskRunner,
        cluster: Cluster,
        recorder: Recorder,
        emit: Callable[[Event], None],
        settings: Settings,
        *,
        cache: Cache | None = None,
        ledger: Ledger | None = None,
        prefix: str = "",
        above: tuple[str, ...] = (),
        after: str = "",
    ) -> None:
        self.document = document
        self._catalogue = catalogue
        self._worker = Worker(task_runner, cluster, recorder, emit, prefix, cache, ledger)
        self._ledger = ledger
        # The executions that a child PipelineRun comes after, and, at its end, those that it consists of.
        self._after = after
        self.executions = ""
        self._recorder = recorder
        self._emit = emit
        self._settings = settings
        self._prefix = prefix
        # The pipelines that this one is run by, the nearest first, itself included where a reference led to it.
        self._above = above
        self._budget: Budget[ChildRun] = Budget(settings.room, settings.slots)
        self._inbox: queue.SimpleQueue[_Cancel | _Done] = queue.SimpleQueue()
        self._active: dict[str, _Active] = {}
        self._left = 0
        self._fresh: list[ChildRun] = []
        self._broken: BaseException | None = None
        self._threads: ThreadPoolExecutor | None = None

    def cancel(self, how: str = flow.CANCEL_RUN_FINALLY) -> None:
        """Ask the run to end: `CancelledRunFinally`, `StoppedRunFinally` or, at once, `Cancelled`."""
        self._inbox.put(_Cancel(how))

    def run(self) -> shapes.PipelineRun:
        """Run to the end; the finished PipelineRun. Raises InternalError for our bug, after all has ended.

        Raises UsageError where the run's folder can't be written.
        """
        started = time.time()
        try:
            plan = make_plan(self.document, self._catalogue)
        except RunFailure as failure:
            document = as_object(self.document, failed_status(failure, started, time.time()))
            self._recorder.write_run(document)
            return document
        self._check_room(plan)
        machine = Machine(plan, time.time, started=started)
        self._teller = Teller(self._emit, machine, self._prefix)
        self._recorder.write_run(as_object(plan.run, running_status(machine, started)))
        with ThreadPoolExecutor(min(_MOST_THREADS, self._settings.slots), thread_name_prefix="taskrun") as threads:
            self._threads = threads
            try:
                status = self._loop(plan, machine)
                self._drain()
            finally:
                self._worker.close()
        self.executions = executions(plan.nodes)
        if machine.spec_status:
            plan.run.setdefault("spec", {})["status"] = machine.spec_status
        document = as_object(plan.run, status)
        self._recorder.write_run(document)
        if isinstance(self._broken, OSError):
            # A full disk, a folder that is gone: nothing that a report to us would mend.
            raise UsageError(f"what became of a TaskRun can't be written down: {self._broken}") from self._broken
        if self._broken is not None:
            raise InternalError(f"a TaskRun was lost: {self._broken!r}") from self._broken
        return document

    def _check_room(self, plan: Plan) -> None:
        asking = {node.name: asked(node.task.spec) for node in plan.nodes if node.task is not None}
        found = shortages(asking, self._settings.room)
        if self._settings.gpu_required and any(needs.gpu > self._settings.room.gpu for needs in asking.values()):
            raise UsageError(f"{found[-1].partition(';')[0]}; leave out --gpu require to run without")
        for text in found:
            self._emit(Notice(text))

    def _loop(self, plan: Plan, machine: Machine) -> shapes.PipelineRunStatus:
        failure: RunFailure | None = None
        try:
            machine.begin()
            self._act(plan, machine)
            while not machine.over:
                self._take(machine)
                self._act(plan, machine)
        except RunFailure as error:
            # As in Tekton, the run is over; here, what still runs is stopped.
            failure, machine.over = error, True
        status = finished_status(machine, time.time(), failure)
        if failure is not None:
            self._stop_all(f"The PipelineRun failed: {failure.reason}.")
        self._act_stops(machine)
        return status

    def _take(self, machine: Machine) -> None:
        deadline = machine.deadline()
        try:
            wait = None if deadline is None else max(0.0, deadline - time.time()) + 0.001
            told = self._inbox.get(timeout=wait)
        except queue.Empty:
            machine.tick()
            return
        if isinstance(told, _Cancel):
            if not self._prefix:
                self._emit(Notice(_WORDS[told.how], "warning"))
            machine.cancel(told.how)
        else:
            self._ended(told)
            machine.tick()
            machine.finished(told.run, told.status)
            self._teller.finished(told.run)

    def _ended(self, done: _Done) -> None:
        self._left -= 1
        active = self._active.pop(done.run.name, None)
        if active is not None:
            self._budget.release(active.needs)
        self._broken = self._broken or done.broken

    def _act(self, plan: Plan, machine: Machine) -> None:
        """Do what the machine wants: start, stop, tell. What was done before in this run is done at once."""
        while machine.launches:
            launches, machine.launches = machine.launches, []
            for run in launches:
                if (status := self._counts(plan, machine, run)) is not None:
                    machine.finished(run, status)
                else:
                    self._queue(plan, run)
        self._act_stops(machine)
        if not machine.over:
            self._start(plan)
        self._teller.skipped()

    def _counts(self, plan: Plan, machine: Machine, run: ChildRun) -> shapes.TaskRunStatus | None:
        """The status of what was done in an earlier part of this run and counts; None for what is to run."""
        if self._ledger is None:
            return None
        run.after = after(run.node, machine.tasks, self._after)
        verdict = self._ledger.judge(plan, run)
        run.stale = verdict.stale
        if verdict.status is not None:
            self._restore(plan, run, verdict.status, changed=verdict.decided)
        return verdict.status

    def _restore(self, plan: Plan, run: ChildRun, status: shapes.TaskRunStatus, *, changed: bool) -> None:
        """It was done in an earlier part of this run; `changed` where its conditions are decided otherwise now."""
        run.status = status
        self._teller.restored(run)
        if run.node.task is not None and (changed or not self._recorder.written(run.name)):
            document = task_run(plan, run)
            self._worker.write(run, document, {**status, "taskSpec": document["spec"]["taskSpec"]})

    def _queue(self, plan: Plan, run: ChildRun) -> None:
        needs = Resources()
        if run.node.child is not None:
            check_cycle(plan, run, self._above)
        if run.node.task is not None:
            document = task_run(plan, run)
            needs = asked(document["spec"]["taskSpec"], document["spec"].get("computeResources"))
            run.document = document
            run.execution = run.execution or str(document["metadata"]["uid"])[-EXECUTION:]
        self._left += 1
        self._fresh.append(run)
        self._budget.add(run, needs)

    def _start(self, plan: Plan) -> None:
        for run, needs in self._budget.start():
            active = _Active(run, needs, Stop())
            self._active[run.name] = active
            assert self._threads is not None
            if run.node.child is not None:
                active.child = self._child(plan, run)
                self._threads.submit(self._run_child, active.child, run)
            else:
                self._threads.submit(self._run_task, run, active.stop)
        # Told once, when they come: looking at all that wait each time would make long queues slow.
        fresh, self._fresh = self._fresh, []
        self._teller.queued(run for run in fresh if run.name not in self._active)

    def _act_stops(self, machine: Machine) -> None:
        stops, machine.stops = machine.stops, []
        names = {run.name: message for run, message in stops}
        for run in self._budget.withdraw(lambda each: each.name in names) if names else ():
            self._give_up(run, names[run.name])
        for name, message in names.items():
            if name in self._active:
                self._stop(self._active[name], message)

    def _give_up(self, run: ChildRun, message: str) -> None:
        """It never started: a pod that was still Pending."""
        status = never_started(run, message)
        if run.document:
            self._worker.write(run, run.document, status)
        self._inbox.put(_Done(run, status))

    def _stop(self, active: _Active, message: str) -> None:
        if active.child is not None:
            active.child.cancel(flow.CANCEL)
        active.stop.request(TASK_RUN_CANCELLED, f'TaskRun "{active.run.name}" was cancelled. {message}')

    def _stop_all(self, message: str) -> None:
        for run in self._budget.withdraw(lambda _: True):
            self._give_up(run, message)
        for active in self._active.values():
            active.run.status_message = message
            self._stop(active, message)

    def _drain(self) -> None:
        """The run is over; wait for what was asked to stop."""
        while self._left:
            told = self._inbox.get()
            if isinstance(told, _Cancel):
                if told.how == flow.CANCEL:
                    self._stop_all("the PipelineRun was cancelled")
                continue
            self._ended(told)
            told.run.status = told.status
            self._teller.finished(told.run)

    def _run_task(self, run: ChildRun, stop: Stop) -> None:
        document = run.document
        try:
            done = _Done(run, self._worker.run(run, stop))
        except BaseException as error:  # a thread's exception would be lost, and the run would wait for ever
            done = _lost(run, error)
        self._inbox.put(done)
        if document is not None:
            self._worker.write(run, document, done.status)

    def _child(self, plan: Plan, run: ChildRun) -> Engine:
        return Engine(
            child_document(plan, run, self._recorder.uid(run.name)),
            self._catalogue,
            self._worker.task_runner,
            self._worker.cluster,
            self._recorder.nested(run.name),
            self._emit,
            self._settings,
            cache=self._worker.cache,
            ledger=self._ledger,
            prefix=f"{self._prefix}{run.node.name}/",
            above=pipelines_above(plan, run, self._above),
            after=came_after(run),
        )

    def _run_child(self, engine: Engine, run: ChildRun) -> None:
        try:
            # Of a run's status only conditions and results are looked at, which are those of a TaskRun's.
            done = _Done(run, cast("shapes.TaskRunStatus", engine.run()["status"]))
            run.execution = engine.executions
        except BaseException as error:
            done = _lost(run, error)
        self._inbox.put(done)


def _lost(run: ChildRun, error: BaseException) -> _Done:
    status = never_started(run, f"the runner failed: {error!r}", reason="InternalError")
    return _Done(run, status, error)


def never_started(run: ChildRun, message: str, *, reason: str = TASK_RUN_CANCELLED) -> shapes.TaskRunStatus:
    """The status of a TaskRun that ended before anything ran."""
    text = f'TaskRun "{run.name}" was cancelled. {message}' if reason == TASK_RUN_CANCELLED else message
    status = nothing_ran(reason, text)
    return custom_status(status) if custom_of(run.node.spec) is not None else status
