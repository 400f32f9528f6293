"""What a pipeline function returns, as the results of the pipeline."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import attrs

from flowdsl.diagnostics import Collector, FlowError, Location
from flowdsl.frontend.fits import misfit
from flowdsl.frontend.opaque import Opaque, named
from flowdsl.frontend.proxies import FileValue, Reference, whole
from flowdsl.frontend.stands import meant
from flowdsl.ir.declared import Result
from flowdsl.ir.nodes import PipelineResult, Text
from flowdsl.ir.types import STRING, Kind, TypeSpec

_ARRAY = TypeSpec(Kind.ARRAY, "list[str]", item=STRING)


def as_mapping(returned: object) -> dict[str, object]:
    """The results by name: of a dict, a named tuple, a dataclass, or `result` for a single value."""
    if returned is None:
        return {}
    if isinstance(returned, Mapping):
        return dict(returned)
    if isinstance(returned, tuple) and hasattr(returned, "_fields"):
        return dict(zip(getattr(returned, "_fields", ()), returned, strict=True))
    if dataclasses.is_dataclass(returned) and not isinstance(returned, type):
        return {field.name: getattr(returned, field.name) for field in dataclasses.fields(returned)}
    return {"result": returned}


def pipeline_results(returned: object, location: Location, collector: Collector) -> list[PipelineResult]:
    """The results of a pipeline; FLOW015 for what is no result of a task."""
    found = []
    for name, given in as_mapping(returned).items():
        said = given if isinstance(given, Result) else Result(given)
        if problem := misfit(attrs.evolve(said, value=None)):
            collector.error("FLOW002", f"pipeline result {name!r}: {problem}", location, hint="give a text")
            continue
        try:
            read = _value(said.value)
        except FlowError as error:  # said after the function returned, when no line of it is at work
            collector.extend(tuple(attrs.evolve(each, location=location) for each in error.diagnostics))
            continue
        if read is None:
            collector.error(
                "FLOW015",
                f"pipeline result {name!r} is {named(said.value)}, not the result of a task",
                location,
                hint="return results of tasks: `return {'video': clip.video}`",
            )
            continue
        value, spec = read
        result = PipelineResult(name, value, spec, said.description, location)
        found.append(attrs.evolve(result, written=said.type) if isinstance(given, Result) else result)
    return found


def _value(given: object) -> tuple[Text, TypeSpec] | None:
    """The text of a result's value and its type; None for what holds no reference."""
    value = meant(given, "returning it")
    if isinstance(value, Opaque) and value._choice() is not None:
        str(value)  # which says why it can't be
    if isinstance(value, FileValue):
        return value._path, STRING
    if isinstance(value, Reference):
        many = value._type.kind in (Kind.ARRAY, Kind.OBJECT)
        return (whole(value) if many else value._text), value._type
    if isinstance(value, str) and "$(" in value:
        return value, STRING
    if isinstance(value, (list, tuple)):
        texts = tuple(_part(each) for each in value)
        return (texts, _ARRAY) if any("$(" in text for text in texts) else None
    if isinstance(value, Mapping):
        parts = {str(key): _part(each) for key, each in value.items()}
        spec = TypeSpec(Kind.OBJECT, "dict[str, str]", properties=tuple((key, STRING) for key in parts))
        return (parts, spec) if any("$(" in text for text in parts.values()) else None
    return None


def _part(value: object) -> str:
    inner = value._meant("returning it") if isinstance(value, Opaque) else value
    if isinstance(inner, Reference) and inner._type.kind is Kind.ARRAY:
        return whole(inner)
    return str(inner)
