"""A compiled pipeline as the renderers want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.graph.dag import condition_text
from flowdsl.graph.edges import edges
from flowdsl.graph.view import GraphEdge, GraphNode, GraphView, NodeKind
from flowdsl.ir.nodes import Node, PipelineDef, Reference

if TYPE_CHECKING:
    from flowdsl.ir.said_starts import SaidStart


def graph_view(pipeline: PipelineDef) -> GraphView:
    """Nodes and edges with everything a picture shows."""
    names = {node.name for node in pipeline.nodes}
    return GraphView(
        title=pipeline.display_name or pipeline.name,
        description=_flat(pipeline.description),
        nodes=tuple(_node(node) for node in pipeline.nodes),
        edges=tuple(
            GraphEdge(edge.source, edge.target, edge.kind, edge.label)
            for edge in edges(pipeline)
            if edge.source in names
        ),
        starts=_starts(pipeline),
    )


def _starts(pipeline: PipelineDef) -> tuple[SaidStart, ...]:
    if not pipeline.options.on:
        return ()
    # Few pipelines say what starts them.
    from flowdsl.ir.said_starts import said

    return tuple(map(said, pipeline.options.on))


def _node(node: Node) -> GraphNode:
    options = node.task.options
    gpu = f"{options.gpu} × {options.gpu_resource}" if options.gpu else ""
    return GraphNode(
        name=node.name,
        display_name=node.display_name or node.task.display_name,
        description=_flat(node.task.description),
        kind=_kind(node),
        image=options.image,
        gpu=gpu,
        cpu=options.cpu,
        memory=options.memory,
        when=tuple(condition_text(condition) for condition in node.when),
        retries=node.retries or 0,
        timeout=node.timeout,
        reference=_reference(node.task.reference),
        location=str(node.location),
    )


def _kind(node: Node) -> NodeKind:
    if node.final:
        return "finally"
    if node.mapped:
        return "matrix"
    if node.pipeline is not None:
        return "pipeline"
    custom = node.task.reference is not None and node.task.reference.api_version
    return "custom" if custom else "task"


def _reference(reference: Reference | None) -> str:
    if reference is None:
        return ""
    if not reference.resolver:
        return reference.name
    shown = dict(reference.params)
    label = shown.get("name") or shown.get("pathInRepo") or shown.get("url", "")
    version = shown.get("version") or shown.get("revision", "")
    return f"{reference.resolver}: {label}" + (f"@{version}" if version else "")


def _flat(text: str) -> str:
    """A docstring's lines as one: a line end of the source is none of the picture's."""
    return " ".join(text.split())
