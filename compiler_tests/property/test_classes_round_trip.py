"""An object of a user's class that a call gives arrives in the body as an equal object of that class."""

from __future__ import annotations

import enum
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from unittest import mock

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from flowdsl.diagnostics import Location
from flowdsl.frontend.annotations import type_spec
from flowdsl.frontend.embedded import has_reference, json_text
from flowdsl.frontend.encode import Mismatch, decode_text, encode
from flowdsl.frontend.proxies import Reference
from flowdsl.frontend.script.codecs import argument, encoder
from flowdsl.frontend.script.library import helpers_for
from flowdsl.frontend.script.model import ScriptInput, ScriptOutput, variable
from flowdsl.ir.nodes import Text
from flowdsl.ir.types import BOOLEAN, FLOAT, INTEGER, STRING, Kind, TypeSpec

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
WHOLE = st.integers(-(2**60), 2**60)


class Mode(enum.Enum):
    FAST = "fast"
    EIGHT = 8


class Point(NamedTuple):
    x: int
    name: str = ""


@dataclass
class Flat:
    rate: float
    data: str
    steps: int = 3
    on: bool = False


@attrs.frozen
class Optimizer:
    name: str
    mode: Mode
    _betas: list[float] = attrs.field(factory=list)
    made: int = attrs.field(init=False, default=1)


@dataclass(frozen=True)
class Deep:
    optimizer: Optimizer
    size: Literal["s", "l"]
    points: tuple[Point, ...] = ()
    sizes: tuple[int, ...] = ()
    tags: dict[str, list[str]] = field(default_factory=dict)
    by_name: dict[str, Flat] = field(default_factory=dict)
    maybe: Flat | None = None
    number: int | None = None


class Model(BaseModel):
    rate: float = Field(gt=0)
    flat: Flat
    others: list[Flat] = []
    theirs: int = Field(1, alias="theX")
    point: Point | None = None


class FlatModel(BaseModel):
    rate: float
    name: str
    on: bool = True


POINTS = st.builds(Point, WHOLE, TEXTS)
FLATS = st.builds(Flat, FLOATS, TEXTS, WHOLE, st.booleans())
OPTIMIZERS = st.builds(Optimizer, TEXTS, st.sampled_from(Mode), st.lists(FLOATS, max_size=3))
DEEP = st.builds(
    Deep,
    OPTIMIZERS,
    st.sampled_from(["s", "l"]),
    st.lists(POINTS, max_size=2).map(tuple),
    st.lists(WHOLE, max_size=2).map(tuple),
    st.dictionaries(TEXTS, st.lists(TEXTS, max_size=2), max_size=2),
    st.dictionaries(TEXTS, FLATS, max_size=2),
    st.none() | FLATS,
    st.none() | WHOLE,
)
MODELS = st.builds(
    Model,
    rate=st.floats(0.1, 9),
    flat=FLATS,
    others=st.lists(FLATS, max_size=2),
    theX=WHOLE,
    point=st.none() | POINTS,
)
OF: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "a named tuple": (Point, POINTS),
    "a flat dataclass": (Flat, FLATS),
    "an attrs class": (Optimizer, OPTIMIZERS),
    "a nested dataclass": (Deep, DEEP),
    "a nested model": (Model, MODELS),
    "a flat model": (FlatModel, st.builds(FlatModel, rate=FLOATS, name=TEXTS, on=st.booleans())),
    "a list of them": (list[Flat], st.lists(FLATS, max_size=3)),
    "a tuple of them": (tuple[Deep, ...], st.lists(DEEP, max_size=2).map(tuple)),
    "a dict of them": (dict[str, Model], st.dictionaries(TEXTS, MODELS, max_size=2)),
    "one or none": (Flat | None, st.none() | FLATS),
}
SPECS = {name: type_spec(annotation, globals()) for name, (annotation, _) in OF.items()}


