"""Python values as the text that Tekton carries, where no type is declared for them."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Mapping
from typing import Any

import attrs


def as_text(value: Any) -> Any:
    """A text, a list of texts or a map of texts: written without quotes, numbers would be something else to Tekton.

    What is nested deeper becomes its JSON. A value that JSON has no word for is handed back as it is, for the writer
    to refuse.
    """
    value = plain_data(value)
    if isinstance(value, (list, tuple)):
        return [_scalar(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _scalar(item) for key, item in value.items()}
    return _scalar(value)


def plain_data(value: Any) -> Any:
    """Members of an Enum, dataclasses, attrs classes and named tuples as the data that they hold, at any depth."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, type):
        return value
    if attrs.has(type(value)):
        return {field.name: plain_data(getattr(value, field.name)) for field in attrs.fields(type(value))}
    if dataclasses.is_dataclass(value):
        return {field.name: plain_data(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: plain_data(getattr(value, name)) for name in value._fields}
    if isinstance(value, (list, tuple)):
        return [plain_data(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain_data(item) for key, item in value.items()}
    return value


def _scalar(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, (bool, int, float, list, Mapping)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value
