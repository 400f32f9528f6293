"""Documents that a compile of ours made, as their author had them: conditions that tasks decide are no tasks' own.

A Task that decides conditions is another Task with a result for each (`flowdsl.compiler.hosts`): what is read here is
that other Task, and of the Pipeline which of its results is which condition. What only decides is left out: a compile
makes it anew. Whether it makes the very same documents is tried by who imports; nothing is taken on trust here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

import attrs

from flowdsl.decide.wire import GIVEN, Decision, decisions_of, without_decisions
from flowdsl.importer.decided import Asked, values_of
from flowdsl.importer.shapes import Unsupported, text_of
from flowdsl.ir.types import BOOLEAN, FLOAT, INTEGER, TypeSpec
from flowdsl.kinds.table import PIPELINE, TASK
from flowdsl.kube.conventions import CONDITIONS_SHOWN, VARIANT_OF

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import ParamValue, Pipeline, PipelineTask, Task, WhenExpression

Document = Mapping[str, object]
_NUMBERS: Mapping[str, TypeSpec] = MappingProxyType({"int": INTEGER, "float": FLOAT, "bool": BOOLEAN})
_DECIDED = re.compile(r"\$\(tasks\.([^.()]+)\.results\.([^.()\[\]]+)\)")
_PARAM, _RESULT = "$(params.", "$(tasks."


@attrs.define
class Flow:
    """What is known of one Pipeline: its conditions by the task and result that decide them, and its params' types.

    `alone` are tasks that only decide, `tasks` the names of the Tasks that it uses and that decide, `places` where the
    documents of those are.
    """

    conditions: dict[tuple[str, str], Asked] = attrs.field(factory=dict)
    alone: set[str] = attrs.field(factory=set)
    types: dict[str, TypeSpec] = attrs.field(factory=dict)
    tasks: set[str] = attrs.field(factory=set)
    places: set[int] = attrs.field(factory=set)

    def decided(self, item: WhenExpression) -> Asked | None:
        """The condition that a `when` of the Pipeline's stands for; None where it is one of Tekton's own."""
        found = _DECIDED.fullmatch(item.get("input", ""))
        asked = self.conditions.get((found[1], found[2])) if found else None
        plain = item.get("operator") in ("in", "notin") and item.get("values") == ["true"]
        return asked if plain else None


@attrs.frozen
class Ours:
    """The documents to write, at the places that they had, and what is known of them beside.

    `flows` are the Pipelines whose conditions are written, by their place. `unlisted` are the documents that these
    make themselves, and `gone` those of them that are not written at all. `results` are types of results, by the name
    of the Task.
    """

    documents: Sequence[Document]
    flows: Mapping[int, Flow] = attrs.field(factory=dict)
    unlisted: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()
    results: Mapping[str, Mapping[str, TypeSpec]] = attrs.field(factory=dict)


def as_it_is(documents: Sequence[Document]) -> Ours:
    """The documents as Tekton has them."""
    return Ours(documents)


@attrs.frozen
class _Deciding:
    """A Task that decides: where its document is, the Task that it would be else, and what it decides."""

    place: int
    base: Document
    name: str
    alone: bool
    decisions: Sequence[Decision]


def ours_of(documents: Sequence[Document], left: frozenset[int] = frozenset()) -> Ours:
    """The documents with their conditions as they were written; those of the Pipelines `left` stay as they are.

    Never raises for what is in a document: one that is odd has no conditions of ours.
    """
    try:
        return _read(documents, left)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError, Unsupported):
        return as_it_is(documents)


def _read(documents: Sequence[Document], left: frozenset[int]) -> Ours:
    deciding = dict(_deciding(documents))
    flows = {place: flow for place, flow in _flows(documents, deciding) if place not in left}
    used = {name for flow in flows.values() for name in flow.tasks}
    shared = {name for place in left if PIPELINE.is_of(documents[place]) for name in _referred(documents[place])}
    if used & shared or any(deciding[name].place in left for name in used):
        return as_it_is(documents)  # both ways at once is one Task too many
    bases = _bases(documents, deciding, used)
    if bases is None or not flows:
        return as_it_is(documents)
    changed, results = list(documents), dict[str, dict[str, TypeSpec]]()
    for place, flow in flows.items():
        changed[place] = _plain(cast("Pipeline", documents[place]), deciding)
        _learn(cast("Pipeline", changed[place]), flow, results)
    unlisted = frozenset(deciding[name].place for name in used)
    for place, base in bases.items():
        changed[place] = base
    return Ours(changed, flows, unlisted, unlisted - bases.keys(), results)


def _deciding(documents: Sequence[Document]) -> Iterator[tuple[str, _Deciding]]:
    for place, document in enumerate(documents):
        if not TASK.is_of(document):
            continue
        task = cast("Task", document)
        meta, spec = task["metadata"], task.get("spec")
        notes = dict(meta.get("annotations") or {})
        base = notes.pop(VARIANT_OF, "")
        decisions = decisions_of(cast("Mapping[str, Any]", spec)) if isinstance(spec, Mapping) else ()
        if not decisions:
            continue
        plain = without_decisions(cast("Mapping[str, Any]", spec), decisions)
        rest = {field: value for field, value in meta.items() if field not in ("name", "annotations")}
        named = {"name": base, **({"annotations": notes} if notes else {}), **rest}
        made = {**document, "metadata": named, "spec": plain}
        alone = not plain.get("params") and not plain.get("results")
        if not base and not alone:
            continue
        yield meta["name"], _Deciding(place, made, base, alone, decisions)


def _flows(documents: Sequence[Document], deciding: Mapping[str, _Deciding]) -> Iterator[tuple[int, Flow]]:
    for place, document in enumerate(documents):
        if not PIPELINE.is_of(document) or not deciding:
            continue
        flow = Flow()
        for item in _items(cast("Pipeline", document)):
            task = deciding.get(_reference(item))
            if task is None:
                continue
            given = {param["name"]: cast("ParamValue", text_of(param["value"])) for param in item.get("params") or ()}
            asked = {(item["name"], each.name): Asked(item["name"], each, given) for each in task.decisions}
            flow.conditions |= asked
            flow.tasks.add(_reference(item))
            flow.places.add(task.place)
            if task.alone:
                flow.alone.add(item["name"])
        if flow.conditions:
            yield place, flow


def _bases(
    documents: Sequence[Document], deciding: Mapping[str, _Deciding], used: set[str]
) -> dict[int, Document] | None:
    """The Tasks without conditions that no document is, at the places of those with; None where two have one name."""
    there = {cast("Task", each)["metadata"]["name"]: each for each in documents if TASK.is_of(each)}
    found: dict[int, Document] = {}
    for name in sorted(used, key=lambda name: deciding[name].place):
        task = deciding[name]
        if task.alone:
            continue
        known = there.setdefault(task.name, task.base)
        if known is task.base:
            found[task.place] = task.base
        elif known != task.base:
            return None
    return found


def _plain(document: Pipeline, deciding: Mapping[str, _Deciding]) -> Document:
    """The Pipeline with the Tasks that decide nothing."""
    meta = {name: value for name, value in document["metadata"].items() if name != "annotations"}
    given = document["metadata"].get("annotations") or {}
    notes = {name: text for name, text in given.items() if name != CONDITIONS_SHOWN}
    spec: dict[str, Any] = {**document["spec"]}
    for field in ("tasks", "finally"):
        if spec.get(field):
            spec[field] = [_plain_item(item, deciding) for item in spec[field]]
    return {**document, "metadata": {**meta, **({"annotations": notes} if notes else {})}, "spec": spec}


def _plain_item(item: PipelineTask, deciding: Mapping[str, _Deciding]) -> PipelineTask:
    task = deciding.get(_reference(item))
    if task is None or task.alone:
        return item
    made = {**item, "taskRef": {**item["taskRef"], "name": task.name}}
    params = [param for param in item.get("params") or () if not param["name"].startswith(GIVEN)]
    made.pop("params", None)
    return cast("PipelineTask", {**made, "params": params} if params else made)


def _learn(pipeline: Pipeline, flow: Flow, results: dict[str, dict[str, TypeSpec]]) -> None:
    """The types of values that conditions compare by more than their text."""
    names = {item["name"]: _reference(item) for item in _items(pipeline)}
    for asked in flow.conditions.values():
        for name, kind in values_of(asked.decision.test):
            typed = _NUMBERS.get(kind.removeprefix("list "))
            if typed is None:
                continue
            given = _given(asked, name)
            if given.startswith(_PARAM):
                flow.types[given.removeprefix(_PARAM)[:-1]] = typed
            elif given.startswith(_RESULT):
                task, _, result = given.removeprefix(_RESULT)[:-1].partition(".results.")
                results.setdefault(names.get(task, ""), {})[result.removesuffix("[*]")] = typed


def _given(asked: Asked, name: str) -> str:
    side, _, own = name.partition(".")
    value: object = f"{_RESULT}{asked.task}.results.{own})" if side == "result" else asked.given.get(own)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, str) and value.endswith(")") else ""


def _items(document: Pipeline) -> list[PipelineTask]:
    spec = document.get("spec") or {}
    return [*(spec.get("tasks") or ()), *(spec.get("finally") or ())]


def _referred(document: Document) -> set[str]:
    return {_reference(item) for item in _items(cast("Pipeline", document))}


def _reference(item: PipelineTask) -> str:
    reference = item.get("taskRef")
    plain = isinstance(reference, Mapping) and set(reference) <= {"name", "kind"}
    return str(reference.get("name", "")) if plain and isinstance(reference, Mapping) else ""
