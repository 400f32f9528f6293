"""The diagrams of `finally`: what becomes of its tasks when any other may fail at any time.

They are the large ones, and a pipeline may ask for many of them. All that are made for one question, or for one series
of them, share the room that one of them could have: that a pipeline is too large for them is then known after seconds,
and not after as many tries as it has tasks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flowdsl.worlds.diagram import NEVER, TooLargeError
from flowdsl.worlds.fates import Fates
from flowdsl.worlds.known import Known
from flowdsl.worlds.model import Task

_Key = tuple[frozenset[str], frozenset[str]]


class Storms:
    """The stormy fates of one pipeline, whose calm ones are given; `bound` is how many nodes a question may take."""

    def __init__(self, calm: Fates, known: Known, bound: int) -> None:
        self._calm, self._known, self._bound = calm, known, bound
        self.model = calm.model
        self._left = bound
        self._made: dict[_Key, Fates] = {}
        # The most room that was not enough for one: no question need try again in as much or less.
        self._too_large: dict[_Key, int] = {}

    def begin(self) -> None:
        """The room of a question, or of a series: what it is answered must not depend on how many were before it."""
        self._left = self._bound
        if sum(each.diagram.nodes for each in self._made.values()) > self._bound:
            self._made.clear()  # else a test of many questions would fill the memory

    def fates(self, tasks: Iterable[Task], also: Iterable[str] = (), *, whole: bool = False) -> Fates:
        """The fates of tasks of `finally`, and of `also`. Raises TooLargeError.

        Only of what bears on them, unless the `whole` pipeline is to be looked at. Tasks that are asked for alone are
        looked at together with the others of `finally`: what bears on the one mostly bears on the others.
        """
        asked = [self.model.tasks[one] for one in also]
        tasks = list({each.name: each for each in (*tasks, *asked) if each.final}.values())
        if not asked and not whole:
            alike = [each for each in self.model.final if each.aggregate == tasks[0].aggregate]
            # What is left over is for each alone: where there is one, it has all.
            most = self._bound if len(alike) == 1 else self._bound * 5 // 8
            try:
                return self._fates(alike, (), whole=False, most=most)
            except TooLargeError:
                if tasks[0].aggregate:
                    raise  # what bears on it is the whole pipeline, alone as well
        return self._fates(tasks, tuple(also), whole=whole, most=self._bound)

    def _fates(self, tasks: Sequence[Task], also: Sequence[str], *, whole: bool, most: int) -> Fates:
        names = {each.name for each in tasks} | {*also}
        seen = {one for each in tasks for one in each.watched} | {
            one for one in also if not self.model.tasks[one].final
        }
        late = self.model.above(seen)
        read = self.model.above(name for each in tasks for name, _ in each.refers)
        whole = whole or any(each.aggregate for each in tasks)
        cone = {each.name for each in self.model.plain} if whole else late | read
        key = frozenset(cone | names), frozenset(late)
        if key not in self._made:
            room = min(most, self._left)
            if room <= self._too_large.get(key, 0):
                raise TooLargeError
            self._made[key] = self._within(key, cone, room)
        return self._made[key]

    def _within(self, key: _Key, cone: set[str], room: int) -> Fates:
        """The fates in so much room, which is taken from what is left whether they fit or not."""
        try:
            made = self._new(key, cone, room)
        except TooLargeError:
            self._left -= room
            self._too_large[key] = room
            raise
        self._left -= made.diagram.nodes
        return made

    def _new(self, key: _Key, cone: set[str], room: int) -> Fates:
        outside = [one for one in self.model.plain if one.name not in cone and not one.ignored]
        return Fates(
            self.model.only(key[0]),
            self._known,
            room,
            stormy=True,
            late=key[1],
            hold=any(self._calm.of[name].invalid != NEVER for name in cone),
            outside=any(self._calm.of[each.name].runs != NEVER for each in outside),
        )
