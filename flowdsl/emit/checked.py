"""Finds which field of a document cannot be written, once a writer has failed over it.

Looking for it only then keeps paths out of the writers' loops.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping


def located(error: TypeError | ValueError, document: object, number: int) -> TypeError | ValueError:
    """The same error with the document's number (from 0) and the field's path in front."""
    found = next(problems(document), None)
    where = f"document {number}"
    if found is None:
        return type(error)(f"{where}: {error}")
    path, kind, message = found
    return kind(f"{where}, {path}: {message}" if path else f"{where}: {message}")


def problems(node: object, path: str = "") -> Iterator[tuple[str, type[TypeError | ValueError], str]]:
    """Every field that YAML or JSON can't carry to Kubernetes, as path, exception type and reason, in order."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if not isinstance(key, str):
                yield path, TypeError, f"a mapping key must be a string, got {type(key).__name__}"
                continue
            inner = f"{path}.{key}" if path else key
            if _has_surrogate(key):
                yield ascii(inner), ValueError, "a lone surrogate cannot be written as UTF-8"
            yield from problems(value, inner)
    elif isinstance(node, (list, tuple)):
        for index, item in enumerate(node):
            yield from problems(item, f"{path}[{index}]")
    elif isinstance(node, str):
        if _has_surrogate(node):
            yield path, ValueError, "a lone surrogate cannot be written as UTF-8"
    elif isinstance(node, float):
        if not math.isfinite(node):
            yield path, ValueError, f"{node!r} is no number in JSON, so no API server takes it"
    elif node is not None and not isinstance(node, int):
        yield path, TypeError, f"cannot write a {type(node).__name__}"


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)
