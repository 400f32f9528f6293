"""A pipeline as a `networkx.DiGraph`, and what is read off it: cycles, order, layers, the critical path.

Nodes are the names of the tasks, with these attributes:

- `task`: the Task's name, or what a remote reference names;
- `final`: whether it stands in `finally`;
- `guards`: its `when` expressions, as a person reads them;
- `resources`: image, cpu, memory, gpu and gpu_resource of its options, without those not given;
- `seconds`: the longest that it may take, in seconds: timeout times tries; None where it has no timeout of its own.

Edges point from a task to the one that waits for it: `kinds` maps each reason to its labels (`{"file": ("video",)}`;
the reasons are `flowdsl.graph.edges.EdgeKind`), `guard` says whether the target runs or not by a result of the source.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flowdsl.graph.edges import Edge, edges
from flowdsl.ir.nodes import Condition, Node, PipelineDef
from flowdsl.kube import is_duration, parse_duration
from flowdsl.kube.conventions import DEFAULT_TIMEOUT

if TYPE_CHECKING:
    import networkx

_RESOURCES = ("image", "cpu", "memory", "gpu", "gpu_resource")


def build(pipeline: PipelineDef, found: Iterable[Edge] | None = None) -> networkx.DiGraph[str]:
    """The DAG of a pipeline, `finally` included: a new graph, which the caller may change.

    `found` are its edges, where the caller has them. An edge from a task that does not exist is left out.
    """
    import networkx

    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_nodes_from((node.name, _annotations(node)) for node in pipeline.nodes)
    for edge in edges(pipeline) if found is None else found:
        if edge.source in graph:
            _add(graph, edge)
    return graph


def bare(pipeline: PipelineDef, found: Iterable[Edge]) -> networkx.DiGraph[str]:
    """The part that runs before `finally`, without attributes: every compile looks for a cycle in it."""
    import networkx

    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_nodes_from(node.name for node in pipeline.nodes if not node.final)
    graph.add_edges_from((edge.source, edge.target) for edge in found if edge.source in graph and edge.target in graph)
    return graph


def _add(graph: networkx.DiGraph[str], edge: Edge) -> None:
    if not graph.has_edge(edge.source, edge.target):
        graph.add_edge(edge.source, edge.target, kinds={}, guard=False)
    data = graph.edges[edge.source, edge.target]
    data["kinds"][edge.kind] = (*data["kinds"].get(edge.kind, ()), edge.label)
    data["guard"] = data["guard"] or edge.kind == "when"


def without_final(graph: networkx.DiGraph[str]) -> networkx.DiGraph[str]:
    """The part that runs before `finally`."""
    final = {name for name, is_final in graph.nodes(data="final") if is_final}
    return graph.subgraph([name for name in graph if name not in final]) if final else graph


def _annotations(node: Node) -> dict[str, object]:
    options = node.task.options
    given: dict[str, object] = {name: value for name in _RESOURCES if (value := getattr(options, name))}
    if not options.gpu:
        given.pop("gpu_resource", None)
    return {
        "task": node.task.name,
        "final": node.final,
        "guards": tuple(condition_text(each) for each in node.when),
        "resources": given,
        "seconds": _seconds(node),
    }


def _seconds(node: Node) -> float | None:
    if not node.timeout or not is_duration(node.timeout) or not parse_duration(node.timeout):
        return None
    return parse_duration(node.timeout) / 1e9 * (1 + (node.retries or 0))


def condition_text(condition: Condition) -> str:
    """A condition as a person reads it: `gate.passed in true`, `evaluate.accuracy > 0.9`."""
    if condition.shown or condition.cel:
        return condition.shown or condition.cel
    shown = condition.input
    for noise in ("$(tasks.", "$(params.", "$("):
        shown = shown.replace(noise, "")
    shown = shown.replace(".results.", ".").replace(")", "")
    return f"{shown} {condition.operator} {', '.join(condition.values)}"


def find_cycle(graph: networkx.DiGraph[str]) -> list[str]:
    """The tasks of one cycle in order, the first repeated at the end; empty where there is none."""
    import networkx

    if networkx.is_directed_acyclic_graph(graph):
        return []
    cycle = networkx.find_cycle(graph)
    return [str(source) for source, *_ in cycle] + [str(cycle[0][0])]


def layers(names: Iterable[str], pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The names in layers, each after the last one it waits for; in their own order within a layer.

    Raises ValueError for a cycle.
    """
    import networkx

    place = {name: index for index, name in enumerate(names)}
    graph: networkx.DiGraph[str] = networkx.DiGraph(list(pairs))
    graph.add_nodes_from(place)
    try:
        return [sorted(layer, key=place.__getitem__) for layer in networkx.topological_generations(graph)]
    except networkx.NetworkXUnfeasible as error:
        raise ValueError("the tasks wait for each other") from error


def redundant_order(graph: networkx.DiGraph[str]) -> set[tuple[str, str]]:
    """The edges that only say the order (`runAfter`) and say nothing new: the target waits for the source anyway.

    The graph must have no cycle.
    """
    spare = set()
    for source, target in graph.edges:
        if set(graph.edges[source, target]["kinds"]) == {"after"} and _another_way(graph, source, target):
            spare.add((source, target))
    return spare


def _another_way(graph: networkx.DiGraph[str], source: str, target: str) -> bool:
    """Whether a path other than the edge leads from the one to the other."""
    seen: set[str] = set()
    todo = [name for name in graph.predecessors(target) if name != source]
    while todo:
        name = todo.pop()
        if name == source:
            return True
        if name not in seen:
            seen.add(name)
            todo.extend(graph.predecessors(name))
    return False


def critical_path(graph: networkx.DiGraph[str]) -> tuple[list[str], float]:
    """The chain of tasks that can take longest, and that time in seconds: timeouts, retries included.

    A task without a timeout counts as Tekton's default for a TaskRun, 60 minutes. Tasks in `finally` come after all
    others, so the longest of them ends the chain. The graph must have no cycle.
    """
    import networkx

    body = without_final(graph)
    final = [name for name in graph if name not in body]
    weighted: networkx.DiGraph[str] = networkx.DiGraph()
    weighted.add_nodes_from(body)
    # The time of a task stands on the edges into it; the first of a chain has none, so a start before all is added.
    start = ""
    weighted.add_edges_from((start, name, {"weight": _time(graph, name)}) for name in body)
    weighted.add_edges_from((source, target, {"weight": _time(graph, target)}) for source, target in body.edges)
    path = [str(name) for name in networkx.dag_longest_path(weighted) if name != start] if body else []
    last = max(final, key=lambda name: _time(graph, name), default=None)
    chain = [*path, *([last] if last is not None else [])]
    return chain, sum(_time(graph, name) for name in chain)


def _time(graph: networkx.DiGraph[str], name: str) -> float:
    seconds = graph.nodes[name]["seconds"]
    return DEFAULT_TIMEOUT if seconds is None else float(seconds)
