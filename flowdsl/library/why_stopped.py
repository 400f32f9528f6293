"""Why gates of a run on a cluster let nothing through, as a run here says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.runner.gates import stopped
from flowdsl.view.events import Event, RunFinished

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


def with_reasons(event: Event, task_runs: Callable[[], Sequence[Mapping[str, object]]]) -> Event:
    """The end of a run with the values that stopped its tasks; every other event as it is.

    `task_runs` gives those of the run, and raises what it will.
    """
    if not isinstance(event, RunFinished):
        return event
    read = cast("Callable[[], Sequence[shapes.TaskRun]]", task_runs)
    why = stopped(read, cast("shapes.PipelineRun", event.pipeline_run))
    lines = [f"{task} did not run: {value}" for task, value in why.items()]
    return attrs.evolve(event, stopped=why, hint="\n".join([*lines, *filter(None, [event.hint])]))
