"""All rules over documents, from the modules that define them."""

from __future__ import annotations

from importlib import import_module

from flowdsl.check import (
    conversion,
    decoding,
    gates,
    inline,
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
from flowdsl.check.argo import actions as argo_actions
from flowdsl.check.argo import filters as argo_filters
from flowdsl.check.pitfalls import (
    across,
    argo,
    as_code,
    containers,
    events,
    flow,
    index,
    meta,
    queues,
    scripts,
    secrets,
    starts,
    targets,
    unused,
    values,
    volumes,
    written,
)
from flowdsl.check.triggers import names as trigger_names
from flowdsl.check.triggers import pods as listener_pods
from flowdsl.diagnostics.rule import registry
from flowdsl.kinds import table

# What admission asks of a kind is named by the kind's entry, and need not be named here.
_OF_KINDS = sorted({kind.admission.partition(":")[0] for kind in table.KINDS if kind.admission})

RULES = registry(
    (
        *map(import_module, _OF_KINDS),
        *(conversion, decoding, gates, inline, matrix, names, objects, params, pipeline_graph, pipeline_results),
        *(pipeline_task, pipeline_vars, podnames, refs, results, steps, timeouts, usage, when, workspaces),
        *(trigger_names, listener_pods, argo_filters, argo_actions),
        *(
            across,
            argo,
            as_code,
            containers,
            events,
            flow,
            index,
            meta,
            queues,
            scripts,
            secrets,
            starts,
            targets,
            unused,
            values,
            volumes,
            written,
        ),
    )
)
"""Every rule by its code."""
