"""`map(..., max_parallel=)`: single tasks in chains, of which at most so many run at once; and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.diagnostics import FlowError
from flowdsl.library.loading import load_pipeline

HEAD = """\
from pathlib import Path
from typing import NamedTuple
from flowdsl import *

class Two(NamedTuple):
    weights: File
    count: int

@task(image="python:3.12-slim")
def part(i: int = 1, j: str = "a") -> str: return f"{i}{j}"

@task(image="python:3.12-slim")
def two(i: int) -> Two: return Two(Path("w"), i)

@task(image="python:3.12-slim")
def polish(clip: File) -> File: return clip

@task(image="python:3.12-slim")
def listing() -> list[str]: return ["a"]

@task(image="python:3.12-slim")
def own(i: int, max_parallel: int) -> int: return i

@task(image="python:3.12-slim")
def merge(parts: list[str]) -> int: return len(parts)

@task(image="python:3.12-slim")
def total(counts: list[int]) -> int: return sum(counts)

@task(image="python:3.12-slim")
def join(parts: list[File]) -> int: return len(parts)

@pipeline
def p(given: list[str] = ["x"], n: int = 3):
"""
BRANCH = "with when(n > 2):\n        a = part(i=1)\n    with otherwise():\n        b = part(i=2)\n    "


def spec_of(body: str, folder: Path) -> Any:
    file = folder / "user.py"
    file.write_text(f"{HEAD}    {body}\n", encoding="utf-8")
    found = compile_pipeline(load_pipeline(f"{file}:p"), CompileOptions()).documents
    return next(each["spec"] for each in found if each["kind"] == "Pipeline")


def tasks_of(body: str, folder: Path) -> dict[str, Any]:
    return {each["name"]: each for each in spec_of(body, folder)["tasks"]}


def at_once(tasks: dict[str, Any]) -> int:
    """The most tasks of which none is ordered after another: Dilworth's antichain, by the shortest cover of chains."""
    graph = nx.DiGraph()
    graph.add_nodes_from(tasks)
    graph.add_edges_from((before, name) for name, each in tasks.items() for before in each.get("runAfter", ()))
    assert nx.is_directed_acyclic_graph(graph)
    return max(len(each) for each in nx.antichains(graph))


@pytest.mark.parametrize("most", [1, 2, 3, 6, 7])
def test_no_more_than_so_many_are_without_order(most: int, tmp_path: Path) -> None:
    tasks = tasks_of(f"part.map(i=[1, 2, 3, 4, 5, 6], max_parallel={most})", tmp_path)
    assert list(tasks) == ["part", *(f"part-{number}" for number in range(2, 7))]
    assert not any("matrix" in each for each in tasks.values())
    assert at_once(tasks) == min(most, 6)


def test_the_runs_are_those_of_a_matrix_in_its_order(tmp_path: Path) -> None:
    from flowdsl.machine.matrix import fan_out

    call = "part.map(i=[1, 2, 3], j=['a', 'b']{})"
    matrix = tasks_of(call.format(""), tmp_path)["part"]["matrix"]
    tasks = tasks_of(call.format(", max_parallel=2"), tmp_path)
    assert [{each["name"]: each["value"] for each in task["params"]} for task in tasks.values()] == fan_out(matrix)


def test_what_comes_back_is_a_list_in_order(tmp_path: Path) -> None:
    body = """x = part.map(i=[1, 2, 3], max_parallel=2)
    merge(x)
    merge(x[:1])
    t = two.map(i=[4, 5], max_parallel=1)
    join(t.weights)
    total(t.count)
    total(t["count"])
    join(polish.map(clip=t.weights, max_parallel=1))
    part.with_options(name="late")().after(t)
    t.after(x[2])
    merge(part.with_options(name="j").map(j=x, max_parallel=3))
    return x"""
    tasks, results = tasks_of(body, tmp_path), spec_of(body, tmp_path)["results"]

    def given(name: str) -> Any:
        return next(each["value"] for each in tasks[name]["params"] if isinstance(each["value"], list))

    parts = [f"$(tasks.{name}.results.result)" for name in ("part", "part-2", "part-3")]
    assert given("merge") == parts
    assert given("merge-2") == parts[:1]
    assert given("join") == [f"{name}/$(tasks.{name}.results.weights)" for name in ("two", "two-2")]
    assert given("join-2") == [f"{name}/$(tasks.{name}.results.result)" for name in ("polish", "polish-2")]
    counts = ["$(tasks.two.results.count)", "$(tasks.two-2.results.count)"]
    assert given("total") == given("total-2") == counts
    assert tasks["two"]["runAfter"] == ["part-3"]
    assert tasks["two-2"]["runAfter"] == ["two", "part-3"]
    assert tasks["late"]["runAfter"] == ["two", "two-2"]
    assert [tasks[name]["params"][0]["value"] for name in ("j", "j-2", "j-3")] == parts
    assert results[0]["value"] == parts


