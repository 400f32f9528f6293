"""Two sets of documents side by side: paired by kind and name, renamed ones by what they say."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from flowdsl.differ import bundles, impact
from flowdsl.differ.facets import Facets, clean
from flowdsl.differ.model import Added, Changed, Difference, DocumentId, Impact, Removed, Subject
from flowdsl.differ.renames import follow
from flowdsl.differ.same import same
from flowdsl.differ.specs import facets
from flowdsl.kinds.table import KINDS
from flowdsl.kube.conventions import VARIANT_OF

Document = Mapping[str, object]
_CALLED = frozenset(kind.name for kind in KINDS if kind.called)
_WHOLE = Subject("document")
_IMMUTABLE = Subject("immutable")
_OF_ONE_USE = "what a use asks for is another"
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
    codes = bundles.paired(old, new, gone, come)
    old = bundles.renamed(old, codes)
    new = {**new, **{each: bundles.without_hash(new[each]) for each in codes.values()}}
    taken = frozenset(codes.values())
    renamed = [
        *codes.items(),
        *_renamed(old, new, [each for each in gone if each not in codes], [each for each in come if each not in taken]),
    ]
    found: list[Difference] = []
    known = {each for pair in renamed for each in pair}
    changed = _changed_variants(old, new, [each for each in gone if each not in known], come, known)
    known |= {each for pair in changed for each in pair}
    for one, other in changed:
        found.append(Changed(other, Subject("name"), Impact.BEHAVIOURAL, _OF_ONE_USE, one.name, other.name))
        found += _within(other, facets(old[one]), facets(new[other]))
    for one, other in renamed:
        called = one.kind in _CALLED and not _variant_of(old[one])
        level = Impact.BREAKING if called else Impact.BEHAVIOURAL
        why = "callers know it by the old name" if called else ""
        found.append(Changed(other, Subject("name"), level, why, one.name, other.name))
    for one in gone:
        if one not in known:
            called = one.kind in _CALLED and not _variant_of(old[one])
            level = Impact.BREAKING if called else Impact.BEHAVIOURAL
            found.append(Removed(one, _WHOLE, level, "callers fail" if called else ""))
    for other in come:
        if other not in known:
            found.append(Added(other, _WHOLE, Impact.BEHAVIOURAL))
    for one, other in codes.items():
        found += _within(other, facets(old[one]), facets(new[other]))
    for one, _ in pairs:
        before_, names = follow(old[one], new[one])
        for name, now in names.items():
            found.append(Changed(one, Subject("name", (now,)), Impact.BEHAVIOURAL, "", name, now))
        found += _within(one, facets(before_), facets(new[one]))
    order = {each: number for number, each in enumerate([*new, *gone])}
    return sorted(found, key=lambda each: (order[each.document], -each.impact, each.subject.kind, each.subject.path))


def _by_id(documents: Iterable[Document]) -> dict[DocumentId, dict[str, object]]:
    found = {}
    for document in documents:
        metadata, kind = document.get("metadata"), document.get("kind")
        if isinstance(kind, str) and document.get("apiVersion"):
            named = metadata if isinstance(metadata, Mapping) else {}
            name = str(named.get("name") or named.get("generateName") or "")
            found[DocumentId(kind, name, str(named.get("namespace") or ""))] = clean(document)
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


def _changed_variants(
    old: Mapping[DocumentId, Document],
    new: Mapping[DocumentId, Document],
    gone: Sequence[DocumentId],
    come: Sequence[DocumentId],
    known: Collection[DocumentId],
) -> list[tuple[DocumentId, DocumentId]]:
    """Variants of a task whose uses ask for something else now, and so have another name: each once, in order."""
    left: dict[tuple[str, str, str], deque[DocumentId]] = {}
    for each in come:
        if each not in known and (base := _variant_of(new[each])):
            left.setdefault((each.kind, each.namespace, base), deque()).append(each)
    found = []
    for one in gone:
        if matches := left.get((one.kind, one.namespace, _variant_of(old[one]))):
            found.append((one, matches.popleft()))
    return found


def _variant_of(document: Document) -> str:
    """The Task of which this one is a variant for single uses: nobody else calls it."""
    metadata = document.get("metadata")
    notes = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    base = notes.get(VARIANT_OF) if isinstance(notes, Mapping) else None
    return base if isinstance(base, str) else ""


def _text(document: Document) -> str:
    """All that a document says of itself, but its metadata: some kinds have no spec."""
    said = {name: value for name, value in document.items() if name not in ("apiVersion", "kind", "metadata")}
    return json.dumps(said, sort_keys=True, default=str)


def _within(document: DocumentId, old: Facets, new: Facets) -> Iterator[Difference]:
    old, new = dict(old), dict(new)
    yield from _renamed_tasks(document, old, new)
    kept = old.get(_IMMUTABLE) is True
    for subject, before in old.items():
        if subject not in new:
            level, why = impact.of_removed(subject.kind, before, kept=kept)
            yield Removed(document, subject, level, why, before)
        elif not same(subject.kind, before, new[subject]):
            level, why = impact.of_changed(subject.kind, before, new[subject], kept=kept)
            yield Changed(document, subject, level, why, before, new[subject])
    for subject, after in new.items():
        if subject not in old:
            level, why = impact.of_added(subject.kind, after, kept=kept)
            yield Added(document, subject, level, why, after)


def _renamed_tasks(document: DocumentId, old: Facets, new: Facets) -> Iterator[Difference]:
    """Tasks of a pipeline under another name: told once, and compared under the new name."""
    tasks, others = _tasks(old), _tasks(new)
    come, gone = [each for each in others if each not in tasks], [each for each in tasks if each not in others]
    if not come or not gone:
        return
    before, after = _abouts(old), _abouts(new)
    left: dict[str, deque[str]] = {}
    for each in come:
        left.setdefault(after[each], deque()).append(each)
    names = {one: matches.popleft() for one in gone if (matches := left.get(before[one]))}
    for one, other in names.items():
        yield Changed(document, Subject("name", (other,)), Impact.BEHAVIOURAL, "", one, other)
    for subject in [each for each in old if names and each.path and each.kind not in _OWN]:
        first, last = subject.path[0], subject.path[-1]
        moving = {first, last} if subject.kind == "edge" else {first}
        if moving & names.keys():
            moved = tuple(names.get(part, part) if part in moving else part for part in subject.path)
            old[Subject(subject.kind, moved)] = old.pop(subject)


def _tasks(found: Facets) -> list[str]:
    """The names of a pipeline's own tasks."""
    return [subject.path[0] for subject in found if subject.kind == "task" and len(subject.path) == 1]


def _abouts(found: Facets) -> dict[str, str]:
    """What each task of a pipeline does, without its name."""
    own: dict[str, list[tuple[str, tuple[str, ...], object]]] = {}
    for each, value in found.items():
        if each.path and each.kind not in {"edge", *_OWN}:
            own.setdefault(each.path[0], []).append((each.kind, each.path[1:], value))
    return {name: json.dumps(sorted(parts, key=str), sort_keys=True, default=str) for name, parts in own.items()}
