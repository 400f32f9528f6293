"""The edges of a pipeline and why each is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from flowdsl.diagnostics.frozen import frozen
from flowdsl.ir.nodes import Node, PipelineDef
from flowdsl.ir.refs import argument_refs, condition_refs
from flowdsl.ir.types import PATHS

EdgeKind = Literal["result", "file", "workspace", "after", "when"]


@frozen(order=True)
class Edge:
    """`target` runs after `source`; `label` is the result, the workspace, the condition as it was written, or ""."""

    source: str
    target: str
    kind: EdgeKind
    label: str = ""


def edges(pipeline: PipelineDef) -> list[Edge]:
    """Every edge, in the order of the tasks."""
    known = {node.name: node for node in pipeline.nodes}
    found: dict[Edge, None] = {}
    for node in pipeline.nodes:
        for edge in _edges_into(node, known):
            found.setdefault(edge)
    return _spoken(list(found))


def _edges_into(node: Node, known: dict[str, Node]) -> Iterator[Edge]:
    for source, result in argument_refs(node):
        if source in known:
            yield Edge(source, node.name, _data_kind(known[source], result), result)
    for condition, source, result in condition_refs(node):
        if source in known:
            yield Edge(source, node.name, "when", condition.shown or result)
    for name, use in node.bindings.items():
        param = node.task.param(name)
        if use.producer in known and use.producer != node.name and param is None:
            yield Edge(use.producer, node.name, "workspace", name)
    for source in node.after:
        yield Edge(source, node.name, "after")


def _spoken(found: list[Edge]) -> list[Edge]:
    """Without the `after` edges between tasks that something flows between anyway."""
    flowing = {(edge.source, edge.target) for edge in found if edge.kind != "after"}
    return [edge for edge in found if edge.kind != "after" or (edge.source, edge.target) not in flowing]


def _data_kind(source: Node, result: str) -> EdgeKind:
    for declared in source.task.results:
        if declared.name == result and declared.type.kind in PATHS:
            return "file"
    return "result"
