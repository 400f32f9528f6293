"""All rules over documents, from the modules that define them."""

from __future__ import annotations

from importlib import import_module

from flowdsl.check import (
    conversion,
    decoding,
    gates,
    matrix,
    names,
    objects,
    params,
    pipeline_graph,
    pipeline_results,
    pipeline_task,
    pipeline_vars,
    podnames,
    refs,
    results,
    steps,
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
    queues,
    scripts,
    secrets,
    targets,
    unused,
    values,
    volumes,
    written,
)
from flowdsl.diagnostics.rule import registry
from flowdsl.kinds import table

# What admission asks of a kind is named by the kind's entry, and need not be named here.
_OF_KINDS = sorted({kind.admission.partition(":")[0] for kind in table.KINDS if kind.admission})

RULES = registry(
    (
        *map(import_module, _OF_KINDS),
        *(conversion, decoding, gates, matrix, names, objects, params, pipeline_graph, pipeline_results),
        *(pipeline_task, pipeline_vars, podnames, refs, results, steps, timeouts, usage, when, workspaces),
        *(across, containers, flow, index, meta, queues, scripts, secrets, targets, unused, values, volumes, written),
    )
)
"""Every rule by its code."""
