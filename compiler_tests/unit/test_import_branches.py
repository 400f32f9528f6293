"""What `either` made of one call comes back as one call, and results of several branches as one result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flowdsl import compile as compiled
from flowdsl import load
from flowdsl.library.importing import faithful_module

HEAD = """
from typing import NamedTuple

from flowdsl import either, elif_, isin, on_finish, otherwise, pipeline, task, when


class Scores(NamedTuple):
    name: str
    score: float


@task(image="python:3.12-slim")
def judge(name: str, score: float = 1.0) -> Scores:
    return Scores(name, score)


@task(image="python:3.12-slim")
def tell(name: str) -> str:
    return name


@pipeline
def flow(quality: str = "high", limit: float = 0.5) -> dict[str, object]:
"""
ONE = """
    with when(quality == "high"):
        a = judge.with_options(name="a")("slow")
"""
TWO = """
    with when(quality == "high"):
        a = judge.with_options(name="a")("slow")
    with otherwise():
        b = judge.with_options(name="b")("fast")
"""
THREE = """
    first = judge.with_options(name="first")("m")
    with when(first.score > limit):
        a = judge.with_options(name="a")("slow")
    with elif_(quality == "x"):
        b = judge.with_options(name="b")("middle")
    with otherwise():
        c = judge.with_options(name="c")("fast")
"""
MERGES = {
    "given": (
        TWO + "    return {'told': tell.with_options(name='end')(either(a.name, b.name))}",
        ["either(a.name, b.name)"],
    ),
    "returned": (TWO + "    return {'name': either(a.name, b.name)}", ["either(a.name, b.name)"]),
    "handed-on": (
        TWO + "    end = judge.with_options(name='end')(either(a.name, b.name))\n    return {'told': tell(end.name)}",
        ["name=either(a.name, b.name)", "tell(name=end.name)"],
    ),
    "two-values-of-three": (
        THREE + "    m = either(a, b, c)\n    return {'end': judge.with_options(name='end')(m.name, m.score).score}",
        ["name=either(a.name, b.name, c.name)", "score=either(a.score, b.score, c.score)", "Result(end.score,"],
    ),
    "finally": (
        TWO + "    with on_finish():\n        tell.with_options(name='late')(either(a, b).name)\n    return {}",
        ['tell.with_options(name="late")(name=either(a.name, b.name))'],
    ),
    "a-default": (
        ONE + "    return {'end': tell.with_options(name='end')(either(a.name, default='no \"one\"\\n'))}",
        ["either(a.name, default='no \"one\"\\n')"],
    ),
    "a-default-of-several-conditions": (
        """
    with when(quality == "high", isin(limit, "1", "2")):
        a = judge.with_options(name="a")("slow")
    with when(quality == "low"):
        b = judge.with_options(name="b")("fast")
    return {"end": tell.with_options(name="end")(either(a.name, b.name, default="none"))}
""",
        ['either(a.name, b.name, default="none")'],
    ),
    "a-param-for-default": (
        ONE + "    return {'end': tell.with_options(name='end')(either(a.name, default=quality))}",
        ["either(a.name, default=quality)"],
    ),
    "a-default-of-a-number": (
        """
    first = judge.with_options(name="first")("m")
    with when(first.score > limit):
        a = judge.with_options(name="a")("slow")
    m = either(a.score, default=0.25)
    with on_finish():
        judge.with_options(name="late")("x", m)
    return {"end": judge.with_options(name="end")("n", m).name}
""",
        ["first.score > limit", 'score=f"{either(a.score, default=0.25)}"', 'name="late"'],
    ),
    "handed-on-with-a-default": (
        ONE
        + "    end = judge.with_options(name='end')(either(a.name, default='x'))\n"
        + "    return {'told': tell(end.name)}",
        ['name=either(a.name, default="x")', "tell(name=end.name)"],
    ),
    "the-first-counts": (
        """
    with when(quality == "high"):
        a = judge.with_options(name="a")("slow")
    b = judge.with_options(name="b")("fast")
    return {"end": tell.with_options(name="end")(either(a.name, b.name))}
""",
        ["either(a.name, b.name)"],
    ),
}
APART = {
    "one-branch-taken": TWO
    + """
    end = tell.with_options(name="end")(either(a.name, b.name))
    with when(quality == "high"):
        tell.with_options(name="more")(end)
    return {"end": end}
