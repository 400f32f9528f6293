"""What becomes of every task, as functions of all that can differ between two runs.

It is what `flowdsl.machine.machine` decides for one run (`_consider`, `_settle`, `_start_finally`), said for all runs
at once; `compiler_tests/property/test_worlds.py` holds the two together. Two readings are worked out:

- calm: no task fails whose failure would stop the run, as in every run that ends Completed, and as in every run up to
  the moment at which a task is started;
- stormy: any task may fail at any time. Which tasks had been started by then is a choice, too (`late`, `held`): once
  one has failed nothing new starts, so a task that has not ended yet keeps from starting what waits for it.

A task that succeeds has written its results: for want of one a run fails, or what ignores failures is skipped.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import attrs

from flowdsl.worlds.diagram import ALWAYS, NEVER, Diagram
from flowdsl.worlds.guards import AGGREGATE, UNREPLACED, Domain, Guard
from flowdsl.worlds.known import Known
from flowdsl.worlds.model import Listed, Model, Task

# What a variable of the diagram is about.
VALUE, JOINT, LIST, ENDS, WRITES, OUTSIDE = "value", "joint", "list", "ends", "writes", "outside"
LATE, HELD = "late", "held"
# How much further from the usual each makes a world; the order in which things happen makes it no less usual.
_COSTS = {VALUE: 1, JOINT: 1, LIST: 1, ENDS: 1, WRITES: 1, OUTSIDE: 1, LATE: 0, HELD: 0}


@attrs.frozen
class Choice:
    """What may differ between two runs: `kind` says what, of which `task` or `text`; the first value is the usual."""

    kind: str
    text: str
    values: tuple[str, ...]
    task: str = ""


@attrs.frozen
class Fate:
    """When a task runs, is skipped for its `when`, is skipped for another reason, or can't start (invalid)."""

    runs: int
    skipped: int = NEVER
    dropped: int = NEVER
    invalid: int = NEVER
    succeeds: int = NEVER
    # Ended, or never to start, without having stopped the run: what waits for it may be looked at.
    closed: int = NEVER


