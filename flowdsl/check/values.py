"""Parts of a param's value as Tekton's decoder takes it."""

from __future__ import annotations

from flowdsl.check.findings import Path
from flowdsl.kinds.values import json_text, kind_of

__all__ = ["entries_of", "items_of", "kind_of", "text_of", "texts_of"]


def text_of(value: object) -> str:
    """The text of a value that is one; "" for an array or an object."""
    if isinstance(value, str):
        return value
    if value is None or kind_of(value) != "string":
        return ""
    return json_text(value)


def items_of(value: object) -> list[str]:
    """The elements of an array; none of any other value."""
    return [item or "" for item in value] if isinstance(value, list) and kind_of(value) == "array" else []


def entries_of(value: object) -> dict[str, str]:
    """The entries of an object; none of any other value."""
    return (
        {key: item or "" for key, item in value.items()}
        if isinstance(value, dict) and kind_of(value) == "object"
        else {}
    )


def texts_of(value: object, path: Path = ()) -> list[tuple[Path, str]]:
    """Every text in a value, with the path to it."""
    if isinstance(value, str):
        return [(path, value)]
    if isinstance(value, list) and kind_of(value) == "array":
        return [((*path, index), item or "") for index, item in enumerate(value)]
    if isinstance(value, dict) and kind_of(value) == "object":
        return [((*path, key), item or "") for key, item in value.items()]
    return [(path, text_of(value))]
