"""Asks what can happen, and has what was found played by the machine."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from flowdsl.worlds.fates import ENDS, JOINT, LATE, LIST, OUTSIDE, VALUE, WRITES, Fates
from flowdsl.worlds.known import known_of
from flowdsl.worlds.model import Model
from flowdsl.worlds.play import Played, Player, World
from flowdsl.worlds.storms import Storms

# Nodes of a diagram: some seconds, and less than a gigabyte.
BOUND = 400_000
# In how many orders a world is played before it is said that it may happen.
_ORDERS = 24


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
        self._player = Player(model, self.known)
        self.calm = Fates(model, self.known, bound)
        self.storms = Storms(self.calm, self.known, bound)

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
