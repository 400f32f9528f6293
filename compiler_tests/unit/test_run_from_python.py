"""`flowdsl.run` from a program: values as the pipeline declares them, in both directions, and what ran and why not."""

from __future__ import annotations

import enum
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, NamedTuple, TypedDict  # noqa: UP035 - users write it

import pytest

import flowdsl
from flowdsl import File, either, otherwise, pipeline, task, when
from flowdsl.diagnostics import FlowError


class Grade(enum.Enum):
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True)
class Settings:
    steps: int = 1
    grade: Grade = Grade.GOOD


class Clip(NamedTuple):
    video: File
    seconds: float


class Told(TypedDict):
    seconds: float
    words: list[str]


@task(image="python:3.12-slim")
def infer(settings: Settings, tags: list[str], scale: float) -> Clip:
    print("tags", *tags, settings.grade.value)
    path = Path("clip.txt")
    path.write_text("frame" * settings.steps)
    return Clip(path, settings.steps * scale)


@task(image="python:3.12-slim")
def words(clip: File) -> list[str]:
    return [clip.read_text(), "<b>"]


@task(image="python:3.12-slim")
def label(clip: File) -> str:
    return "low"


@task(image="python:3.12-slim")
def refuse(seconds: float) -> str:
    raise ValueError(f"not {seconds} <script>")


@pipeline
def film(settings: Settings, tags: list[str], scale: float = 0.5) -> Clip:
    made = infer(settings, tags, scale)
    return Clip(made.video, made.seconds)


@pipeline
def told(settings: Settings) -> Told:
    made = infer(settings, ["a"], 2.0)
    return {"seconds": made.seconds, "words": words(made.video)}


@pipeline
def loose(settings: Settings) -> Mapping:  # type: ignore[type-arg]
    return {"seconds": infer(settings, ["a"], 2.0).seconds}


@pipeline
def gated(settings: Settings) -> str:
    made = infer(settings, ["a"], 2.0)
    with when(made.seconds > 10):
        high = refuse(made.seconds)
    with otherwise():
        low = label(made.video)
    words.with_options(name="after")(made.video)
    return either(high, low)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_values_in_and_out_have_the_types_that_the_pipeline_declares() -> None:
    done = flowdsl.run(film, settings=Settings(3, Grade.BAD), tags=["x", "y"], params={"scale": "0.25"})
    assert done.succeeded, done
    assert (done.value.seconds, done.value.video.read_text()) == (0.75, "frameframeframe")
    assert done.files["video"] == done.value.video
    assert (done.ran, dict(done.skipped), dict(done.failed)) == (("infer",), {}, {})
    assert done.logs["infer"] == "tags x y bad\n"
    again = flowdsl.run(told, settings=Settings(2))
    assert again.value == {"seconds": 4.0, "words": ["frameframe", "<b>"]}
    assert flowdsl.run(loose, settings=Settings(2)).value == {"seconds": 4.0}


def test_what_was_skipped_and_what_failed_say_why() -> None:
    low = flowdsl.run(gated, settings=Settings(1))
    assert "label" in low.ran
    assert low.skipped["refuse"].reason == "When Expressions evaluated to false"
    assert "infer.seconds is 2" in low.skipped["refuse"].why
    with pytest.raises(KeyError, match="label was not skipped: it Succeeded; skipped: refuse"):
        low.skipped["label"]
    high = flowdsl.run(gated, settings=Settings(9))
    assert (high.status, list(high.failed)) == ("Failed", ["refuse"])
    assert "ValueError: not 18.0" in high.failed["refuse"].why
    assert f"refuse Failed: {high.failed['refuse'].why}" in repr(high)
    with pytest.raises(LookupError, match="has no value: Failed"):
        high.value  # noqa: B018
    with pytest.raises(KeyError, match="'refused' did not run; these did: "):
        high.logs["refused"]


def test_a_value_of_another_type_is_told_with_the_others() -> None:
    with pytest.raises(FlowError) as raised:
        flowdsl.run(film, settings=Settings(), tags=[3], scale=True)
    assert [each.code for each in raised.value.diagnostics] == ["FLOW021", "FLOW021"]
    assert "param 'scale': expected float, got bool True" in str(raised.value)
    with pytest.raises(FlowError, match=r"FLOW020.*no param 'tag'.*tags"):
        flowdsl.run(film, settings=Settings(), tag=["x"])
    assert not Path(".flowdsl").exists()


def test_html_of_a_pipeline_and_of_an_outcome_is_escaped() -> None:
    there = "IPython" in sys.modules  # another test of this process may have loaded it
    high = flowdsl.run(gated, settings=Settings(9))._repr_html_()
    assert "&lt;script&gt;" in high
    assert "<script" not in high
    assert film._repr_html_().count("<svg") == 1
    wrong = pipeline(lambda: None)
    assert "error[" in wrong._repr_html_()
    assert ("IPython" in sys.modules) is there
