"""Whether a value fits an option's type, at any depth: what the annotations of `flowdsl.ir` say is what is checked."""

from __future__ import annotations

import enum
import functools
import math
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin

import attrs

from flowdsl.diagnostics.frozen import frozen
from flowdsl.frontend.opaque import named
from flowdsl.ir.events import CommitStatus, Schedule, Trigger
from flowdsl.ir.local import LocalRun
from flowdsl.ir.options import BodyMarker
from flowdsl.ir.records import held
from flowdsl.ir.texts import DEEPEST
from flowdsl.ir.types import Data

_SIMPLE = {str: "str", int: "int", float: "a number", bool: "True or False", NoneType: "None", Path: "a path"}

_CALLED: Mapping[type, str] = {
    BodyMarker: "Body",
    Trigger: "push(...), pull_request(...), tag(...), webhook(...), bucket(...)",
    Schedule: "schedule(...)",
    CommitStatus: "commit_status(...)",
}
"""What a user writes for one of a class whose name nobody calls."""


@frozen
class _Hidden:
    """Stands for a value of a type that no message may hold."""

    kind: str


@attrs.define
class MisfitError(Exception):
    """A value that doesn't fit: where within what was given, what is taken there, and what was found."""

    place: str
    wanted: str
    value: object

    def within(self, place: str) -> MisfitError:
        """The same, seen from what holds it."""
        return MisfitError(place + self.place, self.wanted, self.value)

    def hidden(self) -> MisfitError:
        """The same for what nobody may read: of what was found only the type is told."""
        return MisfitError(self.place, self.wanted, _Hidden(type(self.value).__name__))

    def found(self) -> str:
        """What was found, in words."""
        return self.value.kind if isinstance(self.value, _Hidden) else named(self.value)

    def told(self, name: str) -> str:
        """The message for an option of this name."""
        return f"option '{name}{self.place}' takes {self.wanted}, got {self.found()}"


def hints(cls: object) -> Mapping[str, object]:
    """The types of the fields of one of our own classes."""
    return _read_hints(cls)


@functools.cache
def _read_hints(cls: object) -> Mapping[str, object]:
    return typing.get_type_hints(cls, localns={"LocalRun": LocalRun}, include_extras=True)


def check(value: object, hint: object) -> None:
    """Raises MisfitError."""
    if type(value) is str and hint is str and value.isascii():
        return  # what most options are
    _checker(hint)(value)


@functools.cache
def _checker(hint: object) -> Callable[[object], None]:
    """What checks values of a type: reading one takes longer than a check, and so does looking a `Union` up here."""
    if hint is object:
        return _anything
    if hint is Data:
        return check_data
    if isinstance(hint, type) and attrs.has(hint):
        return functools.partial(_fields, cls=hint)
    if hint is str:
        return _text
    if isinstance(hint, type) and hint in _SIMPLE:
        return functools.partial(_simple, hint=hint)
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        choices = get_args(hint)
        return functools.partial(_union, choices=choices, checkers=tuple(map(_checker, choices)))
    if origin is Literal:
        return functools.partial(_literal, choices=get_args(hint))
    if origin is Callable:
        return _function
    return functools.partial(_container, hint=hint)


def _anything(value: object) -> None:
    """A value for a param: its type is what judges it."""


def _function(value: object) -> None:
    if not callable(value):
        raise MisfitError("", "a function", value)


def misfit(said: object, hint: object = None) -> str:
    """What is wrong in what a signature holds of ours (`Param(...)`, `Secret(...)`); empty where nothing is.

    With `hint` what is wrong with a value of that type.
    """
    if hint is None and (not attrs.has(type(said)) or not type(said).__module__.startswith("flowdsl.ir.")):
        return ""
    try:
        check(said, hint or type(said))
    except MisfitError as error:
        name = "it" if hint is not None else type(said).__name__
        return f"{name}{error.place} takes {error.wanted}, got {error.found()}"
    return ""


def _text(value: object) -> None:
    if type(value) is not str or not value.isascii():
        _simple(value, str)


def _simple(value: object, hint: type) -> None:
    fits = type(value) is hint
    if hint is str:
        fits = isinstance(value, str) and _is_text(value)
        if isinstance(value, str) and not fits:
            raise MisfitError("", "text of whole characters (half of a surrogate pair is none)", value)
    elif hint is int:
        fits = isinstance(value, int) and not isinstance(value, bool) and _is_whole(value)
    elif hint is float:
        fits = _is_number(value)
    elif hint is Path:
        fits = isinstance(value, (str, Path))
    if not fits:
        raise MisfitError("", _SIMPLE[hint], value)


def _literal(value: object, choices: tuple[str, ...]) -> None:
    if not isinstance(value, str) or value not in choices:
        raise MisfitError("", _either(map(repr, choices)), value)


