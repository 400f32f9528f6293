"""What makes documents of pipelines and tasks: for the compile of one pipeline and for a manifest alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from flowdsl.compiler.builds import with_builds
from flowdsl.compiler.compilation import CompileOptions
from flowdsl.compiler.packages import Locks, file_of
from flowdsl.compiler.scripts import with_scripts
from flowdsl.compiler.settle import settle, settle_added
from flowdsl.compiler.unmatched import note_unmatched
from flowdsl.compiler.validate import Lowering
from flowdsl.diagnostics import Collector
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.nodes import PipelineDef, TaskDef
from flowdsl.kube.conventions import ENUMS, MANAGED_BY
from flowdsl.lower.bundle import bundle_document
from flowdsl.lower.fields import with_opt_ins
from flowdsl.lower.pipeline import Layout, pipeline_document
from flowdsl.lower.pipeline import in_order as pipeline_in_order
from flowdsl.lower.task import in_order, task_document
from flowdsl.passes import run_passes

if TYPE_CHECKING:
    from flowdsl.frontend.slicing import Surveys
    from flowdsl.kinds.shapes import Document, ObjectMeta

_PLAIN = Layout()


class Builder:
    """Traces pipelines, each once, and says what lowers a document; what is found goes to the collector."""

    def __init__(self, options: CompileOptions, collector: Collector, locks: Locks | None = None) -> None:
        self.options = options
        self.collector = collector
        self.locks = locks
        """The packages of all that a manifest lists; without one each pipeline has those beside its file."""
        self.traced: dict[int, PipelineDef] = {}
        self.surveys: Surveys = {}
        self.bundled: set[str] = set()
        self.place: ObjectMeta = {"namespace": options.place} if options.place else {}
        """What holds for every object, a run that someone else owns included."""
        self.metadata: ObjectMeta = {"labels": MANAGED_BY, **self.place}
        """What holds for every object that flowdsl makes."""

    def alpha(self, pipeline: Pipeline) -> frozenset[str]:
        """The alpha features that a pipeline may use: its own opt-ins and those of the compile."""
        return self.options.alpha | pipeline.options.alpha

    def definition(self, pipeline: Pipeline) -> PipelineDef | None:
        """A pipeline traced, with its scripts and through the passes; None after a finding that stops it."""
        if id(pipeline) not in self.traced:
            found = pipeline.trace(self.options.alpha)
            self.collector.extend(found.findings)
            if found.definition is None:
                return None
            note_unmatched(found.definition, self.options.settings, self.collector)
            settled = settle(found.definition, self.options.settings, self.collector)
            scripted = with_scripts(settled, self.collector, self.locks_of(pipeline.function), self.surveys)
            decided = self._with_conditions(scripted, self.alpha(pipeline))
            whole = settle_added(with_builds(decided, self.collector), self.options.settings, self.collector)
            self.traced[id(pipeline)] = run_passes(whole, self.collector)
        return self.traced[id(pipeline)]

    def _with_conditions(self, definition: PipelineDef, alpha: frozenset[str]) -> PipelineDef:
        if not definition.undecided:
            return definition
        # Not at the top: most pipelines have nothing to decide.
        from flowdsl.compiler.decisions import with_decisions

        return with_decisions(definition, alpha, self.collector)

    def locks_of(self, function: Callable[..., object]) -> Locks:
        """The packages of the pipeline or the task that a function is."""
        return self.locks or Locks(file_of(function), self.options.unlocked)

    def bundles(self, definition: PipelineDef) -> list[Lowering]:
        """What makes the ConfigMaps of a pipeline's tasks, each once for all that it is made for."""
        tasks = (node.task for node in definition.nodes if node.pipeline is None)
        inner = (made for node in definition.nodes if node.pipeline is not None for made in self.bundles(node.pipeline))
        return [made for task in tasks if task.bundle is not None for made in self.bundle(task)] + list(inner)

    def bundle(self, task: TaskDef) -> list[Lowering]:
        """What makes the ConfigMap of a task's modules; nothing where their script has them, or one made it already."""
        bundle = task.mounted
        if bundle is None or bundle.name in self.bundled:
            return []
        self.bundled.add(bundle.name)
        document = bundle_document(bundle, self.place if task.options.verbatim else self.metadata)
        return [Lowering.of(cast("Document", document))]

    def layout(self, pipeline: Pipeline, definition: PipelineDef) -> Layout:
        """How the pipeline's tasks are written."""
        mapped = frozenset(node.task.name for node in definition.nodes if node.mapped)
        return Layout(self.options.inline, mapped, ENUMS in self.alpha(pipeline))

    def task(self, task: TaskDef, layout: Layout = _PLAIN) -> Lowering:
        """What lowers a Task; with the layout of the pipeline that it is written for."""
        fans_out = task.name in layout.fans_out
        make = partial(task_document, task, self.metadata, fans_out=fans_out, enums=layout.enums)
        return Lowering(make, in_order(task))

    def pipeline(self, pipeline: Pipeline, definition: PipelineDef, layout: Layout | None = None) -> Lowering:
        """What lowers a Pipeline; with the layout that its tasks were written by, where they were."""
        layout = layout or self.layout(pipeline, definition)
        opted = with_opt_ins(self.metadata, self.alpha(pipeline))
        return Lowering(partial(pipeline_document, definition, opted, layout), pipeline_in_order(definition, layout))
