"""Files of Pipelines-as-Code back to `push(...)` and its like, held to what `flowdsl.events.pac` writes of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress

import attrs

from flowdsl.celgo.tree import CelError
from flowdsl.events.cel import matching
from flowdsl.events.pac import APPROVED, PacReader, simple
from flowdsl.events.pac_cel import NotSaidError, Values
from flowdsl.events.provider import Provider
from flowdsl.events.providers import PROVIDERS
from flowdsl.importer.shapes import Unsupported
from flowdsl.importer.starts.cel_texts import HERE, EventFields, split, tree, unwrapped
from flowdsl.importer.starts.globs import names_in
from flowdsl.importer.starts.objects import Fields, Objects, Run, count_of, is_current, name_of, text
from flowdsl.importer.starts.triggers import Heard, draft_of, parts_of, type_of
from flowdsl.ir.events import FIELDS, EventField, Happening, Joined, Trigger
from flowdsl.ir.nodes import ParamDecl
from flowdsl.ir.types import STRING, TypeSpec
from flowdsl.kinds import labels
from flowdsl.kinds.as_code import is_start, notes_of
from flowdsl.kinds.table import PIPELINE_RUN

_PLACEHOLDER = re.compile(r"\{\{ ([^}]+) \}\}")
_CEL = "cel: "
_TAGS = "refs/tags/"
_OWN = frozenset(
    {
        labels.AS_CODE_EVENT,
        labels.AS_CODE_BRANCH,
        labels.AS_CODE_CEL,
        labels.AS_CODE_CANCEL,
        labels.AS_CODE_KEEP,
        labels.AS_CODE_NAMESPACE,
    }
)
_FILES = "files.all.exists("


@attrs.frozen(kw_only=True)
class Committed:
    """What the runs in a repository start, and what their annotations say of all of them."""

    heard: Heard
    keep: int = 0
    namespace: str = ""


def committed_of(documents: Sequence[Fields]) -> dict[str, tuple[int, ...]]:
    """The runs that Pipelines-as-Code starts (by index), by the pipeline that they are of."""
    found: dict[str, tuple[int, ...]] = {}
    for index, document in enumerate(documents):
        if is_current(PIPELINE_RUN, document) and is_start(document):
            name = text(document, "spec", "pipelineRef", "name")
            found[name] = (*found.get(name, ()), index)
    return found


@attrs.frozen(kw_only=True)
class _Given:
    """A run as it stands, without its pipeline's name before its own."""

    name: str
    notes: Mapping[str, str]
    run: Run

    @property
    def condition(self) -> str:
        """The CEL that it has; "" for one that has globs."""
        return self.notes.get(labels.AS_CODE_CEL, "")


def committed(objects: Objects, pipeline: str, places: Sequence[int], likely: str) -> Committed:
    """What the runs at these places start. `likely` is the provider, where that is known.

    Raises Unsupported for what `on=` would not write.
    """
    every = [_given(objects.documents[index], pipeline) for index in places]
    why: Unsupported | None = None
    for name in [likely] if likely else PROVIDERS:
        try:
            starts, types = _held(PROVIDERS[name], pipeline, every)
        except (Unsupported, NotSaidError, CelError) as error:
            why = why or (error if isinstance(error, Unsupported) else Unsupported("metadata", str(error)))
            continue
        heard = Heard(name, tuple(starts), tuple(each.run for each in every), types)
        first = every[0].notes
        keep = count_of(first.get(labels.AS_CODE_KEEP))
        return Committed(heard=heard, keep=keep, namespace=first.get(labels.AS_CODE_NAMESPACE, ""))
    raise why or Unsupported("metadata", "no provider's events come so")


def _given(document: Fields, pipeline: str) -> _Given:
    name, run = name_of(document), Run.of(document)
    if not name.startswith(f"{pipeline}-"):
        raise Unsupported("metadata", f"on= would call it {pipeline}-…")
    notes = notes_of(document)
    return _Given(name=name.removeprefix(f"{pipeline}-"), notes=notes, run=attrs.evolve(run, notes=run.notes - _OWN))


