"""Values of params, wherever a document has them: those that Tekton takes for a text as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import cast

import attrs

from flowdsl.check.findings import Path, Report
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds import table
from flowdsl.kinds.kind import resolve
from flowdsl.kinds.values import decoded, kind_of

Values = Callable[[dict[str, object], Path], Iterator["ValueAt"]]
"""Finds the values in a spec that stands at a path."""


@attrs.frozen
class ValueAt:
    """A value of a param or a result: where it stands, and what type is declared for it here; "" for none.

    `declared`: it is the default of the declaration itself.
    """

    path: Path
    value: object
    type: str = ""
    declared: bool = False


LIST_AS_ONE_TEXT = Rule.pitfall(
    "FLOW331", "list-as-one-text", "a list or a map that is one text", fix="quote the numbers and booleans in it"
)


def check(raw: Mapping[str, object], report: Report) -> None:
    """FLOW331: a list or a map with anything but text in it is one text to Tekton, no array and no object."""
    for found in values_at(raw):
        if not isinstance(found.value, (list, dict)) or kind_of(found.value) != "string" or found.type == "string":
            continue
        if found.declared and found.type:
            continue  # admission refuses a default of another type: FLOW220
        from flowdsl.diagnostics.fix import quoted

        what = "list" if isinstance(found.value, list) else "map"
        text = str(decoded(found.value))
        shown = text if len(text) <= 60 else text[:57] + "..."
        message = f"this {what} does not hold text alone: to Tekton it is one text, {shown!r}"
        report.add(LIST_AS_ONE_TEXT, found.path, message, _hint(found.value), quoted(found.path))


def _hint(value: object) -> str:
    items = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    if any(isinstance(item, (list, dict)) for item in items):
        return "write what is within as a text of JSON; if one text is meant, quote the whole"
    return "quote each number and boolean; if one text is meant, quote the whole"


def values_at(raw: Mapping[str, object]) -> Iterator[ValueAt]:
    """The values of a raw document of Tekton's: of params, their defaults, matrices, references and results."""
    spec, kind = raw.get("spec"), table.named(raw.get("kind"))
    if kind is not None and kind.values and isinstance(spec, dict):
        yield from cast("Values", resolve(kind.values))(spec, ("spec",))


def of_run(spec: dict[str, object], at: Path) -> Iterator[ValueAt]:
    """Those of a run's spec, of a pipeline or of a task."""
    yield from _given(spec, at, _types(spec.get("pipelineSpec") or spec.get("taskSpec")))
    yield from _references(spec, at)
    yield from _embedded(spec, at)


def of_task(spec: dict[str, object], at: Path) -> Iterator[ValueAt]:
    """Those of a TaskSpec, or of a StepAction's."""
    yield from _declared(spec, "params", "default", at)
    yield from _declared(spec, "results", "value", at)
    for path, step in _maps(spec, "steps", at):
        yield from _given(step, path, {})
        yield from _references(step, path)


def of_pipeline(spec: dict[str, object], at: Path) -> Iterator[ValueAt]:
    """Those of a PipelineSpec."""
    yield from _declared(spec, "params", "default", at)
    yield from _declared(spec, "results", "value", at)
    for field in ("tasks", "finally"):
        for path, task in _maps(spec, field, at):
            inner = task.get("taskSpec") or task.get("pipelineSpec")
            yield from _given(task, path, _types(inner))
            matrix = task.get("matrix")
            if isinstance(matrix, dict):
                yield from _given(matrix, (*path, "matrix"), {})
                for where, each in _maps(matrix, "include", (*path, "matrix")):
                    yield from _given(each, where, {})
            yield from _references(task, path)
            yield from _embedded(task, path)


def _embedded(part: dict[str, object], at: Path) -> Iterator[ValueAt]:
    task, pipeline = part.get("taskSpec"), part.get("pipelineSpec")
    if isinstance(task, dict):
        yield from of_task(task, (*at, "taskSpec"))
    if isinstance(pipeline, dict):
        yield from of_pipeline(pipeline, (*at, "pipelineSpec"))


def _references(part: dict[str, object], at: Path) -> Iterator[ValueAt]:
    for field in ("taskRef", "pipelineRef", "ref"):
        found = part.get(field)
        if isinstance(found, dict):
            yield from _given(found, (*at, field), {})


def _given(part: dict[str, object], at: Path, types: dict[str, str]) -> Iterator[ValueAt]:
    for path, each in _maps(part, "params", at):
        if "value" in each:
            yield ValueAt((*path, "value"), each["value"], types.get(str(each.get("name")), ""))


def _declared(spec: dict[str, object], field: str, key: str, at: Path) -> Iterator[ValueAt]:
    for path, each in _maps(spec, field, at):
        if each.get(key) is not None:
            yield ValueAt((*path, key), each[key], str(each.get("type") or ""), declared=True)


def _types(spec: object) -> dict[str, str]:
    """The types that are declared or follow from properties or a default; nothing is said of a param of none."""
    params = list(_maps(spec, "params", ())) if isinstance(spec, dict) else []
    return {str(each.get("name")): str(each.get("type") or _by_default(each)) for _, each in params}


def _by_default(param: dict[str, object]) -> str:
    return "object" if param.get("properties") else kind_of(param.get("default"))


def _maps(part: dict[str, object], field: str, at: Path) -> Iterator[tuple[Path, dict[str, object]]]:
    items = part.get(field)
    for index, each in enumerate(items if isinstance(items, list) else ()):
        if isinstance(each, dict):
            yield (*at, field, index), each
