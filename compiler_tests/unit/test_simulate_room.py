"""How much the diagrams of a simulation may take together, counted in nodes; and what still fits in it whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from flowdsl.worlds import sampled
from flowdsl.worlds.diagram import Diagram
from flowdsl.worlds.explore import BOUND
from flowdsl.worlds.model import model_of
from flowdsl.worlds.simulation import Simulation


def task(name: str, *guards: tuple[str, str], after: Sequence[str] = ()) -> dict[str, Any]:
    when = [{"input": f"$(tasks.{text})", "operator": "in", "values": [value]} for text, value in guards]
    return {"name": name, "taskRef": {"name": "x"}, "when": when, "runAfter": list(after)}


def chain(count: int, watching: int, *, guarded: bool) -> dict[str, Any]:
    """Tasks one behind the other, by order or by guards on results, and those of finally that look at some of them."""
    names = [f"t{number}" for number in range(count)]
    behind = zip(names, ["", *names], strict=False)
    tasks = [
        task(name, *([(f"{above}.results.r", "true")] if above and guarded else []), after=[above] if above else [])
        for name, above in behind
    ]
    ends = [task(f"f{number}", (f"t{number * 3}.status", "Failed")) for number in range(watching)]
    return {"tasks": tasks, "finally": ends}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Diagram]:
    """The diagrams that are made, that of the calm reading first."""
    found: list[Diagram] = []
    first = Diagram.__init__

    def kept(self: Diagram, bound: int) -> None:
        first(self, bound)
        found.append(self)

    monkeypatch.setattr(Diagram, "__init__", kept)
    return found


def simulated(spec: Mapping[str, object], bound: int = BOUND) -> Simulation:
    return Simulation(model_of("p", spec), bound=bound)  # type: ignore[arg-type]


def test_a_chain_of_150_tasks_and_50_that_watch_them_is_looked_at_whole(made: list[Diagram]) -> None:
    simulation = simulated(chain(150, 50, guarded=False))
    assert simulation.findings == ()
    assert simulation.exhaustive
    assert sum(each.nodes for each in made[1:]) < BOUND * 5 // 8, "all of finally in one diagram"


def test_all_diagrams_of_the_findings_share_the_room_of_one(
    made: list[Diagram], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampled, "_MOST_PLAYED", 20)
    bound = 10_000
    simulation = simulated(chain(24, 8, guarded=True), bound)
    assert simulation.findings == ()
    assert not simulation.exhaustive, "else nothing here is short of room"
    each = [diagram.nodes for diagram in made[1:]]
    assert len(each) > 3, "tasks that watch little are looked at alone, where not all fit together"
    assert sum(each) <= bound


def test_what_a_question_is_answered_does_not_depend_on_those_before(made: list[Diagram]) -> None:
    bound = 10_000
    many = simulated(chain(24, 8, guarded=True), bound)
    for number in range(7):
        assert many.possible(f"f{number}", without=f"t{number * 3}").exhaustive
    assert sum(each.nodes for each in made[1:]) > bound, "together they take more than one may"


def test_a_single_task_of_finally_may_take_all_the_room(made: list[Diagram]) -> None:
    spec = {**chain(24, 0, guarded=True), "finally": [task("end", ("t23.status", "Failed"))]}
    assert simulated(spec).findings == ()
    calm, *stormy = (diagram.nodes for diagram in made)
    assert len(stormy) == 1
    assert calm < stormy[0] * 5 // 8, "else the room of the storm is not what decides"
    whole = simulated(spec, stormy[0])
    assert whole.findings == ()
    assert whole.exhaustive
    made.clear()
    short = simulated(spec, stormy[0] - 1)
    assert short.findings == ()
    assert not short.exhaustive
    assert len(made) == 2, "what did not fit in all the room is not tried again"
