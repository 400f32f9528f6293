"""What the simulator says of a pipeline holds in every run: the machine plays worlds of random pipelines, and agrees.

Weekly in CI, with more of each: `FLOWDSL_WORLDS=1000 pytest compiler_tests/property/test_worlds.py` (test_worlds_run.py runs
them through the engine).
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from worlds_support import specs, worlds

from flowdsl.worlds.explore import Explorer, Witness
from flowdsl.worlds.model import model_of
from flowdsl.worlds.play import Played
from flowdsl.worlds.questions import Exact

EXAMPLES = int(os.environ.get("FLOWDSL_WORLDS") or "25")
Drawn = tuple[Exact, list[Played]]


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    """A pipeline, and some of its runs."""
    explorer = Explorer(model_of("p", draw(specs())))
    played = [explorer.play(draw(worlds(explorer.model, explorer.known))) for _ in range(4)]
    assert None not in played, "the pipelines that are drawn are such as Tekton begins to run"
    return Exact(explorer), [each for each in played if each is not None]


def agree(found: Witness | None, seen: list[Played], *about: Any) -> None:
    """What is said to be possible the machine has played; what is said not to be was not seen."""
    assert found is None or found.sure, (*about, found)
    assert found is not None or not seen, (*about, seen)


@settings(max_examples=EXAMPLES)
@given(drawn())
def test_whether_a_task_can_run(given_: Drawn) -> None:
    exact, played = given_
    for name in exact.model.tasks:
        agree(exact.runs(name), [each for each in played if each.ran(name)], name)


@settings(max_examples=EXAMPLES)
@given(drawn())
def test_whether_a_task_always_runs(given_: Drawn) -> None:
    exact, played = given_
    for name in exact.model.tasks:
        agree(exact.misses(name), [each for each in played if not each.ran(name)], name)


@settings(max_examples=EXAMPLES)
@given(drawn(), st.data())
def test_whether_a_task_can_run_without_another(given_: Drawn, data: st.DataObject) -> None:
    exact, played = given_
    names = list(exact.model.tasks)
    for name in data.draw(st.lists(st.sampled_from(names), max_size=3, unique=True)):
        for gate in [each for each in names if each != name]:
            seen = [each for each in played if each.ran(name) and each.state(gate) != "succeeded"]
            agree(exact.runs(name, gate), seen, name, gate)


@settings(max_examples=EXAMPLES)
@given(drawn())
def test_whether_a_result_can_be_missing_from_a_completed_run(given_: Drawn) -> None:
    exact, played = given_
    for name in exact.model.results:
        agree(exact.lacks(name), [each for each in played if each.completed and name not in each.results], name)


@settings(max_examples=EXAMPLES)
@given(drawn())
def test_whether_finally_can_be_skipped_for_others(given_: Drawn) -> None:
    exact, played = given_
    for task in exact.model.final:
        reasons = ("Results were missing", "Matrix Parameters have an empty array")
        seen = [each for each in played for e in each.events if e.task == task.name and e.why in reasons]
        if task.guards and exact.drops(task.name) is None:
            continue  # its own `when` may have said no as well, which the machine does not ask then
        agree(exact.drops(task.name), seen, task.name)
