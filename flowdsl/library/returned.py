"""What a pipeline's function returns, of a run: the results of the run, typed as the function declares."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

from flowdsl.frontend.annotations import Unsupported, fields_of, type_spec, unwrapped
from flowdsl.frontend.encode import Mismatch
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.frontend.script.in_process import Codec
from flowdsl.ir.nodes import PipelineDef
from flowdsl.ir.types import SCALARS, TypeSpec
from flowdsl.library.records import Value


def returned(
    pipeline: Pipeline, definition: PipelineDef, results: Mapping[str, Value], files: Mapping[str, Path]
) -> tuple[object, str]:
    """The value, and what it lacks: "" where it is whole, else why there is none.

    `files` are the places of results that are files, by the name of the pipeline's result.
    """
    declared = list(dict.fromkeys(each.name for each in definition.results))
    missing = [name for name in declared if name not in results]
    if missing:
        return None, f"the run gave no {', '.join(missing)}"
    hint = _hint(pipeline)
    try:
        values = {name: _value(pipeline, definition, hint, name, results[name], files) for name in declared}
        return _whole(pipeline, hint, values), ""
    except Mismatch as error:
        return None, str(error)


def _hint(pipeline: Pipeline) -> object:
    """The type that the function says it returns; None where it says none that can be read."""
    try:
        return typing.get_type_hints(pipeline.function, include_extras=True).get("return")
    except (NameError, TypeError, AttributeError, SyntaxError):
        return None


def _whole(pipeline: Pipeline, hint: object, values: dict[str, object]) -> object:
    if not values or hint is type(None):
        return None
    if isinstance(hint, type) and _fields(pipeline, hint):
        try:
            return hint(**values)
        except (TypeError, ValueError) as error:
            raise Mismatch(str(error)) from None
    mapped = typing.get_origin(hint) in (dict, Mapping) or hint is dict or typing.is_typeddict(hint)
    return values["result"] if values.keys() == {"result"} and not mapped else values


def _fields(pipeline: Pipeline, hint: type) -> Mapping[str, object]:
    try:
        return dict(fields_of(hint, pipeline.function.__globals__) or ())
    except Unsupported:
        return {}


def _value(
    pipeline: Pipeline, definition: PipelineDef, hint: object, name: str, value: Value, files: Mapping[str, Path]
) -> object:
    wanted = _wanted(pipeline, hint, name)
    if name in files and wanted is not str:
        return files[name]
    spec = next(each.type for each in definition.results if each.name == name)
    inner, _ = unwrapped(wanted, object)
    try:
        said = type_spec(inner, pipeline.function.__globals__)
    except Unsupported:
        said = spec
    # What a branch or an f-string gives is text to the pipeline, whose function knows better.
    chosen = said if said.kind in SCALARS and spec.kind in SCALARS else spec
    for codec in _codecs(pipeline, definition):
        if codec.knows(chosen):
            return codec.decode(f"result {name}", _text(value), chosen)
    return codec.decode(f"result {name}", _text(value), _plain(chosen))


def _wanted(pipeline: Pipeline, hint: object, name: str) -> object:
    """The type that the function declares for one result."""
    if isinstance(hint, type):
        fields = _fields(pipeline, hint)
        if fields or typing.is_typeddict(hint):
            return fields.get(name) or typing.get_type_hints(hint, include_extras=True).get(name)
    if typing.get_origin(hint) in (dict, Mapping):
        return next(iter(typing.get_args(hint)[1:]), None)  # nothing is said by `Mapping` alone
    return hint


def _codecs(pipeline: Pipeline, definition: PipelineDef) -> Iterator[Codec]:
    """Where classes are looked for: beside the pipeline, then beside its tasks."""
    yield Codec(pipeline.function.__globals__)
    for node in definition.within():
        if node.task.function is not None:
            yield Codec(node.task.function.__globals__)


def _plain(spec: TypeSpec) -> TypeSpec:
    return attrs.evolve(spec, constructor="", properties=())


def _text(value: Value) -> str | tuple[str, ...] | Mapping[str, str]:
    return tuple(value) if isinstance(value, list) else value
