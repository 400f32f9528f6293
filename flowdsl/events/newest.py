"""`cancel_in_progress`, `max_at_once`, `keep`: Tekton has no such things. A run's first task does them, with rights for
nothing else.

https://github.com/tektoncd/pipeline/blob/v1.15.0/docs/pipelineruns.md#gracefully-cancelling-a-pipelinerun
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from flowdsl.diagnostics import Location
from flowdsl.events.generated import free_name, generated, use_of
from flowdsl.ir.nodes import Node, PipelineDef
from flowdsl.kinds import labels
from flowdsl.kinds.table import PIPELINE_RUN

if TYPE_CHECKING:
    from flowdsl.events.matching import Fields

_RUNS = f"/apis/{PIPELINE_RUN.api_version}/namespaces/$(context.pipelineRun.namespace)/{PIPELINE_RUN.plural}"
"""What the task is given as `runs`: nobody else's task asks the API server for them there."""


def account_of(pipeline: str) -> str:
    """The account of that task alone."""
    return f"{pipeline}-newest"


@attrs.frozen(kw_only=True)
class Room:
    """What the task does: ends older runs of the same thing, deletes all but `keep` that are over, waits for `most`."""

    ends: bool = False
    keep: int = 0
    most: int = 0

    @property
    def verbs(self) -> tuple[str, ...]:
        """What it may do with PipelineRuns; nothing where there is no such task."""
        if not (self.ends or self.keep or self.most):
            return ()
        return ("get", "list", *(("patch",) if self.ends else ()), *(("delete",) if self.keep else ()))


def with_first_task(
    pipeline: PipelineDef, room: Room, roots: frozenset[str], image: str, place: Location
) -> PipelineDef:
    """The pipeline with that task before its others, of which `roots` are those that wait for none."""
    name = free_name(pipeline, "make-room" if room.keep or room.most else "end-older-runs")
    nodes = [attrs.evolve(node, after=(name,)) if node.name in roots else node for node in pipeline.nodes]
    first = _node(name, room, account_of(pipeline.name), image, place)
    return attrs.evolve(pipeline, nodes=(first, *nodes))


def _node(name: str, room: Room, account: str, image: str, place: Location) -> Node:
    arguments = {"runs": _RUNS, "run": "$(context.pipelineRun.name)", "label": labels.PIPELINE}
    does = ["ends older runs for the same branch, tag or pull request"] if room.ends else []
    if room.keep:
        arguments["keep"] = str(room.keep)
        does.append(f"deletes all but {room.keep} that are over")
    if room.most:
        arguments["most"] = str(room.most)
        does.append(f"waits while {room.most} others go on")
    task = generated(
        name,
        "before_run.py",
        arguments,
        place,
        image=image,
        account=account,
        description=f"Makes room for the run: {', '.join(does)}.",
        timeout="" if room.most else "5m",
    )
    return use_of(task, name, arguments)


def first_tasks(pipeline: Fields) -> list[Fields]:
    """That task of a Pipeline that was compiled so, where it has one."""
    own = {"name": "runs", "value": _RUNS}
    tasks = (pipeline.get("spec") or {}).get("tasks") or ()
    return [each for each in tasks if own in (each.get("params") or ())]


def most_at_once(pipeline: Fields) -> int:
    """How many runs of a Pipeline that was compiled so go on at once; 0 where it does not say."""
    given = [each for task in first_tasks(pipeline) for each in task.get("params") or () if each.get("name") == "most"]
    found = [str(each.get("value")) for each in given]
    return int(found[0]) if found and re.fullmatch("[0-9]{1,9}", found[0]) else 0


def without_first_task(pipeline: Fields) -> dict[str, object]:
    """A Pipeline that was compiled so, without that task: where no API server is, something else ends older runs."""
    spec = dict(pipeline.get("spec") or {})
    tasks = spec.get("tasks") or ()
    names = {each.get("name") for each in first_tasks(pipeline)}
    kept = [dict(each) for each in tasks if each.get("name") not in names]
    for task in kept:
        after = [name for name in task.pop("runAfter", ()) if name not in names]
        task.update({"runAfter": after} if after else {})
    return {**pipeline, "spec": {**spec, "tasks": kept}} if names else dict(pipeline)
