"""The values that a manifest's run gives, by the types of what it runs."""

from __future__ import annotations

import attrs

from flowdsl.diagnostics import Collector
from flowdsl.frontend.encode import Mismatch, encode_given
from flowdsl.frontend.manifest import Run
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.frontend.task import Task
from flowdsl.ir.documents import RunOptions
from flowdsl.ir.types import SCALARS, Kind, TypeSpec
from flowdsl.lower.task import plain

_CHECKED = SCALARS | {Kind.ARRAY, Kind.OBJECT, Kind.JSON}


def typed_options(run: Run, collector: Collector) -> RunOptions:
    """The run's options with its params as text; FLOW021 for one that is not of the type which the target declares."""
    given = dict(run.options.params)
    for name, spec in _types(run).items():
        if name not in given or spec.kind not in _CHECKED:
            continue
        try:
            given[name] = plain(encode_given(given[name], spec))
        except Mismatch as error:
            message = f"param {name!r}: {error}"
            collector.error("FLOW021", message, run.location, hint=f"give a value of type {spec}")
    return attrs.evolve(run.options, params=given)


def _types(run: Run) -> dict[str, TypeSpec]:
    """The types of the target's params. A verbatim one has Tekton's types alone: nothing is known of its values."""
    target = run.target
    if isinstance(target, Pipeline) and not target.options.verbatim:
        return {param.name: param.type for param in target.params}
    if isinstance(target, Task) and not getattr(target.definition.options, "verbatim", True):
        return {param.name: param.type for param in target.definition.params}
    return {}
