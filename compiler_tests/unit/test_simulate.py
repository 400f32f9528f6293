"""`flowdsl.simulate`: what it finds, in which words, and what tests can ask of it. FLOW045 to FLOW049."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

import flowdsl
from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.catalog import text as page_text
from flowdsl.worlds.diagram import Diagram, TooLargeError
from flowdsl.worlds.model import model_of
from flowdsl.worlds.reasons import never_run
from flowdsl.worlds.simulation import Simulation


def task(
    name: str,
    *after: str,
    reads: tuple[str, ...] = (),
    when: tuple[tuple[str, str, list[str]], ...] = (),
    **fields: Any,
) -> dict[str, Any]:
    params = [{"name": f"p{number}", "value": f"$(tasks.{each})"} for number, each in enumerate(reads)]
    guards = [{"input": text, "operator": operator, "values": values} for text, operator, values in when]
    return {
        "name": name,
        "runAfter": list(after),
        "params": params,
        "when": guards,
        "taskRef": {"name": name},
        **fields,
    }


def simulated(*tasks: dict[str, Any], bound: int = 10_000, **spec: Any) -> Simulation:
    run = spec.pop("run", {})
    return Simulation(model_of("p", {"tasks": list(tasks), **spec}, run), bound=bound)


def told(simulation: Simulation) -> list[tuple[str, str, str]]:
    return [(each.finding.code, each.about, " → ".join(each.scenario)) for each in simulation.found]


SCORE = "evaluate.results.score"
GATED = (
    task("evaluate", onError="continue"),
    task("gate", when=((f"$(tasks.{SCORE})", "in", ["good"]),)),
    task("upload", "gate"),
)


def test_a_release_without_its_gate_is_told_with_the_shortest_way_there() -> None:
    found = told(simulated(*GATED))
    assert found == [("FLOW047", "upload", 'evaluate.score is not "good" → gate is skipped by its when → upload runs')]
    only_failing = (GATED[0], task("gate", reads=(SCORE,), onError="continue"), GATED[2])
    # A task that ignores failures is skipped for want of a result, and what waits for it is, too.
    assert told(simulated(*only_failing)) == [("FLOW047", "upload", "gate fails, onError continue → upload runs")]
    guarded = (*GATED[:2], task("upload", "gate", when=(("$(tasks.gate.results.passed)", "in", ["true"]),)))
    assert told(simulated(*guarded)) == []


@pytest.mark.parametrize(
    ("guards", "why"),
    [
        ((("$(params.m)", "in", ["a"]), ("$(params.m)", "in", ["b"])), 'm is "a" and that m is "b"'),
        ((("$(params.m)", "in", ["a"]), ("$(params.m)", "notin", ["a"])), 'm is "a" and that m is not "a"'),
        ((("a", "in", ["b"]),), "its when holds, which can't be"),
        ((("$(params.m)", "in", ["a", "b"]), ("$(params.m)", "notin", ["b", "a"])), "is one of"),
    ],
)
def test_a_task_that_never_runs_is_told_with_what_excludes_it(guards: Any, why: str) -> None:
    first, follows = task("x", when=guards), task("y", reads=("x.results.r",))
    simulation = simulated(first, follows, task("z"), params=[{"name": "m"}])
    (found,) = simulation.found
    assert (found.finding.code, found.about) == ("FLOW045", "x")
    assert why in found.finding.message
    assert simulation.never("x")
    assert simulation.never("y")
    assert not simulation.never("z")


def test_what_may_be_so_is_no_finding() -> None:
    one, other = ("$(params.m)", "in", ["a"]), ("$(params.k)", "in", ["b"])
    assert told(simulated(task("x", when=(one, other)), params=[{"name": "m"}, {"name": "k"}])) == []
    # Nested: a task that waits for a skipped one runs, one that uses its result does not.
    assert told(simulated(task("x", when=(one,)), task("y", "x", when=(("$(params.m)", "in", ["b"]),)))) == []
    needs = task("y", reads=("x.results.r",), when=(("$(params.m)", "in", ["b"]),))
    ((code, about, _),) = told(simulated(task("x", when=(one,)), needs))
    assert (code, about) == ("FLOW045", "y")


def test_what_a_failure_does_may_be_a_param() -> None:
    tasks = (task("gate", onError="$(params.mode)"), task("upload", "gate"))
    assert told(simulated(*tasks, params=[{"name": "mode", "default": "continue"}])) == [
        ("FLOW047", "upload", "gate fails, onError continue → upload runs")
    ]
    assert told(simulated(*tasks, params=[{"name": "mode", "default": "stopAndFail"}])) == []


def test_values_of_an_enum_are_all_there_are() -> None:
    guard = ("$(params.m)", "notin", ["a", "b"])
    assert told(simulated(task("x", when=(guard,)), params=[{"name": "m", "enum": ["a", "b"]}]))[0][:2] == (
        "FLOW045",
        "x",
    )
    assert told(simulated(task("x", when=(guard,)), params=[{"name": "m", "enum": ["a", "b", "c"]}])) == []


def test_a_result_that_can_be_missing_is_told_and_one_that_fails_the_run_is_not() -> None:
    results = [{"name": "out", "value": "$(tasks.x.results.r)"}]
    guarded = task("x", when=(("$(params.m)", "in", ["a"]),))
    usual = [{"name": "m", "default": "a"}]
    assert told(simulated(guarded, results=results, params=usual)) == [
        ("FLOW046", "out", 'm is not "a" → x is skipped by its when')
    ]
    assert told(simulated(task("x"), results=results)) == []
    other = task("y", when=(("$(params.m)", "notin", ["a"]),))
    either = [*results, {"name": "out", "value": "$(tasks.y.results.r)"}]
    assert told(simulated(guarded, other, results=either, params=usual)) == [], "one of them is there in every run"
    third = task("y", when=(("$(params.m)", "in", ["b"]),))
    assert [each[:2] for each in told(simulated(guarded, third, results=either))] == [("FLOW046", "out")]
    lists = [{"name": "xs", "type": "array", "default": []}]
    told_by = task("decide", params=[{"name": "given", "value": ["$(params.xs[*])"]}])
    matrix = {"params": [{"name": "i", "value": "$(params.xs[*])"}]}
    full, empty = (
        task(name, when=(("$(tasks.decide.results.filled-1)", sign, ["true"]),), **more)
        for name, sign, more in (("x", "in", {"matrix": matrix}), ("y", "notin", {}))
    )
    assert told(simulated(told_by, full, empty, results=either, params=lists)) == [], "x has something to do"
    ignored = simulated(task("x", onError="continue"), results=results)
    assert told(ignored) == [("FLOW046", "out", "x fails, onError continue")]


def test_finally_is_told_where_it_is_skipped_for_others() -> None:
    report = task("report", reads=("x.results.r",))
    del report["runAfter"]
    assert told(simulated(task("x"), **{"finally": [report]})) == [
        ("FLOW048", "report", "x fails → report is skipped for want of a result")
    ]
    own = task("report", when=(("$(tasks.x.status)", "in", ["Failed"]),))
    assert told(simulated(task("x"), **{"finally": [own]})) == []
    never = task("report", when=(("$(tasks.x.status)", "in", ["Failed"]), ("$(tasks.status)", "in", ["Succeeded"])))
    assert [each[:2] for each in told(simulated(task("x"), **{"finally": [never]}))] == [("FLOW045", "report")]


def test_branches_in_finally_are_missed_where_none_of_them_runs() -> None:
    """What `either` in `on_finish()` gives: that one copy does not run where the other does is how it is meant."""
    one, other = ("$(params.m)", "in", ["a"]), ("$(params.m)", "notin", ["a"])
    copies = [
        task("report", reads=("x.results.r",), when=(one,)),
        task("report-2", reads=("y.results.r",), when=(other,)),
    ]
    for each in copies:
        del each["runAfter"]
    makers = (task("x", when=(one,)), task("y", when=(other,)))
    assert told(simulated(*makers, params=[{"name": "m"}], **{"finally": copies})) == [
        ("FLOW048", "report", "x fails → report is skipped for want of a result")
    ]
    # Two tasks that only have such names are told each.
    apart = [copies[0], {**copies[1], "when": []}]
    found = told(simulated(*makers, params=[{"name": "m"}], **{"finally": apart}))
    assert [each[:2] for each in found] == [("FLOW048", "report"), ("FLOW048", "report-2")]


def test_the_status_of_a_task_depends_on_when_another_fails() -> None:
    """`late` was not started, for x failed first; in another order it succeeded."""
    tasks = (task("x"), task("slow"), task("late", "slow"))
    report = task(
        "report", when=(("$(tasks.late.status)", "in", ["None"]), ("$(tasks.slow.status)", "in", ["Succeeded"]))
    )
    simulation = simulated(*tasks, **{"finally": [report]})
    assert simulation.possible("report")
    assert not simulation.always("report")
    verdict = simulation.never("report", without="late")
    assert not verdict
    assert "x fails" in str(verdict)


def test_an_empty_list_skips_what_fans_out_and_what_waits_for_it() -> None:
    fan = task("fan", matrix={"params": [{"name": "m", "value": "$(params.list[*])"}]})
    simulation = simulated(fan, task("then", "fan"), params=[{"name": "list", "type": "array", "default": ["a"]}])
    assert str(simulation.always("then")) == (
        "then does not always run: list is empty → fan is skipped, for its list is empty → then is skipped, for a task "
        "that it waits for was"
    )
    hollow = task("fan", matrix={"params": [{"name": "m", "value": []}]})
    assert told(simulated(hollow))[0][0] == "FLOW045"


def test_timeouts_are_added_along_the_longest_path() -> None:
    chain = (
        task("a", timeout="40m", retries=1),
        task("b", "a", timeout="30m"),
        task("c", timeout="1m"),
    )
    (found,) = simulated(*chain).found
    assert (found.finding.code, found.finding.severity.value) == ("FLOW049", "note"), "each alone has time enough"
    alone = simulated(task("a", timeout="2h")).findings
    assert [(each.code, each.severity.value) for each in alone] == [("FLOW049", "warning")]
    assert "a → b may take 1h50m by declared timeouts, the run at most 1h" in found.finding.message
    assert told(simulated(*chain, run={"timeouts": {"pipeline": "2h"}})) == []
    tasks = simulated(*chain, run={"timeouts": {"pipeline": "5h", "tasks": "1h"}}).found
    assert "all tasks together at most 1h" in tasks[0].finding.message


def test_questions_answer_with_a_scenario() -> None:
    simulation = simulated(*GATED)
    assert str(simulation.never("upload", without="gate")) == (
        'upload can run without gate: evaluate.score is not "good" → gate is skipped by its when → upload runs'
    )
    assert repr(simulation.always("evaluate")) == "evaluate always runs"
    assert str(simulation.always("upload")) == "upload does not always run: gate fails → upload is not started"
    assert simulation.possible("upload", without="evaluate")
    assert simulation.never("gate", without=["gate", "evaluate"]).holds is False
    with pytest.raises(UsageError, match="no task 'gait'; did you mean 'gate'"):
        simulation.never("upload", without="gait")


def test_too_many_runs_are_sampled_and_said_so() -> None:
    tasks = [
        task(f"t{n}", *([f"t{n - 1}"] if n else []), onError="continue", when=((f"$(params.p{n})", "in", ["a"]),))
        for n in range(9)
    ]
    params = [{"name": f"p{n}", "default": "a"} for n in range(9)]
    small = simulated(*tasks, params=params, bound=8)
    assert not small.exhaustive
    assert 0 < small.worlds <= 3000
    verdict = small.never("t8", without="t0")
    assert not verdict
    assert "in the runs that were looked at" in str(verdict)
    again = simulated(*tasks, params=params, bound=8)
    assert str(again.never("t8", without="t0")) == str(verdict), "the seed is fixed"
    assert simulated(*tasks, params=params).exhaustive


@pytest.mark.parametrize("code", ["FLOW045", "FLOW046", "FLOW047", "FLOW048", "FLOW049"])
def test_the_example_of_its_page_is_a_case(code: str) -> None:
    text = page_text(code)
    example = text.split("```yaml\n")[1].split("```")[0]
    found = flowdsl.simulate(example).findings
    line = 1 + next(number for number, each in enumerate(example.splitlines()) if "# here" in each)
    assert [(each.code, each.line) for each in found] == [(code, line)]


def _many(count: int, kind: str) -> list[dict[str, Any]]:
    """Tasks of which many can never run: behind a chain of guards, under many guards, by what only many exclude."""
    own = [(f"$(params.m{number})", "in", ["a"]) for number in range(count)]
    texts = [str(number) for number in range(count)]
    if kind == "guards":
        return [task(f"x{each}", when=(*own, (own[each][0], "in", ["b"]))) for each in range(count)]
    if kind == "values":
        others = [("$(params.m0)", "in", [each for each in texts if each != one]) for one in texts]
        first = [task(f"t{each}", when=(guard,)) for each, guard in enumerate(others)]
        reads = tuple(f"t{each}.results.r" for each in range(count))
        return [
            *first,
            *(task(f"x{each}", reads=reads, when=(("$(params.m0)", "in", texts),)) for each in range(count)),
        ]
    chain = [task("t0", when=own[:1])]
    chain += [task(f"t{each}", reads=(f"t{each - 1}.results.r",), when=(own[each],)) for each in range(1, count)]
    dead = (("b", each) for each in range(count))
    last = (f"t{count - 1}.results.r",)
    return [*chain, *(task(f"x{each}", reads=last, when=((own[each][0], "in", [value]),)) for value, each in dead)]


@pytest.mark.parametrize("kind", ["chain", "guards", "values"])
def test_why_tasks_never_run_takes_as_many_steps_as_there_are_tasks(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    joins = 0
    whole = Diagram.all

    def counted(self: Diagram, functions: Iterable[int]) -> int:
        nonlocal joins
        joins += 1
        return whole(self, functions)

    monkeypatch.setattr(Diagram, "all", counted)
    steps = []
    for count in (12, 24):
        joins = 0
        fates = Simulation(model_of("p", {"tasks": _many(count, kind)}))._asked.exact
        assert fates is not None
        joins = 0
        assert len(never_run(fates.calm)) == count
        steps.append(joins / count)
    assert steps[1] <= steps[0] * 1.5


def test_why_a_task_never_runs_names_no_more_than_can_be_taken_in() -> None:
    said = [each.finding.message for each in simulated(*_many(6, "values"), params=[{"name": "m0"}]).found]
    assert said
    assert all("what it waits for and what guards it exclude each other" in each for each in said)


def test_for_want_of_room_only_the_words_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Simulation(model_of("p", {"tasks": _many(6, "guards")}))._asked.exact
    assert full is not None
    whole = Diagram.all

    def narrow(self: Diagram, functions: Iterable[int]) -> int:
        listed = list(functions)
        if len(listed) == 4:
            raise TooLargeError
        return whole(self, listed)

    monkeypatch.setattr(Diagram, "all", narrow)
    found = never_run(full.calm)
    assert len(found) == 6
    assert "what it waits for and what guards it exclude each other" in {why for _, why in found}
