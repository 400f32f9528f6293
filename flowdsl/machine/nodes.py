"""A pipeline task on its way through a run, and its TaskRuns."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Literal

import attrs

from flowdsl.check.references import ResultReference
from flowdsl.kinds.values import Value
from flowdsl.machine.catalogue import FoundTask

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


class State(enum.Enum):
    """Where a pipeline task is. INVALID: it could not start, for want of a result (isValidationFailed)."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    INVALID = "invalid"


WHEN = "When Expressions evaluated to false"
PARENTS = "Parent Tasks were skipped"
STOPPING = "PipelineRun was stopping"
CANCELLED = "PipelineRun was gracefully cancelled"
STOPPED = "PipelineRun was gracefully stopped"
RESULTS = "Results were missing"
PIPELINE_TIMEOUT = "PipelineRun timeout has been reached"
TASKS_TIMEOUT = "PipelineRun Tasks timeout has been reached"
FINALLY_TIMEOUT = "PipelineRun Finally timeout has been reached"
EMPTY_MATRIX = "Matrix Parameters have an empty array"

TASK_RUN_CANCELLED, CUSTOM_RUN_CANCELLED = "TaskRunCancelled", "CustomRunCancelled"
CANCELLED_REASONS = (TASK_RUN_CANCELLED, CUSTOM_RUN_CANCELLED)
"""The reasons of a child that its PipelineRun cancelled."""
BY_CANCEL = "TaskRun cancelled as the PipelineRun it belongs to has been cancelled."
BY_TIMEOUT = "TaskRun cancelled as the PipelineRun it belongs to has timed out."


@attrs.define(eq=False)
class ChildRun:
    """One TaskRun (or child PipelineRun) of a pipeline task: its params beyond the task's, and its status once over.

    `execution` tells it from others of the same name in the same run, and `after` has the executions that it comes
    after, by task. `stale` says that an earlier one succeeded and does not count.
    """

    name: str
    node: Node
    extra: dict[str, str] = attrs.field(factory=dict)
    status: shapes.TaskRunStatus | None = None
    status_message: str = ""
    document: shapes.TaskRun | None = attrs.field(default=None, repr=False)
    cached: bool = False
    execution: str = ""
    after: dict[str, str] = attrs.field(factory=dict, repr=False)
    stale: bool = False

    @property
    def condition(self) -> shapes.Condition:
        """The Succeeded condition; empty while it runs."""
        for found in (self.status or {}).get("conditions") or ():
            if found.get("type") == "Succeeded":
                return found
        return {}

    @property
    def succeeded(self) -> bool:
        """Whether it is over and well."""
        return self.condition.get("status") == "True"

    @property
    def failed(self) -> bool:
        """Whether it is over and not well."""
        return self.condition.get("status") == "False"

    def results(self) -> dict[str, Value]:
        """Its results by name."""
        return {result["name"]: result["value"] for result in (self.status or {}).get("results") or ()}


@attrs.define(eq=False)
class Node:
    """A pipeline task. `before` and `after` are its neighbours in the graph; `waits` counts those not done yet."""

    name: str
    spec: shapes.PipelineTask
    final: bool
    before: list[Node] = attrs.field(factory=list, repr=False)
    after: list[Node] = attrs.field(factory=list, repr=False)
    waits: int = 0
    references: list[ResultReference] = attrs.field(factory=list, repr=False)
    task: FoundTask | None = attrs.field(default=None, repr=False)
    child: shapes.Pipeline | None = attrs.field(default=None, repr=False)
    state: State = State.WAITING
    reason: str = ""
    runs: list[ChildRun] = attrs.field(factory=list, repr=False)
    left: int = 0
    matrixed: bool = False

    @property
    def ignores_failure(self) -> bool:
        """Whether its failure does not stop the pipeline."""
        return self.spec.get("onError") == "continue"

    @property
    def done(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state not in (State.WAITING, State.RUNNING)

    @property
    def skips_others(self) -> bool:
        """Whether what waits for it is skipped as well: it was skipped, and not by its own `when`."""
        return self.state is State.SKIPPED and self.reason != WHEN

    def any_failed(self) -> bool:
        """Whether one of its runs failed."""
        return any(run.failed for run in self.runs)

    def cancelled(self, *, by_timeout: bool = False) -> bool:
        """Whether it ended for being cancelled; `by_timeout` by a limit of the PipelineRun."""
        return self.done and any(
            run.failed
            and run.condition.get("reason") in CANCELLED_REASONS
            and (not by_timeout or run.status_message == BY_TIMEOUT)
            for run in self.runs
        )

    def status_reason(self) -> str:
        """What `$(tasks.x.reason)` gives: that of a run that did not succeed, else of the first (getReason)."""
        for run in self.runs:
            if not run.succeeded and run.condition:
                return str(run.condition.get("reason", ""))
        return str(self.runs[0].condition.get("reason", "")) if self.runs else ""

    def artifacts(self, kind: Literal["inputs", "outputs"]) -> list[shapes.Artifact]:
        """Its `inputs` or `outputs`, those of all runs of a matrix."""
        return [one for run in self.runs for one in ((run.status or {}).get("artifacts") or {}).get(kind) or ()]

    def result(self, name: str) -> Value | None:
        """A result, gathered over the runs of a matrix; None where it is missing."""
        if not self.matrixed:
            return self.runs[0].results().get(name) if self.runs else None
        # By name and not by number, so that -10 comes before -2, as Tekton gathers them.
        found = []
        for run in sorted(self.runs, key=lambda each: each.name):
            results = run.results()
            if name in results:
                value = results[name]
                found.append(value if isinstance(value, str) else "")
        return found or None


def reopen(node: Node) -> list[Node]:
    """Let all that is skipped after a task wait again, as if nothing had been said of it; returns it."""
    found: list[Node] = []
    left = [node]
    while left:
        for after in left.pop().after:
            if after.state is State.SKIPPED:
                after.state, after.reason = State.WAITING, ""
                for one in after.after:
                    one.waits += 1
                found.append(after)
                left.append(after)
    return found