def _union(value: object, choices: tuple[object, ...], checkers: tuple[Callable[[object], None], ...]) -> None:
    deeper: MisfitError | None = None
    for checker in checkers:
        try:
            checker(value)
        except MisfitError as error:
            # Of the right type, but for something in it: that is what to speak of.
            deeper = error if error.place else deeper
        else:
            return
    raise deeper or MisfitError("", _either(word for choice in choices for word in _texts_of(choice)), value)


def _container(value: object, hint: object) -> None:
    inner = get_args(hint)
    if get_origin(hint) is Mapping:
        if not isinstance(value, Mapping):
            raise MisfitError("", _words(hint), value)
        for key, item in _pairs(value):
            _within(f"[{key!r}]", item, inner[1])
        return
    # A set has no order that would be the same in the next compile.
    taken = (list, tuple, set, frozenset) if get_origin(hint) is frozenset else (list, tuple)
    if not isinstance(value, taken):
        raise MisfitError("", _words(hint), value)
    for index, item in enumerate(value):
        _within(f"[{index}]", item, inner[0])


def _fields(value: object, cls: type[attrs.AttrsInstance]) -> None:
    if not isinstance(value, cls):
        raise MisfitError("", _words(cls), value)
    for name, checker in _members(cls):
        try:
            checker(getattr(value, name))
        except MisfitError as error:
            secret = getattr(attrs.fields_dict(cls).get(name), "metadata", {}).get("secret")
            there = error.within(f".{name}")
            raise there.hidden() if secret else there from None


@functools.cache
def _members(cls: type[attrs.AttrsInstance]) -> tuple[tuple[str, Callable[[object], None]], ...]:
    """The fields of one of our classes and what checks each. Not those of what it holds: it may hold itself."""
    return tuple((name, _checker(hint)) for name, hint in hints(cls).items())


def _within(place: str, value: object, hint: object) -> None:
    try:
        check(value, hint)
    except MisfitError as error:
        raise error.within(place) from None


_Place = Union[tuple[()], "tuple[_Place, str]"]
"""The way to a value: the way to what holds it, and the last step."""


def check_data(value: object) -> None:
    """Whether it is data that YAML has words for, with members of an Enum and dataclasses for what they hold.

    Raises MisfitError.
    """
    # No recursion: an imported document may be as deep as Python's stack.
    left: list[tuple[object, _Place, int]] = [(value, (), 0)]
    while left:
        each, place, depth = left.pop()
        if depth > DEEPEST:
            raise MisfitError("", f"data that is at most {DEEPEST} levels deep", value)
        try:
            left += [(item, (place, step), depth + 1) for step, item in _parts(each)]
        except MisfitError as error:
            raise error.within(_shown(place)) from None


def _parts(value: object) -> Iterable[tuple[str, object]]:
    """What a value holds, each with the way to it; a MisfitError for what is no data."""
    if isinstance(value, enum.Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return ()
    if isinstance(value, str):
        _simple(value, str)
    elif isinstance(value, (int, float)):
        _simple(value, float)
    elif isinstance(value, Mapping):
        return [(f"[{key!r}]", item) for key, item in _pairs(value)]
    elif isinstance(value, (list, tuple)):
        return [(f"[{index}]", item) for index, item in enumerate(value)]
    elif not type(value).__module__.startswith("flowdsl.") and isinstance(inside := held(value), Mapping):
        return [(f".{name}", item) for name, item in inside.items()]
    else:
        raise MisfitError("", "plain data (text, numbers, lists and dicts)", value)
    return ()


def _shown(place: _Place) -> str:
    steps: list[str] = []
    while place:
        place, step = place
        steps.append(step)
    return "".join(reversed(steps))


def _pairs(value: Mapping[object, object]) -> Iterator[tuple[str, object]]:
    for key, item in value.items():
        if not isinstance(key, str) or not _is_text(key):
            raise MisfitError("", "keys that are text", key)
        yield key, item


def _is_number(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool) and _is_whole(value)


def _is_whole(value: int) -> bool:
    # Not `in range(...)`, which counts through it for a subclass of int.
    return -(2**63) <= value < 2**63


def _is_text(value: str) -> bool:
    return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)


def _either(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def _texts_of(hint: object) -> list[str]:
    """The words for one choice of several; a Literal has one for each of its texts."""
    return [repr(text) for text in get_args(hint)] if get_origin(hint) is Literal else [_words(hint)]


def _words(hint: object) -> str:
    """A type as a user would name it."""
    origin = get_origin(hint)
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if hint in (Data, object):
        return "plain data" if hint is Data else "values"
    if isinstance(hint, type) and attrs.has(hint):
        return _CALLED.get(hint, f"{hint.__name__}(...)")
    inner = get_args(hint)
    if origin in (Union, UnionType):
        return _either(word for each in inner for word in _texts_of(each))
    if origin is Literal:
        return _either(_texts_of(hint))
    if origin is Mapping:
        return f"a dict of {_words(inner[1])} by name"
    if origin is Callable:
        return "a function"
    return f"a list of {_words(inner[0])}"
