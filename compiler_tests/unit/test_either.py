"""`either`: which tasks there are of what takes a merged value, under which conditions, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.diagnostics import FlowError
from flowdsl.library.loading import load_pipeline

HEAD = """\
from pathlib import Path
from typing import NamedTuple
from flowdsl import *

class Clip(NamedTuple):
    video: File
    seconds: float

@task(image="python:3.12-slim")
def make(size: int = 1) -> str: return "x"

@task(image="python:3.12-slim")
def film(size: int = 1) -> Clip: return Clip(Path("v"), 1.0)

@task(image="python:3.12-slim")
def polish(clip: File) -> File: return clip

@task(image="python:3.12-slim")
def folder() -> Directory: return Path("d")

@task(image="python:3.12-slim")
def show(clip: File, seconds: float = 0.0) -> str: return "shown"

@task(image="python:3.12-slim")
def use(text: str, other: str = "") -> str: return text

@task(image="python:3.12-slim")
def score(text: str = "") -> float: return 1.0

@task(image="python:3.12-slim")
def tell(texts: list[str]) -> None: print(texts)

@pipeline
def inner(text: str):
    return use.with_options(name="inside")(text)

@pipeline
def p(mode: str = "a", kind: str = "k", limit: float = 0.5, assets: Workspace = PVC("assets")):
"""


DEEP = "__import__('functools').reduce(lambda held, _: [held], range(100_000), {})"


def spec_of(body: str, folder: Path) -> Mapping[str, Any]:
    file = folder / "user.py"
    file.write_text(HEAD + "".join(f"    {line}\n" for line in body.splitlines()), encoding="utf-8")
    found = compile_pipeline(load_pipeline(f"{file}:p"), CompileOptions()).documents
    (spec,) = [each["spec"] for each in found if each["kind"] == "Pipeline"]
    return spec


def tasks(body: str, folder: Path) -> dict[str, Mapping[str, Any]]:
    spec = spec_of(body, folder)
    return {each["name"]: each for each in [*spec["tasks"], *spec.get("finally", [])]}


def seen(task: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a task is given, and under which conditions."""
    given = tuple(each["value"] for each in task.get("params", []))
    return (*given, *((each["input"], each["operator"], *each["values"]) for each in task.get("when", [])))


HIGH = ("$(params.mode)", "in", "a")
LOW = ("$(params.mode)", "notin", "a")
KIND = ("$(params.kind)", "in", "k")
TWO = """\
with when(mode == "a"):
    one = make()
with otherwise():
    two = make()
"""
FIRST, SECOND = "$(tasks.make.results.result)", "$(tasks.make-2.results.result)"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("use(either(one, two))", {"use": (FIRST, HIGH), "use-2": (SECOND, LOW)}),
        ("use(text=either(two, one))", {"use": (SECOND, LOW), "use-2": (FIRST, HIGH)}),
        # The same choice twice is one choice.
        ("x = either(one, two)\nuse(x, x)", {"use": (FIRST, FIRST, HIGH), "use-2": (SECOND, SECOND, LOW)}),
        ("use(either(one, two), either(one, two))", {"use-2": (SECOND, SECOND, LOW)}),
        ("use.with_options(name='end')(either(one, two))", {"end": (FIRST, HIGH), "end-2": (SECOND, LOW)}),
        # Inside a text, and beside others in a list.
        ("use(f'<{either(one, two)}>')", {"use": (f"<{FIRST}>", HIGH), "use-2": (f"<{SECOND}>", LOW)}),
        (
            "x = either(one, two)\nuse(f'{x}/{mode}/{x}', x)",
            {"use-2": (f"{SECOND}/$(params.mode)/{SECOND}", SECOND, LOW)},
        ),
        ("use('at ' + str(use(either(one, two))))", {"use-3": ("at $(tasks.use.results.result)", HIGH)}),
        ("use(f'<{either(one, default=mode)}>')", {"use-2": ("<$(params.mode)>", LOW)}),
        ("inner(f'<{either(one, two)}>')", {"inner-inside-2": (f"<{SECOND}>", LOW)}),
        ("tell([either(one, two), f'<{either(two, one)}>', 'z'])", {"tell": ([FIRST, f"<{FIRST}>", "z"], HIGH)}),
        # What takes a result of what is there twice is there twice as well.
        ("tell([use(either(one, two))])", {"tell-2": (["$(tasks.use-2.results.result)"], LOW)}),
        ("tell([either(one, two), 'z'])", {"tell": ([FIRST, "z"], HIGH)}),
        ("inner(either(one, two))", {"inner-inside": (FIRST, HIGH), "inner-inside-2": (SECOND, LOW)}),
        ("score.map(text=[either(one, two)])", {"score-2": (LOW,)}),
        ("with on_finish():\n    use(either(one, two))", {"use": (FIRST, HIGH), "use-2": (SECOND, LOW)}),
        ("use(either(one, default='none'))", {"use": (FIRST, HIGH), "use-2": ("none", LOW)}),
        (
            "with when(kind == 'k'):\n    best = make()\nuse(either(best, either(one, default='none')))",
            {
                "use": ("$(tasks.make-3.results.result)", KIND),
                "use-2": (FIRST, HIGH, ("$(params.kind)", "notin", "k")),
                "use-3": ("none", LOW, ("$(params.kind)", "notin", "k")),
            },
        ),
        ("use(either(one, default=mode))", {"use-2": ("$(params.mode)", LOW)}),
        # Both may run: the first counts.
        (
            "with when(kind == 'k'):\n    best = make()\nuse(either(best, one, two))",
            {
                "use": ("$(tasks.make-3.results.result)", KIND),
                "use-2": (FIRST, HIGH, ("$(params.kind)", "notin", "k")),
                "use-3": (SECOND, LOW, ("$(params.kind)", "notin", "k")),
            },
        ),
        # What a value is made of has conditions, too.
        ("use(either(use.with_options(name='again')(one), two))", {"use": ("$(tasks.again.results.result)", HIGH)}),
        # What holds anyway is not asked again, and what can't be there is not.
        ("with when(mode == 'a'):\n    use(either(one, two))", {"use": (FIRST, HIGH)}),
    ],
)
def test_what_takes_a_merged_value(body: str, wanted: Mapping[str, tuple[Any, ...]], tmp_path: Path) -> None:
    found = tasks(TWO + body, tmp_path)
    assert {name: seen(found[name]) for name in wanted} == wanted
    last = next(iter(wanted)).split("-")[0]
    assert all(name in wanted or name == "again" for name in found if name.startswith(last)) or len(wanted) == 1


