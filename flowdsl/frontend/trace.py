"""The trace of one pipeline: what a call of a task adds, and the blocks (`when`, `on_finish`) it is made in."""

from __future__ import annotations

import contextvars

import attrs

from flowdsl.diagnostics import Collector, Location
from flowdsl.frontend.refusal import refuse
from flowdsl.ir.nodes import Condition, Node, PipelineWorkspace

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
    final: bool = False
    prefix: str = ""
    verbatim: bool = False
    unused: dict[object, tuple[str, Location]] = attrs.field(factory=dict)
    """The blocks (`when(...)`) that no `with` has entered yet: their names and places."""

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
        number = 2
        while f"{name}-{number}" in self.nodes:
            number += 1
        return f"{name}-{number}"

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
