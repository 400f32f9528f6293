"""From a Pipeline to checked Tekton documents."""

from __future__ import annotations

import difflib
import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs

from flowdsl.compiler.scripts import with_scripts
from flowdsl.compiler.validate import Lowering, gates_for, validate
from flowdsl.diagnostics import Collector, Finding, Severity
from flowdsl.frontend.encode import Mismatch, decode_text, encode
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.nodes import PipelineDef, TaskDef, Text
from flowdsl.lower.pipeline import Layout, pipeline_document
from flowdsl.lower.pipeline import in_order as pipeline_in_order
from flowdsl.lower.run import needed_documents, run_document
from flowdsl.lower.task import in_order, task_document, with_opt_ins
from flowdsl.passes import run_passes

if TYPE_CHECKING:
    import networkx

    from flowdsl.graph.view import GraphView

_LABELS = {"app.kubernetes.io/managed-by": "flowdsl"}


@attrs.frozen
class CompileOptions:
    """How to compile. `params` are the `--set` values as text; `alpha` adds to the pipeline's own opt-ins."""

    namespace: str | None = None
    inline: bool = False
    params: Mapping[str, str] = attrs.field(factory=dict)
    alpha: frozenset[str] = frozenset()


@attrs.frozen
class Compilation:
    """What a compile gives: documents in the order a cluster wants them, warnings, and the pipeline itself."""

    documents: tuple[dict[str, Any], ...]
    diagnostics: tuple[Finding, ...]
    pipeline: PipelineDef

    @property
    def graph(self) -> GraphView:
        """The pipeline as a picture shows it."""
        from flowdsl.compiler.picture import graph_view

        return graph_view(self.pipeline)

    @property
    def dag(self) -> networkx.DiGraph[str]:
        """The tasks as a `networkx.DiGraph`, a new one each time; `flowdsl.graph.dag` says what stands on it."""
        from flowdsl.graph.dag import build

        return build(self.pipeline)


def compile_pipeline(pipeline: Pipeline, options: CompileOptions | None = None) -> Compilation:
    """Compile a pipeline to plain, checked documents.

    Order: ServiceAccount and claims, Tasks, Pipeline, PipelineRun. Raises FlowError with everything found, warnings
    included, where anything found is an error.
    """
    with _collector_paused():
        return _compile(pipeline, options or CompileOptions())


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Without Python's cyclic garbage collector, unless the caller has turned it off already.

    Nearly all that a compile makes it keeps, so that each pass over it finds nothing and costs more than the last: a
    third of the time at 1,000 tasks. What cycles there are wait for the next full collection: what was made goes to the
    oldest generation, or the first collection after this would look at all of it as young.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():  # else the caller has frozen objects, which must stay so
            gc.freeze()
            gc.unfreeze()
        gc.enable()


def _compile(pipeline: Pipeline, options: CompileOptions) -> Compilation:
    traced = pipeline.trace(options.alpha)
    collector = traced.findings
    if traced.definition is None:
        collector.raise_if_errors()
    definition = traced.definition or PipelineDef(pipeline.name, pipeline.location)
    definition = run_passes(with_scripts(definition, collector), collector)
    values = _run_values(definition, options, collector)
    collector.raise_if_errors()
    alpha = options.alpha | pipeline.options.alpha
    documents = _documents(definition, options, values, alpha)
    checked = validate(documents, definition, gates_for(alpha), collector)
    collector.raise_if_errors()
    return Compilation(tuple(checked), tuple(collector.items), definition)


def _documents(
    definition: PipelineDef, options: CompileOptions, values: Mapping[str, Text], alpha: frozenset[str]
) -> list[Lowering]:
    """What lowers each document, in order: only one is held at a time, and dropped once its models are made."""
    metadata: dict[str, Any] = {"labels": _LABELS}
    if options.namespace:
        metadata["namespace"] = options.namespace
    mapped = frozenset(node.task.name for node in definition.nodes if node.mapped)
    enums = "enable-param-enum" in alpha
    layout = Layout(options.inline, mapped, enums)
    found = [Lowering(partial(dict, each)) for each in needed_documents(definition, metadata)]
    if not options.inline:
        found += [
            Lowering(
                partial(task_document, task, metadata, fans_out=task.name in mapped, enums=enums),
                in_order=in_order(task),
            )
            for task in own_tasks(definition)
        ]
    opted = with_opt_ins(metadata, alpha)
    found.append(
        Lowering(partial(pipeline_document, definition, opted, layout), in_order=pipeline_in_order(definition, layout))
    )
    if not definition.options.verbatim:
        found.append(Lowering(partial(run_document, definition, metadata, values)))
    return found


def own_tasks(definition: PipelineDef) -> list[TaskDef]:
    """The tasks that flowdsl emits, each once, in the order of their first use."""
    found: dict[str, TaskDef] = {}
    for node in definition.nodes:
        if node.task.reference is None and node.pipeline is None and not node.task.options.inline:
            found.setdefault(node.task.name, node.task)
    return list(found.values())


def _run_values(definition: PipelineDef, options: CompileOptions, collector: Collector) -> dict[str, Text]:
    """The params of the PipelineRun: the pipeline's own `run=` values, then `--set`."""
    params = {param.name: param for param in definition.params}
    values: dict[str, Text] = {}
    given: list[tuple[str, Any, Any]] = [(name, value, encode) for name, value in definition.options.run.items()]
    given += [(name, value, decode_text) for name, value in options.params.items()]
    for name, value, read in given:
        if name not in params:
            close = difflib.get_close_matches(name, params, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"it has: {', '.join(params) or 'none'}"
            collector.error(
                "FLOW020", f"pipeline {definition.name!r} has no param {name!r}", definition.location, hint=hint
            )
            continue
        try:
            values[name] = read(value, params[name].type)
        except Mismatch as error:
            collector.error(
                "FLOW021",
                f"param {name!r}: {error}",
                params[name].location,
                hint=f"give a value of type {params[name].type}",
            )
    missing = [name for name, param in params.items() if param.default is None and name not in values]
    if missing:
        example = " ".join(f"--set {name}=..." for name in missing)
        collector.add(
            Finding(
                "FLOW022",
                Severity.NOTE,
                f"the PipelineRun gives no value for {', '.join(missing)}; Tekton will not start it as it is",
                definition.location,
                f"give them: `{example}`, or `@pipeline(run={{...}})`",
            )
        )
    return {name: values[name] for name in params if name in values}
