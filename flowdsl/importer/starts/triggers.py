"""Tekton Triggers back to `push(...)` and its like: each guess is held to what `flowdsl.events` writes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

import attrs

from flowdsl.celgo.tree import Call
from flowdsl.celgo.uses import walk
from flowdsl.events.bucket import BUCKET
from flowdsl.events.cel import Writer, literal, matching
from flowdsl.events.conditions import Matched, Reader, fitting
from flowdsl.events.provider import Occurrence, Provider
from flowdsl.events.providers import PROVIDERS
from flowdsl.events.triggers import GROUP, RUN, TOKEN_HEADER
from flowdsl.importer.shapes import Unsupported
from flowdsl.importer.starts.cel_texts import HERE, EventFields, header_of, split, text_of, tree, unwrapped
from flowdsl.importer.starts.globs import names_in
from flowdsl.importer.starts.objects import Fields, Objects, Run, by_name, listed, mapping, text
from flowdsl.ir.events import EventField, EventFilter, Happening, Joined, Trigger
from flowdsl.ir.nodes import ParamDecl
from flowdsl.ir.types import BOOLEAN, FLOAT, INTEGER, NOTHING, STRING, Kind, TypeSpec
from flowdsl.ir.volumes import Secret
from flowdsl.kinds.table import TRIGGER, TRIGGER_BINDING, TRIGGER_TEMPLATE

_GIT: tuple[Happening, ...] = ("push", "tag", "pull_request")
_TYPES = (INTEGER, FLOAT, BOOLEAN)
_LITERAL = re.compile(r"'(?:[^'\\]|\\.)*'")
_MOST_PARTS = 400
"""Parts of a condition: one of ours has a few dozen."""
_LONGEST = 64 * 1024
"""Characters of a condition."""


@attrs.frozen(kw_only=True)
class Given:
    """A Trigger as it stands: what its interceptors ask for, what its template makes.

    `bearer` is whether a webhook's sender shows the secret itself. `store` is the start of a bucket's event, without
    its params.
    """

    name: str
    interceptor: str
    types: tuple[str, ...]
    secret: Secret | None
    token: Secret | None
    filter: str
    overlays: Mapping[str, str]
    run: Run
    bearer: bool = False
    store: Trigger | None = None

    @property
    def bound(self) -> dict[str, str]:
        """The params that the event gives, each with its expression."""
        return {name: cel for name, cel in self.overlays.items() if name not in (RUN, GROUP)}

    @property
    def constants(self) -> dict[str, object]:
        """The params that the template gives."""
        return {name: value for name, value in self.run.params.items() if name not in self.overlays}


def given(objects: Objects, pipeline: str, name: str) -> Given:
    """The parts of a Trigger. Raises Unsupported for one that is put together in another way than ours."""
    trigger = objects.get(TRIGGER, name)
    template = objects.get(TRIGGER_TEMPLATE, text(trigger, "spec", "template", "ref"))
    resources = listed(template, "spec", "resourcetemplates")
    if len(resources) != 1:
        raise Unsupported("spec", f"its template makes {len(resources)} objects")
    checks = {
        text(each, "ref", "name"): by_name(listed(each, "params")) for each in listed(trigger, "spec", "interceptors")
    }
    cel = checks.pop("cel", {})
    if len(checks) > 1 or not name.startswith(f"{pipeline}-"):
        raise Unsupported("spec", "it is named or checked in another way than those of on=")
    interceptor, asked = next(iter(checks.items()), ("", {}))
    types = asked.get("eventTypes")
    below = {str(each.get("key")): str(each.get("expression")) for each in listed(cel, "overlays")}
    bindings = _bound(objects, trigger)
    return Given(
        name=name.removeprefix(f"{pipeline}-"),
        interceptor=interceptor,
        types=tuple(map(str, types)) if isinstance(types, list) else (),
        secret=_secret(asked.get("secretRef")),
        token=_secret(mapping(asked, "addChangedFiles", "personalAccessToken")),
        filter=str(cel.get("filter") or ""),
        overlays={param: below[key] for param, key in bindings.items() if key in below},
        run=Run.of(resources[0]),
    )


def _bound(objects: Objects, trigger: Fields) -> dict[str, str]:
    """The template's params by their names, each with its key in the extensions."""
    found: dict[str, str] = {}
    for each in listed(trigger, "spec", "bindings"):
        binding = objects.get(TRIGGER_BINDING, text(each, "ref"))
        for name, value in by_name(listed(binding, "spec", "params")).items():
            key = str(value)
            if not (key.startswith("$(extensions.") and key.endswith(")")):
                raise Unsupported("spec", f"{name!r} is bound to {key}, which no overlay gives")
            found[name] = key[len("$(extensions.") : -1]
    return found


