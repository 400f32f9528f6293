"""`map(..., max_parallel=4)`: a fan-out over lists that are known before the run, as single tasks in a few chains.

Tekton's matrix starts all its runs at once (Tekton's docs/matrix.md). Single tasks can be ordered: each runs after the
one that is `max_parallel` places before it, so that at most one of each chain runs at a time.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NoReturn, TypeVar, cast

from flowdsl.frontend.choices import has_choice, ways
from flowdsl.frontend.guards import guard_of, without
from flowdsl.frontend.handles import Empty, NodeHandle, made_by, nodes_of
from flowdsl.frontend.opaque import Opaque, named
from flowdsl.frontend.proxies import Reference
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.stands import meant
from flowdsl.frontend.trace import Trace
from flowdsl.ir.nodes import ParamDecl, TaskDef
from flowdsl.ir.refs import result_refs
from flowdsl.ir.types import Kind
from flowdsl.kube.conventions import MATRIX_MOST

T = TypeVar("T")
_HELD_BACK = 'let the cluster hold pods back: `@pipeline(queue="...")`'


class Runs(list[T]):
    """What the calls gave, in order; `.name` and `["name"]` are the list of that result of each."""

    def name_results(self, task: TaskDef) -> None:
        """Let results be found under their names where a list of Python's has a method of that name."""
        for result in task.results:
            field = result.field or result.name
            if hasattr(list, field):
                setattr(self, field, self[field])

    def after(self, *others: object) -> Runs[T]:
        """Run each after other tasks although nothing flows between them; gives the list back."""
        for each in self:
            cast("NodeHandle", each).after(*others)
        return self

    def __getattr__(self, name: str) -> list[object]:
        if name.startswith("__"):
            raise AttributeError(name)
        return [getattr(each, name) for each in self]

    def __getitem__(self, key: object, /) -> object:  # type: ignore[override]  # a result's name as well
        if isinstance(key, str):
            return [cast("NodeHandle", each)[key] for each in self]
        return super().__getitem__(key)  # type: ignore[call-overload]

    def _words(self) -> str:
        return f"a list of {len(self)} calls"

    def _no_text(self) -> NoReturn:
        refuse("FLOW005", f"{self._words()} can't stand inside a string", "give it to a task that takes a list")

    def __str__(self) -> str:
        return self._no_text()

    def __format__(self, spec: str) -> str:
        return str(self)


def limit_of(arguments: dict[str, object], own: Collection[str]) -> int:
    """Takes `max_parallel=` out of what `map` is given, unless it is a parameter of the task; 0 where it is not given.

    FLOW002 for what is no whole number from 1.
    """
    if "max_parallel" in own or "max_parallel" not in arguments:
        return 0
    given = arguments.pop("max_parallel")
    if type(given) is int and given >= 1:
        return given
    hint = "write how many may run at once: max_parallel=4. It is decided before the run"
    refuse("FLOW002", f"max_parallel= of map takes a whole number from 1, got {named(given)}", hint)


def single_calls(
    trace: Trace, task: TaskDef, given: Mapping[str, object], included: Sequence[Mapping[str, object]]
) -> list[dict[str, object]]:
    """The arguments of each run of a fan-out, in Tekton's order: the list that was given first varies fastest.

    An empty list where one of theirs is empty. FLOW055 where a list is known only in the run, where there are more runs
    than a matrix may have, with `include=`, where some runs have a value and others may not, and in `on_finish()`,
    whose tasks Tekton does not order; FLOW017 where nothing fans out.
    """
    if included:
        hint = "give the values as lists; or make a call of each: `[train(rate=0.1), train(rate=0.5, seed=7)]`"
        refuse("FLOW055", "max_parallel= can't be said of a fan-out with include=", hint)
    if trace.final:
        message = "max_parallel= can't be said in `on_finish()`: Tekton starts all tasks of finally at once"
        refuse("FLOW055", message, "fan out before it, or let one task go through the list")
    lists = {param.python: _list_of(param, given[param.python]) for param in task.params if _fans_out(param, given)}
    if not lists:
        hint = "give a list to a parameter that takes one value: `x=[1, 2]`"
        refuse("FLOW017", "map with max_parallel= has no list to fan out over", hint)
    ordered = {name: lists[name] for name in given if name in lists}
    _there_in_every_run(trace, given, ordered)
    count = math.prod(len(values) for values in ordered.values())
    if count > MATRIX_MOST:
        message = (
            f"max_parallel= makes a task of each run, and here are {count} of them; at most {MATRIX_MOST} are made"
        )
        refuse("FLOW055", message, f"fan out over fewer values, or without it and {_HELD_BACK}")
    found: list[dict[str, object]] = [dict(given)]
    for name, values in ordered.items():
        found = [{**each, name: value} for value in values for each in found]
    return found


def _fans_out(param: ParamDecl, given: Mapping[str, object]) -> bool:
    """Whether a list for it is one of single values (`Binder._param`)."""
    if param.python not in given or param.type.kind is Kind.ARRAY or param.type.holds_files:
        return False
    value = given[param.python]
    return isinstance(value, (list, tuple)) or any(_of_the_run(each) for each in _ways_of(value))


def _ways_of(value: object) -> Iterator[object]:
    found = ways([value], ()) if isinstance(value, Opaque) else []
    for each, _ in found or [([value], ())]:
        yield from cast("list[object]", each)


def _of_the_run(value: object) -> bool:
    value = meant(value, "fanning out over it") if isinstance(value, Opaque) else value
    return isinstance(value, (list, tuple, Empty)) or (isinstance(value, Reference) and value._type.kind is Kind.ARRAY)


def _list_of(param: ParamDecl, value: object) -> list[object]:
    if isinstance(value, (list, tuple)):
        return list(value)
    refuse(
        "FLOW055",
        f"max_parallel= needs lists that are known before the run, and that of {param.python!r} is not: Tekton starts "
        "all runs of such a fan-out at once",
        f"give it a list that stands in the source, or of single calls; or leave max_parallel= out and {_HELD_BACK}",
    )


def _there_in_every_run(trace: Trace, given: Mapping[str, object], lists: Mapping[str, list[object]]) -> None:
    """FLOW055 for a value that some runs of the pipeline have not: what takes it is skipped, and what is after that."""
    guarded = [each for values in lists.values() for each in values if _may_be_skipped(trace, each)]
    if not guarded and not has_choice(list(given.values())):
        return
    what = named(guarded[0]) if guarded else "the value of the branch that ran"
    refuse(
        "FLOW055",
        f"max_parallel= can't be said of a fan-out that takes {what}: where that is skipped, Tekton skips all that is "
        "ordered after its run",
        "fan out in the branches, or leave max_parallel= out",
    )


def _may_be_skipped(trace: Trace, value: object) -> bool:
    """Whether it comes of a task with a condition that does not hold here anyway."""
    value = meant(value, "fanning out over it")
    makers = [task for task, _ in result_refs(value)] if isinstance(value, str) else [made_by(value)]
    nodes = trace.nodes
    return any(without(guard_of(nodes[name], nodes), trace.conditions) for name in makers if name in nodes)


def before(made: list[object], most: int) -> tuple[str, ...]:
    """The tasks that the next call runs after, where `most` may run at once."""
    if len(made) < most:
        return ()
    return tuple(node.name for node in nodes_of(made[len(made) - most], "after"))
