"""Two sets of documents side by side: paired by kind and name, renamed ones by what they say."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flowdsl.diff import impact
from flowdsl.diff.facets import Facets, clean
from flowdsl.diff.model import Added, Changed, Difference, DocumentId, Impact, Removed, Subject
from flowdsl.diff.renames import follow
from flowdsl.diff.same import same
from flowdsl.diff.specs import facets

Document = Mapping[str, Any]
_CALLED = ("Task", "Pipeline", "StepAction")
_WHOLE = Subject("document")
# Facets whose path does not begin with a task of the pipeline.
_OWN = frozenset({"param", "result", "workspace", "metadata"})


def compare(before: Iterable[Document], after: Iterable[Document]) -> list[Difference]:
    """The differences from the first set to the second, gravest first within each document, in order of documents.

    Documents are plain data with apiVersion and kind; those without are ignored. Order within lists that are sets to
    Tekton, Tekton's defaults, and what a cluster writes by itself (status, uid, …) are no difference. Where a name is
    there twice in a set, the last one counts, as for `kubectl apply`.
    """
    old, new = _by_id(before), _by_id(after)
    pairs = [(each, each) for each in old if each in new]
    gone, come = [each for each in old if each not in new], [each for each in new if each not in old]
    renamed = list(_renamed(old, new, gone, come))
    found: list[Difference] = []
    known = {each for pair in renamed for each in pair}
    for one, other in renamed:
        level = Impact.BREAKING if one.kind in _CALLED else Impact.BEHAVIOURAL
        why = "callers know it by the old name" if level is Impact.BREAKING else ""
        found.append(Changed(other, Subject("name"), level, why, one.name, other.name))
    for one in gone:
        if one not in known:
            level = Impact.BREAKING if one.kind in _CALLED else Impact.BEHAVIOURAL
            found.append(Removed(one, _WHOLE, level, "callers fail" if level is Impact.BREAKING else ""))
    for other in come:
        if other not in known:
            found.append(Added(other, _WHOLE, Impact.BEHAVIOURAL))
    for one, _ in pairs:
        before_, names = follow(old[one], new[one])
        for name, now in names.items():
            found.append(Changed(one, Subject("name", (now,)), Impact.BEHAVIOURAL, "", name, now))
        found += _within(one, facets(before_), facets(new[one]))
    order = {each: number for number, each in enumerate([*new, *gone])}
    return sorted(found, key=lambda each: (order[each.document], -each.impact, each.subject.kind, each.subject.path))


def _by_id(documents: Iterable[Document]) -> dict[DocumentId, dict[str, Any]]:
    found = {}
    for document in documents:
        metadata = document.get("metadata")
        if isinstance(document.get("kind"), str) and document.get("apiVersion"):
            named = metadata if isinstance(metadata, Mapping) else {}
            name = str(named.get("name") or named.get("generateName") or "")
            found[DocumentId(document["kind"], name, str(named.get("namespace") or ""))] = clean(document)
    return found


def _renamed(
    old: Mapping[DocumentId, Document],
    new: Mapping[DocumentId, Document],
    gone: Sequence[DocumentId],
    come: Sequence[DocumentId],
) -> Iterator[tuple[DocumentId, DocumentId]]:
    """Documents that say the same under another name: the first that fits, each once."""
    left: dict[tuple[str, str], deque[DocumentId]] = {}
    for each in come:
        left.setdefault((each.kind, _text(new[each])), deque()).append(each)
    for one in gone:
        matches = left.get((one.kind, _text(old[one])))
        if matches:
            yield one, matches.popleft()


def _text(document: Document) -> str:
    return json.dumps(document.get("spec"), sort_keys=True, default=str)


def _within(document: DocumentId, old: Facets, new: Facets) -> Iterator[Difference]:
    old, new = dict(old), dict(new)
    yield from _renamed_tasks(document, old, new)
    for subject, before in old.items():
        if subject not in new:
            level, why = impact.of_removed(subject.kind, before)
            yield Removed(document, subject, level, why, before)
        elif not same(subject.kind, before, new[subject]):
            level, why = impact.of_changed(subject.kind, before, new[subject])
            yield Changed(document, subject, level, why, before, new[subject])
    for subject, after in new.items():
        if subject not in old:
            level, why = impact.of_added(subject.kind, after)
            yield Added(document, subject, level, why, after)


def _renamed_tasks(document: DocumentId, old: Facets, new: Facets) -> Iterator[Difference]:
    """Tasks of a pipeline under another name: told once, and compared under the new name."""
    tasks = {subject.path: subject for subject in old if subject.kind == "task" and len(subject.path) == 1}
    others = {subject.path: subject for subject in new if subject.kind == "task" and len(subject.path) == 1}
    come = [path for path in others if path not in tasks]
    for path in [path for path in tasks if path not in others]:
        match = next((each for each in come if _about(old, path) == _about(new, each)), None)
        if match is None:
            continue
        come.remove(match)
        yield Changed(document, Subject("name", match), Impact.BEHAVIOURAL, "", path[0], match[0])
        for subject in [each for each in old if path[0] in each.path and each.kind not in _OWN]:
            if subject.path[0] == path[0] or (subject.kind == "edge" and subject.path[-1] == path[0]):
                moved = tuple(match[0] if part == path[0] else part for part in subject.path)
                old[Subject(subject.kind, moved)] = old.pop(subject)


def _about(found: Facets, path: tuple[str, ...]) -> str:
    """What a task of a pipeline does, without its name."""
    own = [
        (each.kind, each.path[1:], value)
        for each, value in found.items()
        if each.path[:1] == path and each.kind not in {"edge", *_OWN}
    ]
    return json.dumps(sorted(own, key=str), sort_keys=True, default=str)
