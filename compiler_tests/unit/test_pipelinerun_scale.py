"""A run of many tasks takes work in proportion to them: counted, not timed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pipelinerun_support import ended, failed, give, pipeline_run, task

from flowdsl.machine.catalogue import Catalogue
from flowdsl.machine.machine import Machine
from flowdsl.machine.nodes import State
from flowdsl.machine.plan import make_plan


def chain(number: int) -> list[dict[str, Any]]:
    first = task("t0", results=("r",))
    return [first] + [
        task(f"t{index}", results=("r",), params=give(x=f"$(tasks.t{index - 1}.results.r)"))
        for index in range(1, number)
    ]


def wide(number: int) -> list[dict[str, Any]]:
    middle = [task(f"m{index}", runAfter=["first"]) for index in range(number - 2)]
    return [task("first"), *middle, task("last", runAfter=[each["name"] for each in middle])]


def layers(number: int) -> list[dict[str, Any]]:
    """Layers of ten, each task waiting for the ten before it."""
    return [
        task(
            f"t{index}",
            runAfter=[f"t{before}" for before in range(index // 10 * 10 - 10, index // 10 * 10) if before >= 0],
        )
        for index in range(number)
    ]


def drive(tasks: list[dict[str, Any]], statuses: Mapping[str, Any] | None = None) -> tuple[Machine, int]:
    """Run them through the machine alone, one after the other; the machine, and how many were launched."""
    machine = Machine(make_plan(pipeline_run(*tasks), Catalogue()), lambda: 0.0)
    machine.begin()
    launched = 0
    while machine.launches:
        run = machine.launches.pop()
        launched += 1
        machine.finished(run, (statuses or {}).get(run.node.name) or ended(r="v"))
    return machine, launched


@pytest.mark.parametrize("shape", [chain, wide, layers])
def test_the_work_grows_as_the_tasks_and_edges_do(shape: Any) -> None:
    small, large = shape(1_000), shape(10_000)
    machine, launched = drive(small)
    edges = sum(len(node.before) for node in machine.tasks)
    assert machine.visits == 1_000 + edges
    machine, launched = drive(large)
    edges = sum(len(node.before) for node in machine.tasks)
    assert launched == 10_000
    assert machine.over
    assert machine.visits == 10_000 + edges


def test_a_failure_among_many_looks_at_the_others_once() -> None:
    machine, launched = drive(chain(10_000), {"t0": failed(r="v")})
    assert launched == 1
    assert machine.over
    assert sum(node.state is State.SKIPPED for node in machine.tasks) == 9_999
    assert machine.visits <= 20_000


def test_a_long_chain_needs_no_deep_stack() -> None:
    guarded = [{"input": "a", "operator": "in", "values": ["b"]}]
    tasks = [task(f"t{index}", when=guarded, runAfter=[f"t{index - 1}"] if index else []) for index in range(10_000)]
    machine, launched = drive(tasks)
    assert launched == 0
    assert machine.over
