"""`max_at_once` of a pipeline: so many of its runs go on at once, the others wait in the order in which they came."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import attrs

from flowdsl.runner.pipelinerun.budget import Resources


@attrs.frozen
class Waiting:
    """A run that waits, and what it will ask for."""

    name: str
    needs: Resources


@attrs.define
class _Lane:
    """The runs of one pipeline: those that may go on, and those that wait for them."""

    most: int
    let_in: set[str] = attrs.field(factory=set)
    waiting: deque[Waiting] = attrs.field(factory=deque)

    def next(self) -> Iterator[Waiting]:
        """Let in as many as may go on."""
        while self.waiting and (not self.most or len(self.let_in) < self.most):
            first = self.waiting.popleft()
            self.let_in.add(first.name)
            yield first


@attrs.define
class Lanes:
    """Which runs may go on, for one thread."""

    _lanes: dict[str, _Lane] = attrs.field(factory=dict)
    _of: dict[str, str] = attrs.field(factory=dict)

    def enter(self, pipeline: str, most: int, run: Waiting) -> list[Waiting]:
        """A run comes; those that may go on now, it or none. `most` is how many may at once, 0 any number."""
        lane = self._lane(pipeline, most)
        self._of[run.name] = pipeline
        lane.waiting.append(run)
        return [*lane.next()]

    def take(self, pipeline: str, most: int, name: str) -> None:
        """A run goes on already, whatever others do."""
        self._of[name] = pipeline
        self._lane(pipeline, most).let_in.add(name)

    def leave(self, name: str) -> list[Waiting]:
        """A run is over, or will not begin; those that may go on in its place. One that is not known is nothing."""
        pipeline = self._of.pop(name, None)
        if pipeline is None:
            return []
        lane = self._lanes[pipeline]
        if name in lane.let_in:
            lane.let_in.discard(name)
        else:
            lane.waiting = deque(each for each in lane.waiting if each.name != name)
        found = [*lane.next()]
        if not lane.let_in:
            del self._lanes[pipeline]
        return found

    def _lane(self, pipeline: str, most: int) -> _Lane:
        lane = self._lanes.setdefault(pipeline, _Lane(most))
        lane.most = most
        return lane
