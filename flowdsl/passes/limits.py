"""Limits that a cluster would only tell at run time: matrix size, and the size of one object in etcd."""

from __future__ import annotations

import math

from flowdsl.diagnostics import Collector, Location
from flowdsl.ir.nodes import Node, PipelineDef
from flowdsl.kube.conventions import MATRIX_MOST, OBJECT_MOST


def run(pipeline: PipelineDef, collector: Collector) -> PipelineDef:
    """Count the combinations of every matrix whose lists are known."""
    for node in pipeline.nodes:
        number = combinations(node) if node.mapped else 0
        if number > MATRIX_MOST:
            collector.error(
                "FLOW108",
                f"the matrix of task {node.name!r} has {number} combinations; Tekton runs at most {MATRIX_MOST}",
                node.location,
                hint="fan out over fewer values, or over groups of them",
            )
    return pipeline


def combinations(node: Node) -> int:
    """How many runs a fan-out has, as far as its lists are known: a list of the run counts once."""
    if not node.mapped:
        return 0
    product = math.prod(len(value) for value in node.matrix.values() if isinstance(value, tuple))
    return (product if node.matrix else 0) + (0 if node.matrix else len(node.include))


def check_size(what: str, size: int, location: Location | None, collector: Collector) -> None:
    """FLOW106 for an object of more bytes than etcd stores."""
    if size > OBJECT_MOST:
        collector.error(
            "FLOW106",
            f"{what} has {size:,} bytes; etcd takes at most {OBJECT_MOST:,}",
            location,
            hint="compile without --inline, or move long scripts into the image: `module=...`",
        )
