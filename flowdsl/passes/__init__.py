"""The passes, one a file, all of one signature: `(PipelineDef, Collector) -> PipelineDef`. Order matters.

`names` first, so that later findings can name things; `limits` last, when everything has its final form.
"""

from __future__ import annotations

from flowdsl.diagnostics import Collector
from flowdsl.ir.nodes import PipelineDef
from flowdsl.passes import limits, names, order, resources, results, secrets, workspaces


def run_passes(pipeline: PipelineDef, collector: Collector) -> PipelineDef:
    """The pipeline after all passes; findings go to the collector."""
    for step in (names, order, workspaces, secrets, results, resources, limits):
        pipeline = step.run(pipeline, collector)
    return pipeline
