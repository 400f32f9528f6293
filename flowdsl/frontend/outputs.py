"""What a pipeline function returns, as the results of the pipeline."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import attrs

from flowdsl.diagnostics import FlowError, Location
from flowdsl.frontend.choices import has_choice
from flowdsl.frontend.fits import misfit
from flowdsl.frontend.opaque import named
from flowdsl.frontend.result_values import as_result
from flowdsl.frontend.trace import Trace
from flowdsl.ir.declared import Result
from flowdsl.ir.nodes import PipelineResult, Text
from flowdsl.ir.types import TypeSpec


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


def pipeline_results(returned: object, location: Location, trace: Trace) -> list[PipelineResult]:
    """The results of a pipeline; FLOW015 for what is no result of a task.

    One that is the value of the branch that ran is there for each branch.
    """
    found, collector = [], trace.collector
    for name, given in as_mapping(returned).items():
        said = given if isinstance(given, Result) else Result(given)
        if problem := misfit(attrs.evolve(said, value=None)):
            collector.error("FLOW002", f"pipeline result {name!r}: {problem}", location, hint="give a text")
            continue
        try:
            read = _values(name, said.value, trace, location)
        except FlowError as error:  # said after the function returned, when no line of it is at work
            collector.extend(tuple(attrs.evolve(each, location=location) for each in error.diagnostics))
            continue
        except RecursionError:
            message = f"pipeline result {name!r} is nested too deeply"
            collector.error("FLOW015", message, location, hint="return results of tasks, or lists and dicts of them")
            continue
        if not read:
            collector.error(
                "FLOW015",
                f"pipeline result {name!r} is {named(said.value)}, not the result of a task",
                location,
                hint="return results of tasks: `return {'video': clip.video}`",
            )
            continue
        for value, spec in read:
            result = PipelineResult(name, value, spec, said.description, location)
            found.append(attrs.evolve(result, written=said.type) if isinstance(given, Result) else result)
    return found


def _values(name: str, given: object, trace: Trace, location: Location) -> list[tuple[Text, TypeSpec]]:
    """The text of a result's value and its type, for each branch that it may come from; none for what is no result."""
    if has_choice(given):
        # Not at the top: few pipelines have results of branches.
        from flowdsl.frontend.chosen import chosen

        return chosen(name, given, trace, location)
    read = as_result(given)
    return [read] if read is not None else []
