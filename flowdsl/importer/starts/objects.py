"""The documents that starts are made of, by kind and name; fields of them without falling over what is odd."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from flowdsl.importer.shapes import Unsupported
from flowdsl.kinds.kind import Kind
from flowdsl.kube.conventions import NEWEST_OF, STARTED_BY

Fields = Mapping[str, object]
_OWN_NOTES = frozenset({NEWEST_OF, STARTED_BY})


@attrs.frozen
class Objects:
    """Documents by kind and name; of two with one name the first."""

    documents: Sequence[Fields]
    by_name: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, documents: Sequence[Fields]) -> Objects:
        """Of all documents of an import."""
        found: dict[tuple[str, str], int] = {}
        for index, document in enumerate(documents):
            found.setdefault((str(document.get("kind")), name_of(document)), index)
        return cls(documents, found)

    def get(self, kind: Kind, name: str) -> Fields:
        """The document. Raises Unsupported where it is not among those that are imported."""
        index = self.by_name.get((kind.name, name))
        if index is None:
            raise Unsupported("spec", f"the {kind.name} {name!r} that it names is not among the files")
        return self.documents[index]


def is_current(kind: Kind, document: Fields) -> bool:
    """Whether a document is of a kind, in the version that flowdsl writes."""
    return kind.is_of(document) and document.get("apiVersion") == kind.api_version


def name_of(document: Fields) -> str:
    """An object's name; "" for none."""
    return str(mapping(document, "metadata").get("name") or "")


def namespace_of(document: Fields) -> str:
    """An object's namespace; "" for none."""
    return str(mapping(document, "metadata").get("namespace") or "")


def mapping(of: object, *path: str) -> Fields:
    """A mapping at a path; an empty one where there is none."""
    for name in path:
        of = of.get(name) if isinstance(of, Mapping) else None
    return of if isinstance(of, Mapping) else {}


def listed(of: object, *path: str) -> list[Fields]:
    """The mappings of a list at a path."""
    found = mapping(of, *path[:-1]).get(path[-1])
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def text(of: object, *path: str) -> str:
    """A text at a path; "" for what is none."""
    found = mapping(of, *path[:-1]).get(path[-1])
    return found if isinstance(found, str) else ""


def count_of(value: object) -> int:
    """The number that a text is, of at most eight digits; 0 for any other text and for what is none."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 9 else 0


def by_name(items: Sequence[Fields]) -> dict[str, object]:
    """The values of a list of names and values."""
    return {str(each.get("name")): each.get("value") for each in items}


@attrs.frozen
class Run:
    """The run that a start makes: its params, and all that the runs of a pipeline have in common."""

    pipeline: str
    params: Mapping[str, object]
    rest: Mapping[str, object]
    notes: frozenset[str]
    """The names of its annotations."""

    @classmethod
    def of(cls, document: object) -> Run:
        """Of a PipelineRun as a target has it. Raises Unsupported for one that names no pipeline."""
        spec = {**mapping(document, "spec")}
        reference = mapping(spec.pop("pipelineRef", None))
        if set(reference) != {"name"}:
            raise Unsupported("spec", "its run is not of a pipeline that is named")
        params = by_name(listed(spec, "params"))
        spec.pop("params", None)
        notes = frozenset(map(str, mapping(document, "metadata", "annotations")))
        return cls(str(reference["name"]), params, spec, notes - _OWN_NOTES)
