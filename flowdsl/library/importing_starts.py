"""Documents that start runs, as `on=[...]` of the pipelines they start: what those compile to leaves the module."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import cast

import attrs

from flowdsl.compiler import CompileOptions
from flowdsl.compiler.manifest import compile_manifest
from flowdsl.diagnostics import FlowError
from flowdsl.events.reporting import account_of
from flowdsl.importer.comments import Comments
from flowdsl.importer.fence import FenceError
from flowdsl.importer.findings import Kept
from flowdsl.importer.module import Imported, write_module
from flowdsl.importer.starts.asked import TARGETS, Asked, asked_of, said_for
from flowdsl.importer.starts.objects import Objects, is_current, name_of, namespace_of
from flowdsl.kinds.as_code import is_start
from flowdsl.kinds.kind import Kind
from flowdsl.kinds.table import (
    CRON_JOB,
    EVENT_LISTENER,
    EVENT_SOURCE,
    KINDS,
    PIPELINE,
    SENSOR,
    TASK,
    TRIGGER,
    TRIGGER_BINDING,
    TRIGGER_TEMPLATE,
)
from flowdsl.library.documents import Document
from flowdsl.library.importing_tried import loaded_module, plain_module, same

_STARTING = (EVENT_LISTENER, TRIGGER, TRIGGER_BINDING, TRIGGER_TEMPLATE, CRON_JOB, EVENT_SOURCE, SENSOR)
_CALLED = tuple(kind for kind in KINDS if kind.importer and not kind.is_run)
_MOST = 20
"""Pipelines that are tried alone: each is a compile of all."""
Key = tuple[str, str, str]


@attrs.frozen
class _Import:
    """What is imported, and how."""

    documents: tuple[Document, ...]
    comments: list[Comments]
    title: str
    alpha: frozenset[str]
    keys: dict[Key, int] = attrs.field(init=False)
    """The documents by what a cluster knows them by."""

    @keys.default
    def _keys(self) -> dict[Key, int]:
        found: dict[Key, int] = {}
        for index, document in enumerate(self.documents):
            found.setdefault(_key(document), index)
        return found


def with_starts(
    documents: tuple[Document, ...], comments: list[Comments], title: str, alpha: frozenset[str]
) -> Imported:
    """The module, with `on=[...]` where its pipelines then compile to exactly the documents that are there.

    What no `on=` writes stays as it is, and says why.
    """
    given = _Import(documents, comments, title, alpha)
    objects = Objects.of(documents)
    every, told = asked_of(objects)
    reasons = dict(told)
    made = _tried(given, every, reasons) if every else None
    if made is None:
        good = _alone(given, objects, every, reasons)
        made = _tried(given, good, reasons) if good else None
    if made is None:
        made = plain_module(documents, comments, title, alpha, dict(_raw(given, reasons, frozenset())))
        return attrs.evolve(made, kept=(*made.kept, *_committed(given, reasons, range(len(documents)))))
    return made


def _committed(given: _Import, reasons: Mapping[int, str], left: Iterable[int]) -> Iterator[Kept]:
    """The runs among these documents that Pipelines-as-Code starts: they stay, with their annotations."""
    for index in left:
        if is_start(given.documents[index]):
            why = reasons.get(index) or "its pipeline is not among the files"
            yield Kept(index, ("metadata", "annotations"), why, start=True)


def _alone(given: _Import, objects: Objects, every: Mapping[int, Asked], reasons: dict[int, str]) -> dict[int, Asked]:
    """The Pipelines that alone say their starts, of all targets or of one: others are not to keep them from it.

    What `every` one says at once has failed.
    """
    good: dict[int, Asked] = {}
    failed = [every]
    for asked in (every, *(asked_of(objects, (each,))[0] for each in TARGETS)):
        for index in [each for each in asked if each not in good][:_MOST]:
            one = {index: asked[index]}
            if one in failed:
                continue
            if _tried(given, one, reasons) is not None:
                good |= one
            else:
                failed.append(one)
    return good


def _raw(given: _Import, reasons: Mapping[int, str], gone: frozenset[int]) -> Iterator[tuple[int, str]]:
    """The documents that no pipeline's `on=` accounts for, each with the reason."""
    pipelines = {name_of(each) for each in given.documents if is_current(PIPELINE, each)}
    for index, document in enumerate(given.documents):
        kind = next((kind for kind in _STARTING if kind.is_of(document)), None)
        if kind is not None and index not in gone:
            yield index, reasons.get(index) or _no_pipeline(kind, name_of(document), pipelines)


