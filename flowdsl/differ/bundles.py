"""ConfigMaps of code under a new name: the name is a hash of the content, and so each change of the code gives another.

The one that a Task mounts now is what became of the one that it mounted before: they are compared, and the name is told
once and not at each Task that mounts it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from flowdsl.differ.model import DocumentId
from flowdsl.emit.file_names import holds_code
from flowdsl.kinds.table import CONFIG_MAP
from flowdsl.kube.conventions import BUNDLE, BUNDLE_NAME

Documents = Mapping[DocumentId, dict[str, object]]
Place = tuple[DocumentId, tuple[str, ...]]
_FIELD, _NAME = CONFIG_MAP.volume


def paired(
    old: Documents, new: Documents, gone: Sequence[DocumentId], come: Sequence[DocumentId]
) -> dict[DocumentId, DocumentId]:
    """The ConfigMaps of code that are gone, each with that which came in its place."""
    before = {each.name: each for each in gone if holds_code(old[each])}
    after = {each.name: each for each in come if holds_code(new[each])}
    if not before or not after:
        return {}
    now = dict(_uses(new))
    found: dict[DocumentId, DocumentId] = {}
    for place, name in _uses(old):
        one, other = before.get(name), after.get(now.get(place, ""))
        if one is not None and other is not None and one not in found and other not in found.values():
            found[one] = other
    return found


def renamed(documents: Documents, pairs: Mapping[DocumentId, DocumentId]) -> dict[DocumentId, dict[str, object]]:
    """The documents with each volume of such a ConfigMap under its new name, and the ConfigMaps without their hash."""
    names = {one.name: other.name for one, other in pairs.items()}
    found = {each: _following(document, names) if names else document for each, document in documents.items()}
    return {**found, **{each: without_hash(documents[each]) for each in pairs}}


def without_hash(document: dict[str, object]) -> dict[str, object]:
    """A ConfigMap without the label that says once more what its name says."""
    metadata = document.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    if not isinstance(metadata, dict) or not isinstance(labels, dict):
        return document
    kept = {name: value for name, value in labels.items() if name != BUNDLE}
    return {**document, "metadata": {**metadata, "labels": kept}}


def _uses(documents: Documents) -> Iterator[tuple[Place, str]]:
    for each, document in documents.items():
        for path, name in mounted(document):
            yield (each, path), name


def mounted(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """The ConfigMaps that the volumes of ours name, at any depth, each with the names that lead to the volume."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            name = each.get("name") if isinstance(each, dict) else None
            yield from mounted(each, (*path, str(name or index)))
    if not isinstance(value, dict):
        return
    source = value.get(_FIELD)
    if value.get("name") == BUNDLE_NAME and isinstance(source, dict):
        yield path, str(source.get(_NAME))
    for key, each in value.items():
        yield from mounted(each, (*path, key))


def _following(document: dict[str, object], names: Mapping[str, str]) -> dict[str, object]:
    return {key: _followed(value, names) for key, value in document.items()}


def _followed(value: object, names: Mapping[str, str]) -> object:
    if isinstance(value, list):
        return [_followed(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    source = value.get(_FIELD)
    if value.get("name") == BUNDLE_NAME and isinstance(source, dict) and source.get(_NAME) in names:
        return {**value, _FIELD: {**source, _NAME: names[str(source[_NAME])]}}
    return _following(value, names)
