"""What a compile makes of `on=[...]`: the pipeline as its targets want it, and their documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from flowdsl.compiler.builder import Builder
from flowdsl.diagnostics import Collector
from flowdsl.ir.nodes import PipelineDef, Text
from flowdsl.kinds.table import SENSOR, TRIGGER_TEMPLATE
from flowdsl.lower.run import run_document

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import Document


def starting(
    builder: Builder, definition: PipelineDef, values: Mapping[str, Text], collector: Collector
) -> tuple[PipelineDef, list[Document]]:
    """What the targets are given for `on=[...]`, which is checked in any case, and the pipeline as they want it."""
    options = builder.options
    if not definition.options.on and not options.targets:
        return definition, []
    # Not at the top: most pipelines are started by hand.
    from flowdsl.compiler.limits import with_room
    from flowdsl.compiler.reports import reported
    from flowdsl.compiler.starts import check_starts, start_documents

    definition = reported(definition, options.targets, options.settings, collector)
    given = check_starts(definition, values, options.settings, collector)
    if not options.targets or collector.has_errors:
        return definition, []
    definition = with_room(definition, options.targets, options.settings)
    run = run_document(definition, builder.metadata, values)
    made = start_documents(definition, run, given, options, collector)
    return definition, made


def runs_in(documents: Sequence[Document]) -> list[Document]:
    """The runs within the templates of what starts them."""
    from flowdsl.compiler.starts import run_in_template

    templates = [each for each in documents if TRIGGER_TEMPLATE.is_of(each)]
    specs = [cast("Mapping[str, Mapping[str, Sequence[Mapping[str, object]]]]", each)["spec"] for each in templates]
    made = [run_in_template(run) for spec in specs for run in spec["resourcetemplates"]]
    for each in documents:
        if SENSOR.is_of(each):
            from flowdsl.events.argo import runs_of

            made += [run_in_template(run) for run in runs_of(each)]
    return made
