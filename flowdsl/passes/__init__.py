"""The passes, one a file, all of one signature: `(PipelineDef, Collector) -> PipelineDef`. Order matters.

`qualify`, `variants` and `names` first, so that later findings can name things; `limits` last, when everything has its
final form.
"""

from __future__ import annotations

import attrs

from flowdsl.diagnostics import Collector
from flowdsl.ir.nodes import PipelineDef
from flowdsl.passes import limits, names, order, qualify, resources, results, secrets, variants, workspaces


def run_passes(pipeline: PipelineDef, collector: Collector) -> PipelineDef:
    """The pipeline after all passes; findings go to the collector."""
    nested = [node for node in pipeline.nodes if node.pipeline is not None]
    if nested:
        nodes = tuple(
            node if node.pipeline is None else attrs.evolve(node, pipeline=run_passes(node.pipeline, collector))
            for node in pipeline.nodes
        )
        pipeline = attrs.evolve(pipeline, nodes=nodes)
    for step in (qualify, variants, names, order, workspaces, secrets, results, resources, limits):
        pipeline = step.run(pipeline, collector)
    return pipeline
