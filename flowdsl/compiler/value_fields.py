"""One field of a param that is an object: `--set settings.steps=5` leaves its other fields as they are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from flowdsl.frontend.encode import Mismatch, at, decode_text, encode
from flowdsl.frontend.opaque import named
from flowdsl.ir.nodes import ParamDecl, Text
from flowdsl.ir.types import STRING, Kind, TypeSpec

_TEXTS = (Kind.STRING, Kind.CHOICE)


def owner_of(name: str, params: Mapping[str, ParamDecl]) -> str:
    """The param whose field a dotted name is; empty where it is none.

    A param may have a dot in its own name (Tekton allows it), and then it is that param.
    """
    owner, dot, field = name.partition(".")
    if name in params or not (dot and field) or owner not in params:
        return ""
    spec = params[owner].type
    return owner if spec.properties or spec.shape == "dict" else ""


def with_fields(value: Text | None, spec: TypeSpec, fields: Sequence[tuple[str, str]]) -> Text:
    """The value with fields put in its place, each by its dotted name below the param. Raises Mismatch."""
    if spec.kind is Kind.OBJECT:
        known = dict(spec.properties)
        # Its fields are texts already; what is no scalar, and a name that it has not, is found by the encoding.
        data = {name: _scalar(str(text), known.get(name)) for name, text in _mapping(value).items()}
        data.update((name, at(name, _scalar, text, known.get(name))) for name, text in fields)
        return encode(data, spec)
    whole: dict[str, object] = json.loads(value) if isinstance(value, str) and value else {}
    for name, text in fields:
        _put(whole, name.split("."), text, spec)
    return encode(whole, spec)


def _mapping(value: Text | None) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _put(data: dict[str, object], way: Sequence[str], text: str, spec: TypeSpec | None) -> None:
    name, deeper = _step(data, way)
    inner = _inner(spec, name)
    held = data.get(name)
    if not deeper:
        data[name] = at(name, _scalar, text, inner) if inner else _like(held, text)
        return
    if inner is None and held is not None and not isinstance(held, dict):
        raise Mismatch(f"at {name}: expected a dict with the key {deeper[0]!r}, found {named(held)}")
    below: dict[str, object] = dict(held) if isinstance(held, dict) else {}
    at(name, _put, below, deeper, text, inner)
    data[name] = below


def _step(data: Mapping[str, object], way: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The key that the way leads to first, and the rest of the way: a key that is there may have dots in it."""
    for length in range(len(way), 1, -1):
        name = ".".join(way[:length])
        if name in data:
            return name, way[length:]
    return way[0], way[1:]


def _like(held: object, text: str) -> object:
    """What a text stands for where no type is known: a value like the one that is there, else text."""
    if held is None or isinstance(held, str):
        return text
    try:
        data: object = json.loads(text.lower() if isinstance(held, bool) else text)
    except (ValueError, RecursionError):
        return text
    alike = type(data) is type(held) or {type(data), type(held)} == {int, float}
    return data if alike else text


def _inner(spec: TypeSpec | None, name: str) -> TypeSpec | None:
    """The type of a field, or of any value of a dict; None where nothing is known of it."""
    if spec is None:
        return None
    return dict(spec.properties).get(name) if spec.properties else spec.each


def _scalar(text: str, spec: TypeSpec | None) -> object:
    """The data that a text stands for: itself for text, else JSON. Raises Mismatch."""
    spec = spec or STRING
    if spec.optional and not text:
        return None
    if spec.kind in _TEXTS and not spec.numbers:
        return text
    try:
        data: object = json.loads(text.lower() if spec.kind is Kind.BOOLEAN else text)
    except (ValueError, RecursionError):
        decode_text(text, spec)  # says what is expected
        raise Mismatch(f"expected {spec} as JSON, got {text[:60]!r}") from None
    # A function that takes a float is given one: `=9` is 9.0.
    return float(data) if spec.kind is Kind.FLOAT and type(data) is int else data
