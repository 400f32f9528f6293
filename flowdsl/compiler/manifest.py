"""From a manifest to checked Tekton documents, one an item, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.check import DEFAULT_GATES
from flowdsl.compiler.builder import Builder
from flowdsl.compiler.compilation import Compilation, CompileOptions
from flowdsl.compiler.compile import own_tasks
from flowdsl.compiler.lost_uses import note_lost_of_run, note_lost_pods, note_missing_variants, says_it
from flowdsl.compiler.packages import Locks
from flowdsl.compiler.rules import NOTHING_STARTS, UNCHECKED_RAW_DOCUMENT
from flowdsl.compiler.run_values import run_values, typed_options
from flowdsl.compiler.scripts import with_script
from flowdsl.compiler.settle import settled_task
from flowdsl.compiler.starting import runs_in, starting
from flowdsl.compiler.unmatched import note_unused
from flowdsl.compiler.validate import Lowering, validate
from flowdsl.compiler.without_run import note_lost_options
from flowdsl.diagnostics import Collector, Location
from flowdsl.frontend.manifest import Item, Manifest, RawTask, Run, StepAction
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.frontend.task import Task
from flowdsl.ir.documents import Raw
from flowdsl.ir.nodes import PipelineDef, Reference, TaskDef
from flowdsl.kinds import UnknownKind, is_served, is_tekton, kind_hint, model_for
from flowdsl.kinds.table import TASK
from flowdsl.lower.documents import pipeline_run, step_action_document, task_run
from flowdsl.lower.fields import with_opt_ins
from flowdsl.lower.pipeline import pipeline_ref, pipeline_spec, task_ref
from flowdsl.lower.task import task_spec
from flowdsl.passes.variants import as_variant

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import Document, PipelineRunSpec, TaskRunSpec


def compile_manifest(manifest: Manifest, options: CompileOptions | None = None) -> Compilation:
    """Compile every item of a manifest. Raises FlowError with everything found where any of it is an error."""
    collector = Collector()
    builder = _Builder(_started(manifest, options or CompileOptions()), collector, Locks(manifest.location.file))
    builder.namespace = manifest.namespace
    builder.repositories, builder.token = manifest.repositories, manifest.token
    builder.runs = [item for item in manifest.items if isinstance(item, Run)]
    note_unused(manifest, builder.options.settings, collector)
    documents = []
    starts: list[Document] = []
    for item in manifest.items:
        made = builder.item(item)
        documents += [each.make() for each in builder.code(item)]
        for each in builder.deciding(item) if made is not None else ():
            documents += builder.checked(item, each)
        if made is not None:
            documents += builder.checked(item, made)
        if isinstance(item, Pipeline):
            starts += builder.started(item)
    tasks = {_name(each) for each in documents if TASK.is_of(each)}
    note_missing_variants(builder.traced.values(), tasks, collector)
    builder.note_idle(manifest)
    first = next(iter(builder.traced.values()), PipelineDef(manifest.name, manifest.location))
    if "pac" in builder.options.targets:
        from flowdsl.compiler.starts_as_code import check_folder

        check_folder(first, [*documents, *(each for each in starts if TASK.is_of(each))], starts, collector)
    collector.raise_if_errors()
    return Compilation((*documents, *starts), tuple(collector.items), first, builder.options.place)


def _started(manifest: Manifest, options: CompileOptions) -> CompileOptions:
    """The options with the targets that the manifest names, where the caller names none."""
    return attrs.evolve(options, events=manifest.events) if manifest.events and not options.events else options


class _Builder(Builder):
    """What makes the documents of a manifest's items."""

    runs: Sequence[Run] = ()
    """The runs among them."""
    namespace: str = ""
    """That of what targets are given, where the compile says none."""
    repositories: tuple[str, ...] = ()
    token: str = ""
    """What Argo Events' source names and asks with, where the settings say none."""

    def __init__(self, options: CompileOptions, collector: Collector, locks: Locks) -> None:
        super().__init__(options, collector, locks)
        self._decided: set[str] = set()
        self._scripted: dict[int, TaskDef] = {}
        self._starts: dict[int, tuple[list[TaskDef], list[Document]]] = {}

    def deciding(self, item: Item) -> list[Lowering]:
        """The Tasks that decide a pipeline's conditions: variants, which nobody could list."""
        target = item.target if isinstance(item, Run) else item
        definition = self.traced.get(id(target))
        if not isinstance(target, Pipeline) or definition is None:
            return []
        layout = self.layout(target, definition)
        found = {node.task.object_name: node.task for node in definition.nodes if node.task.decisions}
        fresh = [task for name, task in found.items() if name not in self._decided and not task.options.inline]
        self._decided.update(found)
        return [self.task(task, layout) for task in fresh]

    def item(self, item: Item) -> Lowering | None:
        """What lowers one item; None where a finding keeps it from being made."""
        if isinstance(item, (Raw, RawTask)):
            return Lowering.of(cast("Document", dict(item.document)))
        if isinstance(item, Pipeline):
            definition = written = self.definition(item)
            if definition is not None and definition.options.on:
                definition = self._starting(item, definition)
            if not self._runs_start(item):
                note_lost_options(item, self.collector)
            self.note_lost(item, written)
            return self.pipeline(item, definition) if definition else None
        if isinstance(item, Run):
            return self.run(item)
        if isinstance(item, StepAction):
            made = not self._refused(item.task.problems)
            return Lowering(partial(step_action_document, item.task.definition, self.metadata)) if made else None
        task = self.scripted(item)
        return self.task(task) if task is not None and task.reference is None else None

    def _starting(self, item: Pipeline, definition: PipelineDef) -> PipelineDef:
        """The pipeline as its targets want it; what they are given, and the Tasks for that, are kept for `started`."""
        values = run_values(definition, {}, self.collector, self.options.settings, alone=False)
        found, made = starting(self._placed(), definition, values, self.collector)
        before = {task.name for task in own_tasks(definition)}
        self._starts[id(item)] = [task for task in own_tasks(found) if task.name not in before], made
        self.traced[id(item)] = found
        return found

    def _runs_start(self, item: Pipeline) -> bool:
        """Whether targets are given runs of a pipeline, which have its options."""
        _, made = self._starts.get(id(item), ([], []))
        return bool(made)

    def _placed(self) -> Builder:
        """What makes the documents of targets, whose namespace the manifest says where the compile does not."""
        options = attrs.evolve(self.options, namespace=self.options.place or self.namespace)
        usual = options.settings.events
        events = attrs.evolve(
            usual, repositories=usual.repositories or self.repositories, token=usual.token or self.token
        )
        settings = attrs.evolve(options.settings, events=events)
        return Builder(attrs.evolve(options, settings=settings), self.collector)

    def started(self, item: Pipeline) -> list[Document]:
        """What the targets are given for what starts a pipeline, and the Tasks that only its own runs have."""
        tasks, made = self._starts.get(id(item), ([], []))
        if not made:
            return []
        definition = self.traced[id(item)]
        gates = DEFAULT_GATES.opened(self.alpha(item))
        validate([Lowering.of(each) for each in runs_in(made)], definition, gates, self.collector)
        builder = self._placed()
        documents = [*(builder.task(task) for task in tasks), *(Lowering.of(each) for each in made)]
        return validate(documents, definition, gates, self.collector)

    def note_idle(self, manifest: Manifest) -> None:
        """FLOW373: events are asked for, and no pipeline says what starts it."""
        asked = self.options.events and not self.options.playing
        if asked and not self._starts and not self.collector.has_errors:
            hint = 'say it: `@pipeline(on=[push(branch="main"), schedule("30 2 * * *")])`, or leave out the events'
            message = "no pipeline of the manifest says what starts it"
            self.collector.add(NOTHING_STARTS.finding(message, manifest.location, hint=hint))

    def _refused(self, problems: Collector) -> bool:
        """Take over what was found at a decorator; whether it keeps a document from being made."""
        self.collector.extend(problems)
        return problems.has_errors

    def scripted(self, item: Task[..., object]) -> TaskDef | None:
        """A task with its script; None after a finding that stops it."""
        if self._refused(item.problems):
            return None
        settled = settled_task(item.definition, self.options.settings, self.collector)
        made = as_variant(with_script(settled, self.collector, self.locks_of(item.function), self.surveys))
        self._scripted[id(item)] = made
        return made

    def code(self, item: Item) -> list[Lowering]:
        """The ConfigMaps that an item's documents mount, each where it is first needed."""
        target = item.target if isinstance(item, Run) else item
        if isinstance(item, Run) and not item.options.embed:
            return []
        own = self._scripted.get(id(target))
        definition = self.traced.get(id(target))
        tasks = [own] if own is not None else self._within(definition) if definition is not None else []
        return [made for task in tasks for made in self.bundle(task)]

    def _within(self, definition: PipelineDef) -> list[TaskDef]:
        """The tasks that a pipeline's documents hold, and which no item of the manifest is."""
        found = []
        for node in definition.nodes:
            if node.pipeline is not None:
                found += [inner.task for inner in node.pipeline.nodes if inner.pipeline is None]
                found += self._within(node.pipeline)
            elif self.options.inline or node.task.options.inline or node.task.decisions:
                found.append(node.task)
        return found

    def note_lost(self, pipeline: Pipeline, definition: PipelineDef | None) -> None:
        """Say of single tasks what the manifest's runs of the pipeline leave out."""
        said = self._runs_start(pipeline) or any(run.target is pipeline and says_it(run) for run in self.runs)
        if definition is not None:
            why = "" if said else "a run of a manifest has what it is given"
            note_lost_pods(definition, self.collector, why)

    def run(self, item: Run) -> Lowering | None:
        """What lowers a run by reference, or with its spec in it."""
        self.collector.extend(item.problems)
        return self._pipeline_run(item) if item.side == "pipeline" else self._task_run(item)

    def _pipeline_run(self, item: Run) -> Lowering | None:
        target, metadata = item.target, self.place
        what: PipelineRunSpec = {}
        if isinstance(target, Reference):
            what = {"pipelineRef": pipeline_ref(target)}
        elif isinstance(target, Pipeline) and item.options.embed:
            definition = self.definition(target)
            if definition is None:
                return None
            note_lost_options(target, self.collector)
            self.note_lost(target, definition)
            what = {"pipelineSpec": pipeline_spec(definition, self.layout(target, definition))}
            metadata = with_opt_ins(metadata, self.alpha(target))
        elif isinstance(target, Pipeline):
            what = {"pipelineRef": {"name": self.options.settings.profile.prefix + target.name}}
        return Lowering(partial(pipeline_run, typed_options(item, self.collector), what, metadata))

    def _task_run(self, item: Run) -> Lowering | None:
        target = item.target
        what: TaskRunSpec = {}
        if isinstance(target, Reference):
            what = {"taskRef": task_ref(target)}
        elif isinstance(target, Task):
            task = self.scripted(target)
            if task is None:
                return None
            note_lost_of_run(task, item, self.collector)
            if item.options.embed and task.reference is None:
                what = {"taskSpec": task_spec(task, fans_out=False, enums=False)}
            else:
                what = {"taskRef": task_ref(task.reference or Reference(name=task.object_name))}
        return Lowering(partial(task_run, typed_options(item, self.collector), what, self.place))

    def checked(self, item: Item, lowering: Lowering) -> list[Document]:
        """The document through Tekton's admission rules; findings stand at the item."""
        if isinstance(item, (Raw, RawTask)) and not is_modelled(item.document):
            self.unchecked(item, str(item.document["kind"]), str(item.document["apiVersion"]))
            return [lowering.make()]
        target = item.target if isinstance(item, Run) else item
        alpha = self.alpha(target) if isinstance(target, Pipeline) else self.options.alpha
        place = self.traced.get(id(target)) or PipelineDef("", _place(item))
        return validate([lowering], place, DEFAULT_GATES.opened(alpha), self.collector)

    def unchecked(self, item: Raw | RawTask[..., object], kind: str, version: str) -> None:
        """Say of a kind without a model that nothing checked it; FLOW406 where Tekton has no such kind."""
        if not is_tekton(version) or is_served(kind, version):
            said = f"{version} {kind} is written as it stands: flowdsl has no model of this kind, nothing checked it"
            hint = "have the cluster check it: `flowdsl apply --dry-run=server`"
            self.collector.add(UNCHECKED_RAW_DOCUMENT.finding(said, _place(item), hint=hint))
            return
        self.collector.error("FLOW406", f"Tekton has no {version} {kind}", _place(item), hint=kind_hint(kind))


def is_modelled(document: Mapping[str, object]) -> bool:
    """Whether the document is of a kind that can be checked."""
    try:
        model_for(str(document.get("kind")), str(document.get("apiVersion")))
    except UnknownKind:
        return False
    return True


def _name(document: Mapping[str, object]) -> str:
    # A raw document may have anything there.
    metadata = document.get("metadata")
    return str(metadata.get("name", "")) if isinstance(metadata, Mapping) else ""


def _place(item: Item) -> Location:
    if isinstance(item, StepAction):
        return item.task.definition.location
    return item.definition.location if isinstance(item, Task) else item.location
