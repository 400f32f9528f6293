"""Which TaskRuns of an earlier part of a run still count: those whose inputs, and what they came after, are the same.

Each line of the journal says what its TaskRun was made of, and which executions it came after. So a line counts or not
by itself, whatever the code was when other lines were written, and whenever a process was killed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from flowdsl.decide.wire import decisions_of
from flowdsl.machine.nodes import ChildRun, Node
from flowdsl.machine.plan import Plan
from flowdsl.runner.cache import decided_now
from flowdsl.runner.pipelinerun.record import Basis, Before
from flowdsl.runner.pipelinerun.taskrun import task_run
from flowdsl.view.events import ASKED, CHANGED, NEEDS, NEW, SECRET

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

EXECUTION = 12  # of a TaskRun's uid, the last digits: they tell its executions apart
_SKIPPED = "-"
_ABOVE, _GRAPH = "^", "*"
"""Names that no task has: what a child PipelineRun came after, and, of a task of `finally`, the whole graph."""


@attrs.frozen
class Verdict:
    """The status of a TaskRun that counts; else why it runs, a state of `Planned`, and what the reason is about.

    `stale` says that it had succeeded: what it made then is in the way of what it makes now; `decided`, that its
    conditions are decided otherwise than they were recorded. What runs again only for a Secret among its results has
    in `replayed` the status it had, stars in place of that: what came after it still counts.
    """

    status: shapes.TaskRunStatus | None
    why: str = ""
    about: tuple[str, ...] = ()
    stale: bool = False
    decided: bool = False
    replayed: shapes.TaskRunStatus | None = None


@attrs.frozen
class Ledger:
    """What is recorded of a run. `inputs` gives those of a TaskRun, each as a hash."""

    before: Mapping[str, Before]
    inputs: Callable[[shapes.TaskRun], Mapping[str, str]]

    def judge(self, plan: Plan, run: ChildRun) -> Verdict:
        """Whether what is recorded of a TaskRun counts; it knows already what it comes after."""
        done = self.before.get(run.name)
        if done is None or run.node.task is None:
            return Verdict(None, NEW)
        stale = done.succeeded
        document = task_run(plan, run)
        changed = _differing(done.basis.inputs, self.inputs(document)) if done.basis is not None else ()
        if changed and done.again != ASKED:
            return Verdict(None, CHANGED, changed, stale)
        if done.again not in ("", SECRET):
            return Verdict(None, done.again, stale=stale)
        if done.basis is not None:
            if needs := [name for name, each in run.after.items() if done.basis.after.get(name) != each]:
                return Verdict(None, NEEDS, tuple(name for name in needs if name not in (_ABOVE, _GRAPH)), stale)
            run.execution = done.basis.execution
        if done.again:
            return Verdict(None, SECRET, replayed=done.status)
        if not stale or not decisions_of(run.node.task.spec):
            return Verdict(done.status)
        # What was recorded, judged by the thresholds of today.
        now = decided_now(document, done.status)
        return Verdict(now, decided=now != done.status)

    def basis(self, run: ChildRun, document: shapes.TaskRun) -> Basis:
        """What is to be kept of a TaskRun that runs, beside its status."""
        return Basis(run.execution, self.inputs(document), run.after)


def after(node: Node, tasks: Sequence[Node], above: str) -> dict[str, str]:
    """The executions that a task comes after, by the names of their tasks; of a task of `finally`, all of the graph."""
    found = {_ABOVE: above} if above else {}
    if node.final:
        return {**found, _GRAPH: executions(tasks)}
    return {**found, **{each.name: _execution(each) for each in node.before}}


def executions(nodes: Sequence[Node]) -> str:
    """One name for the executions of all these tasks."""
    return _digest((node.name, _execution(node)) for node in sorted(nodes, key=lambda each: each.name))


def came_after(run: ChildRun) -> str:
    """One name for all that a child PipelineRun comes after: its own tasks do, too."""
    return _digest(sorted(run.after.items())) if run.after else ""


def _execution(node: Node) -> str:
    if len(node.runs) == 1:
        return node.runs[0].execution
    return _digest((run.name, run.execution) for run in node.runs) if node.runs else _SKIPPED


def _digest(pairs: Iterable[tuple[str, str]]) -> str:
    text = "".join(f"{name}\0{each}\0" for name, each in pairs)
    return hashlib.sha256(text.encode()).hexdigest()[:EXECUTION]


def _differing(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in {**now, **before} if before.get(name) != now.get(name))
