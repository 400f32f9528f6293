"""Order and cycles, by networkx."""

from __future__ import annotations

from collections.abc import Iterable

from flowdsl.graph.edges import Edge


def find_cycle(names: Iterable[str], edges: Iterable[Edge]) -> list[str]:
    """The tasks of one cycle in order, the first repeated at the end; empty where there is none."""
    ordered = list(names)
    position = {name: index for index, name in enumerate(ordered)}
    pairs = [(edge.source, edge.target) for edge in edges]
    # Python code that only passes results on can't make a cycle: every edge points forward. This keeps networkx
    # (and its import) out of the common case.
    if all(position[source] < position[target] for source, target in pairs):
        return []
    import networkx

    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_nodes_from(ordered)
    graph.add_edges_from(pairs)
    try:
        cycle = networkx.find_cycle(graph)
    except networkx.NetworkXNoCycle:
        return []
    return [source for source, _ in cycle] + [cycle[0][0]]
