"""One world played by the machine that runs use: what each task does is decided beforehand, nothing else is."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs

from flowdsl.check.references import ResultReference
from flowdsl.kinds.values import Value
from flowdsl.machine.catalogue import Catalogue
from flowdsl.machine.failure import RunFailure
from flowdsl.machine.machine import Machine
from flowdsl.machine.nodes import ChildRun, Node, State
from flowdsl.machine.outcome import Outcome
from flowdsl.machine.plan import Plan, make_plan
from flowdsl.machine.status import finished_status, skip_reason
from flowdsl.machine.variables import references_in
from flowdsl.machine.when import allows
from flowdsl.worlds.guards import AGGREGATE, UNREPLACED, Guard
from flowdsl.worlds.known import Known
from flowdsl.worlds.model import Model
from flowdsl.worlds.stand_ins import all_references, run_of, stands_of

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

What: TypeAlias = Literal["succeeded", "failed", "skipped", "invalid", "waiting"]


@attrs.frozen
class World:
    """How a run goes, where it differs from the usual: tasks that fail, results that a failing task wrote all the same,
    values of texts that guards read, lists (by the text that names them) that are empty or not.

    `late` are tasks that end after the first failure; `any_fails`: one that is not of `within` fails, too. `order`
    shuffles what ends first, 0 for the order of the pipeline.
    """

    fails: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    values: Mapping[str, str] = attrs.field(factory=dict)
    lists: Mapping[str, bool] = attrs.field(factory=dict)
    late: frozenset[str] = frozenset()
    any_fails: bool = False
    within: frozenset[str] = frozenset()
    order: int = 0


@attrs.frozen
class Event:
    """Something that happened to a task; `why` is the machine's reason where it was skipped."""

    task: str
    what: What
    why: str = ""


@attrs.frozen
class Played:
    """A run that was played: what happened, in order; the run's reason; the pipeline results that are there."""

    events: tuple[Event, ...]
    reason: str
    results: frozenset[str]

    def state(self, task: str) -> What:
        """`succeeded`, `failed`, `skipped` or `invalid`; `waiting` where the run did not come to it."""
        return next((event.what for event in self.events if event.task == task), "waiting")

    def ran(self, task: str) -> bool:
        """Whether a task was started."""
        return self.state(task) in ("succeeded", "failed")

    @property
    def completed(self) -> bool:
        """Whether the run ended well."""
        return self.reason in ("Completed", "Succeeded")


