"""Why a task can never run, in one sentence that names the guards and tasks that exclude each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flowdsl.worlds.diagram import ALWAYS, NEVER, TooLargeError
from flowdsl.worlds.fates import Fates
from flowdsl.worlds.guards import AGGREGATE, told
from flowdsl.worlds.model import Task

NEVER_HINT = "take one of the guards away, or the task"


# With more than this nobody would see through the sentence.
_MOST_NAMED = 4


def why_never(fates: Fates, task: Task) -> str:
    """What of a task can't be together; `fates` are those of its pipeline in the calm reading."""
    wants = _wants(fates, task)
    try:
        found = _excluding(fates, [function for _, function in wants])
    except TooLargeError:
        found = []
    if not found:
        return "what it waits for and what guards it exclude each other"
    return _sentence([wants[place][0] for place in found])


def _excluding(fates: Fates, wants: Sequence[int]) -> list[int]:
    """The places of a few that can't be together and of which none is too many; none where there are no such few.

    Each round looks for the first place up to which they can't be together, by halves: it is one of those looked for,
    and the others stand before it. So a task costs as many joins as its wants have halves, times the number named.
    """
    found: list[int] = []
    together, end = ALWAYS, len(wants)
    while together != NEVER:
        low, high = 0, end
        while low < high:
            middle = (low + high) // 2
            if fates.diagram.all((together, *wants[: middle + 1])) == NEVER:
                high = middle
            else:
                low = middle + 1
        if low == end or len(found) == _MOST_NAMED:
            return []
        found.append(low)
        together, end = fates.diagram.all((together, wants[low])), low
    return sorted(found)


def _sentence(wants: list[str]) -> str:
    if len(wants) == 1:
        return f"it needs that {wants[0]}, which can't be"
    return f"it needs that {', that '.join(wants[:-1])} and that {wants[-1]}, which exclude each other"


def _wants(fates: Fates, task: Task) -> list[tuple[str, int]]:
    """What a task needs in order to run: its own guards first."""
    diagram = fates.diagram
    found = [
        (told(guard, fates.model.said) if guard.reads else "its when holds", fates.holds(guard))
        for guard in task.guards
    ]
    if task.hollow:
        found.append(("an empty list has an element", NEVER))
    found += [(f"{name} gives {result}", fates.present(name, result)) for name, result in task.refers]
    read = {name for name, _ in task.refers}
    for name in task.before:
        if name not in read:
            found.append((f"{name} runs or is skipped by its when", diagram.negated(fates.of[name].dropped)))
    for name in sorted(fates.model.above(task.before) - set(task.before)):
        found.append((f"{name} runs", fates.of[name].runs))
    return found


def never_run(fates: Fates, run: Collection[str] = ()) -> list[tuple[Task, str]]:
    """The tasks that run in no world (of `finally` those by their own guards), without what only waits for them.

    `run` are tasks that are known to run. What this says is certain; there may be more.
    """
    gone = [task for task in fates.model.plain if task.name not in run and fates.of[task.name].runs == NEVER]
    gone += [task for task in fates.model.final if _contrary(fates, task)]
    names = {task.name for task in gone}
    return [(task, why_never(fates, task)) for task in gone if not _follows(fates, task, names)]


def _contrary(fates: Fates, task: Task) -> bool:
    """Whether the guards of a task of `finally` exclude each other, those by status (which others decide) left out."""
    own = [guard for guard in task.guards if not guard.status_of and guard.reads != AGGREGATE]
    return fates.diagram.all(fates.holds(guard) for guard in own) == NEVER


def _follows(fates: Fates, task: Task, gone: set[str]) -> bool:
    """Whether a task would run if not for another that never does."""
    if any(name in gone for name, _ in task.refers):
        return True
    if not any(name in gone for name in task.before):
        return False
    return fates.diagram.all(fates.holds(guard) for guard in task.guards) != NEVER
