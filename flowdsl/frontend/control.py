"""`when`, `on_finish` and `context`: what decides whether and when a task runs, and what the run knows of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, Literal

from flowdsl.frontend import places
from flowdsl.frontend.conditions import as_conditions
from flowdsl.frontend.opaque import Opaque, in_words, named
from flowdsl.frontend.proxies import Comparison, Reference, whole
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.trace import Trace, current
from flowdsl.ir.nodes import Condition
from flowdsl.ir.types import STRING, Kind


class _Block:
    """What `with` takes: it changes the trace for the tasks of the block. One that is never entered is an error."""

    def __init__(self, name: str, change: Callable[[Trace], Callable[[], None]]) -> None:
        self._change = change
        self._undo: list[Callable[[], None]] = []
        self._trace = current(name)
        self._trace.unused[self] = (name, places.caller())

    def __enter__(self) -> None:
        self._trace.unused.pop(self, None)
        self._undo.append(self._change(self._trace))

    def __exit__(self, *_: object) -> None:
        self._undo.pop()()


def when(*conditions: Any) -> AbstractContextManager[None]:
    """Run the tasks of the block only where every condition holds: Tekton's `when` (docs/pipelines.md).

    A condition is a comparison of a reference (`scores.passed == "true"`), `.is_in(...)`, `.not_in(...)`, a bool
    result by itself, or `cel("...")`. Blocks nest: inner tasks carry the outer conditions too.
    """
    current("when")
    found = as_conditions(conditions)

    def change(trace: Trace) -> Callable[[], None]:
        outer, trace.conditions = trace.conditions, trace.conditions + found
        return lambda: setattr(trace, "conditions", outer)

    return _Block("when", change)


def condition(text: Any, operator: Literal["in", "notin"], values: Iterable[Any]) -> Comparison:
    """A condition on text around references, which Python can't compare: `condition(f"{a}-{b}", "in", ["x-y"])`."""
    current("condition")
    if operator not in ("in", "notin"):
        refuse(
            "FLOW002", f"condition takes the operator 'in' or 'notin', got {named(operator)}", "write one of the two"
        )
    if not isinstance(values, (list, tuple)):
        refuse("FLOW002", f"condition takes a list of values, got {named(values)}", "write them as a list: `[value]`")
    written = tuple(_written(each) for each in values)
    made = Condition(_written(text, whole_array=False), operator, written, location=places.caller())
    return Comparison(made, "condition(...)")


def _written(value: Any, *, whole_array: bool = True) -> str:
    meant = value._meant("its text") if isinstance(value, Opaque) else value
    if isinstance(meant, Reference) and meant._type.kind is Kind.ARRAY and whole_array:
        return whole(meant)
    if isinstance(meant, (str, int, float, Opaque)):
        return str(meant) if not isinstance(meant, bool) else str(meant).lower()
    refuse("FLOW002", f"condition takes texts, got {named(meant)}", 'write it as `condition(f"{a}-{b}", "in", ["x"])`')


def cel(expression: str) -> Comparison:
    """A CEL condition (alpha: needs `enable-cel-in-whenexpression`, opted in by `@pipeline(alpha=[...])`)."""
    trace = current("cel")
    if "enable-cel-in-whenexpression" not in trace.alpha:
        refuse(
            "FLOW018",
            "cel(...) is alpha in Tekton: a cluster with default flags rejects it",
            'opt in: `@pipeline(alpha=["enable-cel-in-whenexpression"])`, and set that flag on the cluster',
        )
    if not isinstance(expression, str):
        refuse("FLOW002", f"cel takes an expression as text, got {named(expression)}", "write it in quotes")
    return Comparison(Condition(cel=expression, location=places.caller()), "cel(...)")


def on_finish() -> AbstractContextManager[None]:
    """Tasks of the block run when all others are done, whatever happened: Tekton's `finally`."""

    def change(trace: Trace) -> Callable[[], None]:
        if trace.final:
            refuse("FLOW016", "on_finish inside on_finish", "one block is enough: all its tasks run at the end")
        trace.final = True
        return lambda: setattr(trace, "final", False)

    return _Block("on_finish", change)


@in_words("context of the run")
class _Group(Opaque):
    """Variables below one context name; any other attribute is FLOW009."""

    def __init__(self, name: str, fields: tuple[tuple[str, str], ...]) -> None:
        self._name = name
        self._fields = dict(fields)

    def _words(self) -> str:
        return f"context.{self._name}"

    def __eq__(self, other: object) -> Any:
        refuse("FLOW006", f"{self._words()} is several values", f"name one: {', '.join(self._fields)}")

    __ne__ = __eq__
    __hash__ = Opaque.__hash__

    def __str__(self) -> str:
        self.__eq__(None)
        raise AssertionError

    def __format__(self, spec: str) -> str:
        return str(self)

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
