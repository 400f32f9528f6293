"""Where references lead: Tasks, Pipelines and StepActions among the documents, and what stands in for others here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias, cast

import attrs

from flowdsl.kinds.kind import Kind
from flowdsl.kinds.table import PIPELINE, STEP_ACTION, TASK
from flowdsl.kube.conventions import BUILDS
from flowdsl.machine.custom import custom_name

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

Document = Mapping[str, object]
REGISTERED = "registered"
"""The origin of what stands in for a Task here."""
Equivalent: TypeAlias = "Callable[[shapes.TaskRef], shapes.TaskSpec | None]"
EQUIVALENT = "equivalent"
"""The origin of a task that stands for another one on this machine."""
ImageBuild: TypeAlias = "Callable[[str], shapes.TaskSpec | None]"


Reference: TypeAlias = "shapes.TaskRef | shapes.PipelineRef | shapes.Ref"


@attrs.frozen
class FoundTask:
    """What a task reference led to: the Task's name, its spec, the metadata that TaskRuns inherit."""

    name: str
    spec: shapes.TaskSpec
    labels: Mapping[str, str] = attrs.field(factory=dict)
    annotations: Mapping[str, str] = attrs.field(factory=dict)
    origin: str = "documents"


@attrs.define
class Catalogue:
    """Looks references up: first what the user registered, then the documents, then local equivalents.

    `tasks` are TaskSpecs, or Task documents, by name of a Task or of a resolver's reference. `equivalent` gives a
    TaskSpec for a well-known reference, or None; `image_build` one for a task that builds the image of that name.
    """

    documents: dict[tuple[str, str], Document] = attrs.field(factory=dict)
    tasks: Mapping[str, Document] = attrs.field(factory=dict)
    equivalent: Equivalent | None = None
    image_build: ImageBuild | None = None

    @classmethod
    def of(
        cls,
        documents: Iterable[Document],
        tasks: Mapping[str, Document] | None = None,
        equivalent: Equivalent | None = None,
        image_build: ImageBuild | None = None,
    ) -> Catalogue:
        """A catalogue over documents; of two with one name the last counts, as with kubectl apply."""
        named = {(str(each.get("kind")), _name(each)): each for each in documents}
        return cls(named, tasks or {}, equivalent, image_build)

    def task(self, reference: shapes.TaskRef) -> FoundTask:
        """What a taskRef names. Raises LookupError, which says what was looked for."""
        names = reference_names(reference)
        for name in names:
            if name in self.tasks:
                return _registered(name, self.tasks[name])
        if not reference.get("resolver"):
            document = self.documents.get((TASK.name, str(reference.get("name"))))
            if document is not None:
                return self._here(_of_document(document))
        local = self.equivalent(reference) if self.equivalent is not None else None
        if local is not None:
            return FoundTask(names[0] if names else "", local, origin=EQUIVALENT)
        if reference.get("resolver"):
            shown = names[0] if names else "task"
            raise LookupError(
                f"nothing stands in for the {reference['resolver']} resolver's {shown} here{_hint(names)}"
            )
        raise LookupError(f'{TASK.resource} "{reference.get("name")}" not found{_hint(names)}')

    def custom(self, what: shapes.TaskRef | shapes.EmbeddedTask) -> FoundTask:
        """What was registered to stand in for a custom task. Raises LookupError: no controller runs here."""
        name = custom_name(what)
        if name in self.tasks:
            return attrs.evolve(_registered(name, self.tasks[name]), name="")
        raise LookupError(f"no controller of it runs on this machine{_hint([name])}")

    def embedded(self, spec: shapes.EmbeddedTask) -> FoundTask:
        """The task that stands in a Pipeline itself."""
        meta = spec.get("metadata") or {}
        found = FoundTask("", bare_spec(spec), meta.get("labels") or {}, meta.get("annotations") or {}, "embedded")
        return self._here(found)

    def _here(self, found: FoundTask) -> FoundTask:
        """The task, or what stands in for one that builds an image of ours."""
        name = found.annotations.get(BUILDS)
        spec = self.image_build(name) if name and self.image_build is not None else None
        return found if spec is None else attrs.evolve(found, spec=spec, origin=EQUIVALENT)

    def pipeline(self, reference: shapes.PipelineRef) -> shapes.Pipeline:
        """The Pipeline that a pipelineRef names. Raises LookupError."""
        return cast("shapes.Pipeline", self._named(PIPELINE, reference))

    def step_action(self, reference: shapes.Ref) -> shapes.StepActionSpec:
        """The spec of the StepAction that a step's `ref` names. Raises LookupError."""
        return cast("shapes.StepAction", self._named(STEP_ACTION, reference)).get("spec") or {}

    def _named(self, kind: Kind, reference: Reference) -> Document:
        for name in reference_names(reference):
            document = self.documents.get((kind.name, name))
            if document is not None:
                return document
        raise LookupError(f'{kind.resource} "{reference.get("name", "")}" not found')


def bare_spec(embedded: shapes.EmbeddedTask) -> shapes.TaskSpec:
    """The TaskSpec of an embedded task, without what it has beside that."""
    bare = {key: value for key, value in embedded.items() if key not in ("metadata", "apiVersion", "kind")}
    return cast("shapes.TaskSpec", bare)


def _hint(names: list[str]) -> str:
    key = names[0] if names else "NAME"
    return f'; give a stand-in with LocalRun(tasks={{"{key}": ...}}) or in [tool.flowdsl.run.tasks] of pyproject.toml'


def reference_names(reference: Reference) -> list[str]:
    """The names under which a reference may be registered: its own, the resolver's `name`, the last part of a path."""
    found = [str(reference["name"])] if reference.get("name") else []
    params = {param.get("name"): param.get("value") for param in reference.get("params") or ()}
    for key in ("name", "pathInRepo", "url"):
        value = params.get(key)
        if isinstance(value, str) and value:
            last = value.rstrip("/").rpartition("/")[2]
            found += [value, last.removesuffix(".yaml").removesuffix(".yml").removesuffix(".git")]
    return list(dict.fromkeys(found))


def _registered(name: str, given: Document) -> FoundTask:
    if TASK.is_of(given):
        return _of_document(given, REGISTERED)
    return FoundTask(name, cast("shapes.TaskSpec", given), origin=REGISTERED)


def _name(document: Document) -> str:
    metadata = document.get("metadata")
    return str(metadata.get("name") if isinstance(metadata, Mapping) else None)


def _of_document(document: Document, origin: str = "documents") -> FoundTask:
    task = cast("shapes.Task", document)
    metadata = task.get("metadata") or {}
    return FoundTask(
        str(metadata.get("name", "")),
        task.get("spec") or {},
        metadata.get("labels") or {},
        metadata.get("annotations") or {},
        origin,
    )
