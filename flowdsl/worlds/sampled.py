"""Answers where there are too many runs to look at all: from some that the machine plays, chosen by a fixed seed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import attrs

from flowdsl.machine import nodes as skip
from flowdsl.worlds.explore import Witness
from flowdsl.worlds.known import Known
from flowdsl.worlds.model import Model
from flowdsl.worlds.play import Played, Player, World

SEED = 14
# Runs that are played where not all can be looked at: fewer of large pipelines, so that it takes seconds.
_MOST_PLAYED, _PARTS_PLAYED = 3000, 20_000
_PARTS_OF_A_TASK = 4


class Sampled:
    """Answers from some of the runs that there can be: those with one thing unusual, and others at random."""

    def __init__(self, model: Model, known: Known) -> None:
        self.model, self.known = model, known
        self._player = Player(model, known)
        number = min(_MOST_PLAYED, _PARTS_PLAYED // max(1, _size(model)))
        played = [(world, self._player.play(world)) for world in self._worlds(number)]
        self._seen = [Witness(world, each) for world, each in played if each is not None]

    @property
    def number(self) -> int:
        """How many runs were looked at."""
        return len(self._seen)

    def _worlds(self, number: int) -> Iterator[World]:
        drawn = random.Random(SEED)
        changes = list(self._changes())
        yield World()
        drawn.shuffle(changes)
        yield from (self._with(World(), change) for change in changes[: number // 2])
        for index in range(number - 1 - min(len(changes), number // 2)):
            world = World(order=index)
            for change in drawn.sample(changes, min(len(changes), drawn.choice((2, 2, 3, 4)))):
                world = self._with(world, change)
            yield world

    def _changes(self) -> Iterator[tuple[str, str, str]]:
        for task in self.model.tasks.values():
            yield ("fails", task.name, "")
            for listed in task.lists:
                yield ("list", listed.text, "")
        for joint in dict.fromkeys(self.known.joints.values()):
            for index in range(1, len(joint.rows)):
                yield ("joint", joint.texts[0], str(index))
        for text, domain in self.known.domains.items():
            for value in domain.values[1:] if text not in self.known.joints else ():
                yield ("value", text, value)

    def _with(self, world: World, change: tuple[str, str, str]) -> World:
        kind, name, value = change
        if kind == "fails":
            return attrs.evolve(world, fails=world.fails | {name})
        if kind == "list":
            return attrs.evolve(world, lists={**world.lists, name: False})
        given = {name: value}
        if kind == "joint":
            joint = self.known.joints[name]
            given = dict(zip(joint.texts, joint.rows[int(value)], strict=True))
        return attrs.evolve(world, values={**world.values, **given})

    def _shortest(self, happens: Callable[[Played], bool]) -> Witness | None:
        found = [each for each in self._seen if happens(each.played)]
        return min(found, key=lambda each: each.size, default=None)

    def runs(self, task: str, without: str = "") -> Witness | None:
        """A run in which a task was started, and another did not succeed."""
        return self._shortest(lambda each: each.ran(task) and (not without or each.state(without) != "succeeded"))

    def misses(self, task: str) -> Witness | None:
        """A run in which a task was not started."""
        return self._shortest(lambda each: not each.ran(task))

    def drops(self, task: str) -> Witness | None:
        """A run in which a task of `finally` is skipped for another reason than its own `when`."""
        return self._shortest(
            lambda each: (
                not each.ran(task) and all(event.why != skip.WHEN for event in each.events if event.task == task)
            )
        )

    def lacks(self, result: str) -> Witness | None:
        """A run that is completed and has not this result."""
        return self._shortest(lambda each: each.completed and result not in each.results)


def _size(model: Model) -> int:
    """How much there is to play: tasks, and what they take of others, of which a task takes some as quickly as none."""
    parts = sum(len(task.refers) + len(task.guards) for task in model.tasks.values())
    return max(len(model.tasks), parts // _PARTS_OF_A_TASK)