def _held(provider: Provider, pipeline: str, every: Sequence[_Given]) -> tuple[list[Trigger], dict[str, TypeSpec]]:
    """The starts for one provider, where those write the same."""
    found: list[Trigger] = []
    types: dict[str, TypeSpec] = {}
    earlier: dict[Happening, list[str]] = {}
    for one in every:
        reader = PacReader(pipeline, _declared(one, types), provider)
        trigger = _globs(one) if not one.condition else _by_condition(reader, one, earlier)
        known = _known(reader, trigger)
        values = {name: _value(each, known) for name, each in one.run.params.items()}
        trigger = attrs.evolve(trigger, params=dict(sorted(values.items(), key=lambda each: _is_constant(each[1]))))
        types |= _types(reader, trigger, parts_of(one.condition))
        reader = attrs.evolve(reader, params=_declared(one, types))
        trigger = _with_filter(reader, trigger, one)
        found.append(trigger)
        earlier.setdefault(trigger.happening, []).append(reader.condition(trigger))
    params = {name: each for one in every for name, each in _declared(one, types).items()}
    reader = PacReader(pipeline, params, provider)
    _check(reader, every, found)
    return found, types


def _is_constant(value: object) -> bool:
    return not isinstance(value, (EventField, Joined))


def _declared(one: _Given, types: Mapping[str, TypeSpec]) -> dict[str, ParamDecl]:
    return {name: ParamDecl(name, types.get(name, STRING), HERE) for name in one.run.params}


def _globs(one: _Given) -> Trigger:
    """A push or a tag that `on-target-branch` says."""
    branches = one.notes.get(labels.AS_CODE_BRANCH, "")
    if one.notes.get(labels.AS_CODE_EVENT) != "[push]" or not (branches.startswith("[") and branches.endswith("]")):
        raise Unsupported("metadata", "on= writes no such annotations")
    patterns = branches[1:-1].split(", ")
    tags = all(each.startswith(_TAGS) for each in patterns)
    names = tuple(each.removeprefix(_TAGS) if tags else each for each in patterns)
    names = () if names == ("**",) else names
    if tags:
        return _named(Trigger(happening="tag", location=HERE, tags=names), one)
    return _named(Trigger(happening="push", location=HERE, branch=names), one)


def _named(trigger: Trigger, one: _Given) -> Trigger:
    usual = one.name == trigger.happening.replace("_", "-")
    cancel = one.notes.get(labels.AS_CODE_CANCEL) == "true"
    return attrs.evolve(trigger, name="" if usual else one.name, cancel_in_progress=cancel)


def _by_condition(reader: PacReader, one: _Given, earlier: Mapping[Happening, Sequence[str]]) -> Trigger:
    """A start by its CEL, its params and its filter aside."""
    own = one.condition
    for each in (each for conditions in earlier.values() for each in conditions):
        own = own.replace(f" && !({each})", "", 1)
    parts = parts_of(own)
    happening = _happening(parts)
    assert reader.provider is not None
    occurrence = reader.provider.occurrences[happening]
    patterns = _patterns(parts)
    paths = next((dict.fromkeys(names_in(tree(each))) for each in parts if _FILES in each), {})
    trigger = Trigger(
        happening=happening,
        location=HERE,
        branch=patterns if happening != "tag" else (),
        tags=tuple(each.removeprefix(_TAGS) for each in patterns) if happening == "tag" else (),
        paths=tuple(paths),
        draft=draft_of(parts, occurrence) if happening == "pull_request" else None,
        fork_comment=APPROVED if any("'ok-to-test-comment'" in each for each in parts) else "",
    )
    return _named(trigger, one)


def _happening(parts: Sequence[str]) -> Happening:
    if "event == 'pull_request'" in parts:
        return "pull_request"
    if "event == 'push'" not in parts:
        raise Unsupported("metadata", "its condition is of no push, tag or pull request as on= writes them")
    return "tag" if f"target_branch.startsWith('{_TAGS}')" in parts else "push"