def test_branches_that_exclude_each_other_need_no_condition_of_the_others(tmp_path: Path) -> None:
    body = """\
with when(mode == "a"):
    one = make()
with elif_(mode == "b"):
    two = make()
with otherwise():
    three = make()
use(either(one, two, three))
with when(score() > limit):
    four = make()
    with when(kind == "k"):
        five = make()
use.with_options(name="last")(either(five, four, default="none"))
"""
    found = tasks(body, tmp_path)
    assert seen(found["use-2"]) == (SECOND, LOW, ("$(params.mode)", "in", "b"))
    assert len(seen(found["use-3"])) == 3
    decided = "$(tasks.score.results.decided-1)"
    assert seen(found["last"]) == ("$(tasks.make-5.results.result)", (decided, "in", "true"), KIND)
    other = ("$(params.kind)", "notin", "k")
    assert seen(found["last-2"]) == ("$(tasks.make-4.results.result)", (decided, "in", "true"), other)
    assert seen(found["last-3"]) == ("none", (decided, "notin", "true"))
    assert "last-4" not in found


def test_files_and_named_results_of_either(tmp_path: Path) -> None:
    body = """\
with when(mode == "a"):
    one = film(1)
with otherwise():
    two = film(2)
clip = either(one, two)
video, seconds = clip
shown = show(clip.video, clip.seconds)
show.with_options(name="polished")(polish(video), seconds)
show.with_options(name="still")(either(one.video, default=assets / "still.png"))
use.with_options(name="late")("x").after(shown)
"""
    found = tasks(body, tmp_path)
    assert [each["subPath"] for each in found["show-2"]["workspaces"]] == ["film-2"]
    assert seen(found["polished-2"])[:2] == ("$(tasks.polish-2.results.result)", "$(tasks.film-2.results.seconds)")
    assert found["still-2"]["workspaces"] == [{"name": "clip", "workspace": "assets"}]
    assert sorted(found["late"]["runAfter"]) == ["show", "show-2"]


@pytest.mark.parametrize(
    ("body", "wanted", "added"),
    [
        # A run has the one whose task ran: one name, no pod more.
        ("return either(one, two)", {"result": [FIRST, SECOND]}, {}),
        (
            "return {'x': [use(either(one, two)), 'z'], 'y': mode_of}".replace("mode_of", "use('k')"),
            {"x": [["$(tasks.use.results.result)", "z"], ["$(tasks.use-2.results.result)", "z"]], "y": 1},
            {},
        ),
        (
            "with on_finish():\n    late = use(either(one, two))\nreturn late",
            {"result": ["$(finally.use.results.result)", "$(finally.use-2.results.result)"]},
            {},
        ),
        # What is not told by a task that ran needs one.
        (
            "return {'a_b': either(one, default='none')}",
            {"a_b": [FIRST, "$(tasks.result-a-b.results.value)"]},
            {"result-a-b": ("none", LOW)},
        ),
        (
            "with when(kind == 'k'):\n    best = score()\nreturn either(best, score(one), score(two))",
            {"result": 3},
            {
                "result-result": ("$(tasks.score-2.results.result)", HIGH, ("$(params.kind)", "notin", "k")),
                "result-result-2": ("$(tasks.score-3.results.result)", LOW, ("$(params.kind)", "notin", "k")),
            },
        ),
        (
            "return {'x': {'k': either(one, default=mode), 'l': use('z')}}",
            {"x": 2},
            {"result-x": ({"k": "$(params.mode)", "l": "$(tasks.use.results.result)"}, LOW)},
        ),
    ],
)
def test_results_of_the_pipeline(
    body: str, wanted: Mapping[str, list[Any] | int], added: Mapping[str, tuple[Any, ...]], tmp_path: Path
) -> None:
    spec = spec_of(TWO + body, tmp_path)
    found: dict[str, list[Any]] = {}
    for each in spec["results"]:
        found.setdefault(each["name"], []).append(each["value"])
    assert {name: len(found[name]) if isinstance(wanted[name], int) else found[name] for name in found} == wanted
    assert {each["name"]: seen(each) for each in spec["tasks"] if each["name"].startswith("result")} == added


