"""Results: what a pipeline hands out, in the notation that fits where it is made."""

from __future__ import annotations

import attrs

from flowdsl.diagnostics import Collector
from flowdsl.ir.nodes import PipelineDef, PipelineResult
from flowdsl.ir.refs import result_refs


def run(pipeline: PipelineDef, _: Collector) -> PipelineDef:
    """Results of finally tasks are read as `$(finally....)`: docs/pipelines.md, "Emitting Results from a Pipeline"."""
    final = {node.name for node in pipeline.nodes if node.final}
    if not final:
        return pipeline
    return attrs.evolve(pipeline, results=tuple(_renamed(result, final) for result in pipeline.results))


def _renamed(result: PipelineResult, final: set[str]) -> PipelineResult:
    if not isinstance(result.value, str):
        return result
    text = result.value
    for task, _ in result_refs(text):
        if task in final:
            text = text.replace(f"$(tasks.{task}.results.", f"$(finally.{task}.results.")
    return attrs.evolve(result, value=text)
