"""Values of params as a program has them, to the text that the command line would give."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flowdsl.compiler.value_fields import owner_of
from flowdsl.diagnostics import Collector, FlowError, UsageError
from flowdsl.frontend.encode import Mismatch, encode
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.texts import plain_data
from flowdsl.library.inputs import pipeline_in


def texts_of(what: object, params: Mapping[str, object] | None, values: Mapping[str, object]) -> dict[str, str]:
    """The params of a run as text: `params`, and `values` that were given by name.

    What is text already stays as it is, as for `--set`. Raises FlowError (FLOW021) for a value that is not of the type
    which the pipeline declares, UsageError for what is no mapping, a name given twice, and for documents, which declare
    no type of Python's, what is no text.
    """
    given = {} if params is None else params
    if not isinstance(given, Mapping):
        raise UsageError(f"params= takes a mapping of names to values, got {type(given).__name__}")
    twice = sorted(given.keys() & values.keys())
    if twice:
        raise UsageError(f"{', '.join(twice)} is given twice: by name, and in params=")
    found = {**given, **values}
    pipeline = pipeline_in(what)
    if pipeline is None:
        return {name: _untyped(name, value) for name, value in found.items()}
    collector = Collector()
    texts = {name: _typed(pipeline, name, value, collector) for name, value in found.items()}
    if collector.items:
        raise FlowError(tuple(collector.items))
    return texts


def _untyped(name: object, value: object) -> str:
    if not isinstance(name, str) or not isinstance(value, str):
        shown = f"{type(value).__name__} {str(value)[:60]!r}"
        raise UsageError(f"params= takes names and, for documents, values that are text, got {name!r}: {shown}")
    return value


def _typed(pipeline: Pipeline, name: str, value: object, collector: Collector) -> str:
    if isinstance(value, str):
        return value  # also of a name that is none: whoever compiles says so
    types = {param.name: param.type for param in pipeline.params}
    owner = owner_of(str(name), {param.name: param for param in pipeline.params})
    try:
        if owner or name not in types:
            return json.dumps(value, ensure_ascii=False)
        text = encode(value, types[name])
        # An array or object is read from JSON, where its numbers are numbers.
        return text if isinstance(text, str) else json.dumps(plain_data(value), ensure_ascii=False)
    except (Mismatch, ValueError, TypeError, RecursionError) as error:
        spec = types.get(name)
        hint = f"give a value of type {spec}, or its text" if spec is not None else "give a text"
        collector.error("FLOW021", f"param {name!r}: {error}", pipeline.location, hint=hint)
        return ""
