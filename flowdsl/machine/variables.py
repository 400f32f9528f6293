"""Substitution of `$(...)` at the pipeline's level, as pkg/substitution and param_types.go of Tekton do it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar, cast

import attrs

from flowdsl.check.references import ResultReference, expressions, result_references
from flowdsl.kinds.values import Value, decoded, json_text

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

T = TypeVar("T")
Embedded = TypeVar("Embedded", "shapes.TaskSpec", "shapes.EmbeddedTask")
_ANY = re.compile(r"\$\(([^$()]*)\)")
_ALONE = re.compile(r"\$\([_a-zA-Z0-9.-]+(\[([0-9]+|\*)\])?\)")
# What pipeline-level variables reach of an embedded task (pkg/reconciler/taskrun/resources/apply.go).
_EMBEDDED = ("steps", "stepTemplate", "sidecars", "volumes", "workspaces", "displayName")


def type_of(value: Value) -> str:
    """`string`, `array` or `object`."""
    return "array" if isinstance(value, list) else "object" if isinstance(value, dict) else "string"


def _text(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else json_text(value)


@attrs.define
class Replacements:
    """What variables stand for, by the text between `$(` and `)`, without `[*]`."""

    strings: dict[str, str] = attrs.field(factory=dict)
    arrays: dict[str, list[str]] = attrs.field(factory=dict)
    objects: dict[str, dict[str, str]] = attrs.field(factory=dict)

    def add(self, keys: tuple[str, ...], value: Value) -> None:
        """Make a value known under its keys (dotted and in brackets), with its elements or properties."""
        for number, key in enumerate(keys):
            if isinstance(value, list):
                self.arrays[key] = value
                self.strings.update({f"{key}[{index}]": item for index, item in enumerate(value)})
            elif isinstance(value, dict):
                self.objects[key] = value
                # Tekton knows the properties by the dotted form alone.
                if number == 0:
                    self.strings.update({f"{key}.{name}": item for name, item in value.items()})
            else:
                self.strings[key] = value

    def reaches(self, text: str) -> bool:
        """Whether there is anything in a text to replace."""
        if "$(" not in text:
            return False
        for name in _ANY.findall(text):
            if name in self.strings or (whole := name.removesuffix("[*]")) in self.arrays or whole in self.objects:
                return True
        return False

    def text(self, text: str) -> str:
        """The text with every variable of a string replaced, in one pass."""
        if "$(" not in text:
            return text
        return _ANY.sub(lambda match: self.strings.get(match[1], match[0]), text)

    def elements(self, text: str) -> list[str]:
        """What one element of a list becomes: the elements of an array that it is, else itself replaced."""
        name = text[2:-1].removesuffix("[*]") if text.startswith("$(") and text.endswith(")") else ""
        return list(self.arrays[name]) if name in self.arrays else [self.text(text)]

    def value(self, value: Value) -> Value:
        """A param's value replaced; a string that is a whole array or object becomes one."""
        if isinstance(value, list):
            return [item for element in value for item in self.elements(element)]
        if isinstance(value, dict):
            return {key: self.text(item) for key, item in value.items()}
        if _ALONE.fullmatch(value):
            name = value[2:-1].removesuffix("[*]")
            if name in self.arrays:
                return list(self.arrays[name])
            if name in self.objects:
                return dict(self.objects[name])
        return self.text(value)

    def params(self, params: list[shapes.Param]) -> list[shapes.Param]:
        """Params with their values replaced."""
        return [{**param, "value": self.value(decoded(param.get("value")))} for param in params]

    def when(self, guards: list[shapes.WhenExpression]) -> list[shapes.WhenExpression]:
        """`when` replaced: a whole array in `values` is spread out, in `input` it is its JSON."""
        found = []
        for guard in guards:
            new = guard.copy()
            if "input" in guard:
                new["input"] = self._input(_text(guard["input"]))
            if "cel" in guard:
                new["cel"] = self.text(guard["cel"])
            if "values" in guard:
                new["values"] = [item for each in guard["values"] or () for item in self.elements(_text(each))]
            found.append(new)
        return found

    def _input(self, text: str) -> str:
        name = text[2:-4] if text.startswith("$(") and text.endswith("[*])") else ""
        return json_text(self.arrays[name]) if name in self.arrays else self.text(text)

    def embedded(self, spec: Embedded) -> Embedded:
        """An embedded TaskSpec with the pipeline's variables replaced where they reach."""
        deep = {key: self.deep(value) if key in _EMBEDDED else value for key, value in spec.items()}
        found = cast("Embedded", deep)
        for made, step in zip(found.get("steps") or (), spec.get("steps") or (), strict=True):
            if step.get("params"):
                # A StepAction's param may be a whole array or object.
                made["params"] = self.params(step["params"])
        return found

    def deep(self, value: T) -> T:
        """Any JSON data replaced, and so of the same shape; lists of text spread arrays out."""
        return cast("T", self._deep(value))

    def _deep(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            found: list[object] = []
            for item in value:
                found += self.elements(item) if isinstance(item, str) else [self._deep(item)]
            return found
        if isinstance(value, dict):
            return {key: self._deep(item) for key, item in value.items()}
        return value


def param_keys(name: str) -> tuple[str, ...]:
    """The ways to write a param: `params.x`, `params["x"]`, `params['x']`."""
    return (f"params.{name}", f'params["{name}"]', f"params['{name}']")


def result_keys(task: str, result: str) -> tuple[str, ...]:
    """The ways to write a result of a task."""
    start = f"tasks.{task}.results"
    return (f"{start}.{result}", f'{start}["{result}"]', f"{start}['{result}']")


def texts(value: object) -> Iterator[str]:
    """Every text in JSON data, keys left out."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, list):
            waiting += reversed(each)
        elif isinstance(each, (dict, Mapping)):  # a dict is told at once
            waiting += reversed([*each.values()])


def has_variables(value: object) -> bool:
    """Whether any text in JSON data may hold a variable. Several times faster than going over `texts`."""
    waiting = [value]
    for each in waiting:  # which grows meanwhile
        if isinstance(each, str):
            if "$(" in each:
                return True
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, (dict, Mapping)):
            waiting += each.values()
    return False


def references_in(value: object) -> list[ResultReference]:
    """The results of tasks that JSON data refers to."""
    if not has_variables(value):
        return []
    return [found for text in texts(value) if "$(" in text for found in result_references(expressions(text))]


def task_references(task: shapes.PipelineTask) -> list[ResultReference]:
    """Every result that a pipeline task refers to, in Tekton's order of places (PipelineTaskResultRefs)."""
    embedded = task.get("taskSpec") or {}
    return references_in(
        [task.get("params"), task.get("matrix"), task.get("when"), embedded.get("steps"), embedded.get("sidecars")]
    )
