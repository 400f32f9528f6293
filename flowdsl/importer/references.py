"""Text with `$(...)` in it as Python: one reference is an expression, several with text around them an f-string."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from flowdsl.importer.code import Code, formatted, literal, mapping, quoted, sequence
from flowdsl.importer.shapes import ARRAY, STRING, Shape
from flowdsl.importer.typed import number

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import ParamValue

_REFERENCE = re.compile(r"\$\(([^()$]*)\)")
_ELEMENT = re.compile(r"(.*)\[(0|[1-9][0-9]{0,8})\]")
_TASK = re.compile(r"\$\(tasks\.([^.()]+)\.")
_CONTEXT = {
    "context.pipelineRun.name": "context.pipeline_run.name",
    "context.pipelineRun.namespace": "context.pipeline_run.namespace",
    "context.pipelineRun.uid": "context.pipeline_run.uid",
    "context.pipeline.name": "context.pipeline.name",
    "context.pipelineTask.retries": "context.pipeline_task.retries",
    "tasks.status": "context.tasks_status",
}


@attrs.frozen
class Known:
    """A result of a task that Python can name: the attribute of its handle, "" for the handle itself."""

    field: str
    shape: Shape


@attrs.define
class Handle:
    """A task already called: its variable, its results by Tekton's name; `used` once something refers to it."""

    variable: str
    results: Mapping[str, Known]
    mapped: bool = False
    used: bool = False


@attrs.define
class Scope:
    """What can be referred to at a place in a pipeline function."""

    params: Mapping[str, tuple[str, Shape]] = attrs.field(factory=dict)
    handles: dict[str, Handle] = attrs.field(factory=dict)
    final: bool = False
    context: bool = False
    endings: set[str] = attrs.field(factory=set)
    """`status` and `reason`, as far as they are asked for."""
    branches: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    """What stands for the value of the branch that ran in the call at hand: by the first of its texts, all of them."""
    merged: dict[tuple[str, ...], Handle] = attrs.field(factory=dict)
    """The tasks that are one call for several branches, with what that call gives."""
    chooses: bool = False
    typed: dict[str, str] = attrs.field(factory=dict)
    """What is no text to Python, by its expression: the type."""

    def text(self, value: str) -> Code:
        """A string's source: literal, expression or f-string."""
        parts: list[tuple[str, bool]] = []
        at = 0
        for match in _REFERENCE.finditer(value):
            found = self.expression(match[1], STRING)
            if found is None:
                continue
            parts += [(value[at : match.start()], False), (found, True)]
            at = match.end()
        parts = [part for part in (*parts, (value[at:], False)) if part[0]]
        if not any(is_code for _, is_code in parts):
            return literal(value)
        if len(parts) == 1 and parts[0][0] not in self.typed:
            return parts[0][0]
        # Before Python 3.12 an f-string's expressions can't hold its own quotes.
        return formatted([(part.replace('"', "'") if is_code else part, is_code) for part, is_code in parts])

    def single(self, value: str, shape: Shape) -> str | None:
        """The expression of a text that is one reference and nothing else, of a shape; None for any other text."""
        if value in self.branches and shape == STRING:
            *values, last = self.branches[value]
            return self.either([*values, last]) if last.startswith("$(tasks.") else self.either(values, last)
        match = _REFERENCE.fullmatch(value)
        return self.expression(match[1], shape) if match else None

    def either(self, values: Sequence[str], default: str | None = None) -> str | None:
        """The value of the branch that ran, of results in Tekton's notation: what one call gives, or a choice."""
        found = [match[1].split(".", 3) for each in values if (match := _REFERENCE.fullmatch(each))]
        call = self.merged.get(tuple(words[1] for words in found if len(words) == 4))
        if call is not None and len({words[3] for words in found}) == 1 and default is None:
            call.used = True
            return self._result(call, found[0][3], STRING)
        codes = [self.expression(each[2:-1], STRING) for each in values]
        if None in codes:
            return None
        self.chooses = True
        listed, typed = list(filter(None, codes)), self.typed.get(codes[0] or "")
        if default is None:
            chosen = f"either({', '.join(listed)})"
            if typed is not None:
                self.typed[chosen] = typed
            return chosen
        if typed is None:
            plain = str(self.text(default)) if "$(" in default else quoted(default)
            return f"either({', '.join(listed)}, default={plain})"
        # Inside a text: the task takes texts, which its default is none of.
        value = number(default, typed)
        return formatted([(f"either({', '.join(listed)}, default={value})", True)]) if value else None

    def value(self, value: ParamValue | None, shape: Shape) -> Code | None:
        """The source of a value for a param of a shape; None where they don't fit."""
        if isinstance(value, str) and value in self.branches:
            return self.single(value, shape)
        if shape.kind == "string":
            return self.text(value) if isinstance(value, str) else None
        if isinstance(value, str):
            return self.single(value, shape)
        if shape.kind == "array":
            if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
                return None
            return sequence(self.text(item) for item in value)
        if not isinstance(value, dict) or set(value) != set(shape.keys):
            return None
        if not all(isinstance(item, str) for item in value.values()):
            return None
        return mapping({key: self.text(item) for key, item in value.items()})

    def expression(self, path: str, shape: Shape) -> str | None:
        """The Python for the inside of a `$(...)` that has this shape; None where there is none that compiles to it."""
        if path in _CONTEXT and shape == STRING:
            if path == "tasks.status" and not self.final:
                return None
            self.context = True
            return _CONTEXT[path]
        words = path.split(".", 3)
        if words[0] == "params" and len(words) > 1:
            return self._param(path.removeprefix("params."), shape)
        if words[0] != "tasks" or len(words) < 3 or words[1] not in self.handles:
            return None
        handle = self.handles[words[1]]
        found = None
        if words[2] == "results" and len(words) > 3:
            found = self._result(handle, words[3], shape)
        elif words[2] in ("status", "reason") and len(words) == 3 and self.final and shape == STRING:
            found = f"{words[2]}({handle.variable})"
            self.endings.add(words[2])
        handle.used = handle.used or found is not None
        return found

    def _param(self, rest: str, shape: Shape) -> str | None:
        name, taken = _split(rest, self.params)
        if name not in self.params:
            return None
        variable, have = self.params[name]
        return self._noted(_take(variable, have, taken, shape), have)

    def _result(self, handle: Handle, rest: str, shape: Shape) -> str | None:
        found, have = _result(handle, rest, shape)
        return self._noted(found, have)

    def _noted(self, expression: str | None, have: Shape) -> str | None:
        if expression is not None and not have.is_text:
            self.typed[expression] = have.typed
        return expression


