"""`cancel_in_progress`, `max_at_once`, `keep`: what a run's first task has to do for them, and where nothing can."""

from __future__ import annotations

from flowdsl.compiler.rules import LIMIT, LIMIT_NOT_ON_TARGET
from flowdsl.diagnostics import Collector
from flowdsl.events.newest import Room, with_first_task
from flowdsl.ir.events import Trigger
from flowdsl.ir.nodes import PipelineDef
from flowdsl.ir.settings import Settings

_MOST = 10_000
"""More runs than that no namespace holds."""


def room_of(definition: PipelineDef, targets: tuple[str, ...]) -> Room:
    """What the first task of the pipeline's runs does. Pipelines-as-Code has annotations instead."""
    made = {*targets} - {"pac"}
    options = definition.options
    if not made:
        return Room()
    return Room(ends=bool(_asking(definition) and made - {"cron"}), keep=options.keep, most=options.max_at_once)


def with_room(definition: PipelineDef, targets: tuple[str, ...], settings: Settings) -> PipelineDef:
    """The pipeline with that task before all others, where something asks for it."""
    room = room_of(definition, targets)
    if not room.verbs:
        return definition
    from flowdsl.graph.dag import build

    final = {node.name for node in definition.nodes if node.final}
    roots = frozenset(name for name, degree in build(definition).in_degree() if not degree) - final
    place = _asking(definition)[0].location if room.ends else definition.location
    return with_first_task(definition, room, roots, settings.events.image, place)


def _asking(definition: PipelineDef) -> list[Trigger]:
    """What wants older runs to end."""
    return [each for each in definition.options.on if isinstance(each, Trigger) and each.cancel_in_progress]


def check_limits(definition: PipelineDef, targets: tuple[str, ...], collector: Collector) -> None:
    """Whether the limits are counts, and something of the targets can hold them."""
    options = definition.options
    for name, value in (("max_at_once", options.max_at_once), ("keep", options.keep)):
        if not 0 <= value <= _MOST:
            hint = f"give a number from 1 to {_MOST}, or leave it out for no limit"
            collector.add(LIMIT.finding(f"{name}={value} is no limit", definition.location, hint=hint))
    if options.max_at_once and "pac" in targets:
        message = "max_at_once=: a run of Pipelines-as-Code can't say how many may go on at once"
        hint = "set `concurrency_limit` of the Repository in the cluster, and take it out"
        collector.add(LIMIT_NOT_ON_TARGET.finding(message, definition.location, hint=hint))