def _secret(value: object) -> Secret | None:
    name, key = text(value, "secretName"), text(value, "secretKey")
    return Secret(name, key) if name and key else None


@attrs.frozen
class Guess:
    """What a Trigger may have been: its start, and the types of params that its condition holds them to."""

    trigger: Trigger
    types: Mapping[str, TypeSpec]


def guesses(provider: Provider | None, pipeline: str, one: Given, before: Sequence[str]) -> Iterator[Guess]:
    """What it may have been. `before` are the conditions of earlier triggers, which it leaves their events to."""
    own = one.filter
    for each in before:
        own = own.replace(f" && !({each})", "", 1)
    if one.store is not None and provider is not None:
        yield _of_bucket(provider, one.store, one, own)
        return
    if one.interceptor and provider is not None:
        for happening in _GIT:
            occurrence = provider.occurrences[happening]
            if occurrence.types == one.types and provider.interceptor == one.interceptor:
                with suppress(Unsupported):  # a tag's fields are none of a push
                    yield _of_git(provider, occurrence, happening, one, own)
    if not one.types:
        yield _webhook(pipeline, one, own)


def _of_git(provider: Provider, occurrence: Occurrence, happening: Happening, one: Given, own: str) -> Guess:
    parts = parts_of(own)
    known = EventFields(Writer(occurrence, provider.delivery), happening)
    trigger = Trigger(
        happening=happening,
        location=HERE,
        name="" if one.name == happening.replace("_", "-") else one.name,
        branch=_patterns(parts, occurrence, "branch"),
        tags=_patterns(parts, occurrence, "tag"),
        paths=_paths(parts, happening),
        draft=draft_of(parts, occurrence) if happening == "pull_request" else None,
        fork_label=_label(parts, occurrence) if happening == "pull_request" else "",
        params=_values(known, one),
        cancel_in_progress=GROUP in one.overlays,
        secret=one.secret,
        verify=one.secret is not None,
        token=one.token,
    )
    return _with_filter(trigger, known, one, parts, Reader("", _declared(one, {}), provider))


def _of_bucket(provider: Provider, store: Trigger, one: Given, own: str) -> Guess:
    known = EventFields(Writer(provider.occurrences["bucket"], provider.delivery), "bucket")
    trigger = attrs.evolve(store, name="" if one.name == "bucket" else one.name, params=_values(known, one))
    return _with_filter(trigger, known, one, parts_of(own), Reader("", _declared(one, {}), provider))


def _webhook(pipeline: str, one: Given, own: str) -> Guess:
    known = EventFields(Writer(None), "webhook")
    parts = parts_of(own)
    secret, header = one.secret, ""
    signed = secret is not None
    for each in tuple(parts):
        found = None if signed else _compared_secret(each)
        if found is not None:
            secret, header = found
            parts.remove(each)
    run = one.overlays.get(RUN, "")
    trigger = Trigger(
        happening="webhook",
        location=HERE,
        name=one.name,
        params=_values(known, one),
        id=known.value(unwrapped(run) or run) if run else None,
        secret=secret,
        verify=secret is not None,
        signature="sha256" if signed and not one.bearer else "token",
        header="" if header == TOKEN_HEADER else header,
    )
    return _with_filter(trigger, known, one, parts, Reader(pipeline, _declared(one, {}), None))


