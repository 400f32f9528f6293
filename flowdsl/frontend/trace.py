"""The trace of one pipeline: what a call of a task adds, and the blocks (`when`, `on_finish`) it is made in."""

from __future__ import annotations

import contextvars
import itertools

import attrs

from flowdsl.diagnostics import Collector, Location
from flowdsl.frontend.blocks import Lines
from flowdsl.frontend.opaque import Opaque
from flowdsl.frontend.refusal import refuse
from flowdsl.ir.conditions import Expression
from flowdsl.ir.nodes import Condition, Node, PipelineWorkspace, TaskDef
from flowdsl.ir.uses import key

CURRENT: contextvars.ContextVar[Trace | None] = contextvars.ContextVar("flowdsl_trace", default=None)


@attrs.define
class Trace:
    """Everything gathered while one pipeline function runs. `prefix` names the nested pipeline being inlined."""

    collector: Collector
    pipeline: str
    alpha: frozenset[str] = frozenset()
    nodes: dict[str, Node] = attrs.field(factory=dict)
    workspaces: dict[str, PipelineWorkspace] = attrs.field(factory=dict)
    conditions: tuple[Condition, ...] = ()
    branches: tuple[Expression, ...] = ()
    """The conditions of the `when` that stands before here in the same block, and of its `elif_`s."""
    final: bool = False
    prefix: str = ""
    verbatim: bool = False
    counts: dict[str, int] = attrs.field(factory=dict)
    """The last number given to a name, so that the next one need not be looked for."""
    unused: dict[object, tuple[str, Location]] = attrs.field(factory=dict)
    """The blocks (`when(...)`) that no `with` has entered yet: their names and places."""
    lines: Lines = attrs.field(factory=dict)
    """What guarded blocks did, by the code and the line of the user's functions."""
    texts: dict[str, Opaque] = attrs.field(factory=dict)
    """Values of the branch that ran that stand inside texts, by what stands there for them."""
    uses: dict[tuple[int, str], TaskDef] = attrs.field(factory=dict)
    """Tasks with what single uses ask for, by the task and the hash of that: equal uses are of one object."""
    _looked_at: int = 0
    _beginnings: set[str] = attrs.field(factory=set)

    def name_for(self, wanted: str, location: Location, *, explicit: bool) -> str:
        """The name of a new node: as wanted, or numbered from 2 where the same task is called again."""
        name = f"{self.prefix}{wanted}"
        if name not in self.nodes:
            return name
        if explicit:
            first = self.nodes[name].location
            self.collector.error(
                "FLOW012",
                f"two tasks of pipeline {self.pipeline!r} are named {name!r}",
                location,
                hint="give one of them another name: `.with_options(name=...)`",
                related=(("first", first),),
            )
        number = self.counts.get(name, 1) + 1
        while f"{name}-{number}" in self.nodes:
            number += 1
        self.counts[name] = number
        return f"{name}-{number}"

    def prefix_for(self, wanted: str) -> str:
        """What the nodes of an inlined pipeline begin with: its name, numbered from 2 where nodes begin so already."""
        name = f"{self.prefix}{wanted}"
        number = self.counts.get(f"{name}-", 0) + 1
        while self._begins(prefix := f"{name}-" if number == 1 else f"{name}-{number}-"):
            number += 1
        self.counts[f"{name}-"] = number
        return prefix

    def _begins(self, prefix: str) -> bool:
        """Whether a node's name begins so. Nodes are only ever added, so each is looked at once."""
        for name in itertools.islice(self.nodes, self._looked_at, None):
            self._beginnings.update(name[: place + 1] for place, sign in enumerate(name) if sign == "-")
        self._looked_at = len(self.nodes)
        return prefix in self._beginnings

    def shared(self, task: TaskDef) -> TaskDef:
        """The task, or where it is one for a certain use the first of all uses that ask for the same."""
        return task if task.use is None else self.uses.setdefault((id(task.use.of), key(task.use)), task)

    def order(self, name: str, before: tuple[str, ...]) -> None:
        """Let a node run after others."""
        node = self.nodes[name]
        fresh = tuple(other for other in before if other not in node.after)
        self.nodes[name] = attrs.evolve(node, after=node.after + fresh)


def current(what: str) -> Trace:
    """The trace under way; FLOW011 where there is none."""
    trace = CURRENT.get()
    if trace is None:
        refuse("FLOW011", f"{what} has a meaning only inside a @pipeline function", "move it into the pipeline")
    return trace
