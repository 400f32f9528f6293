"""Part of a pipeline: some tasks and what they wait for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.machine.variables import references_in, task_references
from flowdsl.runner.pipelinerun.taskrun import filled

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


def only(spec: shapes.PipelineSpec, names: Sequence[str]) -> shapes.PipelineSpec:
    """The PipelineSpec with the named tasks and all they wait for; results that others give are left out.

    `finally` is left out too, but for its tasks that are named. Raises UsageError for a name that is not there.
    """
    tasks = {task["name"]: task for task in spec.get("tasks") or ()}
    final = {task["name"]: task for task in spec.get("finally") or ()}
    wanted, todo = set[str](), list(names)
    while todo:
        name = todo.pop()
        if name in wanted:
            continue
        task = tasks.get(name) or final.get(name)
        if task is None:
            raise _no_task(name, [*tasks, *final])
        wanted.add(name)
        todo += [reference.task for reference in task_references(task)] + list(task.get("runAfter") or ())
    results = [
        each
        for each in spec.get("results") or ()
        if all(reference.task in wanted for reference in references_in(each.get("value")))
    ]
    chosen: shapes.PipelineSpec = {
        **spec,
        "tasks": [task for name, task in tasks.items() if name in wanted],
        "finally": [task for name, task in final.items() if name in wanted],
        "results": results,
    }
    return filled(chosen)


def check_named(spec: shapes.PipelineSpec, names: Sequence[str]) -> None:
    """Raise UsageError for a name that no task of the pipeline has."""
    known = [task["name"] for task in (*(spec.get("tasks") or ()), *(spec.get("finally") or ()))]
    for name in names:
        if name not in known:
            raise _no_task(name, known)


def _no_task(name: str, known: Sequence[str]) -> UsageError:
    hint = did_you_mean(name, known, f"there are {', '.join(known)}")
    return UsageError(f"the pipeline has no task {name!r}; {hint}")
