"""What runs next, what is skipped, when the run ends: Tekton's PipelineRun reconciler as a machine fed with events.

Tekton works the whole state out anew at each change; this does the same work once a task, so that a run of 10,000 tasks
takes 10,000 steps. `visits` counts them. Nothing here waits, starts a thread or reads a clock of its own.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.machine import nodes as skip
from flowdsl.machine.failure import RunFailure
from flowdsl.machine.matrix import fan_out, has_empty_array, is_matrixed
from flowdsl.machine.naming import run_names
from flowdsl.machine.nodes import ChildRun, Node, State, reopen
from flowdsl.machine.outcome import aggregate_status, node_status
from flowdsl.machine.plan import Plan, has_result_variables
from flowdsl.machine.results import Missing, artifact_values, matrix_lengths, resolve, still_missing
from flowdsl.machine.substitute import apply
from flowdsl.machine.variables import Replacements
from flowdsl.machine.when import CelError, allows

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

CANCEL = "Cancelled"
CANCEL_RUN_FINALLY = "CancelledRunFinally"
STOP_RUN_FINALLY = "StoppedRunFinally"


class Machine:
    """The state of one run. `launches` and `stops` are filled by every call and emptied by who drives it."""

    def __init__(
        self,
        plan: Plan,
        now: Callable[[], float],
        *,
        started: float | None = None,
        decides: Callable[[Node], bool] | None = None,
    ) -> None:
        """`decides` says whether a task's guards let it run, in place of evaluating them: for who plays a run."""
        self.plan = plan
        self._decides = decides
        self._now = now
        self.started = now() if started is None else started
        self.finally_started: float | None = None
        self.spec_status = str((plan.run.get("spec") or {}).get("status") or "")
        self.tasks = [node for node in plan.nodes if not node.final]
        self.final = [node for node in plan.nodes if node.final]
        self.by_name = {node.name: node for node in plan.nodes}
        self.launches: list[ChildRun] = []
        self.stops: list[tuple[ChildRun, str]] = []
        # Who was skipped, in order: a task that is skipped again for another reason is told again.
        self.skipped: list[Node] = []
        self.invalid: dict[str, str] = {}
        self.stopping = False
        self.tasks_timed_out = False
        self.finally_timed_out = False
        self.timed_out = ""
        self.over = False
        self.visits = 0
        self._place = {node.name: index for index, node in enumerate(self.tasks)}
        self._rank = ranks(self.tasks)
        self._open = len(self.tasks)
        self._swept = False
        self._final_open = len(self.final)

    def begin(self) -> None:
        """Launch what waits for nothing. Raises RunFailure, as every method does that makes tasks start."""
        if self.spec_status == CANCEL:
            self.over = True
        elif self.spec_status in (CANCEL_RUN_FINALLY, STOP_RUN_FINALLY):
            self._skip_waiting(skip.CANCELLED if self.spec_status == CANCEL_RUN_FINALLY else skip.STOPPED)
            self._go_on([])
        else:
            self._go_on([node for node in self.tasks if not node.waits])

    def finished(self, run: ChildRun, status: shapes.TaskRunStatus) -> None:
        """A TaskRun is over."""
        # The rest of a status is written already; thousands of them would only keep the garbage collector busy.
        kept = {key: value for key, value in status.items() if key in ("conditions", "results", "artifacts")}
        run.status = cast("shapes.TaskRunStatus", kept)
        node = run.node
        node.left -= 1
        if node.left:
            return
        node.state = State.SUCCEEDED if all(each.succeeded for each in node.runs) else State.FAILED
        if self.over:
            return
        if node.final:
            self._final_open -= 1
            self._check_over()
        else:
            self._go_on(self._close(node))

    def cancel(self, how: str) -> None:
        """Set `spec.status`: `Cancelled` ends the run at once, the others let `finally` run."""
        if self.over:
            return
        self.spec_status = how
        if how == CANCEL:
            self._stop_running(skip.BY_CANCEL, final=True)
            self.over = True
            return
        running = any(node.state is State.RUNNING for node in self.tasks)
        if how == CANCEL_RUN_FINALLY and running:
            self._stop_running(skip.BY_CANCEL, final=True)
        if self.finally_started is None:
            self._skip_waiting(skip.CANCELLED if how == CANCEL_RUN_FINALLY else skip.STOPPED)
            self._go_on([])

    def deadline(self) -> float | None:
        """When `tick` is to be called next, if nothing else happens before."""
        limits = self.plan.timeouts
        found = [self.started + limits.pipeline] if limits.pipeline else []
        if self.finally_started is None:
            if limits.tasks and not self.tasks_timed_out:
                found.append(self.started + limits.tasks)
        elif limits.final and not self.finally_timed_out:
            found.append(self.finally_started + limits.final)
        return min(found, default=None)

    def tick(self) -> None:
        """Let the limits of time act."""
        limits, now = self.plan.timeouts, self._now()
        if self.over:
            return
        if self._past(limits.pipeline, self.started, now):
            self.timed_out = "pipeline"
            self.over = True
            self._stop_running(skip.BY_TIMEOUT, final=True)
        elif self.finally_started is None and not self.tasks_timed_out and self._past(limits.tasks, self.started, now):
            self.tasks_timed_out = True
            if not self.final:
                self.timed_out = "tasks"
                self.over = True
            self._stop_running(skip.BY_TIMEOUT, final=False)
        elif (
            self.finally_started is not None
            and not self.finally_timed_out
            and self._past(limits.final, self.finally_started, now)
        ):
            self.finally_timed_out = True
            self._stop_running(skip.BY_TIMEOUT, final=True)

    def past_tasks_timeout(self) -> bool:
        """Whether more time than `timeouts.tasks` has gone since the start, whatever took it (HaveTasksTimedOut)."""
        return self._past(self.plan.timeouts.tasks, self.started, self._now())

    @staticmethod
    def _past(limit: float | None, start: float, now: float) -> bool:
        return bool(limit) and now - start > (limit or 0)

    def _stop_running(self, message: str, *, final: bool) -> None:
        for node in self.plan.nodes:
            if node.state is State.RUNNING and (final or not node.final):
                for run in node.runs:
                    if run.status is None:
                        run.status_message = message
                        self.stops.append((run, message))

    def _close(self, node: Node) -> list[Node]:
        """A task of the graph is done: which tasks there is something to say of now.

        Those that wait for nothing more, and, where it is skipped but for its `when`, all that wait for it.
        """
        self._open -= 1
        if node.state in (State.FAILED, State.INVALID) and not node.ignores_failure:
            self.stopping = True
        found = []
        for after in node.after:
            self.visits += 1
            after.waits -= 1
            if after.state is State.WAITING and (node.skips_others or not after.waits):
                found.append(after)
            elif not after.waits and after.state is State.SKIPPED and after.reason == skip.PARENTS:
                found.append(after)  # it was skipped before all that it waits for was done
        return found

    def _go_on(self, ready: list[Node]) -> None:
        while ready and not self.stopping:
            good, bad = self._settle(ready)
            ready = [after for node in bad for after in self._close(node)]
            # One task that can't start for want of a result keeps its whole round from starting.
            if not self.stopping:
                for node in good:
                    self._launch(node)
        if self.stopping and not self._swept:
            self._swept = True
            self._skip_waiting(skip.STOPPING)
        if not self._open and self.finally_started is None and not self.over:
            self._start_finally()

    def _settle(self, ready: list[Node]) -> tuple[list[Node], list[Node]]:
        """One round of Tekton's: the tasks that are to run, and those that are invalid, in the order of the pipeline.

        A skipped task is done at once, so that what waits for it belongs to the same round. Parents come before their
        children: whether all parents are done decides how a task is judged.
        """
        good: list[Node] = []
        bad: list[Node] = []
        waiting = [(self._rank[node.name], node.name) for node in ready]
        heapq.heapify(waiting)
        last = -1
        while waiting:
            rank, name = heapq.heappop(waiting)
            if rank == last:
                continue  # two parents have named it
            last, node = rank, self.by_name[name]
            if node.state is State.SKIPPED:
                for after in self._judge_again(node):
                    heapq.heappush(waiting, (self._rank[after.name], after.name))
                continue
            if node.waits:
                self._skip(node, skip.PARENTS)
            elif self._consider(node):
                good.append(node)
                continue
            if name in self.invalid:
                bad.append(node)
                continue
            for after in self._close(node):
                heapq.heappush(waiting, (self._rank[after.name], after.name))
        good.sort(key=lambda node: self._place[node.name])
        return good, bad

    def _judge_again(self, node: Node) -> list[Node]:
        """A task that a parent's skip skipped early: its parents are all done, so its guards are looked at after all.

        Where they keep it from running that is the reason from then on, which skips nothing that waits for it: what was
        skipped for it is looked at anew (`skip` is worked out at each reconcile, guards first). Returns what there is
        something to say of.
        """
        self.visits += 1
        self._apply_results(node)
        if self.spec_status or self._allowed(node):
            return []
        self._skip(node, skip.WHEN)
        opened = reopen(node)
        self._open += len(opened)
        return [each for each in opened if not each.waits or any(one.skips_others for one in each.before)]

    def _skip_waiting(self, reason: str) -> None:
        for node in self.tasks:
            if node.state is State.WAITING:
                self._skip(node, reason)
                self._open -= 1

    def _skip(self, node: Node, reason: str) -> None:
        node.state, node.reason = State.SKIPPED, reason
        self.skipped.append(node)

    def _consider(self, node: Node) -> bool:
        """Whether a task whose parents are all done is to run; else it is skipped or invalid (skip, in Tekton)."""
        self.visits += 1
        missing = self._apply_results(node)
        if not self._allowed(node):
            self._skip(node, skip.WHEN)
        elif any(each.skips_others for each in node.before):
            self._skip(node, skip.PARENTS)
        elif missing is not None and self._skips_for(node, missing):
            self._skip(node, skip.RESULTS)
        elif self._past(self.plan.timeouts.pipeline, self.started, self._now()):
            self._skip(node, skip.PIPELINE_TIMEOUT)
        elif self.past_tasks_timeout():
            self._skip(node, skip.TASKS_TIMEOUT)
        elif has_empty_array(node.spec):
            self._skip(node, skip.EMPTY_MATRIX)
        else:
            problem = still_missing(node, self.by_name) if missing is not None else ""
            if not problem:
                return True
            node.state = State.INVALID
            self.invalid[node.name] = problem
        return False

    def _apply_results(self, node: Node) -> Missing | None:
        """Put the results in place of what refers to them, all or none of them."""
        if not node.references:
            return None
        found, missing = resolve(node.references, self.by_name)
        if missing is not None:
            if missing.out_of_bounds:
                place = f"{self.plan.namespace}/{self.plan.name}"
                message = f"PipelineRun {place} can't be Run; couldn't resolve all references: {missing.text}"
                raise RunFailure("PipelineValidationFailed", message, user=True)
            return missing
        node.spec = apply(node.spec.copy(), found)
        return None

    def _skips_for(self, node: Node, missing: Missing) -> bool:
        source = self.by_name.get(missing.task)
        if source is None or not has_result_variables(node.spec):
            return False
        was_when = source.state is State.SKIPPED and source.reason == skip.WHEN
        return node.final or node.ignores_failure or was_when

    def _allowed(self, node: Node) -> bool:
        if self._decides is not None:
            return self._decides(node)
        try:
            return allows(node.spec.get("when") or [])
        except CelError as error:
            message = f"Error evaluating CEL {self.plan.name}: {error}"
            raise RunFailure("CELEvaluationFailed", message, user=True) from None

    def _launch(self, node: Node) -> None:
        task = node.spec.copy()
        lengths = matrix_lengths(task, self.by_name)
        lengths["context.pipelineTask.retries"] = str(task.get("retries") or 0)
        node.spec = task = apply(task, Replacements(lengths), embedded=False)
        self._apply_artifacts(node)
        node.matrixed = is_matrixed(task)
        combinations = fan_out(task["matrix"]) if node.matrixed else [{}]
        self._check_matrix(node, task)
        names = run_names(self.plan.name, node.name, len(combinations), matrixed=node.matrixed)
        node.runs = [ChildRun(name, node, extra) for name, extra in zip(names, combinations, strict=True)]
        node.left, node.state = len(node.runs), State.RUNNING
        self.launches += node.runs

    def _apply_artifacts(self, node: Node) -> None:
        if node.task is None:
            return
        embedded = node.spec.get("taskSpec")
        known = artifact_values(embedded or node.task.spec, self.by_name)
        if not known.strings:
            return
        if embedded:
            node.spec = {**node.spec, "taskSpec": known.embedded(embedded)}
        else:
            node.task = attrs.evolve(node.task, spec=known.embedded(node.task.spec))

    def _check_matrix(self, node: Node, task: shapes.PipelineTask) -> None:
        for param in (task.get("matrix") or {}).get("params") or ():
            if not isinstance(param["value"], list):
                text = f'parameters of type array only are allowed, but param "{param["name"]}" has type "string"'
                message = f'Failed to validate matrix "{text} in pipelineTask "{node.name}""'
                raise RunFailure("InvalidMatrixParameterTypes", message, user=True)

    def _start_finally(self) -> None:
        if not self.final:
            self._check_over()
            return
        states = Replacements(
            {
                **{f"tasks.{node.name}.status": node_status(node) for node in self.tasks},
                **{f"tasks.{node.name}.reason": node.status_reason() for node in self.tasks},
                "tasks.status": aggregate_status(self.tasks),
            }
        )
        for node in self.final:
            self.visits += 1
            node.spec = apply(node.spec.copy(), states, embedded=False)
            missing = self._apply_results(node)
            if missing is None and self.finally_started is None:
                self.finally_started = self._now()
            if missing is not None:
                self._skip(node, skip.RESULTS)
            elif not self._allowed(node):
                self._skip(node, skip.WHEN)
            elif has_empty_array(node.spec):
                self._skip(node, skip.EMPTY_MATRIX)
            else:
                self._launch(node)
                continue
            self._final_open -= 1
        self.finally_started = self.finally_started or self._now()
        self._check_over()

    def _check_over(self) -> None:
        if not self._open and not self._final_open:
            self.over = True


def ranks(tasks: list[Node]) -> dict[str, int]:
    """A place for each task by its name: after all that it waits for."""
    left = {node.name: node.waits for node in tasks}
    order = [node for node in tasks if not node.waits]
    for node in order:  # it grows while it is read
        for after in node.after:
            left[after.name] -= 1
            if not left[after.name]:
                order.append(after)
    return {node.name: index for index, node in enumerate(order)}