def _patterns(parts: Sequence[str]) -> tuple[str, ...]:
    for part in parts:
        names = names_in(tree(part)) if "target_branch" in part else ()
        if names and matching("target_branch", names) == part:
            return names
    return ()


def _known(reader: PacReader, trigger: Trigger) -> tuple[Mapping[str, EventField], EventFields]:
    """The fields that a run may be given, by how they stand there; and those of a CEL expression."""
    writer: Values = reader.values_of(trigger)
    found: dict[str, EventField] = {}
    assert writer.occurrence is not None
    for name, (sort, events) in FIELDS.items():
        if trigger.happening in events and name in (*writer.occurrence.fields, "delivery"):
            field = EventField("event", tuple(name.split(".")), sort, HERE)
            with suppress(NotSaidError):  # one that Pipelines-as-Code can't say
                found.setdefault(writer.value(field)[3:-3], field)
    return found, EventFields(writer, trigger.happening)


def _value(given: object, known: tuple[Mapping[str, EventField], EventFields]) -> EventField | Joined | object:
    """What a param is bound to: a field, a text with fields in it, or what stands there."""
    if not isinstance(given, str):
        return given
    by_text, fields = known
    parts: list[str | EventField] = []
    at = 0
    for found in _PLACEHOLDER.finditer(given):
        field = by_text.get(found[1])
        if field is None and found[1].startswith(_CEL):
            field = fields.field(found[1].removeprefix(_CEL))
        if field is None:
            raise Unsupported("params", f"no field of an event is {found[0]}")
        parts += [given[at : found.start()], field] if found.start() > at else [field]
        at = found.end()
    parts += [given[at:]] if at < len(given) else []
    if len(parts) == 1 and isinstance(parts[0], EventField):
        return parts[0]
    return Joined(tuple(parts), HERE) if at else given


def _types(reader: PacReader, trigger: Trigger, parts: Sequence[str]) -> dict[str, TypeSpec]:
    writer, found = reader.conditions_of(trigger), dict[str, TypeSpec]()
    for name, value in trigger.params.items():
        if isinstance(value, (EventField, Joined)):
            with suppress(NotSaidError):  # then no type was held either
                kind = type_of(name, writer.text(value).cel, parts)
                found |= {name: kind} if kind is not None else {}
    return found


def _with_filter(reader: PacReader, trigger: Trigger, one: _Given) -> Trigger:
    """The same with its filter: the part of the condition that nothing else accounts for."""
    accounted = split(reader.condition(trigger), " && ") if one.condition else []
    known = EventFields(reader.conditions_of(trigger), trigger.happening)
    for part in parts_of(one.condition):
        if part not in accounted and unwrapped(part) is not None:
            with suppress(Unsupported):
                return attrs.evolve(trigger, filter=known.condition(part))
    return trigger


def _check(reader: PacReader, every: Sequence[_Given], found: Sequence[Trigger]) -> None:
    """Whether what these starts write is what is there. Raises Unsupported with what is not."""
    triggers = {one.name: trigger for one, trigger in zip(every, found, strict=True)}
    for one, (name, condition) in zip(every, reader.conditions(triggers).items(), strict=True):
        trigger = triggers[name]
        if one.condition and one.condition != condition:
            lacking = [each for each in split(condition, " && ") if each not in one.condition]
            over = [each for each in split(one.condition, " && ") if each not in condition]
            what = f"lacks {lacking[0]}" if lacking else f"has {over[0]}" if over else "has another order"
            raise Unsupported("metadata", f"it isn't what on= writes: its condition {what}")
        if not one.condition and not simple(trigger):
            raise Unsupported("metadata", "it isn't what on= writes: globs let other branches through")
        for param, text_ in reader.values(trigger).items():
            if one.run.params.get(param) != text_:
                raise Unsupported("params", f"{param!r} isn't what on= writes: {text_}")


NOTHING_COMMITTED = Committed(heard=Heard())