def parts_of(own: str) -> list[str]:
    """The conditions that one is the conjunction of. Raises Unsupported for what is none of `on=`."""
    parts = split(own, " && ") if 0 < len(own) <= _LONGEST else []
    if len(own) > _LONGEST or len(parts) > _MOST_PARTS:
        raise Unsupported("filter", "a condition of that length is none of on=")
    if own:
        tree(own)  # as a whole: what nests deeper than CEL may is read no further
    return parts


def _compared_secret(part: str) -> tuple[Secret, str] | None:
    node = tree(part)
    if not isinstance(node, Call) or node.function != "compareSecret" or len(node.arguments) != 2:
        return None
    header, (key, name) = header_of(node.target), map(text_of, node.arguments)
    if header is None or key is None or name is None:
        return None
    return Secret(name, key), header


def _values(known: EventFields, one: Given) -> dict[str, EventField | Joined | object]:
    """In the order of the binding those of the event; constants behind them."""
    return {**{name: known.value(cel) for name, cel in one.bound.items()}, **one.constants}


def _patterns(parts: Sequence[str], occurrence: Occurrence, field: str) -> tuple[str, ...]:
    place = occurrence.fields.get(field)
    if place is None:
        return ()
    for part in parts:
        names = names_in(tree(part)) if place.cel in part else ()
        if names and matching(place.cel, names) == part:
            return names
    return ()


def _paths(parts: Sequence[str], happening: Happening) -> tuple[str, ...]:
    if happening == "tag":
        return ()
    sign = "extensions.changed_files" if happening == "pull_request" else "body.commits"
    for part in parts:
        if sign in part and "f.matches(" in part:
            tests = [each for each in walk(tree(part)) if isinstance(each, Call) and each.function == "matches"]
            return tuple(name for each in tests for name in names_in(each))
    return ()


def draft_of(parts: Sequence[str], occurrence: Occurrence) -> bool | None:
    """What a condition says of drafts."""
    place = occurrence.fields.get("pull_request.draft")
    if place is None:
        return None
    return next((value for value in (True, False) if f"{place.cel} == {literal(value)}" in parts), None)


def _label(parts: Sequence[str], occurrence: Occurrence) -> str:
    before, sign, _ = occurrence.label.partition("{label}")
    for part in parts if sign else ():
        _, there, rest = part.partition(before)
        if there and (found := _LITERAL.match(rest)):
            return text_of(tree(found[0])) or ""
    return ""


def _with_filter(trigger: Trigger, known: EventFields, one: Given, parts: list[str], reader: Reader) -> Guess:
    """The same with its filter: the one part that nothing else accounts for."""
    types = _types(one, parts)
    reader = attrs.evolve(reader, params=_declared(one, types))
    (matched,) = reader.all({one.name: trigger})
    accounted = split(matched.condition, " && ")
    filters = [each for each in parts if each not in accounted and unwrapped(each) is not None]
    for each in filters:
        try:
            found: EventFilter = known.condition(each)
        except Unsupported:
            continue
        return Guess(attrs.evolve(trigger, filter=found), types)
    return Guess(trigger, types)


def _types(one: Given, parts: Sequence[str]) -> dict[str, TypeSpec]:
    """The types that the condition holds params to."""
    found = {name: type_of(name, cel, parts) for name, cel in one.bound.items()}
    return {name: kind for name, kind in found.items() if kind is not None}


def type_of(name: str, cel: str, parts: Sequence[str]) -> TypeSpec | None:
    """The type that one of these conditions holds a param to; None for any text."""
    for kind in _TYPES:
        if fitting(cel, ParamDecl(name, kind, HERE)) in parts:
            return kind
    for part in parts:
        if part.startswith(f"{cel} in ["):
            spec = TypeSpec(Kind.CHOICE, "Literal", choices=names_in(tree(part)))
            if fitting(cel, ParamDecl(name, spec, HERE)) == part:
                return spec
    return None


def _declared(one: Given, types: Mapping[str, TypeSpec]) -> dict[str, ParamDecl]:
    return {name: ParamDecl(name, types.get(name, STRING), HERE) for name in one.run.params}