def test_a_list_without_elements_is_the_fan_out_that_it_was(tmp_path: Path) -> None:
    for more in ("", ", on_empty='run'"):
        call = f"merge(part.map(i=[]{{}}{more}))"
        assert tasks_of(call.format(", max_parallel=2"), tmp_path) == tasks_of(call.format(""), tmp_path)


def test_a_guard_holds_for_each(tmp_path: Path) -> None:
    body = "with when(n > 2):\n        merge(part.map(j=['z', part()], max_parallel=1))"
    tasks = tasks_of(body, tmp_path)
    whens = {name: len(each.get("when", ())) for name, each in tasks.items()}
    assert {name: whens[name] for name in ("part", "part-2", "part-3", "merge")} == dict.fromkeys(
        ("part", "part-2", "part-3", "merge"), 1
    )


def test_a_parameter_of_that_name_is_the_tasks(tmp_path: Path) -> None:
    assert list(tasks_of("own.map(i=[1, 2], max_parallel=3)", tmp_path)) == ["own"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("part.map(j=given, max_parallel=2)", "FLOW055.* that of 'j' is not"),
        ("part.map(i=[1, 2], j=listing(), max_parallel=2)", "FLOW055.* that of 'j' is not"),
        ("polish.map(clip=two.map(i=[1]).weights, max_parallel=2)", "FLOW055.* that of 'clip' is not"),
        ("part.map(i=list(range(257)), max_parallel=2)", "FLOW055.* here are 257"),
        ("part.map(i=list(range(5000)), j=['a'] * 5000, max_parallel=2)", "FLOW055.* here are 25000000"),
        ("part.map(i=[1], include=[{'j': 'b'}], max_parallel=2)", "FLOW055.*include="),
        ("with on_finish():\n        part.map(i=[1, 2], max_parallel=1)", "FLOW055.*on_finish"),
        (f"{BRANCH}part.map(j=[either(a, b), 'z'], max_parallel=1)", "FLOW055.*branch that ran"),
        (f"{BRANCH}part.map(i=[1, 2], j=either(a, b), max_parallel=1)", "FLOW055.*branch that ran"),
        (f"{BRANCH}part.map(j=[a, 'z'], max_parallel=1)", "FLOW055.*task 'part'"),
        (f"{BRANCH}part.map(j=['z', f'{{a}}-'], max_parallel=1)", "FLOW055.*skips all"),
        ("part.map(i=1, max_parallel=2)", "FLOW017"),
        ("part.map(max_parallel=2)", "FLOW017"),
        ("part.map(i=[1, 2], max_parallel=0)", "FLOW002.* got int 0"),
        ("part.map(i=[1, 2], max_parallel=True)", "FLOW002.* got bool True"),
        ("part.map(i=[1, 2], max_parallel=n)", "FLOW002.* got param n"),
        ("part.map(i=[1, 2], max_parallel=None)", "FLOW002"),
        ("part.map(i=[1, 'x'], max_parallel=2)", "FLOW005.*expected int"),
        ("part.map(i=[1], k=2, max_parallel=2)", "FLOW003"),
        ("part.map(i=[1], max_parallel=2).nope", "FLOW009.* no result 'nope'"),
        ("merge(two.map(i=[1], max_parallel=2))", "FLOW009.*2 results"),
        ('part(j=f"{part.map(i=[1], max_parallel=2)}")', "FLOW005.*a list of 1 calls"),
        (
            "part.with_options(name='x-2')()\n    part.with_options(name='x').map(i=[1, 2], max_parallel=2)",
            "FLOW012.*x-2",
        ),
    ],
)
def test_what_is_refused(body: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(FlowError, match=told):
        spec_of(body, tmp_path)
