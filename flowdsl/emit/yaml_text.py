"""Documents as YAML: block style, fields in the order given, the same bytes for the same input everywhere.

Two spaces of indentation, lists at their key's own indentation (as kubectl prints them), no anchors, no folding,
strings of several lines as literal blocks.

A writer of our own because a general dumper spends most of its time on what these documents never need: it builds a
graph of nodes to find shared objects, then an event for every scalar, then analyses each one character by character.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from typing import Any

from flowdsl.emit.checked import located
from flowdsl.emit.scalars import Keys, Scalars, block, inline


def emit_yaml(documents: Iterable[Mapping[str, object]]) -> bytes:
    """YAML of documents, in UTF-8, separated by `---` lines; every document ends in a line break.

    A document is a mapping of strings to mappings, lists, tuples, strings, ints, finite floats, booleans and None.
    Raises TypeError for anything else and ValueError for a float or string that YAML can't carry to Kubernetes (NaN,
    infinity, a lone surrogate); both name the field.
    """
    text = BytesIO()
    parts: list[str] = []
    write = _writer(parts.append, Scalars(), Keys())
    for number, document in enumerate(documents):
        parts.clear()
        try:
            if not isinstance(document, Mapping):
                raise TypeError(f"a document must be a mapping, got {type(document).__name__}")
            if document:
                write(document, "", "")
            else:
                parts.append("{}\n")
        except (TypeError, ValueError) as error:
            raise located(error, document, number) from error
        # One by one into one buffer, which getvalue hands over: the whole text never stands in memory twice.
        if number:
            text.write(b"---\n")
        text.write("".join(parts).encode("utf-8"))
    return text.getvalue()


def _writer(
    put: Callable[[str], None], scalars: Scalars, keys: Keys
) -> Callable[[Mapping[str, object], str, str], None]:
    """What writes a mapping with at least one entry, as pieces of text through `put`.

    In all of these `head` stands before a node's first line, `pad` before the others. Functions within a function:
    methods would look up what they share anew for each of twenty thousand small mappings.
    """

    def mapping(node: Mapping[str, Any], head: str, pad: str) -> None:
        deeper = pad + "  "
        for name, value in node.items():
            put(head)
            put(keys[name] or f"? {inline(name)}\n{pad}:")
            kind = type(value)
            if kind is str:
                put(scalars[value] or f" {block(value, deeper)}")
            elif kind is dict and value:
                put("\n")
                mapping(value, deeper, deeper)
            elif kind is list and value:
                put("\n")
                sequence(value, pad, pad)
            else:
                other(value, pad)
            head = pad

    def sequence(node: Iterable[object], head: str, pad: str) -> None:
        """A list with at least one item."""
        deeper = pad + "  "
        for item in node:
            if type(item) is dict and item:
                mapping(item, head + "- ", deeper)
            elif type(item) is str:
                put(head + "-")
                put(scalars[item] or f" {block(item, deeper)}")
            elif isinstance(item, (list, tuple)) and item:
                sequence(item, head + "- ", deeper)
            elif isinstance(item, Mapping) and item:
                mapping(item, head + "- ", deeper)
            else:
                put(head + "-")
                other(item, pad)
            head = pad

    def other(value: object, pad: str) -> None:
        """What has no short way above, after its key or dash: numbers, null, empty and unusual containers."""
        if type(value) is bool:
            put(" true\n" if value else " false\n")
        elif isinstance(value, str):
            exact = str.__str__(value)
            put(scalars[exact] or f" {block(exact, pad + '  ')}")
        elif not isinstance(value, (Mapping, list, tuple)):
            put(f" {_number(value)}\n")
        elif not value:
            put(" {}\n" if isinstance(value, Mapping) else " []\n")
        else:
            put("\n")
            if isinstance(value, Mapping):
                mapping(value, pad + "  ", pad + "  ")
            else:
                sequence(value, pad, pad)

    return mapping


def _number(value: object) -> str:
    """The text of null or a number."""
    if value is None:
        return "null"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return _float(value)
    raise TypeError(f"cannot write a {type(value).__name__}")


def _float(value: float) -> str:
    """A float both YAMLs read as one: 1.1 wants a point in the mantissa and a sign in the exponent."""
    if not math.isfinite(value):
        raise ValueError(f"{value!r} is no number in JSON, so no API server takes it")
    text = float.__repr__(value)
    return text.replace("e", ".0e") if "e" in text and "." not in text else text
