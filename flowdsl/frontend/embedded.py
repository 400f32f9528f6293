"""Data that holds values of the run: a class's object or a dict whose fields are results and params.

Tekton puts a value in place of its reference as it is. Within JSON that is right for a number, a boolean, a text of a
closed list and other JSON; a text could hold a quote, and be read as something else.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping

from flowdsl.frontend.encode import Mismatch, at, check_data, check_keys, flows, plain
from flowdsl.frontend.opaque import Opaque, named
from flowdsl.frontend.proxies import Reference
from flowdsl.frontend.stands import meant
from flowdsl.ir.records import held
from flowdsl.ir.texts import DEEPEST
from flowdsl.ir.types import Kind, TypeSpec

_BARE = frozenset({Kind.INTEGER, Kind.FLOAT, Kind.BOOLEAN, Kind.JSON})
_OF_THE_RUN = ("$(tasks.", "$(params.", "$(context.")


def has_reference(value: object, depth: int = 0) -> bool:
    """Whether a value of the run is in it, at any depth."""
    if isinstance(value, Opaque):
        return True
    if isinstance(value, str):
        return any(start in value for start in _OF_THE_RUN)
    inside = held(value)
    if depth > DEEPEST:
        return False  # what writes it tells that
    if isinstance(inside, Mapping):
        return any(has_reference(each, depth + 1) for item in inside.items() for each in item)
    return isinstance(inside, (list, tuple)) and any(has_reference(item, depth + 1) for item in inside)


def json_text(value: object, spec: TypeSpec | None) -> str:
    """The JSON of such data, checked against what is known of its type. Raises Mismatch."""
    value = held(meant(value, "putting it into data"))
    if isinstance(value, Opaque):
        return _in_place(value, spec)
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, Mapping):
        return _object(value, spec)
    if isinstance(value, (list, tuple)):
        return _array(value, spec)
    if isinstance(value, str) and has_reference(value):
        raise Mismatch(f"expected {spec or 'plain data'}, got text with a value of the run in it, {_WHY}")
    if spec is not None:
        check_data(value, spec)
    return plain(value)


_WHY = "which may hold a quote: give the task a parameter of its own for it"


def _in_place(value: Opaque, spec: TypeSpec | None) -> str:
    if not isinstance(value, Reference):
        raise Mismatch(f"expected {spec or 'plain data'}, got {named(value)}")
    source = value._type
    if spec is not None and not flows(source, spec):
        raise Mismatch(f"expected {spec}, but {value._label} is {source}")
    if source.optional or source.kind not in _BARE | {Kind.CHOICE}:
        why = _WHY if source.kind is Kind.STRING else "which is no value of JSON: pass it on by itself"
        raise Mismatch(f"{value._label} is {source}, {why}")
    is_text = spec is not None and spec.kind is Kind.STRING and source.kind is not Kind.JSON
    if source.kind is not Kind.CHOICE and not is_text:
        return value._text
    if any(json.dumps(choice, ensure_ascii=False) != f'"{choice}"' for choice in source.choices):
        raise Mismatch(f"{value._label} is {source}, {_WHY}")
    return f'"{value._text}"'


def _object(value: Mapping[object, object], spec: TypeSpec | None) -> str:
    known: dict[str, TypeSpec] = {}
    if any(map(has_reference, value)):
        raise Mismatch(f"expected {spec or 'plain data'}, got a key with a value of the run in it, {_WHY}")
    if spec is not None and spec.properties:
        check_keys(value, spec, spec.may_lack)
        known = dict(spec.properties)
    elif spec is not None and not (spec.kind is Kind.JSON and spec.shape in ("", "dict")):
        raise Mismatch(f"expected {spec}, got {named(value)}")
    each = spec.each if spec is not None else None
    parts = [
        f"{plain(str(key))}:{at(str(key), json_text, item, known.get(str(key), each))}" for key, item in value.items()
    ]
    return "{" + ",".join(parts) + "}"


def _array(value: list[object] | tuple[object, ...], spec: TypeSpec | None) -> str:
    if spec is not None and not (spec.kind is Kind.ARRAY or (spec.kind is Kind.JSON and spec.shape in ("", "list"))):
        raise Mismatch(f"expected {spec}, got {named(value)}")
    item = (spec.item or spec.each) if spec is not None else None
    return "[" + ",".join([at(f"[{index}]", json_text, each, item) for index, each in enumerate(value)]) + "]"
