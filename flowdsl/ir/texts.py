"""Python values as the text that Tekton carries, where no type is declared for them."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping

from flowdsl.ir.records import held

DEEPEST = 200


def as_text(value: object) -> str | list[str] | dict[str, str]:
    """A text, a list of texts or a map of texts: written without quotes, numbers would be something else to Tekton.

    What is nested deeper becomes its JSON. Raises ValueError for what JSON has no word for, or is nested too deeply.
    """
    value = plain_data(value)
    if isinstance(value, list):
        return [_scalar(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _scalar(item) for key, item in value.items()}
    return _scalar(value)


def plain_data(value: object, depth: int = 0) -> object:
    """Members of an Enum and objects of the classes in `flowdsl.ir.records` as the data that they hold, at any depth.

    Raises ValueError where that is more than `DEEPEST` levels deep: a list may hold itself.
    """
    if depth > DEEPEST:
        raise ValueError(f"it is nested more than {DEEPEST} levels deep")
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, type) or value is None or isinstance(value, (str, int, float)):
        return value
    found = held(value)
    if isinstance(found, Mapping):
        return {key: plain_data(item, depth + 1) for key, item in found.items()}
    return [plain_data(item, depth + 1) for item in found] if isinstance(found, (list, tuple)) else value


def _scalar(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _sound(value)
    try:
        return _sound(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise ValueError(f"it has no text: {error}") from error


def _sound(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("it has half a surrogate pair in it, which UTF-8 has no bytes for") from None
    return text
