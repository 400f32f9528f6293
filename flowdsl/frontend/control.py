"""`when`, `on_finish` and `context`: what decides whether and when a task runs, and what the run knows of itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from flowdsl.frontend import places
from flowdsl.frontend.handles import NodeHandle
from flowdsl.frontend.proxies import Reference, refuse, whole
from flowdsl.frontend.trace import current
from flowdsl.ir.nodes import Condition
from flowdsl.ir.types import STRING, Kind


@contextmanager
def when(*conditions: Any) -> Iterator[None]:
    """Run the tasks of the block only where every condition holds: Tekton's `when` (docs/pipelines.md).

    A condition is a comparison of a reference (`scores.passed == "true"`), `.is_in(...)`, `.not_in(...)`, a bool
    result by itself, or `cel("...")`. Blocks nest: inner tasks carry the outer conditions too.
    """
    trace = current("when")
    outer = trace.conditions
    trace.conditions = outer + tuple(_condition(item) for item in conditions)
    try:
        yield
    finally:
        trace.conditions = outer


def _condition(item: Any) -> Condition:
    if isinstance(item, Condition):
        return item
    if isinstance(item, NodeHandle):
        item = item == "true"
        return item if isinstance(item, Condition) else refuse("FLOW006", "not a condition", "compare a result")
    if isinstance(item, Reference) and item.type.kind is Kind.BOOLEAN:
        return item.is_in("true")
    shown = item.label if isinstance(item, Reference) else repr(item)
    refuse(
        "FLOW006",
        f"when takes conditions on values of the run, got {shown}",
        'compare a result or a param: `when(scores.passed == "true")`',
    )


def condition(text: Any, operator: Literal["in", "notin"], values: Iterable[Any]) -> Condition:
    """A condition on text around references, which Python can't compare: `condition(f"{a}-{b}", "in", ["x-y"])`."""
    current("condition")
    written = tuple(
        whole(value) if isinstance(value, Reference) and value.type.kind is Kind.ARRAY else str(value)
        for value in values
    )
    return Condition(str(text), operator, written, location=places.caller())


def cel(expression: str) -> Condition:
    """A CEL condition (alpha: needs `enable-cel-in-whenexpression`, opted in by `@pipeline(alpha=[...])`)."""
    trace = current("cel")
    if "enable-cel-in-whenexpression" not in trace.alpha:
        refuse(
            "FLOW018",
            "cel(...) is alpha in Tekton: a cluster with default flags rejects it",
            'opt in: `@pipeline(alpha=["enable-cel-in-whenexpression"])`, and set that flag on the cluster',
        )
    return Condition(cel=expression, location=places.caller())


@contextmanager
def on_finish() -> Iterator[None]:
    """Tasks of the block run when all others are done, whatever happened: Tekton's `finally`."""
    trace = current("on_finish")
    if trace.final:
        refuse("FLOW016", "on_finish inside on_finish", "one block is enough: all its tasks run at the end")
    trace.final = True
    try:
        yield
    finally:
        trace.final = False


class _Group:
    """Variables below one context name; any other attribute is FLOW009."""

    def __init__(self, name: str, fields: tuple[tuple[str, str], ...]) -> None:
        self._name = name
        self._fields = dict(fields)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self._fields:
            refuse("FLOW009", f"context.{self._name} has no {name!r}", f"it has: {', '.join(self._fields)}")
        return Reference(f"$(context.{self._fields[name]})", STRING, f"context.{self._name}.{name}", places.caller())


class Context:
    """The run's own facts: docs/variables.md, "Variables available in a Pipeline"."""

    pipeline_run = _Group(
        "pipeline_run",
        (("name", "pipelineRun.name"), ("namespace", "pipelineRun.namespace"), ("uid", "pipelineRun.uid")),
    )
    pipeline = _Group("pipeline", (("name", "pipeline.name"),))
    pipeline_task = _Group("pipeline_task", (("retries", "pipelineTask.retries"),))

    @property
    def tasks_status(self) -> Any:
        """How all tasks together ended, for tasks in finally: Succeeded, Failed, Completed or None."""
        return Reference("$(tasks.status)", STRING, "context.tasks_status", places.caller())


context = Context()
