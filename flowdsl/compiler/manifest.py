"""From a manifest to checked Tekton documents, one an item, in order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from flowdsl.compiler.compile import Compilation, CompileOptions
from flowdsl.compiler.run_values import typed_options
from flowdsl.compiler.scripts import with_scripts
from flowdsl.compiler.validate import Lowering, gates_for, validate
from flowdsl.diagnostics import Collector, Finding, Location, Severity
from flowdsl.frontend.manifest import Manifest, RawTask, Run, StepAction
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.frontend.task import Task
from flowdsl.ir.documents import Raw
from flowdsl.ir.nodes import Node, PipelineDef, Reference, TaskDef
from flowdsl.kinds import UnknownKind, is_served, is_tekton, kind_hint, model_for
from flowdsl.kinds.table import PIPELINE_RUN, TASK, TASK_RUN
from flowdsl.lower.documents import run_of, step_action_document
from flowdsl.lower.pipeline import Layout, pipeline_document, pipeline_spec, reference_fields
from flowdsl.lower.task import task_document, task_spec, with_opt_ins
from flowdsl.passes import run_passes
from flowdsl.passes.limits import check_size

_LABELS = {"app.kubernetes.io/managed-by": "flowdsl"}


def compile_manifest(manifest: Manifest, options: CompileOptions | None = None) -> Compilation:
    """Compile every item of a manifest. Raises FlowError with everything found where any of it is an error."""
    options = options or CompileOptions()
    collector = Collector()
    builder = _Builder(options, collector)
    documents = []
    for item in manifest.items:
        made = builder.document(item)
        if made is not None:
            documents += builder.checked(item, made)
    collector.raise_if_errors()
    first = next(iter(builder.traced.values()), PipelineDef(manifest.name, manifest.location))
    return Compilation(tuple(documents), tuple(collector.items), first)


class _Builder:
    """Makes the documents; each pipeline is traced once."""

    def __init__(self, options: CompileOptions, collector: Collector) -> None:
        self.options = options
        self.collector = collector
        self.traced: dict[int, PipelineDef] = {}
        self.shared: dict[str, Any] = {"namespace": options.namespace} if options.namespace else {}

    def document(self, item: Any) -> dict[str, Any] | None:
        """The document of one item; None where a finding keeps it from being made."""
        metadata = {"labels": _LABELS, **self.shared}
        if isinstance(item, Raw):
            return dict(item.document)
        if isinstance(item, RawTask):
            return dict(item.document)
        if isinstance(item, Pipeline):
            definition = self.definition(item)
            opted = with_opt_ins(metadata, self.options.alpha | item.options.alpha)
            return pipeline_document(definition, opted, self.layout(item, definition)) if definition else None
        if isinstance(item, Run):
            return self.run(item)
        if isinstance(item, StepAction):
            made = not self._refused(item.task.problems)
            return step_action_document(item.task.definition, metadata) if made else None
        task = self.task(item)
        if task is None or task.reference is not None:
            return None
        return task_document(task, metadata, fans_out=False, enums=False)

    def _refused(self, problems: Collector) -> bool:
        """Take over what was found at a decorator; whether it keeps a document from being made."""
        self.collector.extend(problems)
        return problems.has_errors

    def task(self, item: Task[..., Any]) -> TaskDef | None:
        """A task with its script; None after a finding that stops it."""
        if self._refused(item.problems):
            return None
        task = item.definition
        if not task.has_body:
            return task
        alone = PipelineDef(task.name, task.location, nodes=(Node(task.name, task, task.location),))
        return with_scripts(alone, self.collector).nodes[0].task

    def run(self, item: Run) -> dict[str, Any] | None:
        """A run by reference, or with its spec in it."""
        self.collector.extend(item.problems)
        what: dict[str, Any] = {}
        shared: Mapping[str, Any] = self.shared
        side = item.side
        if isinstance(item.target, Reference):
            what[f"{side}Ref"] = reference_fields(item.target, TASK.name if side == "task" else "")
        elif isinstance(item.target, Pipeline) and item.options.embed:
            definition = self.definition(item.target)
            if definition is None:
                return None
            what["pipelineSpec"] = pipeline_spec(definition, self.layout(item.target, definition))
            shared = with_opt_ins(shared, self.options.alpha | item.target.options.alpha)
        elif isinstance(item.target, Pipeline):
            what["pipelineRef"] = {"name": item.target.name}
        elif isinstance(item.target, Task):
            task = self.task(item.target)
            if task is None:
                return None
            embed = item.options.embed and task.reference is None
            own = task.reference or Reference(name=task.name)
            what |= {"taskSpec": task_spec(task, fans_out=False, enums=False)} if embed else {}
            what |= {} if embed else {"taskRef": reference_fields(own)}
        return run_of(
            PIPELINE_RUN if side == "pipeline" else TASK_RUN, typed_options(item, self.collector), what, shared
        )

    def definition(self, pipeline: Pipeline) -> PipelineDef | None:
        """A pipeline traced and through the passes; None after a finding that stops it."""
        if id(pipeline) not in self.traced:
            found = pipeline.trace(self.options.alpha)
            self.collector.extend(found.findings)
            if found.definition is None:
                return None
            own = Collector()
            self.traced[id(pipeline)] = run_passes(with_scripts(found.definition, own), own)
            self.collector.extend(own)
        return self.traced[id(pipeline)]

    def layout(self, pipeline: Pipeline, definition: PipelineDef) -> Layout:
        """How the pipeline's tasks are written."""
        mapped = frozenset(node.task.name for node in definition.nodes if node.mapped)
        return Layout(self.options.inline, mapped, "enable-param-enum" in self.options.alpha | pipeline.options.alpha)

    def unchecked(self, item: Any, kind: str, version: str) -> None:
        """Say of a kind without a model that nothing checked it; FLOW406 where Tekton has no such kind."""
        if not is_tekton(version) or is_served(kind, version):
            said = f"{version} {kind} is written as it stands: flowdsl has no model of this kind, nothing checked it"
            hint = "have the cluster check it: `flowdsl apply --dry-run=server`"
            self.collector.add(Finding("FLOW024", Severity.NOTE, said, _place(item), hint))
            return
        self.collector.error("FLOW406", f"Tekton has no {version} {kind}", _place(item), hint=kind_hint(kind))

    def checked(self, item: Any, document: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The document through Tekton's admission rules; findings stand at the item."""
        if isinstance(item, (Raw, RawTask)) and not is_modelled(document):
            self.unchecked(item, str(document["kind"]), str(document["apiVersion"]))
            return [dict(document)]
        target = item.target if isinstance(item, Run) else item
        alpha = self.options.alpha | (target.options.alpha if isinstance(target, Pipeline) else frozenset())
        place = self.traced.get(id(target)) or PipelineDef("", _place(item))
        found = validate(
            [Lowering(partial(dict, document))],
            place,
            gates_for(alpha),
            self.collector,
        )
        for each in found:
            size = len(json.dumps(each, separators=(",", ":")))
            check_size(str(document["kind"]), size, _place(item), self.collector)
        return found


def is_modelled(document: Mapping[str, Any]) -> bool:
    """Whether the document is of a kind that can be checked."""
    try:
        model_for(str(document.get("kind")), str(document.get("apiVersion")))
    except UnknownKind:
        return False
    return True


def _place(item: Any) -> Location:
    if isinstance(item, StepAction):
        return item.task.definition.location
    location: Location = item.definition.location if isinstance(item, Task) else item.location
    return location
