"""From a Pipeline to checked Tekton documents."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from flowdsl.check import DEFAULT_GATES
from flowdsl.compiler.builder import Builder
from flowdsl.compiler.compilation import Compilation, CompileOptions
from flowdsl.compiler.dead import find_dead
from flowdsl.compiler.element_order import note_order
from flowdsl.compiler.lost_uses import note_lost_pods
from flowdsl.compiler.run_values import check_models, run_values
from flowdsl.compiler.starting import runs_in, starting
from flowdsl.compiler.validate import Lowering, validate
from flowdsl.compiler.without_run import note_lost_options
from flowdsl.diagnostics import Collector
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.nodes import PipelineDef, TaskDef, Text
from flowdsl.lower.run import needed_documents, run_document


def compile_pipeline(pipeline: Pipeline, options: CompileOptions | None = None) -> Compilation:
    """Compile a pipeline to plain, checked documents.

    Order: ServiceAccount and claims, ConfigMaps of modules, Tasks, Pipeline, PipelineRun. Raises FlowError with
    everything found, warnings included, where anything found is an error.
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
    collector = Collector()
    builder = Builder(options, collector)
    definition = builder.definition(pipeline)
    if definition is None:
        collector.raise_if_errors()
        definition = PipelineDef(pipeline.name, pipeline.location)
    verbatim = definition.options.verbatim
    note_order(definition, collector)
    values = run_values(definition, options.params, collector, options.settings, alone=not options.targets)
    check_models(pipeline, definition, values, collector)
    written = definition
    definition, made = starting(builder, definition, values, collector)
    alone = verbatim and not made  # what starts a pipeline has runs, with its options
    if alone:
        note_lost_options(written, collector)
    note_lost_pods(written, collector, "a verbatim pipeline is emitted without a run" if alone else "")
    collector.raise_if_errors()
    gates = DEFAULT_GATES.opened(builder.alpha(pipeline))
    documents = _documents(builder, pipeline, definition, values)
    if options.targets and not verbatim:
        documents.pop()  # the run: what starts the pipeline makes its runs
    own = len(documents)
    if options.targets:
        validate([Lowering.of(each) for each in runs_in(made)], definition, gates, collector)
        documents += [Lowering.of(each) for each in made]
    checked = validate(documents, definition, gates, collector)
    if "pac" in options.targets:
        from flowdsl.compiler.starts_as_code import check_folder

        check_folder(definition, checked[:own], checked[own:], collector)
    find_dead(checked, definition, collector)
    collector.raise_if_errors()
    return Compilation(tuple(checked), tuple(collector.items), definition, options.place)


def _documents(
    builder: Builder, pipeline: Pipeline, definition: PipelineDef, values: Mapping[str, Text]
) -> list[Lowering]:
    """What lowers each document, in order: only one is held at a time, and dropped once its models are made."""
    found = [Lowering.of(each) for each in needed_documents(definition, builder.metadata)]
    found += builder.bundles(definition)
    layout = builder.layout(pipeline, definition)
    if not builder.options.inline:
        found += [builder.task(task, layout) for task in own_tasks(definition)]
    found.append(builder.pipeline(pipeline, definition, layout))
    if not definition.options.verbatim:
        found.append(Lowering(partial(run_document, definition, builder.metadata, values)))
    return found


def own_tasks(definition: PipelineDef) -> list[TaskDef]:
    """The tasks that flowdsl emits, each once, in the order of their first use."""
    found: dict[str, TaskDef] = {}
    for node in definition.nodes:
        if node.task.reference is None and node.pipeline is None and not node.task.options.inline:
            found.setdefault(node.task.name, node.task)
    return list(found.values())
