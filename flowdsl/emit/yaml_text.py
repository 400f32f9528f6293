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
from typing import Any, Final

from flowdsl.emit.checked import located
from flowdsl.emit.scalars import LONGEST_SIMPLE_KEY, Keys, Scalars, block

_BOOLS: Final = {True: "true", False: "false"}


def emit_yaml(documents: Iterable[Mapping[str, Any]]) -> bytes:
    """YAML of documents, in UTF-8, separated by `---` lines; every document ends in a line break.

    A document is a mapping of strings to mappings, lists, tuples, strings, ints, finite floats, booleans and None.
    Raises TypeError for anything else and ValueError for a float or string that YAML can't carry to Kubernetes (NaN,
    infinity, a lone surrogate); both name the field.
    """
    text = BytesIO()
    scalars, keys = Scalars(), Keys()
    for number, document in enumerate(documents):
        parts: list[str] = []
        try:
            if not isinstance(document, Mapping):
                raise TypeError(f"a document must be a mapping, got {type(document).__name__}")
            if document:
                _Writer(parts.append, scalars, keys).mapping(document, "", "")
            else:
                parts.append("{}\n")
        except (TypeError, ValueError) as error:
            raise located(error, document, number) from error
        # One by one into one buffer, which getvalue hands over: the whole text never stands in memory twice.
        if number:
            text.write(b"---\n")
        text.write("".join(parts).encode("utf-8"))
    return text.getvalue()


class _Writer:
    """Writes nodes as lines through `put`: `head` stands before a node's first line, `pad` before the others."""

    __slots__ = ("keys", "put", "scalars")

    def __init__(self, put: Callable[[str], None], scalars: Scalars, keys: Keys) -> None:
        self.put = put
        self.scalars = scalars
        self.keys = keys

    def mapping(self, node: Mapping[str, Any], head: str, pad: str) -> None:
        """A mapping with at least one entry."""
        put, scalars, keys = self.put, self.scalars, self.keys
        for name, value in node.items():
            key = keys[name]
            if len(key) > LONGEST_SIMPLE_KEY:
                put(f"{head}? {key[:-1]}\n")
                head, key = pad, ":"
            if type(value) is str:
                text = scalars[value]
                if text is None:
                    put(f"{head}{key} {block(value, pad + '  ')}")
                else:
                    put(f"{head}{key} {text}\n")
            elif type(value) is dict and value:
                put(f"{head}{key}\n")
                deeper = pad + "  "
                self.mapping(value, deeper, deeper)
            elif type(value) is list and value:
                put(f"{head}{key}\n")
                self.sequence(value, pad, pad)
            else:
                self.other(value, f"{head}{key}", pad)
            head = pad

    def sequence(self, node: Iterable[Any], head: str, pad: str) -> None:
        """A list with at least one item."""
        put, scalars = self.put, self.scalars
        deeper = pad + "  "
        for item in node:
            if type(item) is dict and item:
                self.mapping(item, head + "- ", deeper)
            elif type(item) is str:
                text = scalars[item]
                put(f"{head}- {block(item, deeper) if text is None else text + chr(10)}")
            elif isinstance(item, (list, tuple)) and item:
                self.sequence(item, head + "- ", deeper)
            elif isinstance(item, Mapping) and item:
                self.mapping(item, head + "- ", deeper)
            else:
                self.other(item, head + "-", pad)
            head = pad

    def other(self, value: Any, before: str, pad: str) -> None:
        """Whatever the loops above have no short way for: numbers, null, empty and unusual containers."""
        if isinstance(value, (Mapping, list, tuple)):
            self._container(value, before, pad)
        elif isinstance(value, str):
            exact = str.__str__(value)
            text = self.scalars[exact]
            self.put(f"{before} {block(exact, pad + '  ') if text is None else text + chr(10)}")
        else:
            self.put(f"{before} {_number(value)}\n")

    def _container(self, value: Mapping[str, Any] | list[Any] | tuple[Any, ...], before: str, pad: str) -> None:
        if not value:
            self.put(f"{before} {'{}' if isinstance(value, Mapping) else '[]'}\n")
            return
        self.put(f"{before}\n")
        if isinstance(value, Mapping):
            self.mapping(value, pad + "  ", pad + "  ")
        else:
            self.sequence(value, pad, pad)


def _number(value: Any) -> str:
    """The text of null, a boolean or a number."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return _BOOLS[value]
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
