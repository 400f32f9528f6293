"""Cases that are pipelines of ours: conditions and merges, compiled anew each time, so that what is recorded is of today's scripts.

Each is the body of a pipeline function below the tasks of HEAD.
"""

from __future__ import annotations

import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from merges import LISTS, MERGES

from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.library.loading import load_pipeline

GROUP = "conditions"
HEAD = """\
import os
from pathlib import Path
from typing import NamedTuple
from flowdsl import *

class Scores(NamedTuple):
    accuracy: float
    n: int
    label: str
    ok: bool

@task(image="python:3.12-slim")
def measure(accuracy: str = "0.95", n: int = 3, label: str = "good", ok: bool = True) -> Scores:
    return Scores(float(accuracy), n, label, ok)

@task(image="python:3.12-slim", retries=1, env={"TRY": "$(context.task.retry-count)"})
def second_try(accuracy: float) -> float:
    if os.environ["TRY"] == "0":
        raise SystemExit(1)
    return accuracy

@task(image="python:3.12-slim")
def fails() -> float:
    raise SystemExit(1)

@task(image="python:3.12-slim", on_error="continue")
def fails_on() -> float:
    raise SystemExit(1)

@task(image="python:3.12-slim")
def one(value: float) -> float:
    return value

@task(image="python:3.12-slim")
def better(before: float, by: float) -> float:
    return before + by

@task(image="bash", script="#!/bin/sh\\nprintf 0.95 > $(results.result.path)\\n")
def foreign() -> float: ...

@task(image="bash", script="#!/bin/sh\\nprintf many > $(results.result.path)\\n")
def no_number() -> float: ...

@task(image="python:3.12-slim")
def names() -> list[str]:
    return ["a", "main"]

@task(image="python:3.12-slim")
def none() -> list[float]:
    return []

@task(image="python:3.12-slim")
def tell(what: str) -> str:
    return what

@task(image="python:3.12-slim")
def total(values: list[float]) -> str:
    return " ".join(map(str, values)) or "nothing"

@task(image="python:3.12-slim")
def part(text: str) -> File:
    Path("part.txt").write_text(text)
    return Path("part.txt")

@task(image="python:3.12-slim")
def again(before: File) -> File:
    Path("again.txt").write_text(before.read_text() * 2)
    return Path("again.txt")

@task(image="python:3.12-slim")
def join(parts: list[File]) -> str:
    return "+".join(each.read_text() for each in parts) or "nothing"

@pipeline
def p(limit: float = 0.9, least: int = 2, branch: str = "main", flag: bool = True):
"""
BRANCHES = """
    with when({}):
        tell.with_options(name="yes")("yes")
    with otherwise():
        tell.with_options(name="no")("no")
"""
# A condition on what `measure(...)` gives, and what it is given.
TESTS: dict[str, tuple[str, str]] = {
    "more-than": ("", "s.accuracy > 0.9"),
    "not-more-than": ("accuracy='0.9'", "s.accuracy > 0.9"),
    "at-least": ("accuracy='0.9'", "s.accuracy >= limit"),
    "less-than": ("accuracy='-1e-9'", "s.accuracy < 0"),
    "at-most": ("n=-3", "s.n <= -least"),
    "whole-numbers": ("n=10**20 + 1", "s.n > 10**20"),
    "full-precision": ("accuracy='0.30000000000000004'", "s.accuracy > 0.3"),
    "nan": ("accuracy='nan'", "s.accuracy <= 0.9"),
    "nan-negated": ("accuracy='nan'", "not_(s.accuracy > 0.9)"),
    "nan-unequal": ("accuracy='nan'", "s.accuracy != 0.5"),
    "infinite": ("accuracy='inf'", "s.accuracy > 1e200"),
    "formula": ("", "abs(s.accuracy - limit) / 2 + s.n * 1 > 3.02"),
    "by-zero": ("n=0", "limit / s.n > 0"),
    "or": ("accuracy='0.1'", "(s.accuracy > 0.9) | (s.label == 'good')"),
    "or-neither": ("accuracy='0.1', label='bad'", "(s.accuracy > 0.9) | (s.label == 'good') | not_(s.ok)"),
    "or-of-one-value": ("label='fair'", "(s.label == 'good') | (s.label == 'fair')"),
    "and": ("", "(s.accuracy > limit) & s.ok & (branch == 'main')"),
    "and-not": ("ok=False", "(s.accuracy > limit) & s.ok"),
    "de-morgan": ("", "not_((s.label == 'bad') | (s.label == 'fair'))"),
    "isin-and-size": ("", "not_(isin(s.label, 'bad', 'fair') & (s.n > 1))"),
    "matches": ("label='v12'", "matches(s.label, 'v[0-9]+')"),
    "matches-whole": ("label='v12x'", "matches(s.label, 'v[0-9]+')"),
    "startswith": ("label='release-1'", "startswith(s.label, 'v', 'release-')"),
    "median": ("n=1", "median_of(s.n, least, 100) >= least"),
}
BODIES: dict[str, str] = {
    "params-alone": BRANCHES.format("limit * 2 > least"),
    "parallel": """
    a, b = measure(), measure(accuracy='0.5')
"""
    + BRANCHES.format("a.accuracy - b.accuracy > 0.4"),
    "parallel-each": """
    a, b = measure(), measure(accuracy='0.5')
"""
    + BRANCHES.format("(a.accuracy > 0.9) & (b.accuracy > 0.9)"),
    "regression": """
    before = one(0.9)
    after = better(before, 0.05)
"""
    + BRANCHES.format("after - before >= 0.04"),
    "foreign": """
    found = foreign()
"""
    + BRANCHES.format("found > limit"),
    "foreign-no-number": """
    found = no_number()
"""
    + BRANCHES.format("found > limit"),
    "median-of-runs": """
"""
    + BRANCHES.format("median_of(one(value) for value in (0.1, 0.95, 0.97)) > limit"),
    "fan-out": """
    parts = one.map(value=[0.95, 0.2, 0.97])
"""
    + BRANCHES.format("min_(parts) > 0.5"),
    "fan-out-guarded": """
    s = measure()
    with when(s.accuracy > limit):
        tell.map(what=["a", "b"])
    with otherwise():
        tell.with_options(name="no").map(what=["a", "b"])
""",
    "elif-chain": """
    s = measure(accuracy='0.7')
    with when(s.accuracy > limit):
        tell.with_options(name="high")("x")
    with elif_(s.accuracy > 0.6):
        tell.with_options(name="middle")("x")
    with elif_(s.accuracy > 0.1):
        tell.with_options(name="low")("x")
    with otherwise():
        tell.with_options(name="none")("x")
""",
    "nested": """
    s = measure()
    with when(s.accuracy > limit):
        with when(s.n > 5):
            tell.with_options(name="many")("x")
        with otherwise():
            tell.with_options(name="few")("x")
    with otherwise():
        tell.with_options(name="bad")("x")
""",
    "retried": """
    found = second_try(0.95)
"""
    + BRANCHES.format("found > limit"),
    "producer-fails": """
    found = fails()
"""
    + BRANCHES.format("found > limit"),
    "producer-ignored": """
    found = fails.with_options(on_error="continue")()
"""
    + BRANCHES.format("found > limit"),
    "step-ignored": """
    found = fails_on()
"""
    + BRANCHES.format("found > limit"),
    "producer-skipped": """
    with when(not_(flag)):
        found = one(0.95)
"""
    + BRANCHES.format("found > limit"),
    "chained-gates": """
    first = measure()
    with when(first.accuracy > limit):
        second = better(first.accuracy, -0.5)
        with when(second > limit):
            tell.with_options(name="both")("x")
        with otherwise():
            tell.with_options(name="first")("x")
    with otherwise():
        tell.with_options(name="neither")("x")
""",
    "in-finally": """
    s = measure(accuracy='0.1')
    with on_finish():
        with when(s.accuracy > limit):
            tell.with_options(name="good")("x")
        with otherwise():
            tell.with_options(name="alert")("x")
""",
    "status-in-finally": """
    found = fails()
    s = measure()
    with on_finish():
        with when(status(found) == "Failed"):
            tell.with_options(name="alert")("x")
        with otherwise():
            tell.with_options(name="quiet")("x")
""",
    "shared-task": """
    measure.with_options(name="unguarded")(accuracy='0.1')
    s = measure()
    with when(s.accuracy > limit):
        tell.with_options(name="yes")("x")
""",
    "one-use": """
    s = measure(accuracy='0.1')
    tell.with_options(name="yes", when=s.accuracy > limit)("x")
    tell.with_options(name="no", when=[s.accuracy <= limit, s.ok])("x")
    tell.with_options(name="after", after=s)("x")
""",
    "result-of-branch": """
    s = measure()
    with when(s.accuracy > limit):
        told = tell.with_options(name="kept")(s.label)
    tell.with_options(name="uses")(told)
    return {"told": told, "label": s.label}
""",
    "empty-list": """
    found = none()
"""
    + BRANCHES.format("max_(found) > 0"),
    "among-a-list": """
    listed = names()
"""
    + BRANCHES.format("isin(branch, listed) & (limit > 0.5)"),
}


