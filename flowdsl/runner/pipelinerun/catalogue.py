"""Where references lead: Tasks, Pipelines and StepActions among the documents, and what stands in for others here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from flowdsl.kinds.kind import Kind
from flowdsl.kinds.table import PIPELINE, STEP_ACTION, TASK

Document = Mapping[str, Any]
Equivalent = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]


@attrs.frozen
class FoundTask:
    """What a task reference led to: the Task's name, its spec, the metadata that TaskRuns inherit."""

    name: str
    spec: Mapping[str, Any]
    labels: Mapping[str, str] = attrs.field(factory=dict)
    annotations: Mapping[str, str] = attrs.field(factory=dict)
    origin: str = "documents"


@attrs.define
class Catalogue:
    """Looks references up: first what the user registered, then the documents, then local equivalents.

    `tasks` are TaskSpecs, or Task documents, by name of a Task or of a resolver's reference. `equivalent` gives a
    TaskSpec for a well-known reference, or None.
    """

    documents: dict[tuple[str, str], Document] = attrs.field(factory=dict)
    tasks: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)
    equivalent: Equivalent | None = None

    @classmethod
    def of(
        cls,
        documents: Iterable[Document],
        tasks: Mapping[str, Mapping[str, Any]] | None = None,
        equivalent: Equivalent | None = None,
    ) -> Catalogue:
        """A catalogue over documents; of two with one name the last counts, as with kubectl apply."""
        found = {(str(each.get("kind")), str((each.get("metadata") or {}).get("name"))): each for each in documents}
        return cls(found, tasks or {}, equivalent)

    def task(self, reference: Mapping[str, Any]) -> FoundTask:
        """What a taskRef names. Raises LookupError, which says what was looked for."""
        names = reference_names(reference)
        for name in names:
            if name in self.tasks:
                return _registered(name, self.tasks[name])
        if not reference.get("resolver"):
            document = self.documents.get((TASK.name, str(reference.get("name"))))
            if document is not None:
                return _of_document(document)
        local = self.equivalent(reference) if self.equivalent is not None else None
        if local is not None:
            return FoundTask(names[0] if names else "", local, origin="equivalent")
        if reference.get("resolver"):
            shown = names[0] if names else "task"
            raise LookupError(
                f"nothing stands in for the {reference['resolver']} resolver's {shown} here{_hint(names)}"
            )
        raise LookupError(f'{TASK.resource} "{reference.get("name")}" not found{_hint(names)}')

    def pipeline(self, reference: Mapping[str, Any]) -> Document:
        """The Pipeline that a pipelineRef names. Raises LookupError."""
        return self._named(PIPELINE, reference)

    def step_action(self, reference: Mapping[str, Any]) -> Mapping[str, Any]:
        """The spec of the StepAction that a step's `ref` names. Raises LookupError."""
        spec: Mapping[str, Any] = self._named(STEP_ACTION, reference).get("spec") or {}
        return spec

    def _named(self, kind: Kind, reference: Mapping[str, Any]) -> Document:
        for name in reference_names(reference):
            document = self.documents.get((kind.name, name))
            if document is not None:
                return document
        raise LookupError(f'{kind.resource} "{reference.get("name", "")}" not found')


def _hint(names: list[str]) -> str:
    key = names[0] if names else "NAME"
    return f'; give a stand-in with LocalRun(tasks={{"{key}": ...}}) or in [tool.flowdsl.run.tasks] of pyproject.toml'


def reference_names(reference: Mapping[str, Any]) -> list[str]:
    """The names under which a reference may be registered: its own, the resolver's `name`, the last part of a path."""
    found = [str(reference["name"])] if reference.get("name") else []
    params = {param.get("name"): param.get("value") for param in reference.get("params") or ()}
    for key in ("name", "pathInRepo", "url"):
        value = params.get(key)
        if isinstance(value, str) and value:
            last = value.rstrip("/").rpartition("/")[2]
            found += [value, last.removesuffix(".yaml").removesuffix(".yml").removesuffix(".git")]
    return list(dict.fromkeys(found))


def _registered(name: str, given: Mapping[str, Any]) -> FoundTask:
    return _of_document(given, "registered") if TASK.is_of(given) else FoundTask(name, given, origin="registered")


def _of_document(document: Document, origin: str = "documents") -> FoundTask:
    metadata = document.get("metadata") or {}
    return FoundTask(
        str(metadata.get("name", "")),
        document.get("spec") or {},
        metadata.get("labels") or {},
        metadata.get("annotations") or {},
        origin,
    )
