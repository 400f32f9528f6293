"""Classes whose objects are data: named tuples, dataclasses, attrs classes and pydantic models, without importing any.

What such an object holds is known by the names that its class takes, so that the class builds it again from them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from functools import lru_cache

import attrs


@lru_cache(maxsize=512)
def taken_names(cls: type) -> Mapping[str, str] | None:
    """The fields that a class takes when it is made, each with the name it has there; None for any other class."""
    if is_model(cls):
        return {name: getattr(field, "alias", None) or name for name, field in model_fields(cls).items()}
    if attrs.has(cls):
        return {field.name: field.alias or field.name for field in attrs.fields(cls) if field.init}
    if dataclasses.is_dataclass(cls):
        return {field.name: field.name for field in dataclasses.fields(cls) if field.init}
    named: Iterable[str] | None = getattr(cls, "_fields", None) if issubclass(cls, tuple) else None
    return {name: name for name in named} if named is not None else None


def field_names(cls: type) -> tuple[str, ...] | None:
    """The fields that objects of such a class have, made by it or not; None for any other class."""
    if dataclasses.is_dataclass(cls) and not attrs.has(cls) and not is_model(cls):
        return tuple(field.name for field in dataclasses.fields(cls))
    if attrs.has(cls):
        return tuple(field.name for field in attrs.fields(cls))
    names = taken_names(cls)
    return tuple(names) if names is not None else None


def is_renamed(cls: type) -> bool:
    """Whether such a class takes other names than its objects have.

    A pydantic model always counts as one: the plain encoder of a task's script can't read it.
    """
    names = taken_names(cls)
    return names is not None and (is_model(cls) or list(names.values()) != list(field_names(cls) or ()))


def held(value: object) -> object:
    """What an object of such a class holds, by the names that its class takes; any other value as it is."""
    if value is None or isinstance(value, (str, int, float, list, dict, type)):
        return value  # what most values are
    cls: type = type(value)
    names = taken_names(cls)
    if names is None:
        return value
    # A model that nobody checked may lack fields.
    return {taken: getattr(value, name) for name, taken in names.items() if hasattr(value, name)}


def is_model(cls: type) -> bool:
    """Whether it is a model of pydantic 2."""
    return hasattr(cls, "__pydantic_validator__") and isinstance(getattr(cls, "model_fields", None), Mapping)


def model_fields(cls: type) -> Mapping[str, object]:
    """The fields of a pydantic model: by name a `pydantic.fields.FieldInfo`."""
    fields: Mapping[str, object] = getattr(cls, "model_fields", {})
    return fields


def may_lack(cls: type) -> frozenset[str]:
    """The names that an object of such a class may be made without."""
    if is_model(cls):
        names = taken_names(cls) or {}
        return frozenset(names[name] for name, field in model_fields(cls).items() if not _is_required(field))
    if attrs.has(cls):
        fields = attrs.fields(cls)
        return frozenset(each.alias or each.name for each in fields if each.init and each.default is not attrs.NOTHING)
    if dataclasses.is_dataclass(cls):
        missing = dataclasses.MISSING
        found = dataclasses.fields(cls)
        return frozenset(each.name for each in found if (each.default, each.default_factory) != (missing, missing))
    return frozenset(getattr(cls, "_field_defaults", ()))


def _is_required(field: object) -> bool:
    ask = getattr(field, "is_required", None)
    return bool(ask()) if callable(ask) else True