def test_a_file_that_is_a_result_goes_with_its_default_into_one_place(tmp_path: Path) -> None:
    source = "with when(mode == 'a'):\n    clip = film()\nreturn {'clip': either(clip.video, still)}"
    body = TWO + "with when(mode != 'a'):\n    still = polish(film().video)\n" + source
    assert [each["value"] for each in spec_of(body, tmp_path)["results"]] == [
        "$(tasks.film-2.results.video)",
        "$(tasks.polish.results.result)",
    ]
    body = (
        TWO
        + "with when(kind == 'k'):\n    best = film().video\n"
        + source.replace("still", "best, default=film().video")
    )
    found = tasks(body, tmp_path)
    assert found["result-clip"]["workspaces"][0]["subPath"] == "film"
    assert found["result-clip"]["workspaces"][-1]["subPath"] == "result-clip"


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("use(either(one))", "FLOW051", "several"),
        ("use(either(one, 'x'))", "FLOW051", "default="),
        ("use(either(one, score()))", "FLOW051", "make is str, and score is float"),
        ("use(either(one, folder()))", "FLOW051", "Directory"),
        ("use(either(film(), default=3))", "FLOW051", "no default"),
        ("use(either(one, default=3))", "FLOW051", "expected str"),
        ("use(either(one, one))", "FLOW052", "in some runs"),
        ("use(either(either(one, default='x'), two))", "FLOW051", "make-2 never counts: default='x'"),
        ("tell([either(one, either(two, default=['x']))])", "FLOW051", "expected str, got list ['x']"),
        ("use(either(one, default='x' * 300) + 'x')", "FLOW008", f"either(make, default='{'x' * 56}...)"),
        (
            'use.with_options(when=either(one, default=chr(10) * 99) == "x")("x")',
            "FLOW053",
            "default='" + chr(92) + "n",
        ),
        (
            "with when(mode == 'a'):\n    x = use(either(one, two))\nwith when(mode != 'a'):\n    use(x)",
            "FLOW052",
            "in no run",
        ),
        ("use(f'{either(one, two):>8}')", "FLOW053", "format"),
        ("use(f'{either(one, default=None)}')", "FLOW051", "got None"),
        ("use.with_options(when=kind == f'{either(one, two)}')('x')", "FLOW053", "there once"),
        ("use.with_options(display_name=f'{either(one, two)}')('x')", "FLOW053", "there once"),
        ("show(assets / f'{either(one, two)}')", "FLOW053", "there once"),
        ("return {'x': 'text', 'y': either(one, one)}", "FLOW052", "in some runs"),
        ("with on_finish():\n    late = use('x')\nreturn either(one, late)", "FLOW053", "on_finish"),
        ("with when(either(one, two) == 'x'):\n    use('x')", "FLOW053", "condition"),
        ("with when(isin(either(one, two), 'x')):\n    use('x')", "FLOW053", "condition"),
        ("if either(one, two):\n    use('x')", "FLOW053", "condition"),
        (f"return {DEEP.format('either(one, two)')}", "FLOW015", "nested too deeply"),
        (f"return {DEEP.format('one')}", "FLOW015", "nested too deeply"),
        ("either(one, two) + 'x'", "FLOW008", "computed"),
        ("either(one, default='x').y", "FLOW009", "'y'"),
    ],
)
def test_what_is_refused(body: str, code: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(FlowError) as caught:
        tasks(TWO + body, tmp_path)
    (found,) = caught.value.diagnostics
    # What is returned is looked at when no line of the function is at work.
    last = (HEAD + TWO).count("\n") + 1 + (3 if body.endswith("use(x)") else 0)
    late = "on_finish" in body or code == "FLOW015"
    assert (found.code, found.location.line) == (code, HEAD.count("\n") - 1 if late else last)
    assert words in f"{found.message} {found.hint}"
    assert not any(name in found.message for name in ("Choice", "NodeHandle", "Alternative"))
