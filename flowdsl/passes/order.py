"""Order: no cycle, finally and tasks kept apart, and `runAfter` for edges that carry no result."""

from __future__ import annotations

import attrs

from flowdsl.diagnostics import Collector
from flowdsl.graph import dag
from flowdsl.graph.edges import Edge, edges
from flowdsl.ir.nodes import Node, PipelineDef
from flowdsl.ir.refs import strings, uses_status


def run(pipeline: PipelineDef, collector: Collector) -> PipelineDef:
    """Check the graph; give every node the `after` that its workspaces imply."""
    found = edges(pipeline)
    nodes = {node.name: node for node in pipeline.nodes}
    for node in pipeline.nodes:
        _check_status(node, collector)
    usable = [edge for edge in found if edge.source in nodes]
    for edge in usable:
        _check_side(edge, nodes, collector)
    cycle = dag.find_cycle(dag.bare(pipeline, usable))
    if cycle:
        first = nodes[cycle[0]]
        collector.error(
            "FLOW101",
            f"the tasks wait for each other: {' → '.join(cycle)}",
            first.location,
            hint="drop one of these edges; `flowdsl explain FILE` says why each edge is there",
            related=tuple((name, nodes[name].location) for name in cycle[1:-1]),
        )
    if pipeline.options.verbatim:
        return pipeline
    return attrs.evolve(pipeline, nodes=_with_order(pipeline, usable))


def _with_order(pipeline: PipelineDef, found: list[Edge]) -> tuple[Node, ...]:
    """Tekton draws an edge from every result used; what flows through a workspace only needs `runAfter`."""
    wanted: dict[str, dict[str, None]] = {}
    implied: dict[str, set[str]] = {}
    for edge in found:
        if edge.kind in ("workspace", "after"):
            wanted.setdefault(edge.target, {}).setdefault(edge.source)
        else:
            implied.setdefault(edge.target, set()).add(edge.source)
    nodes = []
    for node in pipeline.nodes:
        after = tuple(
            name for name in wanted.get(node.name, {}) if name not in implied.get(node.name, ()) or name in node.after
        )
        nodes.append(node if after == node.after else attrs.evolve(node, after=() if node.final else after))
    return tuple(nodes)


def _check_side(edge: Edge, nodes: dict[str, Node], collector: Collector) -> None:
    source, target = nodes[edge.source], nodes[edge.target]
    if source.final and not target.final:
        message = f"task {target.name!r} waits for {source.name!r}, which runs in finally, after all tasks"
        hint = "move it into the on_finish block too, or move the other one out"
    elif source.final and target.final:
        message = f"tasks in finally run at the same time; {target.name!r} can't wait for {source.name!r}"
        hint = "do both in one task, or pass what is needed from a task outside finally"
    elif target.final and edge.kind == "after":
        message = f"{target.name!r} runs in finally, after all tasks; `after` says nothing there"
        hint = "drop the `after`"
    else:
        return
    collector.error("FLOW016", message, target.location, hint=hint, related=(("the other task", source.location),))


def _check_status(node: Node, collector: Collector) -> None:
    if node.final:
        return
    texts = [text for value in (*node.arguments.values(), *node.matrix.values()) for text in strings(value)]
    texts += [condition.input for condition in node.when]
    if any(uses_status(text) for text in texts if "$(tasks." in text):
        collector.error(
            "FLOW016",
            f"task {node.name!r} uses the status of tasks; only tasks in finally know it",
            node.location,
            hint="move it into `with on_finish():`",
        )
