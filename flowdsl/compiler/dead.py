"""Tasks that can never run: an error of a compile, where it is certain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from flowdsl.diagnostics import Collector
from flowdsl.ir.nodes import PipelineDef
from flowdsl.kinds.table import PIPELINE
from flowdsl.kube.conventions import CONDITIONS_SHOWN
from flowdsl.kube.said_conditions import said_conditions

if TYPE_CHECKING:
    from flowdsl.kinds import shapes
    from flowdsl.kinds.shapes import Document

# A compile looks at this many nodes of a diagram and no more; `flowdsl simulate` looks longer.
_BOUND = 20_000


def find_dead(documents: Sequence[Document], definition: PipelineDef, collector: Collector) -> None:
    """FLOW045: tasks whose guards exclude each other, or what they wait for."""
    # Most pipelines have no two guards that could.
    if sum(len(node.when) for node in definition.nodes) < 2:
        return
    spec = next((cast("shapes.Pipeline", each).get("spec") for each in documents if PIPELINE.is_of(each)), None)
    if spec is None:
        return
    from flowdsl.worlds.contested import contested
    from flowdsl.worlds.joint import joints_of

    joints = joints_of(spec, documents) if definition.decided else ()
    if not joints and not contested(spec):
        return
    from flowdsl.worlds.diagram import TooLargeError
    from flowdsl.worlds.fates import Fates
    from flowdsl.worlds.known import known_of
    from flowdsl.worlds.model import model_of
    from flowdsl.worlds.reasons import NEVER_HINT, never_run
    from flowdsl.worlds.rules import TASK_NEVER_RUNS

    places = {node.name: node.location for node in definition.nodes}
    try:
        conditions = said_conditions({CONDITIONS_SHOWN: definition.decided})
        model = model_of(definition.name, spec, conditions=conditions, joints=joints)
        found = never_run(Fates(model, known_of(model), _BOUND))
    except TooLargeError:
        return
    for task, why in found:
        place = places.get(task.name, definition.location)
        collector.add(TASK_NEVER_RUNS.finding(f"the task {task.name} can never run: {why}", place, hint=NEVER_HINT))