class Fates:
    """The fates of a model's tasks; `late` are those that may still run when another fails, none when all is calm."""

    def __init__(
        self,
        model: Model,
        known: Known,
        bound: int,
        *,
        stormy: bool = False,
        late: Iterable[str] = (),
        hold: bool = False,
        outside: bool = False,
    ) -> None:
        """`hold`: a task may keep others from starting by being invalid; `outside`: a task that is not of the model
        may fail at any time."""
        self.model = model
        self.diagram = Diagram(bound)
        self.choices: list[Choice] = []
        self.stormy = stormy
        self._late = frozenset(late)
        self._hold = hold
        self._known = known
        self._variables: dict[tuple[str, str], int] = {}
        self._stops: list[int] = []
        self._invalid: list[int] = []
        self.unstartable: list[tuple[str, int]] = []
        self._lag: list[int] = []
        self._held: list[int] = []
        if outside:
            self._stops.append(self._flag(OUTSIDE, "", "none", "fails"))
        self.of: dict[str, Fate] = {}
        for task in model.plain:
            self.of[task.name] = self._fate(task)
        self.legal = self._legality()
        for task in model.final:
            self.of[task.name] = self._final_fate(task)

    @property
    def costs(self) -> list[list[int]]:
        """What each value of each variable costs, for `Diagram.cheapest`."""
        return [[0] + [_COSTS[each.kind]] * (len(each.values) - 1) for each in self.choices]

    @property
    def number(self) -> int:
        """How many worlds there are, those included that come out alike."""
        return math.prod(len(each.values) for each in self.choices)

    def cheapest(self, function: int) -> dict[int, int] | None:
        """The world with the fewest deviations in which a function holds; None where it never does."""
        return self.diagram.cheapest(self.diagram.all((function, self.legal)), self.costs)

    def fails(self, name: str) -> int:
        """That a task ran and failed."""
        fate = self.of[name]
        return self.diagram.all((fate.runs, self.diagram.negated(fate.succeeds)))

    def starts(self, name: str) -> int:
        """That a task is started: exact, where `Fate.runs` looks at what it waits for alone.

        A task that can't start for want of a result ends the run and keeps its whole round from starting. It comes too
        late for that only where it waits for something that runs and that this task does not wait for.
        """
        found = self.of[name].runs
        above = self.model.above((name,))
        for other, invalid in self.unstartable:
            found = self._beside(found, invalid, self.model.above((other,)) - above - {other})
        return found

    def _beside(self, runs: int, invalid: int, waits_for: Iterable[str]) -> int:
        diagram = self.diagram
        kept = diagram.all((runs, invalid))
        for name in waits_for:
            if kept == NEVER:
                return runs
            kept = diagram.all((kept, diagram.negated(self.of[name].runs)))
        return diagram.all((runs, diagram.negated(kept)))

    def _variable(self, kind: str, text: str, values: tuple[str, ...], task: str = "") -> int:
        key = kind, text
        if key not in self._variables:
            self._variables[key] = self.diagram.variable(len(values))
            self.choices.append(Choice(kind, text, values, task))
        return self._variables[key]

    def _flag(self, kind: str, text: str, usual: str, other: str, task: str = "") -> int:
        """That something is not as usual."""
        return self.diagram.holds(self._variable(kind, text, (usual, other), task), (1,))

    def present(self, task: str, result: str) -> int:
        """That a result is there once its task has ended: one that succeeds has written it, one that fails may have."""
        fate = self.of[task]
        failed = self.fails(task)
        if failed == NEVER:
            return fate.succeeds
        wrote = self._flag(WRITES, f"{task}.{result}", "", "written", task)
        return self.diagram.any((fate.succeeds, self.diagram.all((failed, wrote))))

    def _fate(self, task: Task) -> Fate:
        diagram = self.diagram
        parents = [self.of[name] for name in task.before]
        dropped = diagram.any(each.dropped for each in parents)
        present = [self.present(name, result) for name, result in task.refers]
        there = diagram.all(present)
        missing = diagram.negated(there)
        allowed = self._allowed(task, there)
        ready = diagram.all(each.closed for each in parents)
        refused = diagram.all((ready, diagram.negated(allowed)))
        empty = self._empty(task, there)
        considered = diagram.all((ready, allowed, diagram.negated(dropped)))
        excused = diagram.all((missing, self._excused(task, present)))
        left_out = diagram.all((considered, diagram.any((excused, empty))))
        starts = diagram.all((considered, diagram.negated(excused), diagram.negated(empty)))
        invalid = diagram.all((starts, missing))
        starts = diagram.all((starts, there))
        return self._ended(
            task,
            starts,
            refused,
            diagram.any((diagram.all((dropped, diagram.negated(refused))), left_out)),
            invalid,
        )

    def _ended(self, task: Task, starts: int, skipped: int, dropped: int, invalid: int) -> Fate:
        """The fate, with how a task that starts comes to its end."""
        diagram = self.diagram
        if self._hold and task.name in self._late and task.before and starts != NEVER:
            held = diagram.all((starts, self._flag(HELD, task.name, "", "held", task.name)))
            self._held.append(held)
            starts = diagram.all((starts, diagram.negated(held)))
        succeeds = self._succeeds(task, starts)
        done = starts if task.ignored else succeeds
        if not task.ignored:
            self._stops += [diagram.all((starts, diagram.negated(succeeds))), invalid]
        self._invalid.append(invalid)
        if not task.ignored and invalid != NEVER:
            self.unstartable.append((task.name, invalid))
        if task.name in self._late and done != NEVER:
            lag = diagram.all((done, self._flag(LATE, task.name, "", "late", task.name)))
            self._lag.append(lag)
            done = diagram.all((done, diagram.negated(lag)))
        closed = diagram.any((done, skipped, dropped, invalid if task.ignored else NEVER))
        return Fate(starts, skipped, dropped, invalid, succeeds, closed)

    def _succeeds(self, task: Task, starts: int) -> int:
        """That a task which starts then succeeds: it may fail in a storm, or where nothing comes of it."""
        if starts == NEVER or not (self.stormy or task.ignored):
            return starts
        failing = self._flag(ENDS, task.name, "succeeds", "fails", task.name)
        return self.diagram.all((starts, self.diagram.negated(failing)))

    def _legality(self) -> int:
        """What is possible: a task is late only where another stops the run, held back only by an invalid one."""
        diagram = self.diagram
        stopped = diagram.any(self._stops) if self._lag else ALWAYS
        lagging = diagram.any(self._lag)
        held = diagram.any(self._held)
        unstartable = diagram.any(self._invalid) if held != NEVER else ALWAYS
        return diagram.all(
            (diagram.any((diagram.negated(lagging), stopped)), diagram.any((diagram.negated(held), unstartable)))
        )

    def guarded(self, *tasks: Task) -> int:
        """That all guards of tasks hold, every result in them being there."""
        return self.diagram.all(self.holds(guard) for task in tasks for guard in task.guards)

    def startable(self) -> int:
        """That no task is invalid."""
        return self.diagram.negated(self.diagram.any(self._invalid))

    def completed(self) -> int:
        """In the calm reading: that nothing keeps the run from being Completed."""
        diagram = self.diagram
        found = [self.startable()]
        for ways in self.model.results.values():
            for name, result in (each for refers in ways for each in refers):
                if name in self.of:
                    unwritten = (self.of[name].succeeds, diagram.negated(self.present(name, result)))
                    found.append(diagram.negated(diagram.all(unwritten)))
        return diagram.all(found)

    def _excused(self, task: Task, present: list[int]) -> int:
        """That a task whose results are missing is skipped for that, where else it would be invalid (`_skips_for`)."""
        if not task.reads:
            return NEVER
        if task.ignored:
            return ALWAYS
        diagram, before, found = self.diagram, ALWAYS, []
        for (name, _), there in zip(task.refers, present, strict=True):
            found.append(diagram.all((before, diagram.negated(there), self.of[name].skipped)))
            before = diagram.all((before, there))
        return diagram.any(found)

    def _empty(self, task: Task, there: int) -> int:
        if task.hollow:
            return ALWAYS
        return self.diagram.any(self._is_empty(each, there) for each in task.lists)

    def _is_empty(self, listed: Listed, there: int) -> int:
        usual = ("empty", "not empty") if listed.text in self._known.empty else ("not empty", "empty")
        variable = self._variable(LIST, listed.text, usual)
        empty = self.diagram.holds(variable, (usual.index("empty"),))
        return empty if listed.result is None else self.diagram.all((empty, there))

    def _allowed(self, task: Task, there: int) -> int:
        """That the guards let a task run; while a result is missing no variable of the task is replaced."""
        diagram = self.diagram
        replaced = diagram.all(self.holds(guard) for guard in task.guards)
        if not task.refers:
            return replaced
        return diagram.chosen(there, replaced, diagram.all(self._unreplaced(guard) for guard in task.guards))

    def _unreplaced(self, guard: Guard) -> int:
        """That a guard holds while the results in it are not replaced."""
        if not guard.of_result:
            return self.holds(guard)
        if guard.cel:
            return self._flag(VALUE, f"{guard.reads}{UNREPLACED}", "false", "true")
        return ALWAYS if guard.literal else NEVER

    def holds(self, guard: Guard) -> int:
        """That a guard holds, the results in it replaced."""
        if not guard.reads:
            return ALWAYS if guard.fixed else NEVER
        if guard.status_of:
            return self._status_is(guard)
        if guard.reads == AGGREGATE:
            return self._aggregate_is(guard)
        joint = self._known.joints.get(guard.reads)
        if joint is not None and not guard.cel:
            place = joint.texts.index(guard.reads)
            rows = [index for index, row in enumerate(joint.rows) if guard.holds_for(row[place])]
            return self.diagram.holds(
                self._variable(JOINT, joint.texts[0], tuple(map(str, range(len(joint.rows))))), rows
            )
        domain = self._known.domains[guard.reads]
        return self.diagram.holds(self._value_variable(domain), domain.where(guard))

    def _value_variable(self, domain: Domain) -> int:
        return self._variable(VALUE, domain.text, domain.values)

    def _status_is(self, guard: Guard) -> int:
        if guard.status_of not in self.of:
            return ALWAYS if guard.literal else NEVER
        fate = self.of[guard.status_of]
        return self._one_of(
            guard,
            {
                "Succeeded": fate.succeeds,
                "Failed": self.fails(guard.status_of),
                "None": self.diagram.negated(fate.runs),
            },
        )

    def _aggregate_is(self, guard: Guard) -> int:
        diagram = self.diagram
        plain = [task.name for task in self.model.plain]
        failed = diagram.any(self.fails(name) for name in plain)
        # Skipped is whatever did not run and is not invalid, also what the run did not come to.
        skipped = diagram.any(diagram.negated(diagram.any((self.of[n].runs, self.of[n].invalid))) for n in plain)
        well = diagram.negated(failed)
        return self._one_of(
            guard,
            {
                "Failed": failed,
                "Completed": diagram.all((well, skipped)),
                "Succeeded": diagram.all((well, diagram.negated(skipped))),
            },
        )

    def _one_of(self, guard: Guard, words: dict[str, int]) -> int:
        return self.diagram.any(function for word, function in words.items() if guard.holds_for(word))

    def _final_fate(self, task: Task) -> Fate:
        """A task of `finally`: what is missing skips it before its guards are looked at (`_start_finally`)."""
        diagram = self.diagram
        there = diagram.all(self.present(name, result) for name, result in task.refers)
        allowed = diagram.all(self.holds(guard) for guard in task.guards)
        empty = self._empty(task, there)
        starts = diagram.all((there, allowed, diagram.negated(empty)))
        refused = diagram.all((there, diagram.negated(allowed)))
        left_out = diagram.any((diagram.negated(there), diagram.all((there, allowed, empty))))
        succeeds = self._succeeds(task, starts)
        return Fate(starts, refused, left_out, NEVER, succeeds, ALWAYS)