def differs(one: Given, matched: Matched) -> str:
    """What is not as `flowdsl.events` writes it; "" where all is."""
    there, written = split(one.filter, " && "), split(matched.condition, " && ")
    trigger = matched.trigger
    if trigger.happening == "webhook" and trigger.verify and trigger.signature == "token":
        # Where it stands does not matter here: the documents are compared as a whole.
        there = [each for each in there if _compared_secret(each) is None]
    if there != written:
        lacking = [each for each in written if each not in there]
        over = [each for each in there if each not in written]
        if lacking:
            return f"its condition lacks {lacking[0]}"
        return f"its condition has {over[0]}" if over else "its condition has another order"
    made = {**matched.values, **({RUN: matched.run_name} if matched.run_name else {})}
    made |= {GROUP: matched.group} if matched.group else {}
    for name in (*made, *one.overlays):
        if made.get(name) != one.overlays.get(name):
            return f"{name!r} is {one.overlays.get(name, 'left out')}, and would be {made.get(name, 'left out')}"
    return ""


@attrs.frozen
class Heard:
    """What a listener's Triggers start: who sends their events, the starts, the runs, the types of params."""

    provider: str = ""
    starts: tuple[Trigger, ...] = ()
    runs: tuple[Run, ...] = ()
    types: Mapping[str, TypeSpec] = NOTHING


def heard(objects: Objects, pipeline: str, names: Sequence[str]) -> Heard:
    """What a listener's Triggers (their names) start. Raises Unsupported for what `on=` would not write."""
    return heard_of(pipeline, [given(objects, pipeline, name) for name in names])


def heard_of(pipeline: str, every: Sequence[Given], stored: Sequence[Given] = ()) -> Heard:
    """What these start, and behind them those of buckets. Raises Unsupported for what `on=` would not write."""
    if any(each.run.pipeline != pipeline for each in (*every, *stored)):
        raise Unsupported("spec", "its triggers start several pipelines")
    git = {each.interceptor for each in every if each.types}
    providers = [each.name for each in PROVIDERS.values() if {each.interceptor} == git] if git else [""]
    why: Unsupported | None = None
    for provider in dict.fromkeys(providers):
        try:
            found = _held(PROVIDERS.get(provider), pipeline, every) + _held(BUCKET, pipeline, stored)
        except Unsupported as error:
            why = why or error
            continue
        starts, runs = tuple(each.trigger for each in found), tuple(each.run for each in (*every, *stored))
        return Heard(provider, starts, runs, _types_of(found))
    raise why or Unsupported("spec", "no provider's events come so")


def _types_of(found: Sequence[Guess]) -> dict[str, TypeSpec]:
    return {name: kind for each in found for name, kind in each.types.items()}


def _held(provider: Provider | None, pipeline: str, every: Sequence[Given]) -> list[Guess]:
    """The starts for one provider, where those write the same."""
    found: list[Guess] = []
    before: list[str] = []
    for one in every:
        guess, own = _guessed(provider, pipeline, one, before)
        found.append(guess)
        before.append(own)
    types = _types_of(found)
    params = {name: each for one in every for name, each in _declared(one, types).items()}
    triggers = {one.name: guess.trigger for one, guess in zip(every, found, strict=True)}
    written = Reader(pipeline, params, provider).all(triggers)
    for one, matched in zip(every, written, strict=True):
        if why := differs(one, matched):
            raise _unlike(pipeline, one, why)
    return found


def _guessed(provider: Provider | None, pipeline: str, one: Given, before: Sequence[str]) -> tuple[Guess, str]:
    """The start whose own condition is a part of what stands there, and that condition."""
    why, least = "no event comes so", _MOST_PARTS
    for guess in guesses(provider, pipeline, one, before):
        own = Reader(pipeline, _declared(one, guess.types), provider).condition(guess.trigger)
        if own in one.filter:
            return guess, own
        lacking = [each for each in split(own, " && ") if each not in one.filter]
        if 0 < len(lacking) < least:
            why, least = f"it lacks {lacking[0]}", len(lacking)
    raise _unlike(pipeline, one, why)


def _unlike(pipeline: str, one: Given, why: str) -> Unsupported:
    return Unsupported(one.name, f"the Trigger {pipeline}-{one.name} isn't what on= writes: {why}")
