"""The script of a task that gives back what it is given: the value of the branch that ran, as a result of its own."""

from __future__ import annotations

import attrs

from flowdsl.frontend.script.codecs import WORDS, argument, encoder, quoted
from flowdsl.frontend.script.library import helpers_for
from flowdsl.frontend.script.model import ScriptInput, ScriptOutput
from flowdsl.ir.types import PATHS, STRING, Kind, TypeSpec
from flowdsl.kube.conventions import MESSAGE_MOST

VALUE = "value"
"""What its result is called."""
_HEAD = "#!/usr/bin/env python3\n# A task of flowdsl's: it gives back the value of the branch that ran.\n"


def given_as(spec: TypeSpec) -> str:
    """What its param is called.

    Two tasks of a pipelineSpec in a run have no params of one name and of different types: Tekton's webhook panics at
    it (appendPipelineTaskParams in pkg/apis/pipeline/v1/pipelinerun_validation.go of v1.15.0).
    """
    return {Kind.ARRAY: "values", Kind.OBJECT: "fields"}.get(spec.kind, VALUE)


def carried(spec: TypeSpec) -> TypeSpec:
    """The type as such a task has it: a text for what Tekton has as a text, whatever it means to others."""
    if spec.kind in PATHS:
        return attrs.evolve(spec, optional=False)
    if spec.kind is Kind.ARRAY:
        return TypeSpec(Kind.ARRAY, "list[str]", item=STRING)
    if spec.kind is Kind.OBJECT:
        return TypeSpec(Kind.OBJECT, "dict[str, str]", properties=tuple((key, STRING) for key, _ in spec.properties))
    return STRING


def choosing_script(spec: TypeSpec) -> str:
    """The script for values of a type that `carried` gives."""
    given, output = ScriptInput(given_as(spec), spec), ScriptOutput(VALUE, spec)
    lines = [f"    {WORDS} = _flowdsl_arrays(({quoted(given.name)},))"] if spec.kind is Kind.ARRAY else []
    if spec.kind in PATHS:
        lines.append("    _flowdsl_enter()")
    written = f"[({quoted(VALUE)}, None, {quoted(output.env)}, {encoder(output)})]"
    lines.append(f"    _flowdsl_write({argument(given)}, {written}, {MESSAGE_MOST})")
    body = "".join(f"{line}\n" for line in lines)
    task = f'\n_FLOWDSL_TASK = "choose"\n{helpers_for(body, frozenset())}'
    return f'{_HEAD}{task}\n\nif __name__ == "__main__":\n{body}'
