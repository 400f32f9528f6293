"""The values of params that a run gives, by the types of what it runs."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import attrs

from flowdsl.compiler.rules import RUN_LACKS_VALUES
from flowdsl.compiler.value_fields import owner_of, with_fields
from flowdsl.diagnostics import Collector
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.frontend.encode import Mismatch, decode_text, encode, encode_given
from flowdsl.frontend.manifest import Run
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.frontend.task import Task
from flowdsl.ir.documents import RunOptions
from flowdsl.ir.nodes import ParamDecl, PipelineDef, Text
from flowdsl.ir.settings import NO_SETTINGS, Settings
from flowdsl.ir.texts import as_text
from flowdsl.ir.types import SCALARS, Kind, TypeSpec
from flowdsl.lower.fields import plain

_CHECKED = SCALARS | {Kind.ARRAY, Kind.OBJECT, Kind.JSON}


def typed_options(run: Run, collector: Collector) -> RunOptions:
    """The run's options with its params as text; FLOW021 for one that is not of the type which the target declares."""
    types, given = _types(run), dict[str, object]()
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


def run_values(
    definition: PipelineDef,
    chosen: Mapping[str, str],
    collector: Collector,
    settings: Settings = NO_SETTINGS,
    *,
    alone: bool = True,
) -> dict[str, Text]:
    """The params of the PipelineRun: the pipeline's own `run=` values, the profile's, `--set`, fields of objects.

    What they leave without a value is told where they are `alone`: nothing else gives the run some.
    """
    params = {param.name: param for param in definition.params}
    values = dict(_of_profile(params, settings, collector))
    own = {name: each for name, each in definition.options.run.items() if name not in settings.profile.params}
    values |= _chosen(definition, own, chosen, values, collector)
    missing = [name for name, param in params.items() if param.default is None and name not in values]
    if missing and alone:
        example = " ".join(f"--set {name}=..." for name in missing)
        collector.add(
            RUN_LACKS_VALUES.finding(
                f"the PipelineRun gives no value for {', '.join(missing)}; Tekton will not start it as it is",
                definition.location,
                hint=f"give them: `{example}`, or `@pipeline(run={{...}})`",
            )
        )
    return {name: values[name] for name in params if name in values}


def other_values(
    pipeline: Pipeline, chosen: Mapping[str, str], kept: Mapping[str, Text], collector: Collector
) -> dict[str, Text]:
    """Values for params of a run that was kept with others, by name; FLOW020 and FLOW021 for what can't be one."""
    definition = PipelineDef(pipeline.name, pipeline.location, params=pipeline.params)
    values = _chosen(definition, {}, chosen, kept, collector)
    check_models(pipeline, definition, values, collector)
    return values


def _chosen(
    definition: PipelineDef,
    own: Mapping[str, object],
    chosen: Mapping[str, str],
    before: Mapping[str, Text],
    collector: Collector,
) -> dict[str, Text]:
    """The pipeline's own values and those of `--set`; fields are put into what was there `before`, else the default."""
    params = {param.name: param for param in definition.params}
    values: dict[str, Text] = {}
    known = ChainMap(values, dict(before))
    fields: dict[str, list[tuple[str, str]]] = {}
    given: list[tuple[str, Callable[[TypeSpec], Text]]] = []
    given += [(name, partial(encode, value)) for name, value in own.items()]
    for name, text in chosen.items():
        if owner := owner_of(name, params):
            fields.setdefault(owner, []).append((name.removeprefix(f"{owner}."), text))
        else:
            given.append((name, partial(decode_text, text)))
    given += [(owner, partial(_with_fields, known, params[owner], put)) for owner, put in fields.items()]
    for name, read in given:
        if name not in params:
            hint = did_you_mean(name, params, f"it has: {', '.join(params) or 'none'}")
            collector.error(
                "FLOW020", f"pipeline {definition.name!r} has no param {name!r}", definition.location, hint=hint
            )
            continue
        try:
            values[name] = read(params[name].type)
        except Mismatch as error:
            collector.error(
                "FLOW021",
                f"param {name!r}: {error}",
                params[name].location,
                hint=f"give a value of type {params[name].type}",
            )
    return values


def _of_profile(params: Mapping[str, ParamDecl], settings: Settings, collector: Collector) -> dict[str, Text]:
    """What a profile gives those of its params that the pipeline has."""
    values: dict[str, Text] = {}
    for name, value in settings.profile.params.items():
        if name not in params:
            continue
        try:
            values[name] = encode(value, params[name].type)
        except Mismatch as error:
            place = settings.in_profile("params", name)
            hint = f"give a value of type {params[name].type}"
            collector.error("FLOW021", f"param {name!r}: {error}", place, hint=hint)
    return values


def check_models(pipeline: Pipeline, definition: PipelineDef, values: Mapping[str, Text], collector: Collector) -> None:
    """FLOW021 for each value that the pydantic model of its param refuses."""
    params = {param.name: param for param in definition.params}
    for name, value in values.items():
        if params[name].type.constructor:
            from flowdsl.frontend.constraints import constraint_problem

            problem = constraint_problem(pipeline.function, params[name].python, value)
            if problem:
                place, hint = params[name].location, f"give values that {params[name].type} takes"
                collector.error("FLOW021", f"param {name!r}: {problem}", place, hint=hint)


def _with_fields(
    values: Mapping[str, Text], param: ParamDecl, fields: Sequence[tuple[str, str]], spec: TypeSpec
) -> Text:
    """The value that the run gives by now, else the default, with the fields over it. Raises Mismatch."""
    return with_fields(values.get(param.name, param.default), spec, fields)