def _split(rest: str, names: Mapping[str, object]) -> tuple[str, str]:
    """The name at the beginning, and what is taken of it: `[*]`, `[0]`, `.key` or nothing."""
    if rest in names:
        return rest, ""
    for end in (rest.find("["), rest.find(".")):
        if end > 0 and rest[:end] in names:
            return rest[:end], rest[end:]
    return "", ""


def _result(handle: Handle, rest: str, shape: Shape) -> tuple[str | None, Shape]:
    name, taken = _split(rest, handle.results)
    known = handle.results.get(name)
    if known is None:
        return None, STRING
    expression = f"{handle.variable}.{known.field}" if known.field else handle.variable
    if handle.mapped:
        # The results of a fan-out are an array, and `[*]` is part of their own notation.
        return (expression if taken == "[*]" and shape == ARRAY and known.shape == STRING else None), ARRAY
    return _take(expression, known.shape, taken, shape), known.shape


def _take(expression: str, have: Shape, taken: str, wanted: Shape) -> str | None:
    if not taken:
        return expression if have == STRING == wanted else None
    if taken == "[*]":
        fits = have.kind == wanted.kind != "string" and set(wanted.keys) <= set(have.keys)
        return expression if fits else None
    if wanted != STRING:
        return None
    element = _ELEMENT.fullmatch(taken)
    if element and not element[1] and have == ARRAY:
        return f"{expression}[{element[2]}]"
    key = taken[1:]
    if taken[0] == "." and have.kind == "object" and key in have.keys:
        return None if any(char in key for char in "'\"\\") else f"{expression}[{quoted(key)}]"
    return None


def tasks_in(value: object) -> Iterator[str]:
    """The tasks that any text of a value refers to."""
    if isinstance(value, str):
        yield from _TASK.findall(value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from tasks_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from tasks_in(item)


def used_results(value: object) -> Iterator[tuple[str, str, str]]:
    """(task, result, what is taken of it) of every reference to a result in a value."""
    if isinstance(value, str):
        for path in _REFERENCE.findall(value):
            words = path.split(".", 3)
            if len(words) == 4 and words[0] in ("tasks", "finally") and words[2] == "results":
                name, mark, rest = re.match(r"([^.\[]*)([.\[]?)(.*)", words[3], re.DOTALL).groups()  # type: ignore[union-attr]
                yield words[1], name, mark + rest
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from used_results(item)
    elif isinstance(value, list):
        for item in value:
            yield from used_results(item)
