"""What data from outside must look like: the fields that are read have the types that Kubernetes gives them.

A shape is a word (`text`, `number`, `flag`, `time`, `any`), a dict of fields (others are free; a `!` behind the name
says that it must be there), `Each(shape)` for a list, or `Named(shape)` for a mapping with any keys. A field that is
null is as good as absent (Go writes nil slices so), and is left out.
"""

from __future__ import annotations

import calendar
import re
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Union, get_args, get_origin, get_type_hints

import attrs

MAX_DEPTH = 100
"""Levels of an answer: Kubernetes' own objects have a fourth of it, and code that walks them recurses."""


@attrs.frozen
class Each:
    """A list whose elements have one shape."""

    shape: Shape


@attrs.frozen
class Named:
    """A mapping with any keys, whose values have one shape."""

    shape: Shape


Shape = Union[str, Mapping[str, "Shape"], Each, Named]  # noqa: UP007 - an alias made at run time


_SCALARS: Mapping[object, str] = MappingProxyType({str: "text", int: "number", bool: "flag", object: "any"})


def shape_of(kind: type, made: dict[type, dict[str, Shape]] | None = None) -> Shape:
    """The shape of a TypedDict of text, numbers, `Annotated[str, "time"]`, other TypedDicts, and lists and mappings."""
    made = {} if made is None else made
    if kind not in made:
        # In place before its fields are read: a type may hold itself.
        shape = made[kind] = {}
        required: frozenset[str] = getattr(kind, "__required_keys__", frozenset())
        for name, hint in get_type_hints(kind, include_extras=True).items():
            shape[f"{name}!" if name in required else name] = _shape(hint, made)
    return made[kind]


def _shape(hint: object, made: dict[type, dict[str, Shape]]) -> Shape:
    if hint in _SCALARS:
        return _SCALARS[hint]
    held = get_args(hint)
    if get_origin(hint) is list:
        return Each(_shape(held[0], made))
    if get_origin(hint) is dict:
        return Named(_shape(held[1], made))
    if get_origin(hint) is Annotated:
        return str(held[1])
    if not isinstance(hint, type):
        raise TypeError(f"no shape is known for {hint!r}")
    return shape_of(hint, made)


class MisfitError(Exception):
    """Data of another shape: where, and what belongs there. The value is not told: it may be a credential."""

    def __init__(self, path: str, wanted: str) -> None:
        super().__init__(f"{path or 'it'} {wanted}")
        self.path, self.wanted = path, wanted


def fitted(value: object, shape: Shape, path: str = "") -> object:
    """The value without the nulls in the fields of the shape. Raises MisfitError."""
    if isinstance(shape, str):
        _leaf(value, shape, path)
        return value
    if isinstance(shape, Each):
        if not isinstance(value, list):
            raise MisfitError(path, "must be a list")
        return [fitted(item, shape.shape, f"{path}[{number}]") for number, item in enumerate(value)]
    if not isinstance(value, dict):
        raise MisfitError(path, "must be a mapping")
    if isinstance(shape, Named):
        return {key: fitted(item, shape.shape, _below(path, key)) for key, item in value.items()}
    return _fields(value, shape, path)


def _fields(value: dict[str, object], shape: Mapping[str, Shape], path: str) -> dict[str, object]:
    found = dict(value)
    for field, inner in shape.items():
        name = field.removesuffix("!")
        if found.get(name) is None:
            found.pop(name, None)
            if field.endswith("!"):
                raise MisfitError(_below(path, name), "is missing")
        else:
            found[name] = fitted(found[name], inner, _below(path, name))
    return found


def _below(path: str, name: object) -> str:
    shown = str(name)[:60]
    return f"{path}.{shown}" if path else shown


_WORDS = {
    "text": (str, "must be text"),
    "number": (int, "must be a number"),
    "flag": (bool, "must be true or false"),
    "time": (str, "must be a time"),
}


def _leaf(value: object, shape: str, path: str) -> None:
    if shape == "any":
        return
    kind, words = _WORDS[shape]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise MisfitError(path, words)
    if shape == "time":
        try:
            seconds(str(value))
        except ValueError:
            raise MisfitError(path, words) from None


_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)$", re.ASCII)


def seconds(text: str) -> float:
    """A time of Kubernetes (RFC 3339) in seconds since the epoch. Raises ValueError."""
    found = float(calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")))
    # An API server writes UTC, a program that gives credentials what it likes.
    if zone := _OFFSET.search(text, 19):
        found -= float(f"{zone[1]}1") * (int(zone[2]) * 3600 + int(zone[3]) * 60)
    return found


def too_deep(value: object, most: int = MAX_DEPTH) -> bool:
    """Whether data is nested deeper than code that recurses should go. Costs no recursion itself."""
    level = [value]
    for _ in range(most):
        level = [
            item
            for each in level
            for item in (each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())
            if isinstance(item, (dict, list))
        ]
        if not level:
            return False
    return True
