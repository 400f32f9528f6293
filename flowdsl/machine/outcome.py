"""How a run stands: status of tasks, counts, and the condition (pipelinerunstate.go)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from flowdsl.machine import nodes as skip
from flowdsl.machine.nodes import Node, State
from flowdsl.machine.times import stamp

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

_LONGEST_ERRORS = 1024


def node_status(node: Node) -> str:
    """`$(tasks.x.status)`: Succeeded, Failed or None."""
    if node.state is State.SUCCEEDED:
        return "Succeeded"
    return "Failed" if node.any_failed() else "None"


def aggregate_status(tasks: Sequence[Node]) -> str:
    """`$(tasks.status)` once all tasks are done: Succeeded, Failed, or Completed where any was skipped."""
    if any(node.any_failed() for node in tasks):
        return "Failed"
    return "Completed" if any(node.state is State.SKIPPED for node in tasks) else "Succeeded"


@attrs.define
class Counts:
    """How many tasks ended in which way; `ignored` failed with onError continue."""

    succeeded: int = 0
    failed: int = 0
    ignored: int = 0
    cancelled: int = 0
    skipped: int = 0
    skipped_for_time: int = 0
    invalid: int = 0
    incomplete: int = 0

    @classmethod
    def of(cls, nodes: Sequence[Node]) -> Counts:
        """Count (getPipelineTasksCount)."""
        found = cls()
        late = (skip.PIPELINE_TIMEOUT, skip.TASKS_TIMEOUT, skip.FINALLY_TIMEOUT)
        for node in nodes:
            if node.state is State.SUCCEEDED:
                found.succeeded += 1
            elif node.cancelled(by_timeout=True):
                found.failed += 1
            elif node.cancelled():
                found.cancelled += 1
            elif node.state is State.FAILED:
                if node.ignores_failure:
                    found.ignored += 1
                else:
                    found.failed += 1
            elif node.state is State.INVALID:
                found.invalid += 1
            elif node.state is State.SKIPPED:
                found.skipped += 1
                found.skipped_for_time += node.reason in late
            else:
                found.incomplete += 1
        return found

    @property
    def completed(self) -> int:
        """All that ran to an end."""
        return self.succeeded + self.failed + self.cancelled + self.ignored

    def running_message(self) -> str:
        """The message of a run that goes on."""
        return (
            f"Tasks Completed: {self.completed} (Failed: {self.failed}, Cancelled {self.cancelled}), "
            f"Incomplete: {self.incomplete}, Skipped: {self.skipped}"
        )


@attrs.frozen
class Outcome:
    """Status, reason and message of the Succeeded condition."""

    status: str
    reason: str
    message: str

    def condition(self, now: float) -> shapes.Condition:
        """The condition of what ended so at a time, in seconds since the epoch."""
        return {
            "type": "Succeeded",
            "status": self.status,
            "reason": self.reason,
            "message": self.message,
            "lastTransitionTime": stamp(now),
        }


def completed_outcome(nodes: Sequence[Node], invalid: Mapping[str, str], run: str, *, graceful: bool) -> Outcome:
    """The condition of a run whose tasks are all done; `graceful` says that it was asked to end early."""
    counts = Counts.of(nodes)
    failed = f"Failed: {counts.failed + counts.ignored}"
    if counts.ignored:
        failed += f" (Ignored: {counts.ignored})"
    message = f"Tasks Completed: {counts.completed} ({failed}, Cancelled {counts.cancelled}), Skipped: {counts.skipped}"
    if counts.invalid:
        errors = "; ".join(invalid[name] for name in sorted(invalid))
        errors = errors[:_LONGEST_ERRORS] + "..." if len(errors) > _LONGEST_ERRORS else errors
        return Outcome(
            "False", "PipelineValidationFailed", f"{message}, Failed Validation: {counts.invalid} ({errors})"
        )
    if counts.failed or counts.skipped_for_time:
        return Outcome("False", "Failed", message)
    if graceful:
        return Outcome("False", "Cancelled", f'PipelineRun "{run}" was cancelled')
    if counts.cancelled:
        return Outcome("False", "Cancelled", message)
    return Outcome("True", "Completed" if counts.skipped else "Succeeded", message)