def arrives(text: Text, spec: TypeSpec) -> Any:
    """What the body of a task is given, by the code that stands in its script."""
    item = ScriptInput("x", spec)
    found = {"PARAM_X": text} if isinstance(text, str) else {}
    if isinstance(text, Mapping):
        found = {variable("PARAM_X", key): each for key, each in text.items()}
    with mock.patch.dict(os.environ, found), mock.patch("sys.argv", ["x", "--flowdsl-array=x", *_words(text)]):
        return run(argument(item), _flowdsl_words={"x": list(_words(text))})


def _words(text: Text) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else ()


def run(expression: str, **names: object) -> Any:
    space = {**globals(), **names, "_FLOWDSL_TASK": "f"}
    exec(helpers_for(expression, frozenset()), space)
    return eval(expression, space)


@pytest.mark.parametrize("name", OF)
@settings(max_examples=40)
@given(st.data())
def test_it_arrives_as_it_was_given(name: str, data: st.DataObject) -> None:
    value = data.draw(OF[name][1])
    got = arrives(encode(value, SPECS[name]), SPECS[name])
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize("name", OF)
@settings(max_examples=20)
@given(st.data())
def test_the_command_line_takes_what_is_written_of_it(name: str, data: st.DataObject) -> None:
    spec = SPECS[name]
    text = encode(data.draw(OF[name][1]), spec)
    if isinstance(text, str):
        assert decode_text(text, spec) == text


@pytest.mark.parametrize("name", ["a nested dataclass", "a nested model", "a dict of them", "a list of them"])
@settings(max_examples=20)
@given(st.data())
def test_as_a_result_it_is_what_the_next_task_takes(name: str, data: st.DataObject) -> None:
    spec, value = SPECS[name], data.draw(OF[name][1])
    if spec.kind is Kind.ARRAY:
        return
    text = run(encoder(ScriptOutput("r", spec)))("result r", value)
    assert arrives(text, spec) == value


@settings(max_examples=60)
@given(DEEP, st.lists(st.booleans(), min_size=4, max_size=4))
def test_values_of_the_run_stand_where_numbers_would(value: Deep, given_: list[bool]) -> None:
    place = Location("flow.py", 1)
    flat = value.maybe or Flat(1.5, "d", 2, True)
    results = {
        "rate": (FLOAT, repr(flat.rate)),
        "steps": (INTEGER, str(flat.steps)),
        "on": (BOOLEAN, str(flat.on).lower()),
    }
    replaced: dict[str, Any] = {}
    for (key, (kind, _)), use in zip(results.items(), given_, strict=False):
        if use:
            replaced[key] = Reference(f"$(tasks.a.results.{key})", kind, f"a.{key}", place)
    made = attrs.evolve if attrs.has(Deep) else __import__("dataclasses").replace
    with_references = made(value, maybe=made(flat, **replaced))
    assert has_reference(with_references) == bool(replaced)
    text = json_text(with_references, SPECS["a nested dataclass"])
    for key, (_, written) in results.items():
        text = text.replace(f"$(tasks.a.results.{key})", written)
    assert arrives(text, SPECS["a nested dataclass"]) == made(value, maybe=flat)


@pytest.mark.parametrize(
    "value",
    [
        Reference("$(tasks.a.results.t)", STRING, "a.t", Location("flow.py", 1)),
        "x-$(tasks.a.results.t)",
        "$(params.t)",
    ],
)
def test_a_text_of_the_run_is_refused_within_json(value: Any) -> None:
    spec = SPECS["a list of them"]
    with pytest.raises(Mismatch, match=r"at \[0\]\.data: .*may hold a quote"):
        json_text([Flat(1.0, value)], spec)


def test_a_value_of_another_type_is_named_with_its_place() -> None:
    text = json.dumps({"rate": 1.0, "flat": {"rate": 1, "data": "x"}, "others": [{"rate": "fast", "data": ""}]})
    with pytest.raises(Mismatch, match=r"at others\[0\]\.rate: expected float, got str 'fast'"):
        decode_text(text, SPECS["a nested model"])
