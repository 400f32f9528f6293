"""What can be asked of a pipeline, and the shortest scenario that answers it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import attrs

from flowdsl.worlds.diagram import ALWAYS, TooLargeError
from flowdsl.worlds.explore import Explorer, Witness
from flowdsl.worlds.fates import Fates
from flowdsl.worlds.known import Known, known_of
from flowdsl.worlds.model import Model, Task
from flowdsl.worlds.play import Played, World
from flowdsl.worlds.sampled import Sampled


class Source(Protocol):
    """Answers: a witness of what was asked for, or None where there is none (among those that were looked at)."""

    model: Model
    known: Known

    def runs(self, task: str, without: str = "") -> Witness | None:
        """A run in which a task was started, and another did not succeed."""

    def misses(self, task: str) -> Witness | None:
        """A run in which a task was not started."""

    def drops(self, task: str) -> Witness | None:
        """A run in which a task of `finally` is skipped for another reason than its own `when`."""

    def lacks(self, result: str) -> Witness | None:
        """A run that is completed and has not this result."""


class Exact:
    """Answers that hold for all runs there can be. Raises TooLargeError where those are too many."""

    def __init__(self, explorer: Explorer) -> None:
        self.explorer = explorer
        self.model, self.known = explorer.model, explorer.known

    def runs(self, task: str, without: str = "") -> Witness | None:
        """A run in which a task was started, and another did not succeed."""
        model = self.model

        def happens(played: Played) -> bool:
            return played.ran(task) and (not without or played.state(without) != "succeeded")

        if without and not model.tasks[task].final and without not in model.above((task,)):
            return self._beside(task, without, happens)

        def function(fates: Fates, runs: int) -> int:
            failed = fates.diagram.negated(fates.of[without].succeeds) if without else ALWAYS
            return fates.diagram.all((runs, failed))

        also = [without] if without else []
        return self._find(task, lambda fates: function(fates, fates.of[task].runs), function, happens, also)

    def _find(
        self,
        task: str,
        about: Callable[[Fates], int],
        exactly: Callable[[Fates, int], int],
        happens: Callable[[Played], bool],
        also: Sequence[str] = (),
    ) -> Witness | None:
        """A scenario: first by what a task waits for alone, which is quick and mostly right, then exactly.

        Of a task of `finally`, one of a calm run with at most one thing unusual can't be shorter in a stormy one.
        """
        explorer, calm, found = self.explorer, self.explorer.calm, self.model.tasks[task]
        witness = explorer.find(calm, about(calm), happens)
        if not found.final:
            if witness is None or witness.sure:
                return witness
            return explorer.find(calm, exactly(calm, calm.starts(task)), happens)
        if witness is not None and witness.sure and witness.size < 2:
            return witness
        fates = explorer.storms.fates([found], also)
        stormy = explorer.find(fates, about(fates), happens)
        if stormy is not None and not stormy.sure:
            # Something that bears on none of them, such as a task that turns out invalid, ends the run before that.
            stormy = self._in_the_whole(found, also, about, happens) or stormy
        return stormy or witness

    def _in_the_whole(
        self, task: Task, also: Sequence[str], about: Callable[[Fates], int], happens: Callable[[Played], bool]
    ) -> Witness | None:
        try:
            fates = self.explorer.storms.fates([task], also, whole=True)
            found = self.explorer.find(fates, about(fates), happens)
        except TooLargeError:
            return None
        return found if found is not None and found.sure else None

    def _beside(self, task: str, other: str, happens: Callable[[Played], bool]) -> Witness | None:
        """A task runs that does not wait for the other: the other comes later, or fails."""
        found = self.runs(task)
        if found is None or happens(found.played):
            return found
        tries = ({task}, {other}) if task in self.model.above((other,)) else ({other}, {task})
        return self._first(
            (attrs.evolve(found.world, fails=found.world.fails | each) for each in tries), happens, found
        )

    def _first(
        self, worlds: Iterator[World], happens: Callable[[Played], bool], otherwise: Witness | None = None
    ) -> Witness | None:
        for world in worlds:
            played = self.explorer.play(world)
            if played is not None and happens(played):
                return Witness(world, played)
        return otherwise

    def misses(self, task: str) -> Witness | None:
        """A run in which a task was not started."""
        witness = self._find(
            task,
            lambda fates: fates.diagram.negated(fates.of[task].runs),
            lambda fates, runs: fates.diagram.negated(runs),
            lambda played: not played.ran(task),
        )
        if self.model.tasks[task].final or (witness is not None and witness.sure):
            return witness
        calm = self.explorer.calm
        held = self.explorer.find(calm, calm.diagram.negated(calm.starts(task)), lambda played: not played.ran(task))
        if held is not None and held.sure:
            return held
        return self._first(self._stopping(task), lambda played: not played.ran(task), witness)

    def _stopping(self, task: str) -> Iterator[World]:
        """Worlds in which another task fails while this one waits."""
        above = self.model.above((task,)) - {task}
        others = [
            each.name for each in self.model.plain if not each.ignored and task not in self.model.above((each.name,))
        ]
        for name in sorted(others, key=lambda each: each not in above):
            calm = self.explorer.calm
            witness = self.explorer.find(calm, calm.of[name].runs, lambda played, name=name: played.ran(name))  # type: ignore[misc]
            if witness is not None:
                late = above - self.model.above((name,))
                yield attrs.evolve(witness.world, fails=witness.world.fails | {name}, late=frozenset(late))
        for name, invalid in self.explorer.calm.unstartable:
            witness = self.explorer.find(self.explorer.calm, invalid, lambda played: not played.ran(task))
            if witness is not None:
                yield attrs.evolve(witness.world, late=frozenset(above - self.model.above((name,))))

    def drops(self, task: str) -> Witness | None:
        """A run in which a task of `finally` is skipped for another reason than its own `when`."""
        found = self.model.tasks[task]
        if not (found.refers or found.lists or found.hollow):
            return None
        return self._find(
            task,
            # Where its own `when` would not let it run either, nobody misses it.
            lambda fates: fates.diagram.all((fates.of[task].dropped, fates.guarded(found))),
            lambda _, runs: runs,
            lambda played: not played.ran(task),
        )

    def lacks(self, result: str) -> Witness | None:
        """A run that is completed and has not this result."""
        fates = self.explorer.calm
        there = fates.diagram.any(
            [
                fates.diagram.all(fates.present(*each) for each in refers if each[0] in self.model.tasks)
                for refers in self.model.results[result]
            ]
        )
        missing = fates.diagram.negated(there)

        def happens(played: Played) -> bool:
            return played.completed and result not in played.results

        found = self.explorer.find(fates, missing, happens)
        if found is None or found.sure:
            return found
        return self.explorer.find(fates, fates.diagram.all((fates.completed(), missing)), happens)


class Asked:
    """Exact answers where the pipeline lets itself be looked at whole, else sampled ones; `sampled` says which came."""

    def __init__(self, model: Model, bound: int) -> None:
        self.model, self.known = model, known_of(model)
        self.sampled = False
        self._sample: Sampled | None = None
        self._exact: Exact | None = None
        try:
            explorer = Explorer(model, bound)
        except TooLargeError:
            self.sampled = True
        else:
            self._exact = Exact(explorer)

    @property
    def exact(self) -> Explorer | None:
        """What knows all runs; None where there are too many."""
        return None if self._exact is None else self._exact.explorer

    @property
    def number(self) -> int:
        """How many runs the answers are about."""
        if self._exact is None:
            return self.sample().number
        # In the calm reading these do not fail; each may.
        stopping = sum(not task.ignored for task in self.model.tasks.values())
        return self._exact.explorer.calm.number << stopping

    def ask(self, question: Callable[[Source], Witness | None]) -> Witness | None:
        """The answer to a question."""
        if self._exact is not None:
            try:
                return question(self._exact)
            except TooLargeError:
                self.sampled = True
        return question(self.sample())

    def begin(self) -> None:
        """A question, or a series of them, follows that may take its own room, whatever was asked before."""
        if self._exact is not None:
            self._exact.explorer.storms.begin()

    def sample(self) -> Sampled:
        """Some runs, played once they are asked for."""
        if self._sample is None:
            self._sample = Sampled(self.model, self.known)
        return self._sample
