"""`frozen` of ours means what attrs' means: the same comparisons, hashes, texts and errors."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from flowdsl.diagnostics import Location
from flowdsl.diagnostics.frozen import frozen

BOTH = pytest.mark.parametrize("made_by", [frozen, attrs.frozen], ids=["ours", "attrs"])


def sample(made_by: Callable[..., Any]) -> Any:
    @made_by
    class Sample:
        name: str
        place: int = attrs.field(default=0, eq=False)
        secret: str = attrs.field(default="hidden", repr=False)
        parts: list[Any] = attrs.field(factory=list, hash=False)

    return Sample


@BOTH
def test_fields_that_do_not_count_are_not_compared(made_by: Callable[..., Any]) -> None:
    cls = sample(made_by)
    assert cls("a", 1) == cls("a", 2)
    assert cls("a") != cls("b")
    assert cls("a", secret="x") != cls("a")
    assert cls("a") != ("a", "hidden", [])
    assert cls.__eq__(cls("a"), "a") is NotImplemented


@BOTH
def test_what_is_equal_has_one_hash(made_by: Callable[..., Any]) -> None:
    cls = sample(made_by)
    assert hash(cls("a", 1)) == hash(cls("a", 2))
    assert len({cls("a", 1), cls("a", 2), cls("b", parts=[1])}) == 2


@BOTH
def test_the_text_hides_what_is_not_to_be_seen(made_by: Callable[..., Any]) -> None:
    value = sample(made_by)("a", 3)
    assert repr(value) == "Sample(name='a', place=3, parts=[])"
    value.parts.append(value)
    assert repr(value) == "Sample(name='a', place=3, parts=[...])"


@BOTH
def test_nothing_can_be_set(made_by: Callable[..., Any]) -> None:
    value = sample(made_by)("a")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        value.name = "b"
    assert not hasattr(value, "__dict__")


@BOTH
def test_a_method_of_the_class_stays(made_by: Callable[..., Any]) -> None:
    @made_by(kw_only=True)
    class Own:
        name: str

        def __eq__(self, other: object) -> bool:
            return True

        def __repr__(self) -> str:
            return "own"

    assert Own(name="a") == 1
    assert repr(Own(name="a")) == "own"
    with pytest.raises(TypeError):
        hash(Own(name="a"))


@BOTH
def test_a_class_without_fields_and_one_that_is_inherited(made_by: Callable[..., Any]) -> None:
    @made_by
    class Nothing:
        pass

    @made_by(order=True)
    class More(Nothing):  # type: ignore[misc, valid-type, unused-ignore]
        size: int

    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())
    assert More(1) == More(1) != Nothing()
    assert More(1) < More(2)
    assert repr((Nothing(), More(3))) == "(Nothing(), More(size=3))"


def test_a_value_is_copied_and_pickled() -> None:
    place = Location("a.py", 3)
    assert pickle.loads(pickle.dumps(place)) == copy.deepcopy(place) == attrs.evolve(place, line=3) == place
