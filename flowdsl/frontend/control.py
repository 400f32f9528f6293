"""`when` and its conditions, and `on_finish`: what decides whether and when a task runs.

In a pipeline function a comparison of values of the run has the type that Python gives it, `bool`, and is a condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Literal, cast

import attrs

from flowdsl.frontend import places
from flowdsl.frontend.conditions import as_conditions
from flowdsl.frontend.opaque import Opaque, named
from flowdsl.frontend.proxies import Comparison, Reference, whole
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.stands import reference
from flowdsl.frontend.trace import Trace, current
from flowdsl.ir.nodes import Condition
from flowdsl.ir.types import Kind
from flowdsl.kube.conventions import CEL


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


def when(*conditions: bool) -> AbstractContextManager[None]:
    """Run the tasks of the block only where every condition holds: Tekton's `when` (docs/pipelines.md).

    A condition is a bool result by itself, a comparison (`branch == "main"`), `isin(...)`, `not_(...)`,
    `condition(...)` or `cel("...")`. Blocks nest: inner tasks carry the outer conditions too.
    """
    current("when")
    found = as_conditions(conditions)

    def change(trace: Trace) -> Callable[[], None]:
        outer, trace.conditions = trace.conditions, trace.conditions + found
        return lambda: setattr(trace, "conditions", outer)

    return _Block("when", change)


def isin(value: object, *values: object) -> bool:
    """A condition that holds when a value of the run is one of these: Tekton's `in`."""
    current("isin")
    return _as_bool(reference(_of_the_run(value, "isin")).is_in(*values))


def not_(condition: bool) -> bool:
    """The opposite of a condition: `with when(not_(passed)):`."""
    current("not_")
    (given,) = as_conditions((condition,))
    if given.cel:
        turned = attrs.evolve(given, cel=f"!({given.cel})")
    else:
        turned = attrs.evolve(given, operator="notin" if given.operator == "in" else "in")
    return _as_bool(Comparison(turned, "not_(...)"))


def condition(text: object, operator: Literal["in", "notin"], values: Iterable[object]) -> bool:
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
    return _as_bool(Comparison(made, "condition(...)"))


def _as_bool(condition: Comparison) -> bool:
    """A condition as type checkers see one. What is done with it as with a bool is refused."""
    return cast(bool, condition)


def _of_the_run(value: object, what: str) -> Opaque:
    if isinstance(value, Opaque):
        return value._meant("comparing it")
    hint = 'pass a result or a param; text around one: `condition(f"{a}-{b}", "in", ["x-y"])`'
    refuse("FLOW006", f"{what} compares a value of the run, got {named(value)}", hint)


def _written(value: object, *, whole_array: bool = True) -> str:
    meant = value._meant("its text") if isinstance(value, Opaque) else value
    if isinstance(meant, Reference) and meant._type.kind is Kind.ARRAY and whole_array:
        return whole(meant)
    if isinstance(meant, (str, int, float, Opaque)):
        return str(meant) if not isinstance(meant, bool) else str(meant).lower()
    refuse("FLOW002", f"condition takes texts, got {named(meant)}", 'write it as `condition(f"{a}-{b}", "in", ["x"])`')


def cel(expression: str) -> bool:
    """A CEL condition (alpha: needs `enable-cel-in-whenexpression`, opted in by `@pipeline(alpha=[...])`)."""
    trace = current("cel")
    if CEL not in trace.alpha:
        refuse(
            "FLOW018",
            "cel(...) is alpha in Tekton: a cluster with default flags rejects it",
            f'opt in: `@pipeline(alpha=["{CEL}"])`, and set that flag on the cluster',
        )
    if not isinstance(expression, str):
        refuse("FLOW002", f"cel takes an expression as text, got {named(expression)}", "write it in quotes")
    return _as_bool(Comparison(Condition(cel=expression, location=places.caller()), "cel(...)"))


def on_finish() -> AbstractContextManager[None]:
    """Tasks of the block run when all others are done, whatever happened: Tekton's `finally`."""

    def change(trace: Trace) -> Callable[[], None]:
        if trace.final:
            refuse("FLOW016", "on_finish inside on_finish", "one block is enough: all its tasks run at the end")
        trace.final = True
        return lambda: setattr(trace, "final", False)

    return _Block("on_finish", change)
