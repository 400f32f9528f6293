"""`--set settings.steps=5`: one field of a param that is an object, the others as they are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, TypedDict

import pytest

import flowdsl
from flowdsl import pipeline, task
from flowdsl.diagnostics import FlowError


@dataclass(frozen=True)
class Size:
    """All of it are scalars: an object to Tekton."""

    width: int = 640
    scale: float = 1.0
    mode: Literal["fit", "fill"] = "fit"


class Limit(TypedDict, total=False):
    """What may lack a key travels as JSON."""

    most: float
    text: str


@dataclass(frozen=True)
class Settings:
    """An optional field: it travels as JSON."""

    steps: int = 25
    name: str = "a"
    sharp: bool = True
    seconds: float | None = None
    tags: list[str] | None = None
    size: Size | None = None


@task(image="python:3.12-slim")
def render(
    size: Size, settings: Settings, limits: dict[str, Limit], anything: dict, label: str, names: list[str]
) -> None:
    """Use them all."""
    print(size, settings, limits, anything, label, names)


@pipeline
def film(
    *,
    size: Size = Size(),
    settings: Settings = Settings(),
    limits: dict[str, Limit] = {"d": {"most": 8.5}},  # noqa: B006 - never changed
    anything: dict = {},  # noqa: B006 - never changed
    label: str = "x",
    names: list[str] = ["n"],  # noqa: B006 - never changed
) -> None:
    """Render once."""
    render(size, settings, limits, anything, label, names)


def run_params(*given: tuple[str, str]) -> dict[str, object]:
    documents = flowdsl.compile(film, params=dict(given)).documents
    (run,) = (each for each in documents if each["kind"] == "PipelineRun")
    values = {each["name"]: each["value"] for each in run["spec"].get("params", ())}
    return {name: json.loads(value) if value[:1] == "{" else value for name, value in values.items()}


WHOLE = {"steps": 25, "name": "a", "sharp": True, "seconds": None, "tags": None, "size": None}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("settings.steps", "5", WHOLE | {"steps": 5}),
        ("settings.name", "5", WHOLE | {"name": "5"}),
        ("settings.sharp", "False", WHOLE | {"sharp": False}),
        ("settings.seconds", "2", WHOLE | {"seconds": 2}),
        ("settings.seconds", "", WHOLE),
        ("settings.tags", '["a", "b"]', WHOLE | {"tags": ["a", "b"]}),
        ("settings.size", '{"width": 3}', WHOLE | {"size": {"width": 3}}),
        ("settings.size.width", "3", WHOLE | {"size": {"width": 3}}),
        ("limits.d.most", "9", {"d": {"most": 9}}),
        ("limits.new.text", "9", {"d": {"most": 8.5}, "new": {"text": "9"}}),
        ("anything.a.b", "9", {"a": {"b": "9"}}),
    ],
)
def test_a_field_of_what_travels_as_json(name: str, text: str, value: object) -> None:
    assert run_params((name, text)) == {name.partition(".")[0]: value}


@task(image="python:3.12-slim")
def use(free: dict[str, object], rates: dict[str, float]) -> None:
    """Use both."""
    print(free, rates)


@pipeline
def loose(
    free: dict[str, object] = {"n": 5, "on": True, "x": 1.5, "s": "5", "b.c": 1, "xs": [1]},  # noqa: B006
    rates: dict[str, float] = {"lip.sync": 1.5},  # noqa: B006 - never changed
) -> None:
    """Values of no known type, and keys with dots."""
    use(free, rates)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("free.n", "6", {"n": 6}),
        ("free.n", "many", {"n": "many"}),
        ("free.on", "False", {"on": False}),
        ("free.x", "2", {"x": 2}),
        ("free.s", "6", {"s": "6"}),
        ("free.new", "6", {"new": "6"}),
        ("free.xs", "[2, 3]", {"xs": [2, 3]}),
        ("free.b.c", "2", {"b.c": 2}),
        ("rates.lip.sync", "2", {"lip.sync": 2}),
    ],
)
def test_what_stands_there_says_what_a_text_is_and_which_key_is_meant(name: str, text: str, value: object) -> None:
    whole = {"free": {"n": 5, "on": True, "x": 1.5, "s": "5", "b.c": 1, "xs": [1]}, "rates": {"lip.sync": 1.5}}
    documents = flowdsl.compile(loose, params={name: text}).documents
    (run,) = (each for each in documents if each["kind"] == "PipelineRun")
    (param,) = run["spec"]["params"]
    assert json.loads(param["value"]) == whole[param["name"]] | value


@pytest.mark.parametrize("name", ["free.xs.0", "free.n.more"])
def test_a_field_of_what_has_none_is_told(name: str) -> None:
    with pytest.raises(FlowError, match="expected a dict with the key"):
        flowdsl.compile(loose, params={name: "9"})


def test_a_float_is_written_as_one() -> None:
    documents = flowdsl.compile(film, params={"settings.seconds": "9"}).documents
    (run,) = (each for each in documents if each["kind"] == "PipelineRun")
    assert '"seconds":9.0' in run["spec"]["params"][0]["value"]


def test_a_field_of_an_object_keeps_the_others() -> None:
    documents = flowdsl.compile(film, params={"size.width": "320", "size.mode": "fill"}).documents
    (run,) = (each for each in documents if each["kind"] == "PipelineRun")
    (param,) = run["spec"]["params"]
    assert param["value"] == {"width": "320", "scale": "1.0", "mode": "fill"}


def test_fields_lie_over_a_whole_value_wherever_it_is_given() -> None:
    whole = '{"steps": 7, "name": "w"}'
    wanted = {"settings": {"steps": 7, "name": "f"}}
    assert run_params(("settings", whole), ("settings.name", "f")) == wanted
    assert run_params(("settings.name", "f"), ("settings", whole)) == wanted


@pytest.mark.parametrize(
    ("name", "text", "code", "told"),
    [
        ("settings.steps", "many", "FLOW021", "param 'settings': at steps: expected int, got 'many'"),
        ("settings.steps", "2.5", "FLOW021", "at steps: expected int"),
        ("settings.sharp", "no", "FLOW021", "expected bool, got 'no'"),
        ("settings.stepz", "2", "FLOW021", "there is no key 'stepz', did you mean 'steps'?"),
        ("settings.size.wide", "3", "FLOW021", "at size: there is no key 'wide', did you mean 'width'?"),
        ("settings.tags", "a", "FLOW021", "param 'settings'"),
        ("size.width", "x", "FLOW021", "expected int, got 'x'"),
        ("size.depth", "3", "FLOW021", "there is no key 'depth'"),
        ("limits.d.most", "high", "FLOW021", "at d.most: expected float, got 'high'"),
        ("label.first", "3", "FLOW020", "has no param 'label.first'"),
        ("names.0", "3", "FLOW020", "has no param 'names.0'"),
        ("setings.steps", "3", "FLOW020", "did you mean 'settings'?"),
        ("settings.", "3", "FLOW020", "has no param 'settings.'"),
    ],
)
def test_a_field_that_is_none_or_does_not_fit(name: str, text: str, code: str, told: str) -> None:
    with pytest.raises(FlowError) as error:
        run_params((name, text))
    (finding,) = (each for each in error.value.diagnostics if each.code == code)
    assert told in f"{finding.message}; {finding.hint}"
