"""From a model's annotations to the schema that pydantic builds its validator and serialiser from.

The models' annotations are a small language: `T | None`, `list[T] | None`, `dict[str, T] | None`, where T is a scalar
or another model. Reading just that is a hundred times cheaper than evaluating any annotation Python allows.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import get_args

from pydantic import BaseModel
from pydantic_core import SchemaSerializer, SchemaValidator, core_schema

from flowdsl.diagnostics.frozen import frozen
from flowdsl.kinds.later import Later
from flowdsl.kinds.scalars import (
    check_bytes,
    check_duration,
    check_int_or_string,
    check_quantity,
    check_timestamp,
    check_url,
)

_ANNOTATION = re.compile(r"(?:(list)\[(\w+)\]|(dict)\[str, (\w+)\]|(\w+)) \| None")
_SCALARS: dict[str, core_schema.CoreSchema] = {
    "str": core_schema.str_schema(),
    "int": core_schema.int_schema(),
    "bool": core_schema.bool_schema(),
    "object": core_schema.any_schema(),
    "ParamValue": core_schema.any_schema(),
    "Quantity": core_schema.no_info_before_validator_function(check_quantity, core_schema.any_schema()),
    "IntOrString": core_schema.no_info_before_validator_function(check_int_or_string, core_schema.any_schema()),
    "Duration": core_schema.no_info_after_validator_function(check_duration, core_schema.str_schema()),
    "Int32": core_schema.int_schema(ge=-(2**31), le=2**31 - 1),
    "Uint64": core_schema.int_schema(ge=0),
    "Url": core_schema.no_info_after_validator_function(check_url, core_schema.str_schema()),
    "Bytes": core_schema.no_info_before_validator_function(check_bytes, core_schema.any_schema()),
    "Timestamp": core_schema.no_info_after_validator_function(check_timestamp, core_schema.str_schema()),
}


@frozen
class Field:
    """One field: its `name` in documents, the `container` ("list", "dict" or ""), and what it holds.

    `held` is the model that it holds, itself or in the container, or what loads it; `scalar` the scalar's name where
    that is none.
    """

    name: str
    container: str
    scalar: str
    held: type | Later | None

    @property
    def model(self) -> type | None:
        """The model that it holds; the first to ask loads it."""
        return self.held.load() if isinstance(self.held, Later) else self.held


@cache
def fields(model: type) -> Mapping[str, Field]:
    """The fields of a model by attribute, in order, those that it inherits first.

    Raises TypeError for an annotation outside the language above.
    """
    base = model.__base__
    found = dict(fields(base)) if base is not None and issubclass(base, BaseModel) and base is not BaseModel else {}
    home = vars(sys.modules[model.__module__])
    annotated: Mapping[str, str] = vars(model)["annotated"]
    for attribute, annotation in annotated.items():
        if annotation.startswith("ClassVar"):
            continue
        match = _ANNOTATION.fullmatch(annotation)
        if match is None:
            raise TypeError(f"{model.__name__}.{attribute}: no field of a model can be {annotation!r}")
        inner = match[2] or match[4] or match[5]
        held = None if inner in _SCALARS else _home(home[inner])
        # A trailing underscore keeps an attribute from being a keyword of Python.
        name = attribute.rstrip("_")
        found[attribute] = Field(name, match[1] or match[3] or "", "" if held else inner, held)
    return found


def _home(mentioned: object) -> type | Later:
    """What a module's name stands for: a model, or what `later` put there."""
    if isinstance(mentioned, type):
        return mentioned
    found: type | Later = get_args(mentioned)[1]
    return found


@cache
def core_schema_of(model: type) -> core_schema.CoreSchema:
    """The schema of a model with all it can hold; what several fields hold is written once and referred to."""
    uses = Counter(held for each in _reachable(model) for held in _held(each))
    shared = {held for held, number in uses.items() if number > 1} | {model}
    definitions = [_model(each, shared) for each in _reachable(model) if each in shared]
    return core_schema.definitions_schema(core_schema.definition_reference_schema(model.__name__), definitions)


@cache
def validator(model: type) -> SchemaValidator:
    """What `model_validate` reads a model by.

    Made here because pydantic looks for plugins first, and to find none reads the metadata of every package installed:
    20 ms.
    """
    return SchemaValidator(core_schema_of(model), {"title": model.__name__})


@cache
def serializer(model: type) -> SchemaSerializer:
    """What `model_dump` writes a model by."""
    return SchemaSerializer(core_schema_of(model), {"title": model.__name__})


def _reachable(model: type) -> Iterator[type]:
    seen = {model}
    stack = [model]
    while stack:
        each = stack.pop()
        yield each
        for held in _held(each):
            if held not in seen:
                seen.add(held)
                stack.append(held)


def _held(model: type) -> Iterator[type]:
    return (field.held for field in fields(model).values() if isinstance(field.held, type))


def _model(model: type, shared: set[type]) -> core_schema.CoreSchema:
    # Written out, not made by core_schema's functions: for a thousand fields those take as long as all the rest.
    parts = {attribute: _part(attribute, field, shared) for attribute, field in fields(model).items()}
    name = model.__name__
    schema: core_schema.ModelSchema = {
        "type": "model",
        "cls": model,
        "schema": {"type": "model-fields", "fields": parts, "model_name": name},
        "config": {"title": name, "extra_fields_behavior": "forbid", "strict": True},
    }
    if model in shared:
        schema["ref"] = name
    return schema


def _part(attribute: str, field: Field, shared: set[type]) -> core_schema.ModelField:
    nullable: core_schema.NullableSchema = {"type": "nullable", "schema": _held_schema(field, shared)}
    part: core_schema.ModelField = {
        "type": "model-field",
        "schema": {"type": "default", "schema": nullable, "default": None},
    }
    if field.name != attribute:
        part["validation_alias"] = part["serialization_alias"] = field.name
    return part


def _held_schema(field: Field, shared: set[type]) -> core_schema.CoreSchema:
    inner: core_schema.CoreSchema
    if field.held is None:
        inner = _SCALARS[field.scalar]
    elif isinstance(field.held, Later):
        inner = _later_schema(field.held)
    elif field.held in shared:
        inner = {"type": "definition-ref", "schema_ref": field.held.__name__}
    else:
        inner = _model(field.held, shared)
    if field.container == "list":
        return {"type": "list", "items_schema": inner}
    if field.container == "dict":
        return {"type": "dict", "keys_schema": _SCALARS["str"], "values_schema": inner}
    return inner


def _later_schema(held: Later) -> core_schema.CoreSchema:
    def validate(value: object) -> object:
        # The enclosing model makes a ValidationError part of its own, with the place where this stands before it.
        return validator(held.load()).validate_python(value)

    return {
        "type": "function-plain",
        "function": {"type": "no-info", "function": validate},
        "serialization": {"type": "function-plain", "function": _written, "info_arg": True},
    }


def _written(value: object, info: core_schema.SerializationInfo) -> object:
    model: type = type(value)
    return serializer(model).to_python(
        value,
        mode=info.mode,
        by_alias=info.by_alias,
        exclude_unset=info.exclude_unset,
        exclude_defaults=info.exclude_defaults,
        exclude_none=info.exclude_none,
        context=info.context,
    )
