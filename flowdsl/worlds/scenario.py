"""A world in words: what is not as usual, what follows from it, and how it ends."""

from __future__ import annotations

from collections.abc import Iterable

from flowdsl.machine import nodes as skip
from flowdsl.worlds.guards import UNREPLACED, outcome, quoted, shown
from flowdsl.worlds.known import Known
from flowdsl.worlds.model import Model
from flowdsl.worlds.play import Event, Played, World

# What of a long scenario is told: how it begins, and how it ends.
_MOST = 12
_SKIPPED = {
    skip.WHEN: "is skipped by its when",
    skip.PARENTS: "is skipped, for a task that it waits for was",
    skip.RESULTS: "is skipped for want of a result",
    skip.EMPTY_MATRIX: "is skipped, for its list is empty",
    skip.STOPPING: "is not started",
}


def tell(model: Model, known: Known, world: World, played: Played, about: Iterable[str]) -> tuple[str, ...]:
    """The steps of a scenario that tasks `about` are in, in the order in which they happen."""
    subjects = set(about)
    matters = model.above(subjects) | {name for each in subjects for name in _seen(model, each)}
    said = _values(model, known, world, matters | world.fails)
    done = [event for event in played.events if _tells(event, subjects, matters, world)]
    steps = [text for task, text in said if not task]
    for event in done:
        steps += [text for task, text in said if task == event.task and event.what in ("succeeded", "failed")]
        words = _event(event, model, subjects, written=any(one.startswith(f"{event.task}.") for one in world.writes))
        if words:
            steps.append(words)
    if len(steps) > _MOST:
        steps[_MOST // 2 : 1 - _MOST // 2] = ["…"]
    return tuple(steps)


def _seen(model: Model, name: str) -> set[str]:
    """What a task of `finally` looks at, and what that waits for."""
    task = model.tasks.get(name)
    if task is None or not task.final:
        return set()
    return model.above((*task.watched, *(source for source, _ in task.refers)))


def _tells(event: Event, subjects: set[str], matters: set[str], world: World) -> bool:
    if event.task in subjects or event.what == "failed":
        return True
    wanted = any(f"$(tasks.{event.task}.results." in text for text in (*world.values, *world.lists))
    return event.task in matters and (event.what != "succeeded" or wanted)


def _event(event: Event, model: Model, subjects: set[str], *, written: bool) -> str:
    name = event.task
    if event.what == "failed":
        ignored = ", onError continue" if model.tasks[name].ignored else ""
        return f"{name} fails{' after it wrote its results' if written else ''}{ignored}"
    if event.what == "skipped":
        return f"{name} {_SKIPPED.get(event.why, 'is skipped')}"
    if event.what == "invalid":
        return f"{name} can't start, for a result is missing"
    return f"{name} runs" if name in subjects else ""


def _values(model: Model, known: Known, world: World, matters: set[str]) -> list[tuple[str, str]]:
    """What texts and lists are, each with the task whose result it is; "" for params."""
    found = [(_source(model, text), _value(model, known, text, value)) for text, value in world.values.items()]
    for text, filled in world.lists.items():
        found.append((_source(model, text), f"{shown(text.replace('[*]', ''))} is {'not ' if filled else ''}empty"))
    return [(task, words) for task, words in found if not task or task in matters]


def _value(model: Model, known: Known, text: str, value: str) -> str:
    if text in model.said:
        return outcome(model.said[text], value == "true")
    domain = known.domains.get(text.removesuffix(UNREPLACED))
    named = [each for each in domain.values if each != domain.other] if domain else []
    if domain is None or value != domain.other or not named:
        return f"{shown(text)} is {quoted(value)}"
    several = len(named) > 1
    return f"{shown(text)} is {'neither' if several else 'not'} {' nor '.join(map(quoted, named))}"


def _source(model: Model, text: str) -> str:
    names = [name for name in model.tasks if f"$(tasks.{name}.results." in text]
    return names[-1] if names else ""
