"""Objects of a user's classes out of JSON, to hear what the class itself says of the values: its `__post_init__`."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Callable, Mapping

import attrs

from flowdsl.ir.records import is_model


def is_checked(kind: object) -> bool:
    """Whether it is a class whose objects may be refused when they are made: a dataclass, or an attrs class."""
    return isinstance(kind, type) and not is_model(kind) and (attrs.has(kind) or dataclasses.is_dataclass(kind))


def built(kind: object, data: object) -> object:
    """The object of a type that data stands for; the data itself where no class of the user's is in the type.

    Raises whatever a class raises.
    """
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        kinds = [each for each in inner if each is not type(None)]
        return built(kinds[0], data) if data is not None and len(kinds) == 1 else data
    if isinstance(data, list) and origin in (list, tuple) and inner:
        return [built(inner[0], each) for each in data]
    if isinstance(data, Mapping) and origin is dict and len(inner) == 2:
        return {key: built(inner[1], each) for key, each in data.items()}
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return kind(data)
    if not (isinstance(kind, type) and is_checked(kind) and isinstance(data, Mapping)):
        return data
    hints = _hints(kind)
    return kind(**{str(name): built(hints.get(str(name)), each) for name, each in data.items()})


def fields_of(kind: type, texts: Mapping[str, str]) -> dict[str, object] | None:
    """The values of a class's fields, of which Tekton carries texts; None where one is no number, bool or text."""
    hints = _hints(kind)
    if any(hints.get(name) not in _READERS for name in texts):
        return None
    return {name: _READERS[hints[name]](text) for name, text in texts.items()}


_READERS: Mapping[object, Callable[[str], object]] = types.MappingProxyType(
    {str: str, int: int, float: float, bool: lambda text: text == "true"}
)


def _hints(kind: type) -> Mapping[str, object]:
    """The types of a class's fields, by the names that it takes."""
    hints = typing.get_type_hints(kind)
    if attrs.has(kind):
        return {field.alias or field.name: hints.get(field.name) for field in attrs.fields(kind)}
    return hints
