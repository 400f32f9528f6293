"""The values that a manifest's run gives, by the types of what it runs."""

from __future__ import annotations

from typing import Any

import attrs

from flowdsl.diagnostics import Collector
from flowdsl.frontend.encode import encode_given
from flowdsl.frontend.manifest import Run
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.frontend.task import Task
from flowdsl.ir.documents import RunOptions
from flowdsl.ir.nodes import ParamDecl
from flowdsl.ir.texts import as_text
from flowdsl.ir.types import SCALARS, Kind, TypeSpec
from flowdsl.lower.task import plain

_CHECKED = SCALARS | {Kind.ARRAY, Kind.OBJECT, Kind.JSON}


def typed_options(run: Run, collector: Collector) -> RunOptions:
    """The run's options with its params as text; FLOW021 for one that is not of the type which the target declares."""
    types, given = _types(run), dict[str, Any]()
    for name, value in run.options.params.items():
        spec = types.get(name)
        try:
            given[name] = as_text(plain(encode_given(value, spec)) if spec is not None else value)
        except ValueError as error:
            hint = f"give a value of type {spec}" if spec is not None else "give a text, a list or a dict of them"
            collector.error("FLOW021", f"param {name!r}: {error}", run.location, hint=hint)
    return attrs.evolve(run.options, params=given)


def _types(run: Run) -> dict[str, TypeSpec]:
    """The types of the target's params. A verbatim one has Tekton's types alone: nothing is known of its values."""
    target = run.target
    if isinstance(target, Pipeline) and not target.options.verbatim:
        return _checked(target.params)
    if isinstance(target, Task) and not target.definition.options.verbatim:
        return _checked(target.definition.params)
    return {}


def _checked(params: tuple[ParamDecl, ...]) -> dict[str, TypeSpec]:
    return {param.name: param.type for param in params if param.type.kind in _CHECKED}
