"""How much of the machine a run may ask for at once, by what its tasks ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from flowdsl.events.matching import Fields
from flowdsl.runner.pipelinerun.budget import Resources, asked

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import TaskSpec

_RESULT = re.compile(r"\$\(tasks\.([^.)]+)\.")


def peak(spec: Fields, tasks: Mapping[str, Fields]) -> Resources:
    """The most that tasks ask for which nothing keeps apart: those as many steps behind the beginning as each other.

    `tasks` are the Tasks by name that a Pipeline's may refer to. It is what a run is given room for; tasks that come to
    run at once all the same share the machine as those of a single run do.
    """
    waits = {str(each.get("name")): _waits_for(each) for each in spec.get("tasks") or ()}
    depths: dict[str, int] = {}
    together: dict[int, Resources] = {}
    for each in spec.get("tasks") or ():
        depth = _depth(str(each.get("name")), waits, depths)
        together[depth] = together.get(depth, Resources()).plus(_asked(each, tasks))
    final = Resources()
    for each in spec.get("finally") or ():
        final = final.plus(_asked(each, tasks))
    for each in together.values():
        final = final.most(each)
    return final


def _asked(task: Fields, tasks: Mapping[str, Fields]) -> Resources:
    found = task.get("taskSpec") or tasks.get(str((task.get("taskRef") or {}).get("name"))) or {}
    return asked(cast("TaskSpec", found))


def _waits_for(task: Fields) -> set[str]:
    return {*map(str, task.get("runAfter") or ()), *_RESULT.findall(json.dumps(task, default=str))}


def _depth(name: str, waits: Mapping[str, set[str]], known: dict[str, int]) -> int:
    """How many tasks are before it in a row. Admission has refused circles; a stack of our own knows no limit."""
    stack = [name]
    while stack:
        open_ = [each for each in waits.get(stack[-1], ()) if each in waits and each not in known and each not in stack]
        if open_:
            stack.append(open_[0])
            continue
        top = stack.pop()
        known[top] = 1 + max((known[each] for each in waits.get(top, ()) if each in known), default=0)
    return known[name]
