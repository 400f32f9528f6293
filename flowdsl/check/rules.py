"""All rules over documents, from the modules that define them."""

from __future__ import annotations

from flowdsl.check import (
    conversion,
    decoding,
    gates,
    matrix,
    names,
    objects,
    others,
    params,
    pipeline_graph,
    pipeline_results,
    pipeline_task,
    pipeline_vars,
    podnames,
    refs,
    results,
    runs,
    stepaction,
    steps,
    taskspec,
    timeouts,
    usage,
    when,
    workspaces,
)
from flowdsl.check.pitfalls import (
    across,
    containers,
    flow,
    index,
    meta,
    scripts,
    secrets,
    targets,
    unused,
    values,
    volumes,
    written,
)
from flowdsl.diagnostics.rule import registry

RULES = registry(
    (
        *(conversion, decoding, gates, matrix, names, objects, others, params, pipeline_graph, pipeline_results),
        *(pipeline_task, pipeline_vars, podnames, refs, results, runs, stepaction, steps, taskspec, timeouts, usage),
        *(when, workspaces),
        *(across, containers, flow, index, meta, scripts, secrets, targets, unused, values, volumes, written),
    )
)
"""Every rule by its code."""
