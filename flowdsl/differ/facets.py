"""A document taken apart into facets: everything it says, once, under what it is about.

What is left after the known fields are taken out becomes facets of the kind `field`, so that nothing is overlooked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

from flowdsl.differ.model import Subject
from flowdsl.kinds.defaults import with_defaults
from flowdsl.kube.conventions import VARIANT_OF
from flowdsl.kube.said_conditions import said_conditions

Facets = dict[Subject, object]

_SERVER_SET = ("managedFields", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink")
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
# Lists whose order means nothing: Tekton and Kubernetes read them as sets, or by name.
_UNORDERED = frozenset({"tolerations", "imagePullSecrets", "secrets", "accessModes", "when", "values", "include"})
# Lists of named things: each is found by the field that names it.
_NAMED = {
    "volumeMounts": "mountPath",
    "params": "name",
    "workspaces": "name",
    "results": "name",
    "volumes": "name",
    "taskRunSpecs": "pipelineTaskName",
    "stepSpecs": "name",
    "sidecarSpecs": "name",
    "sidecars": "name",
    "env": "name",
    "items": "key",
    "hostAliases": "ip",
}


def clean(document: Mapping[str, object]) -> dict[str, object]:
    """The document with Tekton's defaults and without what only a cluster writes."""
    found = with_defaults(document)
    found.pop("status", None)
    metadata = found.get("metadata")
    if isinstance(metadata, dict):
        for field in _SERVER_SET:
            metadata.pop(field, None)
        notes = metadata.get("annotations")
        if isinstance(notes, dict):
            notes.pop(_LAST_APPLIED, None)
    return found


class Taking:
    """Takes fields out of a copy of a document and notes them as facets; `rest` is what is left of it."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self.rest: dict[str, object] = json.loads(json.dumps(document, default=str))
        self.found: Facets = {}
        notes = _annotations(self.rest)
        self.conditions = said_conditions(notes)
        self.is_variant = isinstance(notes.get(VARIANT_OF), str)
        """Whether it is a Task that one pipeline alone refers to, since no one knows its name."""
        for field in ("apiVersion", "kind"):
            self.rest.pop(field, None)

    def note(self, kind: str, path: Iterable[str], value: object) -> None:
        """A facet. Two of one name (a document that Tekton refuses) are told apart by number."""
        value = settled(value)
        subject = Subject(kind, tuple(path))
        number = 2
        while subject in self.found:
            subject = Subject(kind, (*tuple(path), f"#{number}"))
            number += 1
        self.found[subject] = value

    def metadata(self) -> None:
        """Labels, annotations and names; the name is what a document is found by, and no facet."""
        metadata = self.rest.pop("metadata", None)
        if not isinstance(metadata, dict):
            return
        for field in ("name", "generateName", "namespace"):
            metadata.pop(field, None)
        for field in ("labels", "annotations"):
            for name, value in (self.mapping(metadata, field)).items():
                self.note("metadata", (field, name), value)
        self.remains(metadata, ("metadata",))

    def mapping(self, holder: dict[str, object], field: str) -> dict[str, object]:
        """Take a mapping out; empty where there is none, and where it is none it stays."""
        value = holder.get(field)
        if not isinstance(value, dict):
            return {}
        del holder[field]
        return value

    def each(self, holder: dict[str, object], field: str, key: str = "name") -> list[tuple[str, dict[str, object]]]:
        """Take a list of mappings out, each with its name; where it is something else it stays."""
        value = holder.get(field)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            return []
        del holder[field]
        named = []
        for index, item in enumerate(value):
            name = item.pop(key, None)
            named.append((str(name) if name is not None else f"[{index}]", item))
        return named

    def take(self, kind: str, path: Iterable[str], holder: dict[str, object], field: str) -> None:
        """Take one field out whole, where it is there."""
        if field in holder:
            self.note(kind, path, holder.pop(field))

    def remains(self, holder: dict[str, object], path: tuple[str, ...]) -> None:
        """What nobody took of a mapping, leaf by leaf."""
        for name, item in holder.items():
            self._leaf(item, (*path, name))

    def _leaf(self, value: object, path: tuple[str, ...]) -> None:
        if isinstance(value, dict) and value:
            self.remains(value, path)
        elif isinstance(value, list) and value:
            self._list(value, path)
        elif value != {} or path[-1] not in ("spec", "metadata", "timeouts"):
            self.note("field", path, value)

    def _list(self, value: list[object], path: tuple[str, ...]) -> None:
        key = _NAMED.get(path[-1], "name")
        named = [item for item in value if isinstance(item, dict) and isinstance(item.get(key), str)]
        if len(named) == len(value):
            for item in named:
                name = str(item.pop(key))
                self.note("field", (*path, name), True)
                self.remains(item, (*path, name))
        elif path[-1] in _UNORDERED:
            self.note("field", path, in_order(value))
        else:
            self.note("field", path, value)


def _annotations(document: Mapping[str, object]) -> Mapping[str, object]:
    metadata = document.get("metadata")
    found = metadata.get("annotations") if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def in_order(values: Iterable[object]) -> list[object]:
    """Values whose order means nothing, in one that is always the same."""
    return sorted(values, key=lambda value: json.dumps(value, sort_keys=True))


def settled(value: object) -> object:
    """A value with every list whose order means nothing in one order."""
    if isinstance(value, dict):
        found = {name: settled(each) for name, each in value.items()}
        return {
            name: in_order(each) if isinstance(each, list) and (name in _UNORDERED or _named(name, each)) else each
            for name, each in found.items()
        }
    return [settled(each) for each in value] if isinstance(value, list) else value


def _named(field: str, values: list[object]) -> bool:
    key = _NAMED.get(field)
    return key is not None and all(isinstance(each, dict) and key in each for each in values)


Take = Callable[[Taking, dict[str, object]], None]