def _no_pipeline(kind: Kind, name: str, pipelines: Collection[str]) -> str:
    """Why nothing was tried for a document."""
    if kind in (EVENT_LISTENER, SENSOR) and name not in pipelines:
        return f"on= calls it as the Pipeline that it starts, and none of the files has a Pipeline {name!r}"
    return "no on= of a pipeline among the files would write it"


def _tried(given: _Import, asked: Mapping[int, Asked], reasons: dict[int, str]) -> Imported | None:
    """The module with these starts; None where it would compile to anything else than what is there."""
    first = next(iter(asked.values())).namespace
    asked = said_for({index: each for index, each in asked.items() if each.namespace == first})
    plain = [
        cast("Document", asked[i].generated.pipeline) if i in asked else each for i, each in enumerate(given.documents)
    ]
    reports = {account_of(name_of(plain[index])) for index, each in asked.items() if each.generated.report}
    own = {index for index, each in enumerate(plain) if TASK.is_of(each) and name_of(each) in reports}
    called = [i for i, each in enumerate(plain) if any(is_current(kind, each) for kind in _CALLED) and i not in own]
    trial = write_module([plain[i] for i in called], asked={called.index(i): each for i, each in asked.items()})
    made = _compiled(trial.text, given.alpha)
    if made is None:
        return None
    gone = set[int]()
    for document in made:
        index = given.keys.get(_key(document))
        if index is None or not same(document, given.documents[index]):
            what = f"{document.get('kind')} {name_of(document)!r}"
            why = f"on= would write the {what} in another way" if index is not None else f"there is no {what}"
            for at in (place for each in asked.values() for place in each.places):
                reasons.setdefault(at, why)
            return None
        gone |= {index} - {*called}
    left = [index for index in range(len(plain)) if index not in gone]
    return _whole(given, plain, left, asked, reasons)


def _whole(
    given: _Import,
    plain: Sequence[Document],
    left: Sequence[int],
    asked: Mapping[int, Asked],
    reasons: Mapping[int, str],
) -> Imported | None:
    """The module of what is left; None where the whole of it does not come to all that was there."""
    raw = dict(_raw(given, reasons, frozenset(range(len(plain))) - frozenset(left)))
    written = plain_module(
        tuple(plain[index] for index in left),
        [given.comments[index] for index in left],
        given.title,
        given.alpha,
        {at: raw[index] for at, index in enumerate(left) if index in raw},
        {at: asked[index] for at, index in enumerate(left) if index in asked},
    )
    made = _compiled(written.text, given.alpha) if not written.lost else None
    if made is None or len(made) != len(given.documents) or {_key(each) for each in made} != {*given.keys}:
        return None
    if not all(same(each, given.documents[given.keys[_key(each)]]) for each in made):
        return None
    kept = tuple(attrs.evolve(each, index=left[each.index]) for each in written.kept)
    return attrs.evolve(written, kept=(*kept, *_committed(given, reasons, left)))


def _compiled(text: str, alpha: frozenset[str]) -> list[Document] | None:
    """What a module compiles to with its starts; None for one that can't be run or compiled."""
    try:
        with loaded_module(text) as manifest:
            return [dict(each) for each in compile_manifest(manifest, CompileOptions(alpha=alpha)).documents]
    except (FenceError, FlowError):
        return None


def _key(document: Mapping[str, object]) -> Key:
    return str(document.get("kind")), namespace_of(document), name_of(document)