class Player:
    """Plays worlds of one pipeline."""

    def __init__(self, model: Model, known: Known) -> None:
        self._model = model
        self._read = _read(model)
        self._stands = stands_of(model)
        self._plan: Plan | None = None
        self._usual = {text: domain.values[0] for text, domain in known.domains.items()}

    def play(self, world: World) -> Played | None:
        """What happens in a world; None where Tekton would not begin such a run at all."""
        try:
            machine = self._machine(world)
        except RunFailure:
            return None
        events: list[Event] = []
        failure: RunFailure | None = None
        try:
            self._drive(machine, world, events)
        except RunFailure as error:
            failure = error
        status = finished_status(machine, 0, failure)
        reason = str(status["conditions"][0].get("reason", ""))
        return Played(_held(machine, events), reason, frozenset(each["name"] for each in status.get("results") or ()))

    def _machine(self, world: World) -> Machine:
        return Machine(self._planned(world), lambda: 0.0, decides=lambda node: self._decide(node, world))

    def _planned(self, world: World) -> Plan:
        """The plan of a run in this world; that of all in which no param is unusual is made once."""
        usual = not any(text.startswith("$(params.") for text in (*world.values, *world.lists))
        if usual and self._plan is not None:
            return self._plan.again()
        run = run_of(self._model, self._stands, {**self._usual, **world.values}, world.lists)
        plan = make_plan(run, Catalogue())
        if usual:
            self._plan = plan.again()
        return plan

    def _drive(self, machine: Machine, world: World, events: list[Event]) -> None:
        running: list[ChildRun] = []
        told: set[tuple[str, str]] = set()
        place = {node.name: index for index, node in enumerate(machine.plan.nodes)}
        shuffled = random.Random(world.order)
        failing = set(world.fails)
        if world.order:
            places = list(place.values())
            shuffled.shuffle(places)
            place = dict(zip(place, places, strict=True))
        machine.begin()
        while True:
            running += machine.launches
            machine.launches.clear()
            _tell(machine, told, events)
            if not running:
                return
            if world.any_fails:
                failing |= _one_of(machine, world, failing)
            run = min(running, key=lambda each: (_when(each.node, world, failing), place[each.node.name]))
            running.remove(run)
            name, fails = run.node.name, run.node.name in failing
            if run.node.left == 1:
                events.append(Event(name, "failed" if fails else "succeeded"))
            machine.finished(run, self._status(run, world, fails=fails))

    def _status(self, run: ChildRun, world: World, *, fails: bool) -> shapes.TaskRunStatus:
        name = run.node.name
        outcome = Outcome("False", "Failed", "") if fails else Outcome("True", "Succeeded", "")
        results: list[shapes.TaskRunResult] = [
            {"name": result, "type": "string", "value": self._value(name, result, world)}
            for result in self._read.get(name, {})
            if not fails or f"{name}.{result}" in world.writes
        ]
        return {"conditions": [outcome.condition(0)], "results": results}

    def _value(self, task: str, result: str, world: World) -> Value:
        """A result of the type that it is read as, with the values that the world wants of it."""
        read = self._read[task][result]
        start = f"$(tasks.{task}.results.{result}"
        if any(each.key for each in read):
            return {each.key: self._text(f"{start}.{each.key})", world) for each in read if each.key}
        indexes = [int(each.index) for each in read if each.index.isdigit() and len(each.index) < 4]
        if not self._model.tasks[task].matrixed and (indexes or any(each.index == "*" for each in read)):
            if not world.lists.get(f"{start}[*])", True):
                return []
            return [self._text(f"{start}[{index}])", world) for index in range(max(indexes, default=0) + 1)]
        return self._text(f"{start})", world)

    def _text(self, text: str, world: World) -> str:
        return world.values[text] if text in world.values else self._usual.get(text, "value")

    def _decide(self, node: Node, world: World) -> bool:
        task = self._model.tasks[node.name]
        return all(
            self._holds(guard, written, world)
            for guard, written in zip(task.guards, node.spec.get("when") or (), strict=True)
        )

    def _holds(self, guard: Guard, written: shapes.WhenExpression, world: World) -> bool:
        if not guard.reads or guard.status_of or guard.reads == AGGREGATE:
            return allows([written])
        # Tekton replaces all results of a task or, while one is missing, none.
        if guard.of_result and references_in([written.get("input"), written.get("cel"), written.get("values")]):
            literal = world.values.get(f"{guard.reads}{UNREPLACED}", "false") == "true"
            return literal if guard.cel else guard.literal
        value = world.values.get(guard.reads, self._usual[guard.reads])
        return (value == "true") is not guard.negated if guard.cel else guard.holds_for(value)


def _one_of(machine: Machine, world: World, failing: set[str]) -> set[str]:
    """A task to fail that is not of those which the world is about."""
    outside = [
        node.name
        for node in machine.tasks
        if node.name not in world.within and not node.ignores_failure and node.state is State.RUNNING
    ]
    return set() if failing - world.fails else set(outside[:1])


def _when(node: Node, world: World, failing: Iterable[str]) -> int:
    """Which end first: what succeeds, then what stops the run, then what is late."""
    if node.name in world.late:
        return 2
    return int(node.name in failing and not node.ignores_failure)


def _held(machine: Machine, events: list[Event]) -> tuple[Event, ...]:
    """What happened for good: a task that was skipped early may be skipped for another reason later, or run."""
    last = {event.task: event for event in events}
    held = [event for event in events if last[event.task] is event]
    return tuple(e for e in held if e.what != "skipped" or machine.by_name[e.task].state is State.SKIPPED)


def _tell(machine: Machine, told: set[tuple[str, str]], events: list[Event]) -> None:
    for node in machine.skipped:
        if node.state is State.SKIPPED and (node.name, node.reason) not in told:
            told.add((node.name, node.reason))
            events.append(Event(node.name, "skipped", skip_reason(machine, node)))
    for name in machine.invalid:
        if (name, "") not in told:
            told.add((name, ""))
            events.append(Event(name, "invalid"))


def _read(model: Model) -> dict[str, dict[str, list[ResultReference]]]:
    """The results of each task that something refers to, and how."""
    found: dict[str, dict[str, list[ResultReference]]] = {}
    for each in all_references(model.spec):
        found.setdefault(each.task, {}).setdefault(each.result, []).append(each)
    return found