def bodies() -> dict[str, str]:
    """The body of each pipeline by the case's name."""
    tested = {name: f"\n    s = measure({given})\n" + BRANCHES.format(test) for name, (given, test) in TESTS.items()}
    merging = {f"merge-{name}": body for name, body in {**MERGES, **LISTS}.items()}
    return {f"cond-{name}": body for name, body in {**tested, **BODIES}.items()} | merging


@cache
def runs() -> dict[str, dict[str, Any]]:
    """The PipelineRun of each case, with the whole pipeline in it."""
    found = {}
    with tempfile.TemporaryDirectory(prefix="flowdsl-cases-") as folder:
        for name, body in bodies().items():
            file = Path(folder) / f"{name.replace('-', '_')}.py"
            file.write_text(HEAD + body, encoding="utf-8")
            documents = compile_pipeline(load_pipeline(f"{file}:p"), CompileOptions(inline=True)).documents
            sys.modules.pop(file.stem, None)
            (pipeline,) = [each for each in documents if each["kind"] == "Pipeline"]
            (run,) = [each for each in documents if each["kind"] == "PipelineRun"]
            bound = {field: value for field, value in run["spec"].items() if field == "workspaces"}
            spec = {"pipelineSpec": pipeline["spec"], **bound}
            found[name] = {
                "apiVersion": "tekton.dev/v1",
                "kind": "PipelineRun",
                "metadata": {"name": name},
                "spec": spec,
            }
    return found
