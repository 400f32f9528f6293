"""What a run that goes on will do, before it does it: the machine is played with what counts, until nothing more does.

It asks the same ledger that the engine asks, so that what is told and what is done are one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.machine.catalogue import Catalogue
from flowdsl.machine.failure import RunFailure
from flowdsl.machine.machine import Machine
from flowdsl.machine.naming import run_names
from flowdsl.machine.nodes import ChildRun, Node, State
from flowdsl.machine.plan import Plan, make_plan
from flowdsl.machine.status import finished_status
from flowdsl.runner.pipelinerun.children import check_cycle, child_document, pipelines_above
from flowdsl.runner.pipelinerun.ledger import Ledger, Verdict, after, came_after, executions
from flowdsl.view.events import NEEDS, NEW, SAME, SKIPPED, PlannedTask

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


@attrs.define
class _Foreseer:
    catalogue: Catalogue
    ledger: Ledger
    uid: Callable[[str], str]
    prefix: str = ""
    above: tuple[str, ...] = ()
    after: str = ""
    told: list[PlannedTask] = attrs.field(factory=list)
    verdicts: dict[str, list[Verdict]] = attrs.field(factory=dict)

    def play(self, document: shapes.PipelineRun) -> Machine:
        """Play a PipelineRun as far as it counts, and note what becomes of its tasks. Raises RunFailure."""
        run: shapes.PipelineRun = {**document, "metadata": document["metadata"].copy()}
        plan = make_plan(run, self.catalogue)
        machine = Machine(plan, time.time)
        machine.begin()
        while machine.launches:
            launches, machine.launches = machine.launches, []
            for each in launches:
                status = self._status(plan, machine, each)
                if status is not None:
                    machine.finished(each, status)
        self._tell(plan)
        return machine

    def _status(self, plan: Plan, machine: Machine, run: ChildRun) -> shapes.TaskRunStatus | None:
        """The status that a TaskRun has when the run goes on, as far as it is known."""
        run.after = after(run.node, machine.tasks, self.after)
        if run.node.child is not None:
            return self._child(plan, run)
        verdict = self.ledger.judge(plan, run)
        self.verdicts.setdefault(run.node.name, []).append(verdict)
        return verdict.status or verdict.replayed

    def _child(self, plan: Plan, run: ChildRun) -> shapes.TaskRunStatus | None:
        check_cycle(plan, run, self.above)
        inner = _Foreseer(
            self.catalogue,
            self.ledger,
            self.uid,
            f"{self.prefix}{run.node.name}/",
            pipelines_above(plan, run, self.above),
            came_after(run),
            self.told,
        )
        machine = inner.play(child_document(plan, run, self.uid(run.name)))
        self.verdicts.setdefault(run.node.name, [])
        if not machine.over:
            return None
        run.execution = executions(machine.plan.nodes)
        return cast("shapes.TaskRunStatus", finished_status(machine, time.time()))

    def _tell(self, plan: Plan) -> None:
        running: set[str] = set()
        for node in plan.nodes:
            told = self._told(node, plan.name, running)
            if told is not None:
                self.told.append(told)
                if told.again or told.state in (NEEDS, NEW):
                    running.add(node.name)
            elif node.state is State.RUNNING:
                running.add(node.name)

    def _told(self, node: Node, run_name: str, running: set[str]) -> PlannedTask | None:
        """What becomes of a task; None for one that runs a pipeline whose own tasks are told."""
        name = self.prefix + node.name
        if node.state is State.SKIPPED:
            return PlannedTask(name, SKIPPED, (node.reason,))
        found = self.verdicts.get(node.name)
        if found is None:
            waits_for = tuple(each.name for each in node.before if each.name in running)
            return PlannedTask(name, NEEDS if self._ran(run_name, node.name, node.child) else NEW, waits_for)
        if not found:
            return None
        again = [each for each in found if each.status is None]
        if not again:
            return PlannedTask(name, SAME, runs=len(found))
        about = dict.fromkeys(what for each in again for what in each.about)
        return PlannedTask(name, again[0].why, tuple(about), len(again), len(found))

    def _ran(self, run: str, task: str, child: shapes.Pipeline | None) -> bool:
        """Whether there was a run of a task: its only one, or the first of its matrix; of a pipeline, of one in it."""
        before = self.ledger.before
        # A long name is cut by as many digits as the number of runs has.
        names = (run_names(run, task, number, matrixed=True)[0] for number in (1, 2, 10, 100))
        if child is None:
            return any(name in before and before[name].task == task for name in names)
        spec = child.get("spec") or {}
        return any(
            self._ran(name, each["name"], {"spec": each["pipelineSpec"]} if "pipelineSpec" in each else None)
            for name in names
            for each in (*(spec.get("tasks") or ()), *(spec.get("finally") or ()))
        )


def foreseen(
    document: shapes.PipelineRun, catalogue: Catalogue, ledger: Ledger, uid: Callable[[str], str]
) -> Sequence[PlannedTask]:
    """What becomes of each task of a run that goes on; nothing where the run can't start: it says why itself.

    `uid` gives that of a child PipelineRun.
    """
    foreseer = _Foreseer(catalogue, ledger, uid)
    try:
        foreseer.play(document)
    except RunFailure:
        return ()
    return foreseer.told
