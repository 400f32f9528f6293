"""Asks what can happen, and has what was found played by the machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import attrs

from flowdsl.worlds.diagram import NEVER, TooLargeError
from flowdsl.worlds.fates import ENDS, JOINT, LATE, LIST, OUTSIDE, VALUE, WRITES, Fates
from flowdsl.worlds.known import known_of
from flowdsl.worlds.model import Model, Task
from flowdsl.worlds.play import Played, Player, World

# Nodes of a diagram: some seconds, and less than a gigabyte.
BOUND = 400_000
# In how many orders a world is played before it is said that it may happen.
_ORDERS = 24
# How often too many worlds are met before no other diagram of the pipeline is begun: each takes seconds.
_TRIES = 2


@attrs.frozen
class Witness:
    """A world in which something happens. `played` is what the machine made of it; `sure` that it did happen there."""

    world: World
    played: Played
    sure: bool = True

    @property
    def size(self) -> int:
        """In how many ways the world is unusual."""
        world = self.world
        return len(world.fails) + len(world.writes) + len(world.values) + len(world.lists) + world.any_fails


class Explorer:
    """The worlds of one pipeline. Raises TooLargeError, from the calm reading on, where there are too many of them."""

    def __init__(self, model: Model, bound: int = BOUND) -> None:
        self.model = model
        self.known = known_of(model)
        self._bound = bound
        self._player = Player(model, self.known)
        self.calm = Fates(model, self.known, bound)
        self._stormy: dict[tuple[frozenset[str], frozenset[str]], Fates | None] = {}
        """None where there were too many worlds."""

    def find(self, fates: Fates, function: int, happens: Callable[[Played], bool]) -> Witness | None:
        """The shortest scenario in which a function holds; None where there is none at all."""
        found = self._tried(fates, function, happens)
        if found is None or found.sure:
            return found
        # A task that can't start keeps those from starting that would have started with it.
        startable = fates.diagram.all((function, fates.startable()))
        return next((each for each in [self._tried(fates, startable, happens)] if each and each.sure), found)

    def _tried(self, fates: Fates, function: int, happens: Callable[[Played], bool]) -> Witness | None:
        choice = fates.cheapest(function)
        if choice is None:
            return None
        world = self._world(fates, choice)
        first: Played | None = None
        for order in range(_ORDERS):
            tried = attrs.evolve(world, order=order)
            played = self._player.play(tried)
            if played is not None and happens(played):
                return Witness(tried, played)
            first = first or played
        return Witness(world, first or Played((), "", frozenset()), sure=False)

    def play(self, world: World) -> Played | None:
        """What the machine makes of a world."""
        return self._player.play(world)

    def _world(self, fates: Fates, choice: dict[int, int]) -> World:
        chosen = {fates.choices[index]: value for index, value in choice.items() if value}
        names: dict[str, set[str]] = {kind: set() for kind in (ENDS, WRITES, LATE, OUTSIDE)}
        for each in chosen:
            names.setdefault(each.kind, set()).add(each.text)
        values = {each.text: each.values[value] for each, value in chosen.items() if each.kind == VALUE}
        for each, value in chosen.items():
            if each.kind == JOINT:
                joint = self.known.joints[each.text]
                # Every text of it: what is not said would be as usual, which may not go with the others.
                values |= zip(joint.texts, joint.rows[value], strict=True)
        return World(
            fails=frozenset(names[ENDS]),
            writes=frozenset(names[WRITES]),
            values=values,
            lists={each.text: each.values[value] != "empty" for each, value in chosen.items() if each.kind == LIST},
            late=frozenset(names[LATE]),
            any_fails=bool(names[OUTSIDE]),
            within=frozenset(fates.model.tasks),
        )

    def stormy(self, tasks: Iterable[Task], also: Iterable[str] = (), *, whole: bool = False) -> Fates:
        """The fates of tasks of `finally`, and of `also`, when any task may fail at any time. Raises TooLargeError.

        Only of what bears on them, unless the `whole` pipeline is to be looked at. Tasks that are asked for alone are
        looked at together with the others of `finally`: what bears on the one mostly bears on the others.
        """
        asked = [self.model.tasks[one] for one in also]
        tasks = list({each.name: each for each in (*tasks, *asked) if each.final}.values())
        if not asked and not whole:
            alike = [each for each in self.model.final if each.aggregate == tasks[0].aggregate]
            try:
                return self._fates(alike, (), whole=False)
            except TooLargeError:
                if tasks[0].aggregate:
                    raise  # what bears on it is the whole pipeline, alone as well
        return self._fates(tasks, tuple(also), whole=whole)

    def _fates(self, tasks: Sequence[Task], also: Sequence[str], *, whole: bool) -> Fates:
        names = {each.name for each in tasks} | {*also}
        seen = {one for each in tasks for one in each.watched} | {
            one for one in also if not self.model.tasks[one].final
        }
        late = self.model.above(seen)
        read = self.model.above(name for each in tasks for name, _ in each.refers)
        whole = whole or any(each.aggregate for each in tasks)
        cone = {each.name for each in self.model.plain} if whole else late | read
        key = frozenset(cone | names), frozenset(late)
        if key not in self._stormy:
            if list(self._stormy.values()).count(None) >= _TRIES:
                raise TooLargeError
            self._stormy[key] = None
            self._stormy[key] = self._made(key, cone)
        found = self._stormy[key]
        if found is None:
            raise TooLargeError
        return found

    def _made(self, key: tuple[frozenset[str], frozenset[str]], cone: set[str]) -> Fates:
        outside = [one for one in self.model.plain if one.name not in cone and not one.ignored]
        return Fates(
            self.model.only(key[0]),
            self.known,
            self._bound,
            stormy=True,
            late=key[1],
            hold=any(self.calm.of[name].invalid != NEVER for name in cone),
            outside=any(self.calm.of[each.name].runs != NEVER for each in outside),
        )