""",
    "within-a-text": TWO + "    return {'end': tell.with_options(name='end')(f'it is {either(a.name, b.name)}')}",
}


def round_trip(body: str, folder: Path) -> str:
    """The module that the documents of a pipeline import to, which is known to compile to them."""
    file = folder / "flow.py"
    file.write_text(HEAD + body)
    documents: tuple[dict[str, Any], ...] = tuple(compiled(load(file)).documents)
    written = faithful_module(documents)
    assert not written.kept
    return written.text


@pytest.mark.parametrize("case", MERGES)
def test_what_several_branches_give_is_one_call_again(case: str, tmp_path: Path) -> None:
    body, wanted = MERGES[case]
    text = round_trip(body, tmp_path)
    assert all(each in " ".join(text.split()).replace("( ", "(").replace(", )", ")") for each in wanted), text
    assert "end_2" not in text
    assert "late_2" not in text
    assert '-2"' not in text


@pytest.mark.parametrize("case", APART)
def test_what_is_no_such_call_stays_apart(case: str, tmp_path: Path) -> None:
    assert 'name="end-2"' in round_trip(APART[case], tmp_path)


def handwritten(first: dict[str, Any], *others: tuple[object, list[dict[str, Any]]]) -> str:
    """What tasks `end`, `end-2`, … import to, each given a text under conditions, beside `one` with its own."""
    given = [{"name": "x", "value": "$(tasks.one.results.r)"}]
    tasks: list[dict[str, Any]] = [{"name": "one", "taskRef": {"name": "make"}, **first}]
    tasks.append({"name": "end", "taskRef": {"name": "tell"}, "params": given, **first})
    for number, (text, guard) in enumerate(others, 2):
        params = [{"name": "x", "value": text}]
        tasks.append({"name": f"end-{number}", "taskRef": {"name": "tell"}, "params": params, "when": guard})
    spec = {"params": [{"name": "q", "type": "string"}], "tasks": tasks}
    made = {"apiVersion": "tekton.dev/v1", "kind": "Pipeline", "metadata": {"name": "p"}, "spec": spec}
    return faithful_module((made,)).text


def asked(operator: str, *values: str) -> dict[str, Any]:
    return {"input": "$(params.q)", "operator": operator, "values": list(values)}


def test_a_default_is_one_where_it_counts_just_when_the_branch_did_not_run() -> None:
    branch = {"when": [asked("in", "a", "b")]}
    whole = handwritten(branch, ("none", [asked("notin", "a", "b")]))
    assert 'x=either(one.r, default="none")' in " ".join(whole.split())
    for others in (
        [(["none"], [asked("notin", "a", "b")])],
        [("none", [asked("notin", "a")])],
        [("none", [asked("in", "c")])],
        [("none", [])],
        [("no $(tasks.one.status)", [asked("notin", "a", "b")])],
        [("none", [asked("notin", "a", "b")]), ("more", [asked("notin", "a", "b")])],
        [("none", [{"cel": "'$(params.q)' != 'a'"}])],
        [("none", [asked("notin", *map(str, range(100)))])],
    ):
        text = handwritten(branch, *others)
        assert "either" not in text
        assert 'name="end-2"' in text or "raw(" in text


def test_tasks_that_only_look_like_branches_stay_apart() -> None:
    guard = [{"input": "$(params.q)", "operator": "in", "values": ["a"]}]
    task = {"taskRef": {"name": "tell"}, "when": guard}
    made: dict[str, Any] = {
        "apiVersion": "tekton.dev/v1",
        "kind": "Pipeline",
        "metadata": {"name": "p"},
        "spec": {
            "params": [{"name": "q", "type": "string"}],
            "tasks": [
                {"name": "one", "taskRef": {"name": "make"}},
                {"name": "two", "taskRef": {"name": "make"}},
                {"name": "end", **task, "params": [{"name": "x", "value": "$(tasks.one.results.r)"}]},
                {"name": "end-2", **task, "params": [{"name": "x", "value": "$(tasks.two.results.r)"}]},
            ],
        },
    }
    text = faithful_module((made,)).text
    assert "either" not in text
    assert 'name="end-2"' in text
