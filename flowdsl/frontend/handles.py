"""What calling a task inside a pipeline gives back: the node, its results and its order."""

from __future__ import annotations

import difflib
from typing import Any

from flowdsl.frontend.opaque import Opaque, in_words, named
from flowdsl.frontend.proxies import Comparison, FileValue, Reference, WorkspaceValue
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.trace import Trace
from flowdsl.ir.nodes import Node, ResultDecl, WorkspaceUse
from flowdsl.ir.types import PATHS, STRING, Kind, TypeSpec

RUN_VOLUME = ""
"""The workspace name of the run's own volume until the workspaces pass names it."""


@in_words("task of the run")
class NodeHandle(Opaque):
    """A task of the pipeline being traced: `node.result_name` is a result, `node.status` how it ended (in finally)."""

    __slots__ = ("_node", "_trace")

    def __init__(self, trace: Trace, node: Node) -> None:
        self._trace = trace
        self._node = node

    def after(self, *others: NodeHandle) -> NodeHandle:
        """Run after other tasks although nothing flows between them; gives the node back."""
        self._trace.order(self._node.name, tuple(node_of(other, "after").name for other in others))
        return self

    @property
    def status(self) -> Reference:
        """How the task ended, for tasks in finally: Succeeded, Failed or None (docs/variables.md)."""
        return self._end("status")

    @property
    def reason(self) -> Reference:
        """Why the task ended so, for tasks in finally."""
        return self._end("reason")

    def _end(self, what: str) -> Reference:
        name = self._node.name
        if any((result.field or result.name) == what for result in self._node.task.results):
            refuse(
                "FLOW009",
                f"task {name!r} has a result {what!r}, and `.{what}` is how a task ended",
                f'write `task["{what}"]` for the result; to have both, name the field otherwise: '
                f'`state: Annotated[str, Result(name="{what}")]`',
                related=(("task", self._node.task.location),),
            )
        return Reference(f"$(tasks.{name}.{what})", STRING, f"{name}.{what}", self._node.location)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        node = self._node
        for result in node.task.results:
            if (result.field or result.name) == name:
                return result_value(node, result)
        own = next((space.name for space in node.task.workspaces if space.python == name), name)
        if own in node.bindings:
            use = node.bindings[own]
            made = use.producer or node.name
            return WorkspaceValue(WorkspaceUse(use.workspace, use.sub_path, made), f"{node.name}.{name}", node.location)
        have = [result.field or result.name for result in node.task.results] + list(node.bindings)
        close = difflib.get_close_matches(name, have, 1)
        refuse(
            "FLOW009",
            f"task {node.name!r} has no result {name!r}",
            f"did you mean {close[0]!r}?" if close else f"it has: {', '.join(have) or 'none'}",
            related=(("task", node.task.location),),
        )

    def __getitem__(self, name: Any) -> Any:
        node = self._node
        for result in node.task.results:
            if (result.field or result.name) == name:
                return result_value(node, result)
        return single(self, "indexing it")[name]

    def _words(self) -> str:
        return f"task {self._node.name!r}"

    def _meant(self, purpose: str) -> Opaque:
        return single(self, purpose)

    def __eq__(self, other: object) -> Any:
        return single(self, "comparing it") == other

    def __ne__(self, other: object) -> Any:
        return single(self, "comparing it") != other

    __hash__ = Opaque.__hash__

    def is_in(self, *values: Any) -> Comparison:
        """A condition on the only result of the task."""
        return reference(single(self, "comparing it")).is_in(*values)

    def not_in(self, *values: Any) -> Comparison:
        """A condition on the only result of the task."""
        return reference(single(self, "comparing it")).not_in(*values)

    def __str__(self) -> str:
        return str(single(self, "its text"))

    def __format__(self, spec: str) -> str:
        return format(single(self, "its text"), spec)

    def __repr__(self) -> str:
        return f"<task {self._node.name}>"


def reference(value: Reference | FileValue) -> Reference:
    """The value itself when it is a plain reference; FLOW005 for a file."""
    if isinstance(value, Reference):
        return value
    refuse("FLOW005", f"{value._words()} can't be compared", "compare a result that holds text")


def node_of(value: Any, what: str) -> Node:
    """The node behind a handle; FLOW005 for anything else."""
    if isinstance(value, NodeHandle):
        return value._node
    refuse(
        "FLOW005",
        f"{what} takes tasks of this pipeline, got {named(value)}",
        "pass what a task's call gave back",
    )


def single(handle: NodeHandle, purpose: str) -> Reference | FileValue:
    """The only result of a task; FLOW009 where it has none or several."""
    results = handle._node.task.results
    if len(results) == 1:
        return result_value(handle._node, results[0])
    have = ", ".join(result.name for result in results)
    refuse(
        "FLOW009",
        f"task {handle._node.name!r} has {len(results)} results; {purpose} needs one",
        f"name it: one of {have}" if have else "give the task a return annotation",
    )


def result_value(node: Node, result: ResultDecl) -> Reference | FileValue:
    """What a result is to the pipeline function."""
    label = f"{node.name}.{result.name}"
    text = f"$(tasks.{node.name}.results.{result.name})"
    if result.type.kind in PATHS and not node.mapped:
        return FileValue(WorkspaceUse(RUN_VOLUME, node.name, node.name), text, result.type, label, node.location)
    if not node.mapped:
        return Reference(text, result.type, label, node.location)
    # The fan-out's results come as one array: docs/matrix.md, "Consuming Results from a Matrixed PipelineTask".
    gathered = TypeSpec(Kind.ARRAY, f"list[{result.type}]", item=result.type)
    return Reference(f"$(tasks.{node.name}.results.{result.name}[*])", gathered, label, node.location)
