"""What a call in a pipeline gives can do what its type says: unpack, index, and be asked how its task ended."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from flowdsl import (
    Directory,
    File,
    Workspace,
    cel,
    isin,
    not_,
    on_finish,
    pipeline,
    reason,
    status,
    task,
    when,
    workspace_of,
)
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.diagnostics import FlowError
from flowdsl.frontend.pipeline import Pipeline

IMAGE = "python:3.12-slim"


class Clip(NamedTuple):
    video: File
    seconds: float


@task(image=IMAGE)
def infer(steps: int = 25) -> Clip:
    return Clip(Path("x"), steps / 25)


@task(image=IMAGE)
def show(video: File, seconds: float = 0.0) -> None:
    print(video, seconds)


@task(image=IMAGE)
def gate() -> bool:
    return True


@task(image=IMAGE)
def tell(text: str) -> str:
    return text


@task(image=IMAGE)
def unpack(source: Workspace = Workspace.auto()) -> Directory:
    return source


def tasks_of(made: Pipeline, part: str = "tasks") -> dict[str, dict]:
    compiled = compile_pipeline(made, CompileOptions(params={}))
    (found,) = [each for each in compiled.documents if each["kind"] == "Pipeline"]
    return {each["name"]: each for each in found["spec"][part]}


def params(node: dict) -> dict[str, object]:
    return {each["name"]: each["value"] for each in node.get("params", ())}


def test_the_fields_of_a_named_tuple_unpack_and_index_as_those_of_a_tuple() -> None:
    @pipeline
    def p():
        video, seconds = infer()
        show(video, seconds)
        clip = infer.with_options(name="again")()
        show.with_options(name="by-index")(clip[0], clip[-1])
        show.with_options(name="by-star")(*clip)

    found = tasks_of(p)
    for name, of in (("show", "infer"), ("by-index", "again"), ("by-star", "again")):
        assert params(found[name]) == {
            "video": f"$(tasks.{of}.results.video)",
            "seconds": f"$(tasks.{of}.results.seconds)",
        }


def test_a_result_knows_its_task() -> None:
    """Whoever unpacks has the results alone, and asks of them how the task ended, or goes after it."""

    @pipeline
    def p():
        video, seconds = infer()
        tell.with_options(after=[video], name="after-file")("a")
        tell.with_options(after=[seconds], name="after-number")("b")
        tell.with_options(after=[gate()], name="after-call")("c")
        with on_finish():
            tell(f"{status(video)} {reason(seconds)}")

    found = tasks_of(p)
    assert [found[f"after-{name}"]["runAfter"] for name in ("file", "number", "call")] == [
        ["infer"],
        ["infer"],
        ["gate"],
    ]
    assert params(tasks_of(p, "finally")["tell"]) == {"text": "$(tasks.infer.status) $(tasks.infer.reason)"}


class Ended(NamedTuple):
    status: str
    video: File


@task(image=IMAGE)
def build() -> Ended:
    return Ended("fine", Path("x"))


def test_status_is_how_the_task_ended_where_a_result_has_that_name_too() -> None:
    @pipeline
    def p():
        built = build()
        with on_finish():
            tell(status(built))

    assert params(tasks_of(p, "finally")["tell"]) == {"text": "$(tasks.build.status)"}


def whens(made: Pipeline) -> list[dict]:
    return tasks_of(made)["tell"]["when"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (lambda passed, text: passed, ("$(tasks.gate.results.result)", "in", ["true"])),
        (lambda passed, text: not_(passed), ("$(tasks.gate.results.result)", "notin", ["true"])),
        (lambda passed, text: not_(not_(passed)), ("$(tasks.gate.results.result)", "in", ["true"])),
        (lambda passed, text: text == "a", ("$(params.text)", "in", ["a"])),
        (lambda passed, text: not_(text == "a"), ("$(params.text)", "notin", ["a"])),
        (lambda passed, text: isin(text, "a", "b"), ("$(params.text)", "in", ["a", "b"])),
        (lambda passed, text: not_(isin(text, "a", "b")), ("$(params.text)", "notin", ["a", "b"])),
    ],
)
def test_conditions(given: object, expected: tuple) -> None:
    @pipeline
    def p(text: str = "x"):
        with when(given(gate(), text)):
            tell("x")

    assert [tuple(each[key] for key in ("input", "operator", "values")) for each in whens(p)] == [expected]


def test_the_opposite_of_cel() -> None:
    @pipeline(alpha=["enable-cel-in-whenexpression"])
    def p(text: str = "x"):
        with when(not_(cel("'a' == 'b'"))):
            tell("x")

    assert whens(p) == [{"cel": "!('a' == 'b')"}]


@task(image=IMAGE)
def read(source: Workspace) -> None:
    print(source)


def test_the_workspace_that_a_call_was_given() -> None:
    @pipeline
    def p():
        made = unpack()
        read(workspace_of(made, "source"))

    (bound,) = tasks_of(p)["read"]["workspaces"]
    assert bound["subPath"].endswith("unpack/source")


def test_a_workspace_it_has_not() -> None:
    @pipeline
    def p():
        read(workspace_of(unpack(), "sauce"))

    with pytest.raises(FlowError, match=r"task 'unpack' has no workspace 'sauce'") as error:
        tasks_of(p)
    assert "it has: source" in str(error.value.diagnostics[0].hint)


class Outcome(NamedTuple):
    video: File
    seconds: float


@pipeline
def as_tuple():
    video, seconds = infer()
    return Outcome(video, seconds)


@pipeline
def as_dict():
    clip = infer()
    return {"video": clip.video, "seconds": clip.seconds}


@pipeline
def as_one():
    return tell("x")


@pipeline
def as_text():
    return f"<{tell('x')}>"


def test_an_inlined_pipeline_gives_what_its_function_returns() -> None:
    @pipeline
    def p():
        video, seconds = as_tuple()
        show.with_options(name="unpacked")(video, seconds)
        made = as_tuple.with_options(name="second")()
        show.with_options(name="by-index")(made[0], made[1])
        show.with_options(name="by-method")(**made._asdict())
        found = as_dict()
        show.with_options(name="by-key")(found["video"], found["seconds"])
        show.with_options(name="by-items")(**dict(found.items()))
        text = as_one()
        tell.with_options(name="alone", after=[text])(text)
        tell.with_options(name="text")(as_text())
        with when(text == "x"):
            tell.with_options(name="held")(f"{text}!")

    found = tasks_of(p)
    for name, of in {
        "unpacked": "as-tuple-infer",
        "by-index": "second-infer",
        "by-method": "second-infer",
        "by-key": "as-dict-infer",
        "by-items": "as-dict-infer",
    }.items():
        assert params(found[name]) == {
            "video": f"$(tasks.{of}.results.video)",
            "seconds": f"$(tasks.{of}.results.seconds)",
        }, name
    assert params(found["alone"]) == {"text": "$(tasks.as-one-tell.results.result)"}
    assert params(found["text"]) == {"text": "<$(tasks.as-text-tell.results.result)>"}
    assert found["held"]["when"][0]["input"] == "$(tasks.as-one-tell.results.result)"
    assert params(found["held"]) == {"text": "$(tasks.as-one-tell.results.result)!"}


@pipeline
def three_of_two():
    a, b, _ = as_tuple()
    show(a, b)


@pipeline
def no_key():
    show(as_dict()["vidoe"])


@pipeline
def two_as_one():
    tell(as_tuple())


@pipeline
def calls_nothing():
    found = as_dict()
    len(found)
    tell(found)


@pytest.mark.parametrize(
    ("made", "code", "said"),
    [
        (three_of_two, "FLOW030", "pipeline 'as-tuple' has 2 results, and is unpacked into 3"),
        (no_key, "FLOW009", "pipeline 'as-dict' has no result 'vidoe'"),
        (two_as_one, "FLOW009", "pipeline 'as-tuple' has 2 results; passing it to 'text' needs one by its name"),
        (calls_nothing, "FLOW009", "pipeline 'as-dict' has 2 results; passing it to 'text' needs one by its name"),
    ],
)
def test_what_an_inlined_pipeline_has_not(made: Pipeline, code: str, said: str) -> None:
    with pytest.raises(FlowError) as error:
        compile_pipeline(made, CompileOptions(params={}))
    (found,) = error.value.diagnostics
    assert (found.code, found.message) == (code, said)
    assert found.location
    assert found.location.file.endswith("test_what_a_call_gives.py")


@task(image=IMAGE)
def frames() -> Directory:
    return Path("frames")


@task(image=IMAGE)
def look(one: File) -> File:
    return one


@task(image=IMAGE)
def count(folder: Directory) -> int:
    return len(list(folder.iterdir()))


def test_what_lies_below_a_directory_is_a_file_or_a_folder() -> None:
    @pipeline
    def sample(which: str = "1.png") -> int:
        made = frames()
        look(made / "sub" / which)
        return count(made / "sub")

    given = {name: one["params"] for name, one in tasks_of(sample).items() if one.get("params")}
    start = "$(tasks.frames.results.result)/sub"
    assert given == {
        "look": [{"name": "one", "value": f"{start}/$(params.which)"}],
        "count": [{"name": "folder", "value": start}],
    }


def test_nothing_lies_below_a_file() -> None:
    @pipeline
    def sample() -> None:
        look(look(frames() / "a") / "b")

    with pytest.raises(FlowError, match="nothing lies below look"):
        compile_pipeline(sample, CompileOptions())


def test_what_a_fan_out_gathers_is_passed_on_whole() -> None:
    @pipeline
    def sample() -> None:
        seconds = infer.map(steps=[1, 2]).seconds
        tell(f"{seconds[0]}")

    with pytest.raises(FlowError, match="gathered from a fan-out"):
        compile_pipeline(sample, CompileOptions())
