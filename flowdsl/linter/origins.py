"""Where the code that a finding is about stands in the user's files: that of a script, or of a mounted ConfigMap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from flowdsl.check import Finding
from flowdsl.check.pitfalls.shapes import at
from flowdsl.diagnostics import Location, Path
from flowdsl.kube.source_lines import Sources
from flowdsl.yamlread.documents import Document


@attrs.define
class Origins:
    """What scripts and ConfigMaps among the documents hold of the user's files; each is read once."""

    documents: Sequence[Document]
    _mounted: dict[tuple[str, str], list[tuple[str, str]]] | None = None
    _known: dict[tuple[int, Path], Sequence[Sources]] = attrs.field(factory=dict)

    def traced(self, document: Document, finding: Finding) -> Finding:
        """The finding, with the line of the user's own file where it is about code that flowdsl put there."""
        if not finding.part or not finding.path:
            return finding
        if finding.path[-1] != "script" and not (finding.path[0] == "data" and _holds_code(document)):
            return finding
        key = (id(document), finding.path)
        if key not in self._known:
            self._known[key] = list(self._sources(document, finding.path))
        places = (each.place(finding.part) for each in self._known[key])
        place = next((each for each in places if each is not None), None)
        related = (("comes from", Location(*place)),) if place is not None else ()
        return attrs.evolve(finding, related=(*finding.related, *related))

    def _sources(self, document: Document, path: Path) -> Iterator[Sources]:
        value = str(at(document.data, path) or "")
        if path[-1] == "script":
            yield Sources.of(value)
            return
        metadata = document.data.get("metadata")
        name = metadata.get("name") if isinstance(metadata, Mapping) else None
        for file, script in self._mounts().get((str(name), str(path[-1])), ()):
            yield Sources.of(script, {file: value})

    def _mounts(self) -> Mapping[tuple[str, str], Sequence[tuple[str, str]]]:
        """By the name of a ConfigMap and a key in it: the paths at which tasks have that, each with their scripts."""
        if self._mounted is None:
            self._mounted = {}
            for document in self.documents:
                for spec in _task_specs(document.data):
                    scripts = [step["script"] for step in _items(spec, "steps") if isinstance(step.get("script"), str)]
                    for name, key, file in _mounted_in(spec):
                        known = self._mounted.setdefault((name, key), [])
                        known += ((file, str(script)) for script in scripts)
        return self._mounted


def _holds_code(document: Document) -> bool:
    from flowdsl.emit.file_names import holds_code  # not at the top: few findings are about a ConfigMap

    return holds_code(document.data)


def _task_specs(value: object) -> Iterator[Mapping[str, object]]:
    """The specs of tasks in a document, wherever they stand."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping):
            if isinstance(each.get("steps"), list) and isinstance(each.get("volumes"), list):
                yield each
            waiting += reversed(list(each.values()))
        elif isinstance(each, list):
            waiting += reversed(each)


def _mounted_in(spec: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """The keys of ConfigMaps that a task has as files: the ConfigMap's name, the key, and the path."""
    for volume in _items(spec, "volumes"):
        source = volume.get("configMap")
        if isinstance(source, Mapping):
            yield from (
                (str(source.get("name")), str(each.get("key")), str(each.get("path")))
                for each in _items(source, "items")
            )


def _items(holder: Mapping[str, object], field: str) -> Iterator[Mapping[str, object]]:
    given = holder.get(field)
    return (each for each in (given if isinstance(given, list) else ()) if isinstance(each, Mapping))
