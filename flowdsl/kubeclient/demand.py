"""What the pods of a run ask for: each one, and those together that may run at the same time.

Requests are counted as Kubernetes and Kueue do: of a pod the sum of its containers' (Tekton's
docs/compute-resources.md), of a container its limit where it requests nothing.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

import attrs

from flowdsl.kinds.table import PIPELINE, TASK
from flowdsl.kube import is_quantity, parse_quantity
from flowdsl.kubeclient.plain import listed, mapping, mappings
from flowdsl.kubeclient.resources import metadata_of

Amounts = Mapping[str, Decimal]
_PRODUCER = re.compile(r"\$\(tasks\.([a-z0-9-]+)\.")
_EXACT = 150
"""Tasks up to which the widest moment is found exactly; of more, that of one layer of the graph counts."""
_LONGEST = 40
_MOST = Decimal(10) ** 30
ASSISTANT: Amounts = {"cpu": Decimal("0.05"), "memory": Decimal(100 * 2**20)}
"""The pod that holds a claim's place on a node (affinity_assistant.go of Tekton v1.15.0)."""


@attrs.frozen
class Pods:
    """The pods of one task of a pipeline: `number` of them at once. `known` is False where its Task is not at hand."""

    task: str
    requests: Amounts
    number: int = 1
    after: frozenset[str] = frozenset()
    final: bool = False
    known: bool = True


def amount(value: object) -> Decimal | None:
    """A quantity that a person would write; None for anything else."""
    text = str(value)
    if isinstance(value, bool) or len(text) > _LONGEST or not is_quantity(text):
        return None
    try:
        found = parse_quantity(text)
    except ArithmeticError:  # an exponent beyond all reason
        return None
    return found if 0 <= found < _MOST else None


def pods_of(run: Mapping[str, object], documents: Sequence[Mapping[str, object]]) -> list[Pods]:
    """The pods of a PipelineRun, task by task; those of its claims' assistants aside."""
    spec = mapping(run.get("spec"))
    pipeline = mapping(spec.get("pipelineSpec")) or _spec_of(
        PIPELINE.name, mapping(spec.get("pipelineRef")).get("name"), documents
    )
    own = {str(each.get("pipelineTaskName")): each for each in mappings(spec.get("taskRunSpecs"))}
    return list(_pods(pipeline, own, documents))


def claims_of(run: Mapping[str, object]) -> int:
    """How many claims the run's workspaces are on."""
    spaces = mappings(mapping(run.get("spec")).get("workspaces"))
    named = {str(mapping(each.get("persistentVolumeClaim")).get("claimName")) for each in spaces}
    return len(named - {"None"}) + sum(1 for each in spaces if "volumeClaimTemplate" in each)


def widest(pods: Sequence[Pods], resource: str) -> tuple[Decimal, list[str]]:
    """The most of a resource that may be asked for at one moment, and the tasks of that moment."""
    last = [each for each in pods if each.final and _of(each, resource)]
    first = _together([each for each in pods if not each.final], resource)
    found = max((first, last), key=lambda moment: _sum(moment, resource))
    return _sum(found, resource), [each.task for each in found]


def _sum(found: Iterable[Pods], resource: str) -> Decimal:
    return sum((_of(each, resource) for each in found), Decimal(0))


def _of(pods: Pods, resource: str) -> Decimal:
    return pods.requests.get(resource, Decimal(0)) * pods.number


def _together(pods: Sequence[Pods], resource: str) -> list[Pods]:
    """Of tasks none of which waits for another, those that ask for most together."""
    import networkx

    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_nodes_from(each.task for each in pods)
    graph.add_edges_from((before, each.task) for each in pods for before in each.after if before in graph)
    if not networkx.is_directed_acyclic_graph(graph):
        return []
    asking = {each.task: each for each in pods if _of(each, resource)}
    if len(asking) > _EXACT:
        layers = [
            [asking[name] for name in layer if name in asking] for layer in networkx.topological_generations(graph)
        ]
        return max(layers, key=lambda found: _sum(found, resource))
    # The heaviest antichain: what no cut of the order parts (Dilworth, with weights).
    flow: networkx.DiGraph[tuple[str, str]] = networkx.DiGraph()
    for name, each in asking.items():
        weight = math.ceil(_of(each, resource) * 1000)
        flow.add_edge(("", "from"), ("before", name), capacity=weight)
        flow.add_edge(("after", name), ("", "to"), capacity=weight)
        for later in networkx.descendants(graph, name) & asking.keys():
            flow.add_edge(("before", name), ("after", later))
    if not asking:
        return []
    _, (near, _) = networkx.minimum_cut(flow, ("", "from"), ("", "to"))
    return [each for name, each in asking.items() if ("before", name) in near and ("after", name) not in near]


def _pods(
    pipeline: Mapping[str, object],
    own: Mapping[str, Mapping[str, object]],
    documents: Sequence[Mapping[str, object]],
) -> Iterator[Pods]:
    for field in ("tasks", "finally"):
        for task in mappings(pipeline.get(field)):
            name = str(task.get("name"))
            after = frozenset(_PRODUCER.findall(json.dumps(task, default=str))) | {
                str(each) for each in listed(task.get("runAfter"))
            }
            nested = mapping(task.get("pipelineSpec"))
            spec = mapping(task.get("taskSpec")) or _spec_of(
                TASK.name, mapping(task.get("taskRef")).get("name"), documents
            )
            requests = _nested(nested, documents) if nested else _requests(spec, own.get(name, {}))
            known = bool(nested or spec or requests)
            yield Pods(name, requests, _number(task), after, field == "finally", known)


def _nested(pipeline: Mapping[str, object], documents: Sequence[Mapping[str, object]]) -> Amounts:
    """What a pipeline in a pipeline asks for at its widest, which stands for it in the outer one."""
    pods = list(_pods(pipeline, {}, documents))
    return {name: widest(pods, name)[0] for name in {name for each in pods for name in each.requests}}


def _requests(spec: Mapping[str, object], own: Mapping[str, object]) -> dict[str, Decimal]:
    """Of a task's pod: what the run says of the whole task stands for what its steps say."""
    whole = _container(mapping(own.get("computeResources")))
    common = _container(mapping(mapping(spec.get("stepTemplate")).get("computeResources")))
    steps = [{**common, **_container(mapping(each.get("computeResources")))} for each in mappings(spec.get("steps"))]
    beside = [_container(mapping(each.get("computeResources"))) for each in mappings(spec.get("sidecars"))]
    found: dict[str, Decimal] = {}
    for each in (*([whole] if whole else steps), *beside):
        for name, value in each.items():
            found[name] = found.get(name, Decimal(0)) + value
    return {name: value for name, value in found.items() if value}


def _container(resources: Mapping[str, object]) -> dict[str, Decimal]:
    given = {**mapping(resources.get("limits")), **mapping(resources.get("requests"))}
    return {name: found for name, value in given.items() if (found := amount(value)) is not None}


def _number(task: Mapping[str, object]) -> int:
    """How many pods a matrix makes; of a list that only the run knows, one is sure."""
    matrix = mapping(task.get("matrix"))
    lists = [each.get("value") for each in mappings(matrix.get("params"))]
    counts = [len(each) for each in lists if isinstance(each, list)]
    return max(1, math.prod(counts) if counts else len(mappings(matrix.get("include"))))


def _spec_of(kind: str, name: object, documents: Sequence[Mapping[str, object]]) -> Mapping[str, object]:
    for each in documents:
        if each.get("kind") == kind and name and metadata_of(each).get("name") == name:
            return mapping(each.get("spec"))
    return {}
