"""Results of a fan-out that come in another order than its list.

Tekton gathers them by the names of the TaskRuns, so that `-10` comes before `-2`: createResultsCacheMatrixedTaskRuns in
pkg/reconciler/pipelinerun/resources/pipelinerunresolution.go of v1.15.0.
"""

from __future__ import annotations

from collections.abc import Mapping

from flowdsl.compiler.rules import ORDER_OF_ELEMENTS
from flowdsl.decide.wire import GIVEN
from flowdsl.diagnostics import Collector, Location
from flowdsl.ir.nodes import PipelineDef, Text
from flowdsl.ir.refs import result_refs
from flowdsl.passes.limits import combinations

_IN_ORDER = 10
"""Of so many runs the names are in the order of their numbers."""


def note_order(pipeline: PipelineDef, collector: Collector) -> None:
    """FLOW056 for each task, and each result of the pipeline, that takes more results of a fan-out than come in order.

    Pipelines that are embedded in it are looked at as well.
    """
    long = {node.name: number for node in pipeline.nodes if node.mapped and (number := combinations(node)) > _IN_ORDER}
    for node in pipeline.nodes:
        if node.pipeline is not None:
            note_order(node.pipeline, collector)
        if long:
            # What conditions look at (the greatest, the median) has no order.
            taken = [value for name, value in node.arguments.items() if not name.startswith(GIVEN)]
            _note(node.name, "gets", taken, node.location, long, collector)
    for result in pipeline.results if long else ():
        _note(f"pipeline result {result.name!r}", "lists", [result.value], result.location, long, collector)


def _note(
    what: str, does: str, taken: list[Text], place: Location | None, long: Mapping[str, int], collector: Collector
) -> None:
    for task in dict.fromkeys(task for value in taken for task, _ in result_refs(value)):
        if task in long:
            message = (
                f"{what} {does} the results of {long[task]} runs of {task} in the order of the runs' names: "
                "that of the 11th before that of the 3rd"
            )
            hint = f"let {task} say in its result what it is of, and sort by that; or call it in a Python list"
            collector.add(ORDER_OF_ELEMENTS.finding(message, place, hint=hint))
