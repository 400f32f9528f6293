"""What `@pipeline(...)` says of a run, where no run is emitted that it could hold for."""

from __future__ import annotations

from flowdsl.compiler.rules import RUN_OPTIONS_WITHOUT_RUN
from flowdsl.diagnostics import Collector
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.nodes import PipelineDef
from flowdsl.ir.options import PipelineOptions

_OF_THE_RUN = (
    "service_account",
    "timeout",
    "tasks_timeout",
    "finally_timeout",
    "node_selector",
    "tolerations",
    "affinity",
    "priority_class",
    "runtime_class",
    "pod_template",
)
_NOTHING = PipelineOptions()


def note_lost_options(pipeline: Pipeline | PipelineDef, collector: Collector) -> None:
    """FLOW098 where a Pipeline is emitted by itself and its options speak of the run."""
    options = pipeline.options
    lost = [name for name in _OF_THE_RUN if getattr(options, name) != getattr(_NOTHING, name)]
    if not lost:
        return
    run = (
        "pipeline_run(...), with its own options" if options.verbatim else "the run that the pipeline's own compile has"
    )
    collector.add(
        RUN_OPTIONS_WITHOUT_RUN.finding(
            f"pipeline {pipeline.name!r} is emitted without a run, so nothing uses {_words(lost)}",
            pipeline.location,
            hint=f"they are for {run}; Tekton's Pipeline has no such fields",
        )
    )


def _words(names: list[str]) -> str:
    *others, last = [f"{name}=" for name in names]
    return f"{', '.join(others)} and {last}" if others else last
